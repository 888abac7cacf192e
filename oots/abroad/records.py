"""The people of the registry abroad, out of a file that is checked when it is read."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oots.model.errors import ConfigurationError

STANDARD_FILE = Path(__file__).parent / "data" / "persons.toml"
Wording = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CivilStatus(_Table):
    """`archived` are days on which a certificate was issued that is still held."""

    status: Literal["single", "married", "divorced", "widowed"]
    since: date | None = None
    dissolved: date | None = None
    archived: tuple[date, ...] = ()


class Birth(_Table):
    """Where, and to whom."""

    place: Wording
    parents: Annotated[tuple[Wording, ...], Field(min_length=1)]


class Custody(_Table):
    """Over `children`, or of a child by `holders`; both are keys of persons."""

    children: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    kind: Literal["joint", "sole"]
    since: date


class Household(_Table):
    """How many live together; their names are nobody's business."""

    adults: Annotated[int, Field(ge=1)]
    children: Annotated[int, Field(ge=0)]


class Income(_Table):
    """Of the household in a year, in whole euro; `annual` never leaves the registry."""

    year: int
    annual: Annotated[int, Field(ge=0)]
    threshold: Annotated[int, Field(ge=0)]

    @property
    def below(self) -> bool:
        return self.annual < self.threshold


class Person(_Table):
    """One person, as far as the registry of that country knows them."""

    country: Literal["LT", "DE"]
    key: Annotated[str, Field(pattern="^[a-z0-9-]+$")]
    given_name: Wording
    family_name: Wording
    date_of_birth: date
    civil_status: CivilStatus | None = None
    birth: Birth | None = None
    custody: Custody | None = None
    household: Household | None = None
    income: Income | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class _File(_Table):
    person: Annotated[tuple[Person, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Records:
    """All persons, by key."""

    persons: dict[str, Person]

    def person(self, key: str) -> Person:
        """The record with this key; raises LookupError."""
        return self.persons[key]

    def candidates(self, country: str, family_name: str, given_name: str, born: date) -> tuple[Person, ...]:
        """All of that country whom these attributes can mean, without regard to case and diacritics."""
        wanted = _plain(given_name), _plain(family_name)
        return tuple(
            person
            for person in self.persons.values()
            if person.country == country
            and person.date_of_birth == born
            and (_plain(person.given_name), _plain(person.family_name)) == wanted
        )


def load_records(file: Path | None = None) -> Records:
    """The persons of a file, or of the packaged one; raises ConfigurationError that names every fault by its place."""
    source = file or STANDARD_FILE
    try:
        content = _File.model_validate(tomllib.loads(source.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise ConfigurationError(f"{source.name}: no readable TOML ({type(fault).__name__})") from None
    except ValidationError as error:
        raise ConfigurationError(*(f"{source.name}: {_said(fault['loc'])}: {fault['msg']}" for fault in error.errors()))  # noqa: B904  its text would show what stands in the record
    if faults := list(_contradictions(content.person)):
        raise ConfigurationError(*(f"{source.name}: {fault}" for fault in faults))
    return Records({person.key: person for person in content.person})


def _said(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _contradictions(persons: tuple[Person, ...]) -> Iterator[str]:
    keys = [person.key for person in persons]
    for number, person in enumerate(persons, 1):
        if person.key in keys[: number - 1]:
            yield f"person.{number}.key: {person.key} stands twice"
        named = (*person.custody.children, *person.custody.holders) if person.custody else ()
        for other in named:
            if other not in keys:
                yield f"person.{number}.custody: there is no person {other}"


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())
