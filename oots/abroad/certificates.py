"""What the registry abroad issues: evidence types as data, with the fields of each."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oots.abroad.records import Person, Records
from oots.model.errors import ConfigurationError
from oots.model.evidence import Distribution, EvidenceType
from oots.model.issuing import Offer, Withheld
from oots.model.person import LevelOfAssurance
from oots.model.text import Text

FILE = Path(__file__).parent / "data" / "certificates.toml"
XML, PDF = "application/xml", "application/pdf"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldOf(_Table):
    """One field: its XML element, its labels in the own language of the country, in English and in Danish, and where
    its value stands in a record (`civil_status.since`)."""

    element: Annotated[str, Field(pattern="^[A-Z][A-Za-z]*$")]
    own: str
    en: str
    da: str
    value: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]


class WithheldField(_Table):
    """What the registry knows and does not send."""

    field: str
    because: dict[str, str]


class Certificate(_Table):
    """`[[certificate]]` of the registry of a country, whose code is also that of its language; `data_model` is also the
    namespace of its XML."""

    country: Literal["LT", "DE"]
    id: str
    classification: str
    data_model: str
    root: str
    titles: dict[str, str]
    procedures: tuple[str, ...]
    field: Annotated[tuple[FieldOf, ...], Field(min_length=1)]
    withheld: tuple[WithheldField, ...] = ()

    @property
    def part(self) -> str:
        """The part of a record that it attests."""
        return self.field[0].value.partition(".")[0]

    @property
    def xml_distribution(self) -> Distribution:
        return Distribution(XML, (self.country,), self.data_model)

    @property
    def pdf_distribution(self) -> Distribution:
        return Distribution(PDF, (self.country, "EN"))

    @property
    def title(self) -> str:
        """What it is called at home."""
        return self.titles[self.country]

    @property
    def offer(self) -> Offer:
        texts = tuple(Text(lang, value) for lang, value in self.titles.items())
        return Offer(
            EvidenceType(self.classification, texts),
            (self.xml_distribution, self.pdf_distribution),
            LevelOfAssurance.SUBSTANTIAL,
            self.procedures,
            without_preview=False,
        )

    @property
    def kept_back(self) -> tuple[Withheld, ...]:
        return tuple(
            Withheld(each.field, tuple(Text(lang, value) for lang, value in each.because.items()))
            for each in self.withheld
        )

    def values(self, person: Person, records: Records) -> tuple[tuple[FieldOf, tuple[str, ...]], ...]:
        """The fields that the record fills, each with its values as they are written."""
        held = ((field, _written(_value(person, field.value), records)) for field in self.field)
        return tuple((field, values) for field, values in held if values)


class _File(_Table):
    certificate: tuple[Certificate, ...]


@cache
def certificates() -> dict[str, Certificate]:
    """All of them, by classification URL; raises ConfigurationError."""
    try:
        content = _File.model_validate(tomllib.loads(FILE.read_text("utf-8")))
    except ValidationError as faults:
        raise ConfigurationError(
            *(f"{FILE.name}: {fault['loc']}: {fault['msg']}" for fault in faults.errors())
        ) from None
    return {certificate.classification: certificate for certificate in content.certificate}


def _value(person: Person, path: str) -> object:
    part, _, name = path.partition(".")
    return getattr(getattr(person, part), name)


def _written(value: object, records: Records) -> tuple[str, ...]:
    """As many texts as the field has values; keys of persons become their names."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return tuple(records.persons[each].name if each in records.persons else str(each) for each in value)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (value.isoformat() if isinstance(value, date) else str(value),)
