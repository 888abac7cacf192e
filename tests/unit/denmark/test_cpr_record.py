"""Records that agree with themselves, and those that do not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from oots.denmark.cpr import CprPerson
from tests.support.denmark import CURRENT, FORMER, OLDEST, civil_status, departure, name, person, record

WITHDRAWN = {"registrering_fra": date(2019, 8, 19), "registrering_til": date(2019, 9, 2)}
BACKWARDS = {"registrering_fra": date(2019, 9, 2), "registrering_til": date(2019, 8, 19)}
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
        ({"personstatus": "UDREJST", "adresser": [FORMER]}, "departure"),
        ({"udrejse": [departure()]}, "0 departure"),
        ({"civilstand": []}, "civil status"),
        ({"civilstand": [civil_status("GIFT"), civil_status("UGIFT")]}, "civil status"),
        ({"civilstand": [civil_status("SAMBOENDE")]}, "UGIFT"),
        ({"doedsdato": date(2024, 1, 1)}, "doedsdato goes with DOED"),
        ({"forsvundet": date(2024, 1, 1)}, "forsvundet goes with FORSVUNDET"),
        ({"personstatus": "DOED", "adresser": [FORMER]}, "doedsdato goes with DOED"),
        ({"adresser": [CURRENT | WITHDRAWN]}, "neither AKTUEL nor HISTORISK"),
        ({"adresser": [CURRENT, FORMER | WITHDRAWN | {"status": "RETTET", "registrering_fra": None}]}, "without it"),
        ({"adresser": [CURRENT, FORMER | {"status": "RETTET"} | BACKWARDS]}, "before registrering_fra"),
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


def test_a_row_says_what_is_true_and_what_was_believed() -> None:
    (row,) = person(adresser=[CURRENT, FORMER | {"status": "RETTET"} | WITHDRAWN]).adresser[1:]
    assert [row.believed(day) for day in (date(2019, 8, 18), date(2019, 8, 19), date(2019, 9, 2))] == [
        False,
        True,
        False,
    ]
    assert not row.in_force(date(2010, 1, 1))
    kept = person(adresser=[CURRENT, FORMER]).adresser[1]
    assert [kept.in_force(day) for day in (date(2003, 8, 19), date(2003, 8, 20), date(2019, 8, 15))] == [
        False,
        True,
        False,
    ]


def test_a_civil_status_has_a_history_without_what_was_regretted() -> None:
    unmarried = civil_status(
        "UGIFT", status="HISTORISK", virkning_fra=date(1984, 6, 12), virkning_til=date(2003, 5, 31)
    )
    married = civil_status("GIFT", status="HISTORISK", virkning_fra=date(2003, 5, 31), virkning_til=date(2015, 2, 20))
    mistake = civil_status("GIFT", status="FORTRUDT", virkning_fra=date(2016, 1, 1))
    record = person(civilstand=[unmarried, civil_status("FRASKILT"), mistake, married])
    assert record.aktuel_civilstand.type == "FRASKILT"
    assert [row.type.value for row in record.tidligere_civilstande] == ["GIFT", "UGIFT"]


def test_custody_and_guardianship_count_while_they_are_in_force() -> None:
    other = "6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b44"
    dates = {"status": "HISTORISK", "virkning_fra": STARTED, "virkning_til": ENDED}
    child = person(
        foraeldremyndighed=[dates | {"rolle": "MOR", "indehaver": other}],
        vaergemaal=[dates | {"type": "FULD", "vaerge": other}],
    )
    assert child.custody_holders(STARTED) == (other,)
    assert child.fuldt_vaergemaal(STARTED)
    assert child.custody_holders(ENDED) == ()
    assert not child.fuldt_vaergemaal(ENDED)
    assert not person(vaergemaal=[dates | {"type": "DELVIS", "vaerge": other}]).fuldt_vaergemaal(STARTED)


@pytest.mark.parametrize(("number", "replaced"), [("7206840438", True), ("1206840438", False)])
def test_a_replacement_number_is_a_number_like_any_other(number: str, replaced: bool) -> None:
    assert person(personnummer=number).has_erstatningspersonnummer() is replaced
