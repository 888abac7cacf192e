"""Which exchanges there are: read once out of all journals, and kept up to date by the lines that are added to them."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.outcome import REQUESTS, Outcome, decided
from oots.model.errors import MessageError
from oots.model.text import in_language
from oots.web.words import Words
from oots.wire import request

MOST_APART: Final = 1000
"""Lines of no exchange that are remembered, the latest ones: a stranger can have any number of them written."""

_DIGITS: Final = 18
Moment = tuple[datetime, str, int]
"""What orders the lines of all journals: their time, then service and number."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An exchange in the list. `ids` are all that its sides call it, `exchange_id` is what the first line calls it.

    Authorities and the type of evidence are named as the journal names them (`Index.named` has words). `flaws` counts
    verdicts "not valid" in the journals. `change` grows with every change.
    """

    exchange_id: str
    ids: tuple[str, ...]
    began: datetime
    requester: str | None
    provider: str | None
    procedure: str | None
    evidence_type: str | None
    outcome: Outcome
    messages: int
    flaws: int
    change: int


@dataclass(slots=True)
class _Gathered:
    """What is known of one exchange so far; `latest` is the number of its last line in the journal of each service."""

    first: tuple[Moment, str]
    latest: dict[str, int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    undelivered: set[str] = field(default_factory=set)
    reached: tuple[Moment, Outcome, str | None] | None = None
    about: dict[str, str] = field(default_factory=dict)
    flaws: int = 0
    change: int = 0

    def add(self, line: Line) -> None:
        entry, moment = line.entry, _moment(line)
        self.latest[line.service] = max(line.number, self.latest.get(line.service, 0))
        if entry.exchange_id is not None:
            self.ids.add(entry.exchange_id)
            self.first = min(self.first, (moment, entry.exchange_id))
        if entry.message_id is not None:
            self.messages.add(entry.message_id)
            if entry.entry is Entry.DELIVERY_FAILED:
                self.undelivered.add(entry.message_id)
        outcome = decided(entry)
        if outcome is not None and (self.reached is None or moment > self.reached[0]):
            self.reached = (moment, outcome, entry.message_id)
        for name in _ABOUT:
            if (value := getattr(entry, name)) is not None:
                self.about.setdefault(name, value)
        self.flaws += (entry.schema_valid, entry.signature_valid).count(False)

    def absorb(self, other: _Gathered) -> None:
        self.first = min(self.first, other.first)
        self.latest |= {each: number for each, number in other.latest.items() if number > self.latest.get(each, 0)}
        self.ids |= other.ids
        self.messages |= other.messages
        self.undelivered |= other.undelivered
        if other.reached is not None and (self.reached is None or other.reached[0] > self.reached[0]):
            self.reached = other.reached
        self.about = other.about | self.about
        self.flaws += other.flaws

    def listed(self) -> Listed:
        return Listed(
            exchange_id=self.first[1],
            ids=tuple(sorted(self.ids)),
            began=self.first[0][0],
            requester=self.about.get("requester"),
            provider=self.about.get("provider"),
            procedure=self.about.get("procedure"),
            evidence_type=self.about.get("evidence_type"),
            outcome=self._outcome(),
            messages=len(self.messages),
            flaws=self.flaws,
            change=self.change,
        )

    def _outcome(self) -> Outcome:
        if self.reached is None:
            return Outcome.RUNNING
        _, outcome, message_id = self.reached
        return Outcome.UNDELIVERED if message_id in self.undelivered else outcome


_ABOUT: Final = ("requester", "provider", "procedure", "evidence_type")


class Index:
    """All exchanges, joined by the messages that several sides tell of. Safe to use from any thread.

    Nothing about persons is kept: no evidence subject, no document.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_id: dict[str, _Gathered] = {}
        self._by_message: dict[str, _Gathered] = {}
        self._apart: deque[Line] = deque(maxlen=MOST_APART)
        self._names: dict[str, Words] = {}
        self._change = 0
        self._epoch = secrets.token_hex(4)
        self._listed: dict[str, Listed] = {}
        self._newest: tuple[Listed, ...] | None = ()

    def add(self, lines: Iterable[Line]) -> None:
        """Lines that journals have grown by; each is to be added once, in whatever order of services."""
        with self._lock:
            for line in lines:
                self._add(line)

    def forget(self, service: str, first: int) -> None:
        """The journal of the service begins with its line `first` by now: forget what no journal tells of any more."""
        with self._lock:
            left = [line for line in self._apart if line.service != service or line.number >= first]
            self._apart = deque(left, maxlen=MOST_APART)
            for gathered in {id(each): each for each in self._by_id.values()}.values():
                if gathered.latest.get(service, first) < first:
                    del gathered.latest[service]
                if not gathered.latest:
                    self._drop(gathered)

    @property
    def change(self) -> int:
        """The number of the last change."""
        return self._change

    def newest(self) -> tuple[Listed, ...]:
        """All exchanges, those that began last first."""
        with self._lock:
            if self._newest is None:
                found = sorted(self._listed.values(), key=lambda each: each.exchange_id)
                self._newest = tuple(sorted(found, key=lambda each: each.began, reverse=True))
            return self._newest

    def since(self, change: int) -> tuple[Listed, ...]:
        """What has changed after that change, oldest change first; nothing twice."""
        return tuple(sorted((each for each in self.newest() if each.change > change), key=lambda each: each.change))

    def event_id(self, change: int) -> str:
        """The change as it is told to listeners: numbers begin anew when the service does."""
        return f"{self._epoch}-{change}"

    def change_of(self, event_id: str) -> int:
        """The change that a listener knows of last; 0 for none, or one of an earlier run of the service."""
        epoch, _, number = event_id.partition("-")
        return int(number[:_DIGITS]) if epoch == self._epoch and number.isdecimal() else 0

    def apart(self) -> tuple[Line, ...]:
        """The latest lines that belong to no exchange, such as messages refused at the door; the latest first."""
        with self._lock:
            return tuple(sorted(self._apart, key=_moment, reverse=True))

    @property
    def names(self) -> Mapping[str, Words]:
        """What authorities and types of evidence are called, by what the journal has of them."""
        with self._lock:
            return dict(self._names)

    def _add(self, line: Line) -> None:
        gathered = self._place_of(line)
        if gathered is None:
            self._apart.append(_without_bytes(line))
            return
        self._listed.pop(gathered.first[1], None)
        gathered.add(line)
        self._change += 1
        gathered.change = self._change
        self._learn_names(line.entry)
        self._listed[gathered.first[1]] = gathered.listed()
        self._newest = None

    def _place_of(self, line: Line) -> _Gathered | None:
        entry = line.entry
        of_message = None if entry.message_id is None else self._by_message.get(entry.message_id)
        if entry.exchange_id is None:
            return of_message
        of_exchange = self._by_id.get(entry.exchange_id)
        if entry.entry is Entry.ANSWER_IGNORED:  # its sender may have named any exchange: it joins none to another
            return of_exchange or self._begin(line, entry.exchange_id)
        gathered = of_exchange or of_message or self._begin(line, entry.exchange_id)
        if of_message is not None and of_message is not gathered:
            gathered = self._join(gathered, of_message)
        self._by_id[entry.exchange_id] = gathered
        if entry.message_id is not None:
            self._by_message[entry.message_id] = gathered
        return gathered

    def _begin(self, line: Line, exchange_id: str) -> _Gathered:
        gathered = _Gathered((_moment(line), exchange_id))
        self._by_id[exchange_id] = gathered
        return gathered

    def _join(self, one: _Gathered, other: _Gathered) -> _Gathered:
        for each in (one, other):
            self._listed.pop(each.first[1], None)
        larger, smaller = (one, other) if len(one.messages) >= len(other.messages) else (other, one)
        larger.absorb(smaller)
        self._by_id |= dict.fromkeys(smaller.ids, larger)
        self._by_message |= {each: larger for each in smaller.messages if self._by_message.get(each) is smaller}
        return larger

    def _drop(self, gathered: _Gathered) -> None:
        self._listed.pop(gathered.first[1], None)
        for names, known in ((gathered.ids, self._by_id), (gathered.messages, self._by_message)):
            for name in names:
                if known.get(name) is gathered:
                    del known[name]
        self._newest = None

    def _learn_names(self, entry: JournalEntry) -> None:
        """Out of the first request that names them: reading a document takes longer than all else here."""
        wanted = (entry.requester, entry.provider, entry.evidence_type)
        if entry.entry not in REQUESTS or entry.document is None or all(name in self._names for name in wanted):
            return
        try:
            asked = request.decode(entry.document)
        except MessageError:
            return
        texts = (asked.requester.names, asked.provider.names, asked.evidence.evidence_type.titles)
        for name, names in zip(wanted, texts, strict=True):
            if name is not None and names:
                self._names.setdefault(name, Words(in_language(names, "da"), in_language(names, "en")))


def _moment(line: Line) -> Moment:
    return line.entry.at, line.service, line.number


def _without_bytes(line: Line) -> Line:
    entry = line.entry
    kept = JournalEntry(
        entry.at,
        entry.entry,
        message_id=entry.message_id,
        signer=entry.signer,
        detail=entry.detail,
        schema_valid=entry.schema_valid,
        signature_valid=entry.signature_valid,
    )
    return Line(line.service, line.number, kept)
