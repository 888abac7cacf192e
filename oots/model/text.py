"""Text in one language, as `sdg:Name`, `sdg:Title` and `rim:LocalizedString` carry it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """`lang` is an ISO 639-1 code in upper case (`DA`, `EN`)."""

    lang: str
    value: str


def in_language(texts: Iterable[Text], lang: str) -> str:
    """The value in `lang` (any case), else in English, else the first one; empty when there is none."""
    known = {text.lang.upper(): text.value for text in reversed(tuple(texts))}
    wanted = known.get(lang.upper()) or known.get("EN")
    return wanted if wanted is not None else next(reversed(known.values()), "")
