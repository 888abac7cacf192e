"""The packaged persons beside the list that they follow, the eID stand-in and the directories."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from oots.denmark.cpr import (
    Beskyttelsestype,
    Civilstand,
    CprPerson,
    Folkekirke,
    Foraeldremyndighedshaverrolle,
    Koen,
    Navnemarkering,
    Personstatus,
    Raekkestatus,
    Vaergemaalstype,
    birth_date,
)
from oots.denmark.evidence_types import OFFERS
from oots.denmark.register import CprRegister
from oots.model.text import Text
from tests.support.denmark import candidates

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "domain" / "data"
LISTS = {
    "Personstatus": Personstatus,
    "Civilstandstype": Civilstand,
    "Beskyttelsestype": Beskyttelsestype,
    "Status": Raekkestatus,
    "Navnemarkering": Navnemarkering,
    "Foraeldremyndighedshaverrolle": Foraeldremyndighedshaverrolle,
    "Vaergemaalstype": Vaergemaalstype,
    "Koen": Koen,
    "Tilhoersforhold (Folkekirke)": Folkekirke,
}
REGISTER = CprRegister.from_file(None)
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
NOT_ONE = {"karl": 2, "karl-viborg": 0, "ukendt": 0}


def toml(path: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def shared(name: str) -> list[dict[str, str]]:
    if not SHARED.is_dir():
        pytest.skip("the shared lists are not here")
    with (SHARED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EVERYBODY = toml("oots/eid/personas.toml")["persona"]
EID = {key: each for key, each in EVERYBODY.items() if "acts_as" not in each and each["group"] != "abroad"}
FORMER_NAME = {"karen"}
PERSONS = pytest.mark.parametrize("person", REGISTER.persons, ids=lambda person: person.navn.adresseringsnavn)


def found_as(persona: dict[str, Any]) -> tuple[CprPerson, ...]:
    said = (persona["family_name"], persona["given_name"], persona["date_of_birth"])
    return candidates(REGISTER.persons, *said, place_of_birth=persona.get("place_of_birth"))


@pytest.mark.parametrize("key", EID)
def test_who_signs_in_is_known_as_often_as_the_story_says(key: str) -> None:
    persona = EID[key]
    found = found_as(persona)
    assert len(found) == NOT_ONE.get(key, 1)


@pytest.mark.parametrize("key", [key for key, each in EVERYBODY.items() if each["group"] == "abroad"])
def test_who_moves_to_denmark_is_in_no_danish_register(key: str) -> None:
    persona = EVERYBODY[EVERYBODY[key].get("acts_as", key)]
    assert not found_as(persona)


@pytest.mark.parametrize("key", sorted(EID.keys() - {"ukendt"} - FORMER_NAME))
def test_who_signs_in_is_spelled_as_in_the_register(key: str) -> None:
    persona = EID[key]
    names = {(person.navn.former[0].fornavne, person.navn.former[0].efternavn) for person in REGISTER.persons}
    assert (persona["given_name"], persona["family_name"]) in names


def test_the_stories_told_of_aarhus_are_of_people_in_aarhus() -> None:
    for persona in (each for each in EID.values() if each["group"] == "aarhus"):
        (person,) = candidates(
            REGISTER.persons, persona["family_name"], persona["given_name"], persona["date_of_birth"]
        )
        assert person.aktuel_adresse is not None
        assert person.aktuel_adresse.kommunekode == "0751"


@pytest.mark.parametrize("key", [key for key in EID if "municipality" in EID[key]])
def test_who_is_sent_to_another_municipality_is_registered_there(key: str) -> None:
    persona = EID[key]
    found = found_as(persona)
    assert persona["municipality"] in {person.adresser[0].kommunekode for person in found} - {"0751"}


def test_everybody_who_lives_elsewhere_is_told_where_to_try() -> None:
    elsewhere = {key for key in EID if EID[key]["group"] == "elsewhere"}
    assert elsewhere < {key for key in EID if "municipality" in EID[key]}
    for key, persona in EID.items():
        found = found_as(persona)
        lives_elsewhere = [
            person for person in found if person.aktuel_adresse and person.aktuel_adresse.kommunekode != "0751"
        ]
        if len(found) == 1 and lives_elsewhere:
            assert "municipality" in persona, key


def test_the_shared_list_is_followed_to_the_letter() -> None:
    rows = shared("personas.csv")
    by_number = {person.personnummer: person for person in REGISTER.persons}
    assert len(rows) == 17
    for row in rows:
        person = by_number[row["personnummer"]]
        name = person.navn.former[0]
        assert (name.fornavne, name.efternavn) == (row["fornavne"], row["efternavn"])
        assert person.foedselsdato == date.fromisoformat(row["foedselsdato"])
        assert (person.koen, person.personstatus, person.aktuel_civilstand.type) == (
            row["koen"],
            row["personstatus"],
            row["civilstand"],
        )
        assert {address.kommunekode for address in person.adresser[:1]} == {row["kommunekode"]}
        assert person.protected(date(2026, 11, 24)) is (row["beskyttelse"] == "NAVNE_OG_ADRESSE")


@pytest.mark.parametrize("name", LISTS)
def test_the_words_of_a_record_are_those_of_cpr(name: str) -> None:
    listed = [row["value"] for row in shared("cpr_enums.csv") if row["enum"] == name]
    assert listed
    assert sorted(listed) == sorted(word.value for word in LISTS[name])


@PERSONS
def test_each_person_has_lived_somewhere_before(person: CprPerson) -> None:
    assert person.tidligere_adresser


@PERSONS
def test_addresses_that_count_follow_each_other_without_overlap(person: CprPerson) -> None:
    current = (person.aktuel_adresse,) if person.aktuel_adresse else ()
    rows = (*current, *person.tidligere_adresser)
    for later, earlier in pairwise(rows):
        assert earlier.virkning_til is not None
        assert earlier.virkning_til <= later.virkning_fra
    assert all(row.virkning_fra >= person.foedselsdato for row in rows)


@PERSONS
def test_no_number_can_belong_to_anybody(person: CprPerson) -> None:
    for number in (person.personnummer, *(row.personnummer for row in person.tidligere_personnumre)):
        assert sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True)) % 11
        assert (birth_date(number).day, birth_date(number).month) != (1, 1)
    assert (int(person.personnummer[-1]) % 2 == 1) is (person.koen is Koen.MAND)


def test_one_person_has_a_replacement_number() -> None:
    replaced = [person for person in REGISTER.persons if int(person.personnummer[:2]) > 60]
    assert [person.personstatus.value for person in replaced] == ["EJ_BOPAEL"]


def test_rows_that_must_not_show_are_there_to_be_left_out() -> None:
    addresses = {row.status for person in REGISTER.persons for row in person.adresser}
    civil = {row.status for person in REGISTER.persons for row in person.civilstand}
    for statuses in (addresses, civil):
        assert {Raekkestatus.RETTET, Raekkestatus.FORTRUDT} <= statuses


def test_a_person_can_have_several_numbers_names_and_citizenships() -> None:
    for several in ("tidligere_personnumre", "tidligere_navne"):
        assert any(getattr(person, several) for person in REGISTER.persons)
    assert any(len({row.landekode for row in person.statsborgerskab}) > 1 for person in REGISTER.persons)


@PERSONS
def test_civil_statuses_that_count_follow_each_other_without_a_gap(person: CprPerson) -> None:
    rows = (person.aktuel_civilstand, *person.tidligere_civilstande)
    for later, earlier in pairwise(rows):
        assert earlier.virkning_til == later.virkning_fra
    assert rows[-1].virkning_fra == person.foedselsdato


def test_the_shared_citizenships_are_followed() -> None:
    by_number = {person.personnummer: person for person in REGISTER.persons}
    for row in shared("personas.csv"):
        lands = [each.land for each in by_number[row["personnummer"]].statsborgerskab if each.status == "AKTUEL"]
        assert lands == ([] if row["statsborgerskab"] == "ukendt" else [row["statsborgerskab"]])


def test_a_child_with_two_homes_has_two_holders_of_custody_who_were_married() -> None:
    (child,) = (person for person in REGISTER.persons if person.foraeldremyndighed)
    mother, father = (REGISTER.person(key) for key in child.custody_holders(date(2026, 11, 24)))
    assert {row.hos for row in child.delt_bopael} == {father.id}
    assert mother.tidligere_civilstande[0].aegtefaelle == father.id
    assert father.tidligere_civilstande[0].aegtefaelle == mother.id


def announced(kind: str) -> list[dict[str, Any]]:
    """All tables of a kind in the files of the directories that are about Danish evidence types."""
    files = sorted(Path(ROOT, "oots/common_services/data").glob("*.toml"))
    tables = [table for file in files for table in toml(str(file.relative_to(ROOT))).get(kind, ())]
    return [table for table in tables if "/DK/" in table.get("evidence_type", table["identifier"])]


@pytest.mark.parametrize("table", announced("evidence_type"))
def test_evidence_types_bear_the_titles_that_the_directories_give(table: dict[str, Any]) -> None:
    titles = OFFERS[table["identifier"]].evidence_type.titles
    assert titles == tuple(Text(lang, value) for lang, value in table["titles"].items())


@pytest.mark.parametrize("table", announced("data_service"))
def test_each_data_service_announces_what_is_offered(table: dict[str, Any]) -> None:
    offer = OFFERS[table["evidence_type"]]
    assert offer.minimum_assurance.value == table["level_of_assurance"]
    forms = [(each["format"], tuple(each["languages"]), each.get("conforms_to")) for each in table["distribution"]]
    assert forms == [(each.format, each.languages, each.conforms_to) for each in offer.distributions]


def test_the_directories_know_each_type_that_is_offered() -> None:
    assert {table["identifier"] for table in announced("evidence_type")} == OFFERS.keys()
    assert {table["evidence_type"] for table in announced("data_service")} == OFFERS.keys()
