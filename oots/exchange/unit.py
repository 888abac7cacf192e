"""One transaction on a store: exchanges, what came in, what goes out, and the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import TypeAdapter
from sqlalchemy import Column, ColumnElement, Connection, Select, bindparam, delete, insert, select, update

from oots.database.inserting import insert_if_new
from oots.edelivery.message import SealedMessage
from oots.exchange import outgoing, queue
from oots.exchange.chain import Chain, SealedHead, append
from oots.exchange.dictionary import PackingVault
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.journal import ABOUT_ITSELF, LOOKS, Entry, JournalEntry, TimelineEvent, read_again
from oots.exchange.papers import Papers
from oots.exchange.queue import Waiting
from oots.exchange.schema import EXCHANGE, FORM, INBOX, JOURNAL, REQUEST, place
from oots.exchange.subjects import Subjects
from oots.exchange.uses import Uses
from oots.model.clock import iso
from oots.model.response import ErrorCode

RecordT = TypeVar("RecordT")
Lines = Select[int, bytes]
"""Numbers and contents of lines of the journal."""

PREVIEW_NEEDED = ErrorCode.AUTHORIZATION.code
_LINES_OF_AN_EXCHANGE = 50
"""More than almost any has."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the inbox: what it was and the receipt that was given for it."""

    body_sha256: str
    receipt: bytes


@dataclass(frozen=True, slots=True)
class Noted:
    """A request as it was made before: the exchange to which it belongs, and the digest of its document."""

    exchange_id: str
    document_sha256: str

    def was(self, document: bytes) -> bool:
        """Whether it was made by this very document."""
        return self.document_sha256 == hashlib.sha256(document).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept(Generic[RecordT]):
    """An exchange as stored: where it stands, when something must happen at the latest, and its record."""

    exchange_id: str
    state: str
    deadline: datetime | None
    record: RecordT


@runtime_checkable
class HasFiles(Protocol):
    """A record that needs files; it names them."""

    @property
    def files(self) -> tuple[str, ...]: ...


