"""The data models of evidence that can be judged here: their schema, and whom a document of them is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import string, tidy

_NAMED: Final = re.compile(
    r"https://sr(\.acc)?\.oots\.tech(\.ec)?\.europa\.eu/(datamodels|distributions)/(?P<name>[^?#]+)"
)
"""A data model of the Semantic Repository, by any host and family that a version gives it."""
_BOPAELSATTEST: Final = "dk-bopaelsattest-1.0"


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


def _attested(document: etree._Element) -> Person | None:
    namespace = etree.QName(document).namespace
    person = document.find(f"{{{namespace}}}Person")
    if person is None:
        return None
    found = {etree.QName(each).localname: tidy(string(each)) for each in person.iterchildren(etree.Element)}
    return Person(*(found.get(name, "") for name in ("Fornavne", "Efternavn", "Foedselsdato")))


_MODELS: Final[Mapping[str, DataModel]] = {_BOPAELSATTEST: DataModel("bopaelsattest", _attested)}


def data_model(url: str) -> DataModel | None:
    """The model that a `ConformsTo` names, if it is known here."""
    named = _NAMED.fullmatch(url)
    return None if named is None else _MODELS.get(named["name"])
