"""What a request says about a person, in the words of everyday life: read from the very XML that will be sent."""

from __future__ import annotations

from oots.model.person import NaturalPerson, Subject
from oots.web.words import Words
from oots.wire.person import names_of_attributes

_WORDS = {
    "LevelOfAssurance": Words("hvor sikkert login er (sikringsniveau)", "how sure the sign-in is (level of assurance)"),
    "Identifier": Words("eIDAS-identifikator", "eIDAS identifier"),
    "FamilyName": Words("efternavn", "family name"),
    "GivenName": Words("fornavn", "given name"),
    "DateOfBirth": Words("fødselsdato", "date of birth"),
    "BirthName": Words("navn ved fødslen", "name at birth"),
    "PlaceOfBirth": Words("fødested", "place of birth"),
    "CurrentAddress": Words("nuværende adresse", "current address"),
    "Gender": Words("køn", "gender"),
    "Nationality": Words("statsborgerskab", "nationality"),
    "CountryOfBirth": Words("fødeland", "country of birth"),
    "TownOfBirth": Words("fødeby", "town of birth"),
    "CountryOfResidence": Words("bopælsland", "country of residence"),
    "PhoneNumber": Words("telefonnummer", "phone number"),
    "EmailAddress": Words("e-mailadresse", "email address"),
    "LegalPersonIdentifier": Words("virksomhedens eIDAS-identifikator", "the company's eIDAS identifier"),
    "LegalName": Words("virksomhedens navn", "the company's name"),
    "RegisteredAddress": Words("virksomhedens adresse", "the company's address"),
}
_COMPANY_NUMBER = Words("virksomhedens andre numre", "other numbers of the company")


def attributes_sent(subject: Subject) -> tuple[Words, ...]:
    """The name of each attribute that a request carries about this person, in the order of the message."""
    words = _WORDS if isinstance(subject, NaturalPerson) else _WORDS | {"Identifier": _COMPANY_NUMBER}
    return tuple(dict.fromkeys(words.get(name) or Words(name, name) for name in names_of_attributes(subject)))
