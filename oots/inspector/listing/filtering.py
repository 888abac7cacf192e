"""Which exchanges of the list are wanted, as the address of the page says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final
from urllib.parse import urlencode

from oots.inspector.listing.index import Listed
from oots.inspector.wording import OUTCOMES
from oots.web.procedures import procedure
from oots.web.words import Lang, Words

FLAWS: Final = "1"
_MOST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters by the names that they have in the address; an empty one lets everything through. `q` are words, each of
    which stands somewhere: in an id or a name in either language. `flaws` is "1" for exchanges with failed checks."""

    q: str = ""
    outcome: str = ""
    procedure: str = ""
    evidence_type: str = ""
    requester: str = ""
    provider: str = ""
    flaws: str = ""

    @property
    def is_anything(self) -> bool:
        return self == Wanted()

    def query(self, **others: str | int) -> str:
        """`?outcome=refused&page=2`, without what is empty; nothing at all where nothing is set."""
        told = {each.name: getattr(self, each.name) for each in fields(self)} | others
        said = urlencode({name: value for name, value in told.items() if value != ""})
        return f"?{said}" if said else ""

    def among(self, exchanges: Iterable[Listed], names: Mapping[str, Words]) -> tuple[Listed, ...]:
        """Those that are wanted, in their order."""
        terms = self.q[:_MOST_TEXT].casefold().split()
        texts = {key: f"{key} {words.danish} {words.english}".casefold() for key, words in names.items()}
        return tuple(each for each in exchanges if self._fits(each) and _has(each, terms, texts))

    def _fits(self, each: Listed) -> bool:
        return (
            (not self.outcome or each.outcome == self.outcome)
            and (not self.procedure or each.procedure == self.procedure)
            and (not self.evidence_type or each.evidence_type == self.evidence_type)
            and (not self.requester or each.requester == self.requester)
            and (not self.provider or each.provider == self.provider)
            and (self.flaws != FLAWS or each.flaws > 0)
        )


def wanted(told: Mapping[str, str]) -> Wanted:
    """What an address says; what else stands there is not looked at."""
    return replace(Wanted(), **{each.name: told[each.name].strip() for each in fields(Wanted) if each.name in told})


def _has(each: Listed, terms: list[str], texts: Mapping[str, str]) -> bool:
    if not terms:
        return True
    about = (each.requester, each.provider, each.evidence_type)
    called = procedure(each.procedure)
    words = (
        *each.ids,
        *(texts.get(key, key) for key in about if key is not None),
        f"{each.procedure} {called.danish} {called.english}".casefold(),
        " ".join(OUTCOMES[each.outcome]).casefold(),
    )
    return all(any(term in text for text in words) for term in terms)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a filter can have, and what it is called."""

    value: str
    words: str


def choices(exchanges: Iterable[Listed], names: Mapping[str, Words], lang: Lang) -> dict[str, tuple[Choice, ...]]:
    """What can be chosen for each filter: the values that there are."""
    seen: dict[str, set[str]] = {name: set() for name in ("procedure", "evidence_type", "requester", "provider")}
    for each in exchanges:
        for name, values in seen.items():
            if (value := getattr(each, name)) is not None:
                values.add(value)
    found = {
        name: tuple(sorted((Choice(value, _called(name, value, names, lang)) for value in values), key=_by_words))
        for name, values in seen.items()
    }
    return found | {"outcome": tuple(Choice(outcome, words.in_(lang)) for outcome, words in OUTCOMES.items())}


def _called(name: str, value: str, names: Mapping[str, Words], lang: Lang) -> str:
    if name == "procedure":
        return f"{value} – {procedure(value).in_(lang)}"
    return names[value].in_(lang) if value in names else value


def _by_words(choice: Choice) -> tuple[str, str]:
    return choice.words.casefold(), choice.value