def hashed(token: str) -> str:
    """The form in which a link's secret is stored: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class Unit(Generic[RecordT]):
    """One transaction on the store. What the journal is told is written at its end, or when the journal is read, so
    that nobody waits longer for the journal's end than it takes to write there."""

    def __init__(
        self,
        connection: Connection,
        vault: PackingVault,
        files: EvidenceFiles,
        chain: Chain,
        records: TypeAdapter[RecordT],
        subjects: Subjects,
        *,
        reading: bool = False,
    ) -> None:
        self.connection = connection
        self._vault = vault
        self._chain = chain
        self._records = records
        self._reading = reading
        self.files = files.apart()
        self._uses = Uses(connection)
        self.subjects = subjects
        self.papers = Papers(connection, vault, reading=reading)
        self.head: SealedHead | None = None
        self._to_tell: list[JournalEntry] = []
        self._there: set[str] = set()  # exchanges that this transaction has met

    def find(self, exchange_id: str) -> Kept[RecordT] | None:
        return self._kept(_BY_ID, exchange_id)

    def find_by_token(self, token: str) -> Kept[RecordT] | None:
        return self._kept(_BY_TOKEN, hashed(token))

    def find_by_request(self, party_id: str, request_id: str) -> Kept[RecordT] | None:
        """The exchange to which a request of this party belongs."""
        noted = self.noted_request(party_id, request_id)
        return self.find(noted.exchange_id) if noted else None

    def _kept(self, find: _Find, key: str) -> Kept[RecordT] | None:
        row = self.connection.execute(find.looking if self._reading else find.holding, {"key": key}).mappings().first()
        if row is None:
            return None
        opened = self._vault.open(row["record"], place(EXCHANGE, row["exchange_id"]))
        record = self._records.validate_json(opened)
        self._uses.known(row["exchange_id"], _files_of(record))
        self._there.add(row["exchange_id"])
        return Kept(row["exchange_id"], row["state"], _moment(row["deadline"]), record)

    def keep(self, kept: Kept[RecordT], token: str | None = None) -> None:
        """Write an exchange; `token` is the secret of its preview link, at the time it is issued.

        One that this transaction has not found is added. Raises IntegrityError where it is there all the same.
        Files that its record does not name any more are deleted after the commit, unless something else needs them.
        """
        values = {
            "state": kept.state,
            "deadline": iso(kept.deadline) if kept.deadline else None,
            "record": self._vault.seal(self._records.dump_json(kept.record), place(EXCHANGE, kept.exchange_id)),
        }
        if token is not None:
            values["token_hash"] = hashed(token)
        if kept.exchange_id in self._there:
            self.connection.execute(_CHANGE, {"key": kept.exchange_id} | values)
        else:
            self.connection.execute(_ADD, {"exchange_id": kept.exchange_id} | values)
            self._there.add(kept.exchange_id)
            self._uses.known(kept.exchange_id, ())
        self._uses.set(kept.exchange_id, _files_of(kept.record))

    def forget(self, exchange_id: str) -> None:
        """Delete an exchange, and after the commit the files that nothing else needs."""
        self.connection.execute(delete(EXCHANGE).where(EXCHANGE.c.exchange_id == exchange_id))
        self._uses.end(exchange_id)
        self._there.discard(exchange_id)

    def overdue(self, now: datetime, most: int) -> tuple[str, ...]:
        """The exchanges whose deadline has passed, longest first."""
        return tuple(self.connection.execute(_OVERDUE, {"now": iso(now), "most": most}).scalars())

    def all(self) -> tuple[Kept[RecordT], ...]:
        """Every exchange."""
        ids = self.connection.execute(select(EXCHANGE.c.exchange_id)).scalars().all()
        return tuple(kept for exchange_id in ids if (kept := self.find(exchange_id)))

    def exchange_ids(self, limit: int) -> tuple[str, ...]:
        """The latest exchanges by their journal, newest first."""
        rows = self.connection.execute(
            select(JOURNAL.c.exchange_id)
            .where(JOURNAL.c.exchange_id.is_not(None))
            .order_by(JOURNAL.c.number.desc())
            .limit(limit * _LINES_OF_AN_EXCHANGE)
        )
        return tuple(dict.fromkeys(rows.scalars()))[:limit]

    def received(self, party_id: str, message_id: str) -> Received | None:
        row = self.connection.execute(_RECEIVED, {"party": party_id, "message": message_id}).mappings().first()
        return Received(row["body_sha256"], self._vault.unpack(row["receipt"])) if row else None

    def receive(self, party_id: str, message_id: str, received: Received, at: datetime) -> bool:
        """Note a message as received; False where it is noted already."""
        row = {
            "party_id": party_id,
            "message_id": message_id,
            "body_sha256": received.body_sha256,
            "receipt": self._vault.pack(received.receipt),
            "received_at": iso(at),
        }
        return insert_if_new(self.connection, INBOX, row)

    def noted_request(self, party_id: str, request_id: str) -> Noted | None:
        """What is known of a request of this party; the letters of its id have no case (RFC 4122)."""
        row = self.connection.execute(_NOTED, {"party": party_id, "request": request_id.lower()}).first()
        return Noted(*row) if row else None

    def note_request(self, party_id: str, request_id: str, document: bytes, exchange_id: str, at: datetime) -> None:
        """Note a request that this party has made as one of this exchange; its id must be new."""
        row = {
            "party_id": party_id,
            "request_id": request_id.lower(),
            "exchange_id": exchange_id,
            "document_sha256": hashlib.sha256(document).hexdigest(),
            "noted_at": iso(at),
        }
        self.connection.execute(_NOTE, row)

    def form(self, form: str, exchange_id: str, at: datetime) -> str:
        """The exchange that a form has become: this one, unless the form was sent before."""
        row = {"form_hash": hashed(form), "exchange_id": exchange_id, "noted_at": iso(at)}
        if insert_if_new(self.connection, FORM, row):
            return exchange_id
        known = self.connection.execute(select(FORM.c.exchange_id).where(FORM.c.form_hash == hashed(form)))
        return str(known.scalar_one())

    def enqueue(self, sealed: SealedMessage, exchange_id: str, now: datetime, deadline: datetime) -> None:
        """Put a sealed message into the outbox, due at once and worth sending until `deadline`."""
        pieces = outgoing.stored(sealed, self.files)
        row = outgoing.sealed(pieces, sealed.message_id, sealed.header.receiver.value, self._vault.plain)
        queue.add(self.connection, sealed, exchange_id, row, now, deadline)
        self._uses.set(sealed.message_id, outgoing.files_of(pieces))

    def delivered(self, waiting: Waiting) -> bool:
        """Take a message out of the outbox; False where that has been done already."""
        self._uses.end(waiting.message_id)
        return queue.delivered(self.connection, waiting)

    def failed(self, waiting: Waiting, why: str) -> bool:
        """Keep a message as failed, without what was to be sent; False where it is not waiting any more."""
        self._uses.end(waiting.message_id)
        return queue.failed(self.connection, waiting, why)

    @property
    def files_taken(self) -> frozenset[str]:
        """The files that something needs since this transaction."""
        return frozenset(self._uses.begun)

    def delete_unused(self) -> None:
        """Once this transaction has been committed: delete the files that nobody needs any more."""
        for file in self._uses.ended:
            self.files.delete(file)

    def journal(self, *entries: JournalEntry) -> None:
        self._to_tell.extend(entries)

    def write_journal(self) -> None:
        """Write what the journal was told."""
        if self._to_tell:
            self.head = append(self.connection, self._chain, self._vault, self._to_tell)
            self._to_tell = []

    def exchange_of_message(self, message_id: str, signer: str) -> str | None:
        """The exchange under which a message of this signer has been recorded."""
        lines = self._told(_OF_MESSAGE, {"message": message_id})
        return next((told.entry.exchange_id for told in lines if told.entry.signer == signer), None)

    def arrived(self, message_id: str, signer: str) -> JournalEntry | None:
        """What the journal says of a message of this signer that has come in."""
        lines = (told.entry for told in self._told(_OF_MESSAGE, {"message": message_id}))
        return next((line for line in lines if line.signer == signer and line.soap is not None), None)

    def request_document(self, exchange_id: str, request_id: str) -> bytes | None:
        """The exact bytes of a request of the exchange, as they were sent or received."""
        lines = self._lines(exchange_id, Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED)
        return next((line.document for line in lines if line.request_id == request_id), None)

    def offer_document(self, exchange_id: str) -> bytes | None:
        """The exact bytes of the error that offered the preview, as they were sent."""
        lines = self._lines(exchange_id, Entry.EXCEPTION_SENT)
        return next((line.document for line in lines if line.error_code == PREVIEW_NEEDED), None)

    def sent(self, exchange_id: str, message_id: str) -> JournalEntry | None:
        """What the journal says of a message that this party has sent."""
        lines = self._lines(exchange_id, Entry.REQUEST_SENT, Entry.RESPONSE_SENT, Entry.EXCEPTION_SENT)
        return next((line for line in lines if line.message_id == message_id), None)

    def _lines(self, exchange_id: str, *entries: Entry) -> Iterator[JournalEntry]:
        """Lines of an exchange in order, also those that are not written yet."""
        of = {"exchange": exchange_id, "entries": [entry.value for entry in entries]}
        yield from (told.entry for told in self._written(_OF_KINDS, of))
        yield from (line for line in self._to_tell if line.exchange_id == exchange_id and line.entry in entries)

    def timeline(self, exchange_id: str) -> tuple[TimelineEvent, ...]:
        """What the journal says of an exchange, in order."""
        return self._told(_OF_EXCHANGE, {"exchange": exchange_id})

    def looks(self, exchange_id: str | None, before: int, most: int) -> tuple[TimelineEvent, ...]:
        """What the journal says of those who looked at an exchange, or at any, the latest first of those with a number
        below `before`."""
        of = [JOURNAL.c.entry.in_(LOOKS), JOURNAL.c.number < before]
        of += [JOURNAL.c.exchange_id == exchange_id] if exchange_id else []
        looks = select(JOURNAL.c.number, JOURNAL.c.content).where(*of)
        return self._told(looks.order_by(JOURNAL.c.number.desc()).limit(most), {})

    def refusals(self) -> tuple[TimelineEvent, ...]:
        """What was turned away at the door and belongs to no exchange."""
        return self._told(_OF_NO_EXCHANGE, {})

    def _told(self, lines: Lines, of: Mapping[str, object]) -> tuple[TimelineEvent, ...]:
        self.write_journal()
        return self._written(lines, of)

    def _written(self, lines: Lines, of: Mapping[str, object]) -> tuple[TimelineEvent, ...]:
        rows = self.connection.execute(lines, of)
        return tuple(
            TimelineEvent(number, read_again(self._vault.open(content, place(JOURNAL, number))))
            for number, content in rows
        )


