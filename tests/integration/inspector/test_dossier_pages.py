"""The dossier that a reviewer makes in the inspector: redacted unless there is a reason, signed, and written down."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from oots.dossier.messages import Answer
from oots.dossier.verification import Verdict, verify
from tests.support.doors import specimen_keys
from tests.support.dossiers import anchors, answered, members_of
from tests.support.inspector import (
    READER,
    Browser,
    ToldTown,
    inspector_over,
    inspector_settings,
    journal_of,
    told_town,
)
from tests.support.two_sides import START

PERSON = "Prøvesen".encode()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTown]:
    with told_town(tmp_path_factory.mktemp("told")) as town:
        town.town.requester.finish(town.exchange_id)
        yield town


@pytest.fixture
def browser(told: ToldTown, tmp_path: Path) -> Browser:
    settings = inspector_settings(told.folder, state=tmp_path / "inspector")
    browser = Browser(inspector_over(settings))
    browser.sign_in(READER)
    return browser


def page(told: ToldTown) -> str:
    return f"/exchanges/{told.exchange_id}/dossier"


def made(browser: Browser, told: ToldTown, extent: str) -> int:
    return browser.post(f"{page(told)}/make", page(told), extent=extent).status_code


def taken(browser: Browser, told: ToldTown) -> bytes:
    """The file, which has the digest that the page shows."""
    shown = browser.get(page(told)).text
    file = browser.get(f"{page(told)}/file")
    assert file.status_code == 200
    assert file.headers["content-type"] == "application/zip"
    assert re.search("[0-9a-f]{64}", shown.partition("SHA-256")[2]), shown
    assert hashlib.sha256(file.content).hexdigest() in shown
    return file.content


def judged(data: bytes) -> Verdict:
    return verify(data, anchors(), START)


def test_without_a_reason_a_dossier_is_for_the_council_and_says_how_to_verify_it(
    browser: Browser, told: ToldTown, tmp_path: Path
) -> None:
    assert made(browser, told, "council") == 303
    data = taken(browser, told)
    verdict = judged(data)
    assert (verdict.faults, verdict.signer) == ((), "it-architecture-council")
    assert answered(verdict) == [Answer.WITHHELD, Answer.YES, Answer.YES]
    assert PERSON not in data
    assert (
        f"oots dossier verify dossier-{told.exchange_id}-council.zip --trust trust.pem" in browser.get(page(told)).text
    )
    looks = [entry.look for entry in journal_of(tmp_path / "inspector") if entry.look is not None]
    assert [look.reviewer for look in looks if "dossier, council" in look.what] == [READER, READER]


def test_everything_is_given_to_whoever_has_said_why_and_to_nobody_else(browser: Browser, told: ToldTown) -> None:
    assert made(browser, told, "full") == 403
    assert browser.get(f"{page(told)}/file").status_code == 404
    browser.unmask(told.exchange_id)
    assert made(browser, told, "full") == 303
    data = taken(browser, told)
    assert answered(judged(data)) == [Answer.YES] * 3
    assert PERSON in data
    assert "portal" in members_of(data)["criteria.json"].decode()
    browser.post(f"/exchanges/{told.exchange_id}/mask", page(told))
    assert browser.get(f"{page(told)}/file").status_code == 403


def test_a_dossier_is_taken_away_in_the_session_that_made_it_alone(browser: Browser, told: ToldTown) -> None:
    assert made(browser, told, "council") == 303
    assert browser.get(f"{page(told)}/file").status_code == 200
    browser.sign_in(READER)
    assert browser.get(f"{page(told)}/file").status_code == 404


def test_a_form_without_the_session_s_token_makes_nothing(browser: Browser, told: ToldTown) -> None:
    assert browser.client.post(f"{page(told)}/make", data={"extent": "council"}).status_code == 403
    assert browser.get(f"{page(told)}/file").status_code == 404


def test_an_inspector_over_keys_of_before_opens_and_says_that_it_cannot_sign(told: ToldTown, tmp_path: Path) -> None:
    keys = Path(shutil.copytree(specimen_keys(), tmp_path / "keys"))
    for file in keys.glob("dossier-inspector.*"):
        file.unlink()
    browser = Browser(inspector_over(inspector_settings(told.folder, state=tmp_path / "inspector", keys=keys)))
    browser.sign_in(READER)
    shown = browser.get(page(told)).text
    assert "oots keys init" in shown
    assert "/dossier/make" not in shown
    other = f"/exchanges/{told.exchange_id}"
    assert browser.post(f"{page(told)}/make", other, extent="council").status_code == 409


def test_an_exchange_that_nobody_knows_has_no_dossier(browser: Browser, told: ToldTown) -> None:
    assert browser.get("/exchanges/00000000-0000-4000-8000-000000000000/dossier").status_code == 404
