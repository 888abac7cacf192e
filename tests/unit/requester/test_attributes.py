"""The attributes that a person is told of are those that the message carries."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from oots.model.agent import Address
from oots.model.identifiers import Identifier
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, SectorSpecificAttribute
from oots.requester.attributes import attributes_sent

LEAST = NaturalPerson("Prøvesen", "Astrid", date(1961, 2, 3))
COMPANY = LegalPerson("DK/LT/12345678", "Opdigtet Byg ApS")
MORE: dict[str, object] = {
    "level_of_assurance": LevelOfAssurance.HIGH,
    "identifier": "DK/LT/astrid",
    "current_address": Address("DK"),
    "sector_attributes": (SectorSpecificAttribute("role", "urn:specimen:role", "parent"),),
}


def named(person: NaturalPerson | LegalPerson) -> list[str]:
    return [words.english for words in attributes_sent(person)]


def test_the_least_person_sends_names_and_date_of_birth() -> None:
    assert named(LEAST) == ["family name", "given name", "date of birth"]


@pytest.mark.parametrize("name", [field.name for field in fields(NaturalPerson)][3:])
def test_each_further_attribute_of_a_person_is_told_when_it_is_sent(name: str) -> None:
    told = set(named(replace(LEAST, **{name: MORE.get(name, "X")})))  # type: ignore[arg-type]
    assert len(told - set(named(LEAST))) == 1


def test_a_company_tells_of_its_own() -> None:
    assert named(COMPANY) == ["the company's eIDAS identifier", "the company's name"]
    more = replace(
        COMPANY, identifiers=(Identifier("VATRegistration", "DK12345678"),), registered_address=Address("DK")
    )
    assert set(named(more)) - set(named(COMPANY)) == {"other numbers of the company", "the company's address"}
