"""Whether two spellings can be one name: tolerant of what registers, keyboards and eIDAS nodes do to letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from oots.denmark.cpr import FuldtNavn, Navn

_STROKES = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "œ": "oe", "æ": "ae"})
_TWO_LETTERS = str.maketrans({"ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "ü": "ue"})
_ONE_LETTER = str.maketrans({"ø": "o"})
_BETWEEN_WORDS = re.compile(r"[\s\-\u2010\u2011\u2013]+")
_APOSTROPHES = re.compile(r"['’`´.]")


def could_be(navn: Navn, family_name: str, given_name: str) -> bool:
    """Whether the register's name can be the one given: all of it, without the middle name, or first name alone."""
    given, family = _spellings(given_name), _spellings(family_name)
    return any(given & _spellings(first) and family & _spellings(last) for first, last in _pairs(navn.former))


def _pairs(forms: Iterable[FuldtNavn]) -> Iterator[tuple[str, str]]:
    """Given and family name in each way in which another state may divide them."""
    for form in forms:
        for given in (form.fornavne, form.fornavne.split()[0]):
            yield given, form.efternavn
            if form.mellemnavn:
                yield given, f"{form.mellemnavn} {form.efternavn}"
                yield f"{given} {form.mellemnavn}", form.efternavn


def _spellings(name: str) -> frozenset[str]:
    """The name without case, diacritics and hyphens: once with ø, å, ä, ö, ü as two letters, once as one."""
    letters = unicodedata.normalize("NFC", name).casefold().translate(_STROKES)
    spellings = (_plain(letters.translate(_TWO_LETTERS)), _plain(letters.translate(_ONE_LETTER)))
    return frozenset(spelling for spelling in spellings if spelling)


def _plain(letters: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letters)
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", kept)).strip()
