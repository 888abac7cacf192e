"""What became of the evidence of an exchange, as the journals tell: shown, chosen, sent."""

from __future__ import annotations

from dataclasses import dataclass

from oots.exchange.journal import Entry
from oots.inspector.laid_open import LaidOpen
from oots.inspector.outcome import EXCEPTIONS, RESPONSES, Outcome
from oots.inspector.wording import reached
from oots.web.telling import offers_preview


@dataclass(frozen=True, slots=True)
class Course:
    """How many files were `shown` in the preview, `chosen` there and `sent`; whether it was `offered` and `opened`, and
    what was decided in it (`accept`, `decline`; None: nothing)."""

    reached: Outcome
    offered: bool
    opened: bool
    shown: int
    decision: str | None
    chosen: int
    sent: int

    @property
    def given_up(self) -> bool:
        """Whether evidence was sent in a message for which no receipt came: it may have arrived all the same."""
        return self.sent > 0 and self.reached is Outcome.UNDELIVERED


def course_of(exchange: LaidOpen) -> Course:
    opened, decided = exchange.of(Entry.PREVIEW_OPENED), exchange.of(Entry.PREVIEW_DECIDED)
    last = decided[-1].entry if decided else None
    return Course(
        reached=reached(exchange),
        offered=any(offers_preview(line.entry) for line in exchange.of(*EXCEPTIONS)),
        opened=bool(opened),
        shown=len({part.content_id for line in opened for part in line.entry.evidence}),
        decision=last.decision if last else None,
        chosen=len(last.evidence) if last else 0,
        sent=len({part.content_id for line in exchange.of(*RESPONSES) for part in line.entry.evidence}),
    )
