"""Evidence subjects and their representatives, with the eIDAS attributes (`sdg:Person`, `sdg:LegalPerson`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from oots.model.agent import Address
from oots.model.identifiers import Identifier


class LevelOfAssurance(Enum):
    """eIDAS levels of assurance; the value is the code, `rank` orders them."""

    LOW = "Low"
    SUBSTANTIAL = "Substantial"
    HIGH = "High"

    @property
    def rank(self) -> int:
        return list(LevelOfAssurance).index(self)

    def reaches(self, minimum: LevelOfAssurance) -> bool:
        return self.rank >= minimum.rank


@dataclass(frozen=True, slots=True)
class SectorSpecificAttribute:
    """`sdg:SectorSpecificAttribute`."""

    name: str
    uri: str
    value: str


@dataclass(frozen=True, slots=True)
class NaturalPerson:
    """`sdg:Person`. `identifier` is the eIDAS one, `CC/CC/…` (identity country / requesting country / value)."""

    family_name: str
    given_name: str
    date_of_birth: date
    level_of_assurance: LevelOfAssurance | None = None
    identifier: str | None = None
    birth_name: str | None = None
    place_of_birth: str | None = None
    current_address: Address | None = None
    gender: str | None = None
    nationality: str | None = None
    country_of_birth: str | None = None
    town_of_birth: str | None = None
    country_of_residence: str | None = None
    phone_number: str | None = None
    email_address: str | None = None
    sector_attributes: tuple[SectorSpecificAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalPerson:
    """`sdg:LegalPerson`. `legal_person_identifier` is the eIDAS one; `identifiers` are VAT, LEI, EORI and so on."""

    legal_person_identifier: str
    legal_name: str
    level_of_assurance: LevelOfAssurance | None = None
    identifiers: tuple[Identifier, ...] = ()
    registered_address: Address | None = None
    sector_attributes: tuple[SectorSpecificAttribute, ...] = ()


Subject = NaturalPerson | LegalPerson


def identifier_of(person: Subject | None) -> str | None:
    """The eIDAS identifier; None for nobody."""
    if person is None:
        return None
    return person.identifier if isinstance(person, NaturalPerson) else person.legal_person_identifier
