"""The invented persons who can sign in at the stand-in, read from `personas.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from oots.model.person import LevelOfAssurance
from oots.web.words import Words

FILE = Path(__file__).parent / "personas.toml"


@dataclass(frozen=True, slots=True)
class Represented:
    """The person for whom a persona acts: what the node says of her. `identifier` as for personas."""

    given_name: str
    family_name: str
    date_of_birth: date
    country: str
    identifier: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class RepresentedCompany:
    """The company for which a persona acts; `identifier` is the third part of the eIDAS one, its national number."""

    legal_name: str
    country: str
    identifier: str

    @property
    def name(self) -> str:
        return self.legal_name


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person with the eIDAS attributes; `story` says what to expect of the demo.

    `municipality` is the kommunekode of the one that can answer, where that is not Aarhus.
    `country` issued the eID; `identifier` is the opaque third part of the eIDAS identifier, no national number.
    `current_address` is in the parts that eIDAS knows (`Thoroughfare`, `PostCode`, …).
    """

    key: str
    group: str
    given_name: str
    family_name: str
    date_of_birth: date
    country: str
    identifier: str
    level: LevelOfAssurance
    story: Words
    municipality: str | None = None
    birth_name: str | None = None
    place_of_birth: str | None = None
    gender: str | None = None
    nationality: str | None = None
    current_address: Mapping[str, str] | None = None
    represents: Represented | RepresentedCompany | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".removeprefix("- ")


@dataclass(frozen=True, slots=True)
class Group:
    """Personas whose stories belong together."""

    title: Words
    personas: tuple[Persona, ...]


def load(path: Path = FILE) -> tuple[Group, ...]:
    """The groups in the order of the file; KeyError or ValueError if an entry is incomplete."""
    data = tomllib.loads(path.read_text("utf-8"))
    entries = data["persona"]
    personas = [
        _acting(key, entry, entries) if "acts_as" in entry else Persona(**(entry | _read(key, entry)))
        for key, entry in entries.items()
    ]
    return tuple(
        Group(Words(*title), tuple(persona for persona in personas if persona.group == group))
        for group, title in data["groups"].items()
    )


def by_key(groups: tuple[Group, ...]) -> Mapping[str, Persona]:
    return {persona.key: persona for group in groups for persona in group.personas}


def _acting(key: str, entry: dict[str, Any], entries: Mapping[str, dict[str, Any]]) -> Persona:
    """An entry that `acts_as` another persona is that one, acting for somebody."""
    acting = {name: value for name, value in entries[entry["acts_as"]].items() if name != "municipality"}
    whole = acting | entry
    del whole["acts_as"]
    return Persona(**(whole | _read(key, whole) | {"represents": _represented(entry["represents"], entries)}))


def _read(key: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "level": LevelOfAssurance(entry["level"]), "story": Words(*entry["story"])}


def _represented(said: str | dict[str, Any], entries: Mapping[str, dict[str, Any]]) -> Represented | RepresentedCompany:
    """Whom an entry represents: another persona by her key, or somebody who cannot sign in here."""
    if isinstance(said, str):
        return Represented(**{field.name: entries[said][field.name] for field in fields(Represented)})
    return RepresentedCompany(**said) if "legal_name" in said else Represented(**said)
