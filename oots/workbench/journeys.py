"""The thirteen journeys of the deck, its ways of implementing and its criteria, read from `data/journeys.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from oots.web.said import Said

FILE = Path(__file__).parent / "data" / "journeys.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(StrEnum):
    """What a firm is to a solution."""

    VENDOR = "vendor"
    CONTRACT_HOLDER = "contract-holder"
    VARIES = "varies"


class Solution(_Strict):
    """A self-service solution of the deck as a source of evidence: its name, and whose it is."""

    name: str
    party: str | None = None
    role: Role


class Journey(_Strict):
    """A row of the deck, with what the prototype adds: what can be exchanged, and what the EU lacks for it."""

    title: Said
    annex_1: str = ""
    annex_2: str = ""
    procedure: str | None = None
    access_to_self_service: bool = False
    payment: str = ""
    solutions: tuple[Solution, ...] = ()
    evidence: Said | None = None
    eu_lacks: Said | None = None
    counted: bool = True


class Part(_Strict):
    """Something else that the deck names, with its place in the prototype."""

    name: Said
    place: Said
    kind: Literal["stand-in", "topology", "path", "link"]
    link: str | None = None


class Deck(_Strict):
    """Everything that the deck names, by keys that stand in files and forms."""

    journey: Mapping[str, Journey]
    path: Mapping[str, Said]
    criterion: Mapping[str, Said]
    part: Mapping[str, Part]

    @property
    def thirteen(self) -> dict[str, Journey]:
        return {key: journey for key, journey in self.journey.items() if journey.counted}


@cache
def deck() -> Deck:
    """Raises ValidationError where the file is not as it should be."""
    return Deck.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
