"""What both sides say afterwards: whether anything was lost or happened twice, and whether they agree."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.held_part import HeldPart
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.store import Store
from oots.exchange.unit import Kept
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.requester.record import RequesterExchange

SENT = (Entry.REQUEST_SENT, Entry.RESPONSE_SENT, Entry.EXCEPTION_SENT)
RECEIVED = (Entry.REQUEST_RECEIVED, Entry.RESPONSE_RECEIVED, Entry.EXCEPTION_RECEIVED)
ANSWERS = (Entry.RESPONSE_SENT, Entry.EXCEPTION_SENT, Entry.RESPONSE_RECEIVED, Entry.EXCEPTION_RECEIVED)
NEVER = (Entry.ANSWER_IGNORED, Entry.MESSAGE_REFUSED, Entry.DELIVERY_FAILED, Entry.TIME_UP, Entry.JOURNAL_BROKEN)
"""What no fault here may lead to: all of them pass before the limits of the messages do."""
REQUESTER_ENDS = frozenset({RequesterState.FINISHED, RequesterState.DELIVERED, RequesterState.NOTHING})
PROVIDER_ENDS = frozenset({ProviderState.CLOSED})


@dataclass(frozen=True)
class Side:
    """One side's exchanges with their states, its journal, and the exchanges of whose evidence not every byte is left
    that should be."""

    states: Mapping[str, str]
    journal: tuple[JournalEntry, ...]
    incomplete: tuple[str, ...] = ()

    def of(self, *entries: Entry) -> Iterator[JournalEntry]:
        return (line for line in self.journal if line.entry in entries)


def read_side(service: str, state: Path, database_url: str | None) -> Side:
    """Opens the store as a service does, with all that is checked then."""
    record: type[Any] = RequesterExchange if service == "requester" else ProviderExchange
    more = {"database_url": database_url} if database_url else {}
    store = Store(state / service, record, **more)
    try:
        with store.look() as unit:
            everything = unit.all()
            states = {kept.exchange_id: kept.state for kept in everything}
            lines = [told.entry for exchange in states for told in unit.timeline(exchange)]
            lines += [told.entry for told in unit.refusals()]
        incomplete = (kept.exchange_id for kept in everything if service == "requester" and not _is_whole(store, kept))
        return Side(states, tuple(lines), tuple(incomplete))
    finally:
        store.close()


def _is_whole(store: Store[Any], kept: Kept[RequesterExchange]) -> bool:
    """Whether all evidence that the exchange has and has not deleted is there, byte for byte."""
    if kept.record.evidence_deleted_at is not None:
        return True
    try:
        return all(_digest_of(store, part) == part.sha256 for part in kept.record.parts)
    except ConfigurationError:
        return False


def _digest_of(store: Store[Any], part: HeldPart) -> str:
    with store.files.get(part.stored).open() as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What is wrong, a line each, and how much was looked at."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unfinished: tuple[str, ...]
    disagreeing: tuple[str, ...]
    messages: int
    duplicates: int
    ends: Mapping[str, int]

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.unfinished or self.disagreeing)


def judge(requester: Side, provider: Side, accepted: Iterable[str]) -> Verdict:
    """`accepted` are the exchanges whose ids were given to whoever asked."""
    return Verdict(
        lost=tuple(_lost(requester, provider, accepted)),
        doubled=(*_doubled("requester", requester), *_doubled("provider", provider)),
        unfinished=(*_unfinished(requester, REQUESTER_ENDS), *_unfinished(provider, PROVIDER_ENDS)),
        disagreeing=(*_disagreeing(requester, provider), *_disagreeing(provider, requester)),
        messages=sum(1 for side in (requester, provider) for _ in side.of(*SENT)),
        duplicates=sum(1 for side in (requester, provider) for _ in side.of(Entry.DUPLICATE_RECEIVED)),
        ends=Counter(requester.states.values()),
    )


def _lost(requester: Side, provider: Side, accepted: Iterable[str]) -> Iterator[str]:
    """An exchange that was accepted, and whatever one side has sent, is known to the other."""
    for exchange in sorted(set(accepted) - set(requester.states)):
        yield f"{exchange} was accepted and is not there"
    for exchange in requester.incomplete:
        yield f"{exchange} has lost evidence"
    for exchange in sorted(set(requester.states) - set(provider.states)):
        yield f"{exchange} never reached the provider"
    for one, other in ((requester, provider), (provider, requester)):
        arrived = {line.message_id for line in other.of(*RECEIVED)}
        for line in one.of(*SENT):
            if line.message_id not in arrived:
                yield f"{line.exchange_id}: {line.entry} {line.message_id} never arrived"


def _doubled(name: str, side: Side) -> Iterator[str]:
    """Each message is recorded once and receipted once, each request answered once, each decision taken once."""
    acts: Counter[tuple[str, str | None]] = Counter()
    for line in side.of(*SENT, *RECEIVED):
        acts[f"message {line.message_id} recorded", line.exchange_id] += 1
    for line in side.of(*ANSWERS):
        acts[f"request {line.request_id} answered", line.exchange_id] += 1
    for line in side.of(Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED):
        acts[f"request {line.request_id} made", line.exchange_id] += 1
    for line in side.of(Entry.RECEIPT_RECEIVED):
        acts[f"message {line.message_id} receipted", line.exchange_id] += 1
    for entry in (Entry.IDENTITY_MATCHED, Entry.PREVIEW_OPENED, Entry.PREVIEW_DECIDED, Entry.EVIDENCE_DELETED):
        for line in side.of(entry):
            acts[str(entry), line.exchange_id] += 1
    for (what, exchange), times in acts.items():
        if times > 1:
            yield f"{name} {exchange}: {what} {times} times"


def _unfinished(side: Side, ends: frozenset[Any]) -> Iterator[str]:
    receipted = {line.message_id for line in side.of(Entry.RECEIPT_RECEIVED)}
    for exchange, state in side.states.items():
        if state not in ends:
            yield f"{exchange} stands at {state}"
    for line in side.of(*SENT):
        if line.message_id not in receipted:
            yield f"{line.exchange_id}: {line.entry} {line.message_id} was never receipted"
    for line in side.of(*NEVER):
        yield f"{line.exchange_id}: {line.entry} {line.detail or ''}"


def _disagreeing(sender: Side, receiver: Side) -> Iterator[str]:
    """What was received is what was sent: the exchange, the request, the document's bytes, all signed digests."""
    arrived: defaultdict[str | None, list[JournalEntry]] = defaultdict(list)
    for line in receiver.of(*RECEIVED):
        arrived[line.message_id].append(line)
    sent = {line.message_id for line in sender.of(*SENT)}
    for line in sender.of(*SENT):
        for other in arrived[line.message_id]:
            if _said(line) != _said(other):
                yield f"{line.exchange_id}: the sides tell differently of {line.message_id}"
    for message_id in arrived:
        if message_id not in sent:
            yield f"{message_id} was received and never sent"


def _said(line: JournalEntry) -> object:
    document = hashlib.sha256(line.document or b"").hexdigest()
    return line.exchange_id, line.conversation_id, line.request_id, document, sorted(line.digests), line.evidence
