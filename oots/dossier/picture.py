"""The messages of an exchange as a picture: a lane for each party, an arrow for each message and for its receipt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oots.dossier.material import PreviewRecord
from oots.dossier.messages import Answer, MessageVerdict
from oots.dossier.wording import ANSWERED, DECISIONS, KINDS
from oots.edelivery.header import UserMessage
from oots.model.clock import iso

_LANE: Final = 300
_ROW: Final = 66
_FIRST: Final = 96
_MARGIN: Final = 140


@dataclass(frozen=True, slots=True)
class Lane:
    """A party, with the authority for which it sends beneath it."""

    name: str
    beneath: str
    x: int


@dataclass(frozen=True, slots=True)
class Row:
    """A message from lane to lane (`start` and `end` are their places), or a stop in one lane."""

    y: int
    start: int
    end: int
    above: str
    below: str
    receipted: bool
    stop: bool

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2

    @property
    def step(self) -> int:
        """1 to the right, -1 to the left."""
        return 1 if self.end > self.start else -1


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws; `description` says the same to whoever does not see it."""

    title: str
    description: str
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    width: int
    height: int


def picture_of(verdicts: Sequence[MessageVerdict], preview: PreviewRecord) -> Picture | None:
    """The messages in the order in which they were sent, with what the person saw and decided between them; None where
    no header could be read."""
    told = [(verdict, verdict.header) for verdict in verdicts if verdict.header is not None]
    if not told:
        return None
    lanes = _lanes([header for _, header in told])
    rows = tuple(_rows(told, preview, {lane.name: lane.x for lane in lanes}))
    return Picture(
        "Hvem sendte hvad til hvem · Who sent what to whom",
        "; ".join(_in_words(*each) for each in told),
        lanes,
        rows,
        2 * _MARGIN + (len(lanes) - 1) * _LANE,
        _FIRST + len(rows) * _ROW,
    )


def _lanes(headers: Sequence[UserMessage]) -> tuple[Lane, ...]:
    """The parties in the order in which they come up."""
    found: dict[str, str] = {}
    for header in headers:
        found.setdefault(header.sender.value, header.original_sender.value)
        found.setdefault(header.receiver.value, header.final_recipient.value)
    return tuple(Lane(name, beneath, _MARGIN + place * _LANE) for place, (name, beneath) in enumerate(found.items()))


def _rows(
    told: Sequence[tuple[MessageVerdict, UserMessage]], preview: PreviewRecord, places: dict[str, int]
) -> Iterator[Row]:
    stops = list(_stops(preview))
    *_, provider = places.values()
    y = _FIRST
    for verdict, header in told:
        while stops and stops[0][0] < header.timestamp:
            yield Row(y, provider, provider, stops.pop(0)[1], "", receipted=False, stop=True)
            y += _ROW
        start, end = places[header.sender.value], places[header.receiver.value]
        yield Row(y, start, end, _named(verdict, header), iso(header.timestamp), _is_receipted(verdict), stop=False)
        y += _ROW
    for _, says in stops:
        yield Row(y, provider, provider, says, "", receipted=False, stop=True)
        y += _ROW


def _stops(preview: PreviewRecord) -> Iterator[tuple[datetime, str]]:
    if preview.opened_at:
        yield preview.opened_at, "forhåndsvisning · preview"
    if preview.decided_at and preview.decision:
        yield preview.decided_at, " · ".join(DECISIONS.get(preview.decision, (preview.decision,)))


def _named(verdict: MessageVerdict, header: UserMessage) -> str:
    return f"{verdict.number} {' · '.join(KINDS.get(header.action, ANSWERED))}"


def _is_receipted(verdict: MessageVerdict) -> bool:
    return verdict.received is Answer.YES


def _in_words(verdict: MessageVerdict, header: UserMessage) -> str:
    received = "kvittering · receipt" if _is_receipted(verdict) else "ingen kvittering · no receipt"
    return f"{_named(verdict, header)}: {header.sender.value} → {header.receiver.value}, {received}"
