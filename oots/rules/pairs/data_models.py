"""The data models of evidence that can be judged here: their schema, and whom a document of them is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from lxml import etree

from oots.rules.checks.asking import string, tidy
from oots.wire.schema import PROFILES

_NAMED: Final = re.compile(
    r"https://sr(\.acc)?\.oots\.tech(\.ec)?\.europa\.eu/(datamodels|distributions)/(?P<name>[^?#]+)"
)
"""A data model of the Semantic Repository, by any host and family that a version gives it."""
_SCHEMAS: Final[Mapping[str, str]] = {"dk-bopaelsattest-1.0": "bopaelsattest"}
"""By the name of the model, where the schema is called otherwise."""
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "reg-2016-1191-annex-x-1.0": (
        "Body/ConcernedPerson/Forename",
        "Body/ConcernedPerson/Surname",
        "Body/ConcernedPerson/DateOfBirth",
    ),
    "de4a-domicile-registration-1.7": (
        "CertifiesDomicile/Inhabitant/PersonName/GivenName",
        "CertifiesDomicile/Inhabitant/PersonName/FamilyName",
        "CertifiesDomicile/Inhabitant/DateOfBirth",
    ),
    "eudi-certificate-of-residence-1.0": ("given_name", "family_name", "birth_date"),
}
"""By the name of the model: where given name, family name and date of birth stand below the root."""
_OURS: Final = ("Person/Fornavne", "Person/Efternavn", "Person/Foedselsdato")


@dataclass(frozen=True, slots=True)
class Person:
    """The person in a document, as its issuer knows them."""

    given_name: str
    family_name: str
    date_of_birth: str


@dataclass(frozen=True, slots=True)
class DataModel:
    """`schema` is a key of `wire.schema.PROFILES`; `person` finds the person in a document that may be broken."""

    schema: str
    person: Callable[[etree._Element], Person | None]


def _person_at(places: tuple[str, ...], document: etree._Element) -> Person | None:
    """Whom the document is about; None for one about no natural person."""
    holders = [_below(document, place) for place in places]
    if all(holder is None for holder in holders) and _below(document, places[0].rpartition("/")[0]) is None:
        return None
    return Person(*map(_said, holders))


def _below(document: etree._Element, path: str) -> etree._Element | None:
    namespace = etree.QName(document).namespace
    return document.find("/".join(f"{{{namespace}}}{name}" for name in path.split("/") if name) or ".")


def _said(holder: etree._Element | None) -> str:
    """The value; parts of a date (year, month, day) make one."""
    if holder is None:
        return ""
    parts = [tidy(string(part)) for part in holder.iterchildren(etree.Element)]
    return "-".join(part.zfill(2) for part in parts) if parts else tidy(string(holder))


def data_model(url: str) -> DataModel | None:
    """The model that a `ConformsTo` names, if it is known here."""
    named = _NAMED.fullmatch(url)
    name = "" if named is None else named["name"]
    schema = _SCHEMAS.get(name, name)
    known = schema in PROFILES and (schema in _SCHEMAS.values() or PROFILES[schema].startswith("dk/"))
    return DataModel(schema, partial(_person_at, _PLACES.get(name, _OURS))) if known else None
