"""What a person may know of the exchanges about her, out of the journal that a service keeps anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from oots.exchange.store import Store
from oots.exchange.unit import Unit
from oots.model.errors import MessageError
from oots.model.fields import FieldTold
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceResponse
from oots.web.telling import offers_preview
from oots.wire import answer


class Happened(StrEnum):
    """What one step of an exchange was, as its subject knows it."""

    ASKED = "asked"
    FOUND = "found"
    NOT_FOUND = "not-found"
    OFFERED = "offered"
    LOOKED = "looked"
    TURNED_AWAY = "turned-away"
    APPROVED = "approved"
    DECLINED = "declined"
    PAID = "paid"
    PAID_BACK = "paid-back"
    CASE_OPENED = "case-opened"
    CASE_DECIDED = "case-decided"
    SENT = "sent"
    RECEIVED = "received"
    NOTHING_SENT = "nothing-sent"
    REFUSED = "refused"
    ARRIVED = "arrived"
    NOT_DELIVERED = "not-delivered"
    TIME_UP = "time-up"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Document:
    """A piece of evidence of which the journal tells: its title where a message said it, never its bytes."""

    title: str | None
    media_type: str
    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class Step:
    """`documents` are those that were shown, chosen or sent, `fields` what was sent of them or withheld; `code` is that
    of an error (`EDM:ERR:0004`)."""

    at: datetime
    happened: Happened
    documents: tuple[Document, ...] = ()
    code: str | None = None
    fields: tuple[FieldTold, ...] = ()


class Record(Protocol):
    """What a service remembers of an exchange."""

    @property
    def request(self) -> EvidenceRequest: ...


RecordT = TypeVar("RecordT", bound=Record)


@dataclass(frozen=True, slots=True)
class AskedAboutMe(Generic[RecordT]):
    """An exchange about a person: what was asked, by whom, and step by step what became of it."""

    exchange_id: str
    record: RecordT
    steps: tuple[Step, ...]

    @property
    def request(self) -> EvidenceRequest:
        return self.record.request

    @property
    def asked_at(self) -> datetime:
        return self.steps[0].at if self.steps else self.request.issued

    @property
    def by_other(self) -> bool:
        """Whether somebody acted for the person."""
        return self.request.representative is not None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is signed in: `who` is what the service calls this person, nothing for one whom it does not know; `may_see`
    refuses the exchanges for which the sign-in is not sure enough."""

    who: Sequence[str]
    may_see: Callable[[EvidenceRequest], bool] = lambda _request: True


def asked_about(store: Store[RecordT], reader: Reader) -> tuple[AskedAboutMe[RecordT], ...]:
    """The exchanges about whoever reads, the latest first."""
    if not reader.who:
        return ()
    with store.look() as unit:
        told = [_told(unit, exchange_id) for exchange_id in unit.subjects.exchanges_of(*reader.who)]
    return tuple(each for each in told if each is not None and reader.may_see(each.request))


def _told(unit: Unit[RecordT], exchange_id: str) -> AskedAboutMe[RecordT] | None:
    kept = unit.find(exchange_id)
    if kept is None:
        return None
    lines = [event.entry for event in unit.timeline(exchange_id)]
    return AskedAboutMe(exchange_id, kept.record, tuple(_steps(lines)))


def _steps(lines: Sequence[JournalEntry]) -> Iterator[Step]:
    titles, answers, asked = _titles(lines), _answers(lines), False
    for line in lines:
        happened = _happened(line, answers)
        if happened is None or (happened is Happened.ASKED and asked):
            continue
        asked = asked or happened is Happened.ASKED
        code = line.error_code if happened is Happened.REFUSED else None
        yield Step(line.at, happened, tuple(_documents(line.evidence, titles)), code, line.fields)


_ALWAYS = {
    Entry.REQUEST_SENT: Happened.ASKED,
    Entry.REQUEST_RECEIVED: Happened.ASKED,
    Entry.IDENTITY_MATCHED: Happened.FOUND,
    Entry.IDENTITY_NOT_MATCHED: Happened.NOT_FOUND,
    Entry.PREVIEW_OPENED: Happened.LOOKED,
    Entry.PREVIEW_REFUSED: Happened.TURNED_AWAY,
    Entry.FEE_PAID: Happened.PAID,
    Entry.FEE_RETURNED: Happened.PAID_BACK,
    Entry.CASE_OPENED: Happened.CASE_OPENED,
    Entry.CASE_DECIDED: Happened.CASE_DECIDED,
    Entry.DELIVERY_FAILED: Happened.NOT_DELIVERED,
    Entry.TIME_UP: Happened.TIME_UP,
    Entry.EVIDENCE_DELETED: Happened.DELETED,
}


def _happened(line: JournalEntry, answers: frozenset[str]) -> Happened | None:
    """None for what says nothing to the person, such as the receipt of a request."""
    match line.entry:
        case Entry.EXCEPTION_SENT | Entry.EXCEPTION_RECEIVED:
            return Happened.OFFERED if offers_preview(line) else Happened.REFUSED
        case Entry.RESPONSE_SENT:
            return Happened.SENT if line.evidence else Happened.NOTHING_SENT
        case Entry.RESPONSE_RECEIVED:
            return Happened.RECEIVED if line.evidence else Happened.NOTHING_SENT
        case Entry.PREVIEW_DECIDED:
            return Happened.APPROVED if line.decision == "accept" else Happened.DECLINED
        case Entry.RECEIPT_RECEIVED:
            return Happened.ARRIVED if line.message_id in answers else None
    return _ALWAYS.get(line.entry)


def _answers(lines: Iterable[JournalEntry]) -> frozenset[str]:
    """The ids of the messages in which evidence was sent."""
    sent = (line.message_id for line in lines if line.entry is Entry.RESPONSE_SENT and line.evidence)
    return frozenset(message_id for message_id in sent if message_id)


def _titles(lines: Iterable[JournalEntry]) -> dict[str, str]:
    """The title of each piece of evidence that a message described, by its id."""
    titles: dict[str, str] = {}
    for line in lines:
        if line.entry in (Entry.RESPONSE_SENT, Entry.RESPONSE_RECEIVED) and line.document:
            titles |= _titles_in(line.document)
    return titles


def _titles_in(document: bytes) -> dict[str, str]:
    try:
        said: Any = answer.decode(document)
    except MessageError:
        return {}
    packages = said.packages if isinstance(said, EvidenceResponse) else ()
    return {each.evidence_id: each.title for package in packages for each in package.documents}


def _documents(parts: Iterable[EvidencePart], titles: dict[str, str]) -> Iterator[Document]:
    for part in parts:
        yield Document(titles.get(part.evidence_id), part.media_type, part.sha256, part.length)
