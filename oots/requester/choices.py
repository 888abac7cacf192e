"""What a person may answer to a question of the Data Service Directory, and what was meant by what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from oots.model.catalogue import ClassificationConcept, Code, CodeList
from oots.model.text import Text
from oots.web.countries import country

CodeLists = Mapping[str, CodeList]
"""The portal's copies of code lists of the Semantic Repository, by URL."""

COUNTRY = ClassificationConcept(
    "country",
    "",
    "codelist",
    (Text("DA", "I hvilket land?"), Text("EN", "In which country?")),
    "country",
)
"""The portal's own question, where it asks in several countries; no directory asks it, and no request carries it."""

_SPELLINGS = str.maketrans({"å": "aa", "ø": "oe", "ö": "oe", "æ": "ae", "ä": "ae", "é": "e", "ü": "u"})
_TITLES = ("regionskommune", "kommune", "municipality")
_MOST_SUGGESTIONS = 5
BOOLEANS = ("true", "false")


def countries(codes: Iterable[str]) -> CodeList:
    """The countries in which the portal asks, to choose from."""
    names = ((code, country(code)) for code in codes)
    told = (Code(code, (Text("DA", name.danish), Text("EN", name.english))) for code, name in names)
    return CodeList("country", tuple(told))


def codes_of(concept: ClassificationConcept, lists: CodeLists) -> tuple[Code, ...]:
    """The values to choose from; none where the question is not answered from a list that the portal knows."""
    found = lists.get(concept.value_expression or "")
    return found.codes if found else ()


def meant(concept: ClassificationConcept, lists: CodeLists, typed: str) -> str | None:
    """The value that was meant: a code, or what it is called, however spelled; any text where there is no list.

    None for nothing that the concept could have.
    """
    typed = typed.strip()
    if concept.type == "boolean":
        return typed if typed in BOOLEANS else None
    codes = codes_of(concept, lists)
    if not codes:
        return typed or None
    for code in codes:
        if typed == code.value or _plain(typed) in _names(code):
            return code.value
    return None


def suggestions(concept: ClassificationConcept, lists: CodeLists, typed: str) -> tuple[Code, ...]:
    """Codes whose names are like what was typed, the likeliest first."""
    named = {name: code for code in codes_of(concept, lists) for name in sorted(_names(code))}
    plain = _plain(typed)
    inside = [name for name in named if plain and plain in name]
    close = get_close_matches(plain, named, n=_MOST_SUGGESTIONS, cutoff=0.7)
    return tuple(dict.fromkeys(named[name] for name in (*inside, *close)))[:_MOST_SUGGESTIONS]


def _names(code: Code) -> set[str]:
    return {_plain(text.value) for text in code.names}


def _plain(name: str) -> str:
    """The name without what makes no difference: case, the spelling of æ, ø and å, the word for a municipality."""
    words = name.casefold().translate(_SPELLINGS).split()
    if len(words) > 1 and words[-1] in _TITLES:
        words = words[:-1]
    return " ".join(words)
