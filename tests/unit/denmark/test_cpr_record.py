"""Records that agree with themselves, and those that do not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from oots.denmark.cpr import CprPerson
from tests.support.denmark import CURRENT, FORMER, OLDEST, name, person, record

STARTED = date(2025, 3, 1)
ENDED = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"personnummer": "1206840439x"}, "ten digits"),
        ({"personnummer": "1306840438"}, "disagree"),
        ({"id": "SOLVEJ"}, "pattern"),
        ({"navn": name("", "Prøvesen")}, "pattern"),
        ({"navn": name("Solvej", "Prøvesen", adresseringsnavn="S" * 35)}, "at most 34"),
        ({"navn": name("Solvej", "Prøvesen", fuldt={"fornavne": "Sølvej", "efternavn": "Prøvesen"})}, "markering"),
        ({"koen": "X"}, "KVINDE"),
        ({"personstatus": "BOSAT"}, "BOPAEL_I_DANMARK"),
        ({"personstatus": "UDREJST"}, "not 1"),
        ({"adresser": [FORMER]}, "not 0"),
        ({"adresser": [CURRENT, CURRENT]}, "not 2"),
        ({"adresser": [CURRENT | {"virkning_til": date(2024, 1, 1)}]}, "has no virkning_til"),
        ({"adresser": [CURRENT, FORMER | {"virkning_til": None}]}, "needs virkning_til"),
        ({"adresser": [CURRENT, FORMER | {"virkning_til": date(1999, 1, 1)}]}, "before virkning_fra"),
        ({"adresser": [CURRENT | {"kommunekode": "751"}]}, "pattern"),
        ({"telefon": "12345678"}, "telefon"),
    ],
)
def test_a_record_with_one_fault_is_refused(change: dict[str, Any], why: str) -> None:
    assert CprPerson(**record()).id == record()["id"]
    with pytest.raises(ValidationError, match=why):
        CprPerson(**record(**change))


def test_a_record_shows_nothing_of_itself_when_it_is_printed() -> None:
    shown = f"{person()!r} {person().navn!r} {person().adresser!r}"
    assert not [secret for secret in ("1206840438", "Solvej", "Ærøgade", "FOLKEKIRKE") if secret in shown]


@pytest.mark.parametrize(
    ("kind", "until", "day", "protected"),
    [
        ("NAVNE_OG_ADRESSE", None, STARTED, True),
        ("NAVNE_OG_ADRESSE", None, STARTED - timedelta(1), False),
        ("NAVNE_OG_ADRESSE", ENDED, ENDED - timedelta(1), True),
        ("NAVNE_OG_ADRESSE", ENDED, ENDED, False),
        ("LOKAL_VEJVISER", None, STARTED, False),
        ("MARKEDSFOERING", None, STARTED, False),
        ("KREDITADVARSEL", None, STARTED, False),
    ],
)
def test_only_name_and_address_protection_in_force_protects(
    kind: str, until: date | None, day: date, protected: bool
) -> None:
    beskyttelse = {"type": kind, "virkning_fra": STARTED, "virkning_til": until}
    assert person(beskyttelse=[beskyttelse]).protected(day) is protected


@pytest.mark.parametrize("status", ["RETTET", "FORTRUDT", "TEKNISK_AENDRING"])
def test_rows_for_audit_are_no_former_residences(status: str) -> None:
    assert [row.vejnavn for row in person().tidligere_adresser] == ["Thorslundsvej", "Farimagsvej"]
    withdrawn = person(adresser=[CURRENT, OLDEST, FORMER | {"status": status}])
    assert [row.vejnavn for row in withdrawn.tidligere_adresser] == ["Farimagsvej"]


def test_road_codes_from_9900_on_are_high() -> None:
    rows = person(adresser=[CURRENT | {"vejkode": "9899"}, FORMER | {"vejkode": "9900"}]).adresser
    assert [row.hoej_vejkode for row in rows] == [False, True]
