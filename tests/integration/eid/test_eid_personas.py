"""The invented persons of the stand-in."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from oots.abroad.records import load_records
from oots.eid.personas import Represented, RepresentedCompany, by_key, load
from oots.model.person import LevelOfAssurance

PERSONAS = by_key(load())
SHARED = Path(__file__).parents[3].parent / "shared" / "domain" / "data" / "personas.csv"
CANNOT_SIGN_IN = {"Døde Dahl", "Barn Mikkelsen"}


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS.keys())
def test_each_persona_tells_its_story_in_both_languages(persona: object) -> None:
    story = getattr(persona, "story", None)
    assert story is not None
    assert story.danish.endswith(".")
    assert story.english.endswith(".")
    assert story.danish != story.english


def test_identifiers_are_opaque_and_differ() -> None:
    identifiers = [persona.identifier for persona in PERSONAS.values() if persona.represents is None]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"[0-9a-f]{20}", identifier) for identifier in identifiers)


def test_no_identifier_holds_a_birth_date() -> None:
    for persona in PERSONAS.values():
        assert persona.date_of_birth.strftime("%d%m%y") not in persona.identifier


def test_one_persona_signs_in_at_level_low() -> None:
    assert [persona.key for persona in PERSONAS.values() if persona.level is LevelOfAssurance.LOW] == ["lav"]


def test_who_stands_in_the_shared_list_and_can_sign_in_is_spelled_as_there() -> None:
    if not SHARED.is_file():
        pytest.skip("the shared list of personas is not here")
    with SHARED.open(encoding="utf-8", newline="") as file:
        wanted = {(row["fornavne"], row["efternavn"], row["foedselsdato"]) for row in csv.DictReader(file)}
    there = {(each.given_name, each.family_name, each.date_of_birth.isoformat()) for each in PERSONAS.values()}
    assert {entry for entry in wanted if f"{entry[0]} {entry[1]}" not in CANNOT_SIGN_IN} <= there


def test_only_people_of_another_municipality_name_theirs() -> None:
    assert PERSONAS["uffe"].municipality == "0607"
    assert PERSONAS["solvej"].municipality is None


def test_who_acts_for_another_is_a_persona_who_can_also_act_for_herself() -> None:
    alone = {persona.identifier for persona in PERSONAS.values() if persona.represents is None}
    acting = [persona for persona in PERSONAS.values() if persona.represents is not None]
    assert len(acting) >= 8
    assert {persona.identifier for persona in acting} <= alone
    assert {type(persona.represents) for persona in acting} == {Represented, RepresentedCompany}


def test_a_child_is_the_same_whoever_acts_for_it() -> None:
    assert PERSONAS["mor-for-barn"].represents == PERSONAS["far-for-barn"].represents
    assert PERSONAS["mor-for-barn"].represents == PERSONAS["solvej-for-barn"].represents


def test_whoever_is_represented_by_key_is_that_persona() -> None:
    frida = PERSONAS["holger-for-frida"].represents
    assert isinstance(frida, Represented)
    assert frida.identifier == PERSONAS["frida"].identifier
    assert (frida.name, frida.date_of_birth) == (PERSONAS["frida"].name, PERSONAS["frida"].date_of_birth)


def test_two_and_more_people_move_to_denmark_from_lithuania() -> None:
    moving = [each for each in PERSONAS.values() if each.group == "abroad" and each.country == "LT"]
    assert len({each.identifier for each in moving}) >= 3


def test_one_name_alone_is_shown_alone() -> None:
    assert PERSONAS["suryani"].name == "Suryani"
    assert PERSONAS["solvej"].name == "Solvej Prøvesen"


def test_who_moves_from_lithuania_is_in_the_registry_there() -> None:
    known = {(each.given_name, each.family_name, each.date_of_birth) for each in load_records().persons.values()}
    moving = [each for each in PERSONAS.values() if each.group == "abroad" and each.country == "LT"]
    assert {(each.given_name, each.family_name, each.date_of_birth) for each in moving} <= known
    children = [each.represents for each in moving if isinstance(each.represents, Represented)]
    assert children
    assert {(each.given_name, each.family_name, each.date_of_birth) for each in children} <= known
