"""Whether two spellings can be one name: tolerant of what registers, keyboards and eIDAS nodes do to letters.

Every comparison is made in full, whatever came of those before it: how long an answer takes tells nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from oots.denmark.cpr import FuldtNavn, Navn, Navnemarkering

_STROKES = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "œ": "oe", "æ": "ae"})
_TWO_LETTERS = str.maketrans({"ø": "oe", "å": "aa", "ö": "oe", "ä": "ae", "ü": "ue"})
_ONE_LETTER = str.maketrans({"ø": "o"})
_BETWEEN_WORDS = re.compile(r"[\s\-\u2010\u2011\u2013]+")
_APOSTROPHES = re.compile(r"['’`´.]")
_SHORTEST_BEGINNING = 25
"""From this length on a name that CPR has cut off is compared by what it kept: its fields end soon after."""

Spellings = frozenset[str]


class GivenName:
    """A name as somebody gives it, spelled once for comparing it with many."""

    __slots__ = ("_family", "_given", "_only")

    def __init__(self, family_name: str, given_name: str) -> None:
        self._family, self._given = spellings(family_name), spellings(given_name)
        said = [each for each in (self._family, self._given) if each]
        same = len(said) == 1 or bool(self._family & self._given)
        self._only = frozenset().union(*said) if same else frozenset()

    def could_mean(self, navne: Iterable[Navn]) -> bool:
        """Whether one of the register's names can be this one: all of it, without the middle name, or first name
        alone; a person's one name wherever it stands."""
        return sum([self._could_be(navn) for navn in navne]) > 0

    def _could_be(self, navn: Navn) -> bool:
        return sum([self._one_form(form, navn) for form in navn.former]) > 0

    def _one_form(self, form: FuldtNavn, navn: Navn) -> bool:
        alone = bool(self._only & spellings(form.efternavn))
        pairs = [
            bool(self._given & spellings(first)) & self._family_is(spellings(last), navn)
            for first, last in _pairs(form)
        ]
        return alone if form.enkeltnavn else sum(pairs) > 0

    def _family_is(self, stored: Spellings, navn: Navn) -> bool:
        cut_off = navn.markering is Navnemarkering.FORKORTET and navn.fuldt is None
        begun = [each.startswith(kept) & (len(kept) >= _SHORTEST_BEGINNING) for kept in stored for each in self._family]
        return bool(self._family & stored) | (cut_off & (sum(begun) > 0))


def _pairs(form: FuldtNavn) -> list[tuple[str, str]]:
    """Given and family name in each way in which another state may divide them."""
    pairs = []
    for given in (form.fornavne, form.fornavne.split()[0]):
        pairs.append((given, form.efternavn))
        if form.mellemnavn:
            pairs.append((given, f"{form.mellemnavn} {form.efternavn}"))
            pairs.append((f"{given} {form.mellemnavn}", form.efternavn))
    return pairs


def spellings(name: str) -> Spellings:
    """The name without case, diacritics and hyphens: once with ø, å, ä, ö, ü as two letters, once as one."""
    letters = unicodedata.normalize("NFC", name).casefold().translate(_STROKES)
    spelled = (_plain(letters.translate(_TWO_LETTERS)), _plain(letters.translate(_ONE_LETTER)))
    return frozenset(spelling for spelling in spelled if spelling)


def _plain(letters: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letters)
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _BETWEEN_WORDS.sub(" ", _APOSTROPHES.sub("", kept)).strip()
