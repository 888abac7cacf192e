"""What a review goes through: 26 architecture rules and the duties of the once-only system, from `data/items.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from oots.web.said import Said
from oots.web.words import Words

FILE: Final = Path(__file__).parent / "data" / "items.toml"


class Origin(StrEnum):
    """Whose it is: a common public rule, one of the municipalities, or a duty of the once-only system."""

    FDA = "FDA"
    FK = "FK"
    OOTS = "OOTS"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One rule or duty. `title` is None for the rule that is not known from public sources; `asks` is what a duty asks
    of an exchange, and `articles` where it stands in law."""

    part: str
    origin: Origin
    principle: str | None = None
    title: Said | None = None
    asks: Said | None = None
    articles: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.title is not None


class Catalogue(_Strict):
    """Every item by its key, in order; a part of the form holds the items of one perspective."""

    perspective: Mapping[str, Said]
    principle: Mapping[str, Said]
    item: Mapping[str, Item]

    def of_part(self, part: str) -> dict[str, Item]:
        return {key: item for key, item in self.item.items() if item.part == part}

    @property
    def required(self) -> tuple[str, ...]:
        """What must be answered before a review can be signed as verified: all but what nobody knows the title of."""
        return tuple(key for key, item in self.item.items() if item.is_known)


@cache
def catalogue() -> Catalogue:
    """Raises ValidationError where the file is not as it should be."""
    return Catalogue.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


_UNKNOWN: Final = Words(
    "Den fjerde fælleskommunale regel: titlen kendes ikke fra offentlige kilder",
    "The fourth municipal rule: its title is not known from public sources",
)


def number_of(key: str) -> str:
    """How an item is called in short: the number of a rule; nothing for a duty."""
    return key if key[0].isdigit() else "?" if key == "unknown" else ""


def title_of(key: str) -> Words:
    """The title of an item, or that it is not known."""
    title = catalogue().item[key].title
    return title.words if title else _UNKNOWN


def called(key: str) -> Words:
    """Number and title of an item."""
    number, title = number_of(key), title_of(key)
    return Words(f"{number} {title.danish}".strip(), f"{number} {title.english}".strip())
