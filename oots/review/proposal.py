"""A proposal of the machine, and what all proposals say alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from oots.review.record import AnswerKind, Reference
from oots.web.words import Words

FOLLOWS, PARTLY, DEVIATES, NOT_RELEVANT = AnswerKind

UNDER_WAY: Final = Words("Udvekslingen er ikke slut endnu.", "The exchange has not ended yet.")
_NO_MESSAGES: Final = Words(
    "Loggene har ingen meddelelser af denne udveksling mere.",
    "The journals have no messages of this exchange any more.",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer that could be given, why, and what in the exchange shows it; without a kind nothing can be said."""

    kind: AnswerKind | None
    reason: Words
    evidence: tuple[Reference, ...] = ()


def nothing() -> Proposal:
    """Nothing can be said, for there is nothing to look at."""
    return Proposal(None, _NO_MESSAGES)


def together(*sentences: Words | None) -> Words:
    """Sentences one after the other."""
    said = [each for each in sentences if each]
    return Words(" ".join(each.danish for each in said), " ".join(each.english for each in said))
