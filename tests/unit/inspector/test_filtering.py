"""The address of the list says which exchanges are wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oots.inspector.listing.filtering import Wanted, choices, wanted
from oots.inspector.listing.index import Listed
from oots.inspector.outcome import Outcome
from oots.web.words import Words

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
NAMES = {"DK:2": Words("Aarhus Kommune", "Aarhus Municipality"), "type": Words("Bopælsattest", "Residence certificate")}
ONE = Listed("aaaa-1", ("aaaa-1",), NOON, "LT:1", "DK:2", "V1", "type", Outcome.DELIVERED, 2, 0, change=1)
OTHER = replace(
    ONE,
    exchange_id="bbbb-2",
    ids=("bbbb-2", "cccc-3"),
    requester="SE:3",
    provider="DK:4",
    procedure="R1",
    evidence_type="another",
    outcome=Outcome.REFUSED,
    flaws=1,
)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, [ONE, OTHER]),
        ({"lang": "en", "page": "2"}, [ONE, OTHER]),
        ({"outcome": "refused"}, [OTHER]),
        ({"procedure": "V1"}, [ONE]),
        ({"evidence_type": "another"}, [OTHER]),
        ({"requester": "LT:1"}, [ONE]),
        ({"provider": "DK:4"}, [OTHER]),
        ({"flaws": "1"}, [OTHER]),
        ({"q": "cccc"}, [OTHER]),
        ({"q": "aarhus ADRESSEÆNDRING"}, [ONE]),
        ({"q": "residence"}, [ONE]),
        ({"q": "aarhus refused"}, []),
        ({"outcome": "refused", "procedure": "V1"}, []),
    ],
)
def test_filters_and_words_narrow_the_list(told: dict[str, str], found: list[Listed]) -> None:
    assert list(wanted(told).among([ONE, OTHER], NAMES)) == found


def test_a_filter_stands_in_the_address_and_nothing_else_does() -> None:
    assert wanted({"outcome": "refused", "lang": "en"}).query(page=2) == "?outcome=refused&page=2"
    assert Wanted().query() == ""
    assert wanted({"q": "  "}).is_anything


def test_what_there_is_can_be_chosen_under_its_name() -> None:
    found = choices([ONE, OTHER], NAMES, "en")
    assert [choice.words for choice in found["provider"]] == ["Aarhus Municipality", "DK:4"]
    assert [choice.value for choice in found["procedure"]] == ["R1", "V1"]
    assert {choice.value for choice in found["outcome"]} == set(Outcome)
