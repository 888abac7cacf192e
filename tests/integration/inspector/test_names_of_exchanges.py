"""An exchange that its sides call by two names has one address, one list of looks, and one state of its mask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from oots.exchange.journal import Entry
from tests.support.doors import specimen_keys
from tests.support.inspector import REASON, SIGNER, Browser, inspector_over, inspector_settings, journal_of
from tests.support.two_sides import finding_in, two_sides


@dataclass(frozen=True)
class Named:
    """What the municipality and the portal call one exchange of EDM 1.0, and another exchange. Where time stands still,
    the municipality's lines come first."""

    folder: Path
    name: str
    other_name: str
    another: str


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    folder = tmp_path_factory.mktemp("named")
    town = two_sides(folder, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        other_name = town.ask(finding=finding_in("oots-edm:v1.0"))
        with town.provider_store.look() as unit:
            (name,) = unit.exchange_ids(1)
        town.run()
        assert name != other_name
        yield Named(folder, name, other_name, town.ask())


@pytest.fixture(scope="module")
def signe(named: Named) -> Browser:
    browser = Browser(inspector_over(inspector_settings(named.folder)))
    browser.sign_in(SIGNER)
    return browser


def looks(named: Named) -> list[tuple[str | None, Entry]]:
    return [(each.exchange_id, each.entry) for each in journal_of(named.folder / "inspector") if each.look]


@pytest.mark.parametrize(
    "below",
    [
        "",
        ".ndjson",
        "/steps/1",
        "/messages/1/xml?part=envelope&form=exact",
        "/evidence",
        "/dossier",
        "/review",
        "/review/parts/jura",
        "/review/sign",
        "/named/m%40x",
    ],
)
def test_every_page_under_another_name_leads_to_the_one_address_before_anything_is_looked_at(
    named: Named, signe: Browser, below: str
) -> None:
    before = looks(named)
    moved = signe.client.get(f"/exchanges/{named.other_name}{below}")
    assert (moved.status_code, looks(named)) == (303, before)
    assert moved.headers["location"].replace("%40", "@") == f"/exchanges/{named.name}{below}".replace("%40", "@")
    assert signe.client.get(moved.headers["location"]).status_code in (200, 303)
    assert {exchange_id for exchange_id, _ in looks(named)[len(before) :]} <= {named.name}


@pytest.mark.parametrize(
    ("form", "leads"),
    [("unmask", ""), ("dossier/make", "/dossier"), ("review/claim", "/review")],
)
def test_a_form_under_another_name_changes_nothing_and_leads_to_its_page(
    named: Named, signe: Browser, form: str, leads: str
) -> None:
    before = looks(named)
    fields = {"reason": REASON, "extent": "council"}
    sent = signe.post(f"/exchanges/{named.other_name}/{form}", "/exchanges", **fields)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/exchanges/{named.name}{leads}")
    assert looks(named) == before
    assert "Ikke begyndt" in signe.get(f"/exchanges/{named.name}/review").text


def test_what_is_unmasked_is_so_by_one_name(named: Named, signe: Browser) -> None:
    assert signe.unmask(named.name).status_code == 303
    assert looks(named)[-1] == (named.name, Entry.EXCHANGE_UNMASKED)
    assert REASON in signe.get(f"/exchanges/{named.name}").text
    assert signe.post(f"/exchanges/{named.name.upper()}/unmask", "/exchanges", reason=REASON).status_code == 404


def test_the_messages_of_another_exchange_are_offered_for_a_comparison_after_a_look_at_it(
    named: Named, signe: Browser
) -> None:
    before = looks(named)
    offered = signe.get(f"/exchanges/{named.another}/messages/1/compare", other=named.other_name)
    assert offered.status_code == 200
    assert looks(named)[len(before) :] == [
        (named.another, Entry.EXCHANGE_LOOKED_AT),
        (named.name, Entry.EXCHANGE_LOOKED_AT),
    ]
