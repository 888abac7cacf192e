"""What a bopælsattest tells of a record, and what it never tells."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import Any

import pytest

from oots.denmark.bopaelsattest import Bopael, Bopaelsattest
from oots.denmark.cpr import CprPerson
from oots.denmark.projection import project
from tests.support.denmark import (
    AARHUS,
    CURRENT,
    FORMER,
    ISSUED_ON,
    OLDEST,
    citizenship,
    civil_status,
    departure,
    name,
    person,
)

BORN = date(1984, 6, 12)
FORMER_DATES = {"virkning_fra": BORN, "virkning_til": date(2015, 2, 20)}
OTHER = "6a0f3c1e-4b7d-4a55-9c02-1d8e7f605b44"
HIGH = {"personstatus": "BOPAEL_I_DANMARK_HOEJ_VEJKODE"}


def attest_of(whom: CprPerson, *, with_history: bool = True) -> Bopaelsattest:
    return project(whom, AARHUS, case_number="2026-0000A1B2", day=ISSUED_ON, with_history=with_history)


def test_the_certificate_names_case_date_and_municipality() -> None:
    attest = attest_of(person())
    assert (attest.sagsnummer, attest.udstedelsesdato) == ("2026-0000A1B2", ISSUED_ON)
    assert (attest.kommunekode, attest.kommunenavn, attest.kommune_cvr) == ("0751", "Aarhus", "55133018")


def test_the_present_residence_is_told_in_full() -> None:
    row = CURRENT | {"conavn": "Sønderkjær", "bynavn": "Skåde Bakker", "virkning_fra_usikker": True}
    assert attest_of(person(adresser=[row])).bopael == Bopael(
        kommunekode="0751",
        kommunenavn="Aarhus",
        tilflytningsdato=date(2019, 8, 15),
        tilflytningsdato_usikker=True,
        conavn="Sønderkjær",
        vejnavn="Ærøgade",
        husnummer="27",
        etage="3",
        doer="th",
        bynavn="Skåde Bakker",
        postnummer="8000",
        postdistrikt="Aarhus C",
    )


def test_history_is_told_where_it_was_asked_for_newest_first() -> None:
    assert attest_of(person(), with_history=False).historik is None
    history = attest_of(person()).historik
    assert history is not None
    assert [(place.kommunenavn, place.vejnavn, place.fraflytningsdato) for place in history] == [
        ("Odense", "Thorslundsvej", date(2019, 8, 15)),
        ("Næstved", "Farimagsvej", date(2003, 8, 20)),
    ]
    assert [place.tilflytningsdato_usikker for place in history] == [False, True]


def test_a_person_who_never_moved_has_an_empty_history() -> None:
    assert attest_of(person(adresser=[CURRENT])).historik == ()


@pytest.mark.parametrize("status", ["RETTET", "FORTRUDT", "TEKNISK_AENDRING"])
def test_corrected_and_regretted_rows_are_not_told(status: str) -> None:
    kept = attest_of(person(adresser=[CURRENT, FORMER | {"vejnavn": "Fejlgade"}]))
    withdrawn = attest_of(person(adresser=[CURRENT, FORMER | {"vejnavn": "Fejlgade", "status": status}]))
    assert "Fejlgade" in repr(kept)
    assert "Fejlgade" not in repr(withdrawn)


@pytest.mark.parametrize(
    "change",
    [
        HIGH,
        {"paragraf_6_stk_6": True},
        HIGH | {"paragraf_6_stk_6": True},
        {"adresser": [CURRENT | {"vejkode": "9901", "conavn": "Krisecenter"}, OLDEST, FORMER]},
    ],
    ids=["status", "threatened", "both", "road code"],
)
def test_without_fixed_abode_every_reason_looks_the_same(change: dict[str, Any]) -> None:
    attest = attest_of(person(**change))
    assert not attest_of(person()).bopael.uden_fast_bopael
    assert attest.bopael == Bopael("0751", "Aarhus", date(2019, 8, 15))
    assert attest == attest_of(person(**HIGH))


def test_a_former_high_road_code_has_no_street_either() -> None:
    history = attest_of(person(adresser=[CURRENT, OLDEST, FORMER | {"vejkode": "9955"}])).historik
    assert history is not None
    assert [place.vejnavn for place in history] == [None, "Farimagsvej"]


def test_the_full_form_of_a_name_is_told_where_cpr_stores_another() -> None:
    navn = name(
        "Lukasz",
        "Zizek-Nowak",
        markering="INDEHOLDER_TEGN_DER_IKKE_KAN_INDRAPPORTERES_TIL_CPR",
        fuldt={"fornavne": "Łukasz", "efternavn": "Žižek-Nowak"},
    )
    told = attest_of(person(navn=navn)).person
    assert told.fulde_navn == "Łukasz Žižek-Nowak"
    assert told.adresseringsnavn == "Lukasz Zizek-Nowak"


def test_a_middle_name_stands_before_the_family_name() -> None:
    told = attest_of(person(navn=name("Anne", "Sø", mellemnavn="Holm"))).person
    assert (told.fornavne, told.efternavn, told.fulde_navn) == ("Anne Holm", "Sø", "Anne Holm Sø")


@pytest.mark.parametrize(
    "change",
    [
        {"folkekirke": "UDEN_FOR_FOLKEKIRKEN"},
        {"civilstand": [civil_status("GIFT")]},
        {"koen": "MAND"},
        {"personnummer": "1206841111"},
        {"statsborgerskab": [citizenship("Polen", "PL"), citizenship("Norge", "NO")]},
        {"tidligere_navne": [{"status": "HISTORISK", "navn": name("Solvej", "Gammel")} | FORMER_DATES]},
        {"foraeldremyndighed": [{"status": "AKTUEL", "virkning_fra": BORN, "rolle": "MOR", "indehaver": OTHER}]},
        {"delt_bopael": [{"status": "AKTUEL", "virkning_fra": BORN, "hos": OTHER}]},
        {"vaergemaal": [{"status": "AKTUEL", "virkning_fra": BORN, "type": "FULD", "vaerge": OTHER}]},
        {"tidligere_personnumre": [{"status": "HISTORISK", "personnummer": "1206840439"} | FORMER_DATES]},
        {"beskyttelse": [{"type": "KREDITADVARSEL", "virkning_fra": date(2020, 1, 1)}]},
        {"beskyttelse": [{"type": "NAVNE_OG_ADRESSE", "virkning_fra": date(2020, 1, 1)}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_certificate_of_residence_does_not_tell_cannot_change_it(change: dict[str, Any]) -> None:
    assert astuple(attest_of(person(**change))) == astuple(attest_of(person()))


def test_nobody_without_a_present_address_gets_a_certificate() -> None:
    assert attest_of(person()).bopael
    with pytest.raises(ValueError, match="no residence"):
        attest_of(person(personstatus="UDREJST", adresser=[FORMER], udrejse=[departure()]))
