"""Whether evidence is too old for the case that wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from oots.model.evidence import EvidenceDocument
from oots.requester.cases import Piece

_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Staleness:
    """`issued` is when the evidence was issued, `last_day` the last on which it counted."""

    issued: date
    last_day: date


def staleness_of(document: EvidenceDocument, piece: Piece, today: date) -> Staleness | None:
    """Why main evidence is too old on that day: by the limit of the case, or by its own validity; None where it counts.

    Months are counted by the calendar: what was issued on 31 October counts for four months until 28 February.
    """
    if document.main is None:
        return None
    issued, ends = document.main.issuing_date, [document.main.valid_until]
    if piece.at_most_months is not None:
        ends.append(_months_later(issued, piece.at_most_months))
    last = min((end for end in ends if end is not None), default=None)
    if last is None or today <= last:
        return None
    return Staleness(issued, last)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    leap = month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month + 1, min(day.day, _LAST_DAYS[month] + leap))