@dataclass(frozen=True, slots=True)
class _Find:
    """How an exchange is found: only to be looked at, or held until the transaction ends."""

    looking: Select[Any]
    holding: Select[Any]

    @classmethod
    def by(cls, column: Column[str]) -> _Find:
        found = select(EXCHANGE).where(column == bindparam("key"))
        return cls(found, found.with_for_update())


def _in_order(*conditions: ColumnElement[bool]) -> Lines:
    return select(JOURNAL.c.number, JOURNAL.c.content).where(*conditions).order_by(JOURNAL.c.number)


# Each statement is made once: to make one takes about as long as to carry it out.
_BY_ID, _BY_TOKEN = _Find.by(EXCHANGE.c.exchange_id), _Find.by(EXCHANGE.c.token_hash)
_ADD = insert(EXCHANGE)
_CHANGE = update(EXCHANGE).where(EXCHANGE.c.exchange_id == bindparam("key"))
_RECEIVED = select(INBOX).where(INBOX.c.party_id == bindparam("party"), INBOX.c.message_id == bindparam("message"))
_NOTE = insert(REQUEST)
_NOTED = select(REQUEST.c.exchange_id, REQUEST.c.document_sha256).where(
    REQUEST.c.party_id == bindparam("party"), REQUEST.c.request_id == bindparam("request")
)
_OF_MESSAGE = _in_order(JOURNAL.c.message_id == bindparam("message"))
_OF_EXCHANGE = _in_order(JOURNAL.c.exchange_id == bindparam("exchange"))
_OF_KINDS = _in_order(
    JOURNAL.c.exchange_id == bindparam("exchange"), JOURNAL.c.entry.in_(bindparam("entries", expanding=True))
)
_OF_NO_EXCHANGE = _in_order(JOURNAL.c.exchange_id.is_(None), JOURNAL.c.entry.not_in(ABOUT_ITSELF))
_OVERDUE = (
    select(EXCHANGE.c.exchange_id)
    .where(EXCHANGE.c.deadline <= bindparam("now"))
    .order_by(EXCHANGE.c.deadline)
    .limit(bindparam("most"))
)


def _files_of(record: object) -> tuple[str, ...]:
    return record.files if isinstance(record, HasFiles) else ()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
