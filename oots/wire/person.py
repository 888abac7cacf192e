"""`sdg:Person` and `sdg:LegalPerson`: evidence subjects and representatives (TDD 4.5.1)."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.identifiers import Identifier
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, SectorSpecificAttribute, Subject
from oots.wire.agent import read_address, write_address
from oots.wire.profile import Profile
from oots.wire.reader import Reader
from oots.wire.writer import identifier, optional, sdg, sdg_identifier

EIDAS: Final = re.compile("eidas")
EIDAS_IDENTIFIER: Final = re.compile(r"[A-Z]{2}/[A-Z]{2}/.{6,256}")
LEGAL_SCHEME: Final = re.compile("VAT|TAX|BusinessCode|LEI|EORI|SEED|SIC")

_FURTHER: Final = (
    "Nationality",
    "CountryOfBirth",
    "TownOfBirth",
    "CountryOfResidence",
    "PhoneNumber",
    "EmailAddress",
)
"""The attributes that came with EDM 1.2."""
_PERSON: Final = (
    "LevelOfAssurance",
    "Identifier",
    "FamilyName",
    "GivenName",
    "DateOfBirth",
    "BirthName",
    "PlaceOfBirth",
    "CurrentAddress",
    "Gender",
    "SectorSpecificAttribute",
)
_LEGAL_PERSON: Final = (
    "LevelOfAssurance",
    "Identifier",
    "LegalPersonIdentifier",
    "LegalName",
    "RegisteredAddress",
    "SectorSpecificAttribute",
)


def write_person(person: NaturalPerson) -> etree._Element:
    """`sdg:Person` with everything that the model says."""
    return sdg(
        "Person",
        *_write_assurance(person.level_of_assurance),
        *_write_names(person),
        *optional("BirthName", person.birth_name),
        *optional("PlaceOfBirth", person.place_of_birth),
        *([write_address("CurrentAddress", person.current_address)] if person.current_address else []),
        *optional("Gender", person.gender),
        *optional("Nationality", person.nationality),
        *optional("CountryOfBirth", person.country_of_birth),
        *optional("TownOfBirth", person.town_of_birth),
        *optional("CountryOfResidence", person.country_of_residence),
        *optional("PhoneNumber", person.phone_number),
        *optional("EmailAddress", person.email_address),
        *(_write_attribute(attribute) for attribute in person.sector_attributes),
    )


def write_legal_person(person: LegalPerson) -> etree._Element:
    """`sdg:LegalPerson` with everything that the model says."""
    return sdg(
        "LegalPerson",
        *_write_assurance(person.level_of_assurance),
        *(identifier(other) for other in person.identifiers),
        *_write_legal_names(person),
        *([write_address("RegisteredAddress", person.registered_address)] if person.registered_address else []),
        *(_write_attribute(attribute) for attribute in person.sector_attributes),
    )


def names_of_attributes(subject: Subject) -> tuple[str, ...]:
    """The names of the elements that are written about this person, in their order; of a sector-specific attribute its
    own name."""
    written = write_person(subject) if isinstance(subject, NaturalPerson) else write_legal_person(subject)
    return tuple(str(child.findtext("{*}AttributeName") or etree.QName(child).localname) for child in written)


def write_natural_subject(person: NaturalPerson) -> etree._Element:
    """The person that evidence is about, with only what R-EDM-RESP-S041 allows to say."""
    return sdg("NaturalPerson", *_write_names(person), *optional("PlaceOfBirth", person.place_of_birth))


def write_legal_subject(person: LegalPerson) -> etree._Element:
    """The legal person that evidence is about, with only what R-EDM-RESP-S042 allows to say."""
    return sdg("LegalPerson", *_write_legal_names(person))


def read_person(reader: Reader, profile: Profile) -> NaturalPerson:
    """A person of a request, whose level of assurance is demanded; the only identifier scheme is `eidas`."""
    reader.only(*_PERSON, *(_FURTHER if profile.further_attributes else ()))
    address = reader.optional("CurrentAddress")
    return NaturalPerson(
        family_name=reader.text("FamilyName"),
        given_name=reader.text("GivenName"),
        date_of_birth=reader.day("DateOfBirth"),
        level_of_assurance=_read_assurance(reader),
        identifier=_read_identifier(reader),
        birth_name=reader.optional_text("BirthName"),
        place_of_birth=reader.optional_text("PlaceOfBirth"),
        current_address=read_address(address) if address else None,
        gender=reader.optional_text("Gender"),
        nationality=reader.optional_text("Nationality"),
        country_of_birth=reader.optional_text("CountryOfBirth"),
        town_of_birth=reader.optional_text("TownOfBirth"),
        country_of_residence=reader.optional_text("CountryOfResidence"),
        phone_number=reader.optional_text("PhoneNumber"),
        email_address=reader.optional_text("EmailAddress"),
        sector_attributes=_read_attributes(reader),
    )


def read_legal_person(reader: Reader) -> LegalPerson:
    """A legal person of a request, whose level of assurance is demanded."""
    reader.only(*_LEGAL_PERSON)
    address = reader.optional("RegisteredAddress")
    return LegalPerson(
        legal_person_identifier=_read_legal_identifier(reader),
        legal_name=reader.text("LegalName"),
        level_of_assurance=_read_assurance(reader),
        identifiers=tuple(
            Identifier(other.attribute_like("schemeID", LEGAL_SCHEME), other.value)
            for other in reader.many("Identifier")
        ),
        registered_address=read_address(address) if address else None,
        sector_attributes=_read_attributes(reader),
    )


def read_legal_subject(reader: Reader) -> LegalPerson:
    """The legal person that evidence is about; whatever else a version lets pass is not kept."""
    reader.only("LegalPersonIdentifier", "LegalName", unruled=_LEGAL_PERSON)
    return LegalPerson(_read_legal_identifier(reader), reader.text("LegalName"))


def read_natural_subject(reader: Reader) -> NaturalPerson:
    """The person that evidence is about; whatever else a version lets pass is not kept."""
    reader.only("Identifier", "FamilyName", "GivenName", "DateOfBirth", "PlaceOfBirth", unruled=_PERSON)
    return NaturalPerson(
        family_name=reader.text("FamilyName"),
        given_name=reader.text("GivenName"),
        date_of_birth=reader.day("DateOfBirth"),
        identifier=_read_identifier(reader),
        place_of_birth=reader.optional_text("PlaceOfBirth"),
    )


def _write_assurance(level: LevelOfAssurance | None) -> list[etree._Element]:
    return optional("LevelOfAssurance", level.value if level else None)


def _write_names(person: NaturalPerson) -> list[etree._Element]:
    return [
        *([sdg_identifier("Identifier", "eidas", person.identifier)] if person.identifier else []),
        sdg("FamilyName", person.family_name),
        sdg("GivenName", person.given_name),
        sdg("DateOfBirth", person.date_of_birth.isoformat()),
    ]


def _write_legal_names(person: LegalPerson) -> list[etree._Element]:
    return [
        sdg_identifier("LegalPersonIdentifier", "eidas", person.legal_person_identifier),
        sdg("LegalName", person.legal_name),
    ]


def _write_attribute(attribute: SectorSpecificAttribute) -> etree._Element:
    return sdg(
        "SectorSpecificAttribute",
        sdg("AttributeName", attribute.name),
        sdg("AttributeURI", attribute.uri),
        sdg("AttributeValue", attribute.value),
    )


def read_level_of_assurance(found: Reader) -> LevelOfAssurance:
    """A code of the list LevelsOfAssurance; the eIDAS URIs are not compared, since one is misspelt in old lists."""
    try:
        return LevelOfAssurance(found.value)
    except ValueError:
        raise found.fault(f"{found.name}=", f"{found.name} is not a level of assurance") from None


def _read_assurance(reader: Reader) -> LevelOfAssurance:
    return read_level_of_assurance(reader.one("LevelOfAssurance"))


def _read_identifier(reader: Reader) -> str | None:
    found = reader.optional("Identifier")
    return _read_eidas(found) if found else None


def _read_legal_identifier(reader: Reader) -> str:
    return _read_eidas(reader.one("LegalPersonIdentifier"))


def _read_eidas(found: Reader) -> str:
    found.attribute_like("schemeID", EIDAS)
    return found.value_like(EIDAS_IDENTIFIER)


def _read_attributes(reader: Reader) -> tuple[SectorSpecificAttribute, ...]:
    return tuple(
        SectorSpecificAttribute(
            name=found.text("AttributeName"),
            uri=found.text("AttributeURI"),
            value=found.text("AttributeValue"),
        )
        for found in reader.many("SectorSpecificAttribute")
    )
