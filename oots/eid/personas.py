"""The invented persons who can sign in at the stand-in, read from `personas.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from oots.model.person import LevelOfAssurance
from oots.web.words import Words

FILE = Path(__file__).parent / "personas.toml"


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person with the eIDAS attributes; `story` says what to expect of the demo.

    `municipality` is the kommunekode of the one that can answer, where it is not the one of the demo as it starts.
    `country` issued the eID; `identifier` is the opaque third part of the eIDAS identifier, no national number.
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

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Group:
    """Personas whose stories belong together."""

    title: Words
    personas: tuple[Persona, ...]


def load(path: Path = FILE) -> tuple[Group, ...]:
    """The groups in the order of the file; KeyError or ValueError if an entry is incomplete."""
    data = tomllib.loads(path.read_text("utf-8"))
    personas = [_persona(key, entry) for key, entry in data["persona"].items()]
    return tuple(
        Group(Words(*title), tuple(persona for persona in personas if persona.group == group))
        for group, title in data["groups"].items()
    )


def by_key(groups: tuple[Group, ...]) -> Mapping[str, Persona]:
    return {persona.key: persona for group in groups for persona in group.personas}


def _persona(key: str, entry: dict[str, Any]) -> Persona:
    changed = {"key": key, "level": LevelOfAssurance(entry["level"]), "story": Words(*entry["story"])}
    return Persona(**(entry | changed))
