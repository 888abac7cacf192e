"""The store of one service: every change of an exchange, with its journal and outbox, in one transaction."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, insert, select, update

from oots.edelivery.message import SealedMessage
from oots.exchange.chain import Chain, HeadFile, SealedHead, append, open_chain, renew_key, sealed_head
from oots.exchange.ends import break_of
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.journal import ABOUT_ITSELF, Entry, JournalEntry, TimelineEvent, read_again
from oots.exchange.migration import prepare
from oots.exchange.schema import EXCHANGE, INBOX, JOURNAL, OUTBOX, REQUEST, place
from oots.model.clock import Clock, SystemClock, iso
from oots.model.errors import ConfigurationError
from oots.model.response import ErrorCode
from oots.trust.vault import Vault

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)

DATABASE = "store.sqlite"
VAULT_KEY = "vault.key"
FILES = "files"

PREVIEW_NEEDED = ErrorCode.AUTHORIZATION.code
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the outbox that has no receipt yet; `digests` are (reference URI, base64 SHA-256) pairs."""

    message_id: str
    exchange_id: str
    party_id: str
    content_type: str
    body_file: str
    digests: tuple[tuple[str, str], ...]
    attempts: int
    deadline: datetime


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


def hashed(token: str) -> str:
    """The form in which a link's secret is stored: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class Unit(Generic[RecordT]):
    """One transaction on the store."""

    def __init__(
        self,
        connection: Connection,
        vault: Vault,
        files: EvidenceFiles,
        chain: Chain,
        records: TypeAdapter[RecordT],
    ):
        self.connection = connection
        self._vault = vault
        self._chain = chain
        self._records = records
        self.files = files
        self.head: SealedHead | None = None
        self._discarded: list[str] = []

    def find(self, exchange_id: str) -> Kept[RecordT] | None:
        return self._kept(EXCHANGE.c.exchange_id == exchange_id)

    def find_by_token(self, token: str) -> Kept[RecordT] | None:
        return self._kept(EXCHANGE.c.token_hash == hashed(token))

    def find_by_request(self, party_id: str, request_id: str) -> Kept[RecordT] | None:
        """The exchange to which a request of this party belongs."""
        noted = self.noted_request(party_id, request_id)
        return self.find(noted.exchange_id) if noted else None

    def _kept(self, condition: object) -> Kept[RecordT] | None:
        row = self.connection.execute(select(EXCHANGE).where(condition)).mappings().first()  # type: ignore[arg-type]
        if row is None:
            return None
        opened = self._vault.open(row["record"], place(EXCHANGE, row["exchange_id"]))
        record = self._records.validate_json(opened)
        return Kept(row["exchange_id"], row["state"], _moment(row["deadline"]), record)

    def keep(self, kept: Kept[RecordT], token: str | None = None) -> None:
        """Write an exchange; `token` is the secret of its preview link, at the time it is issued."""
        values = {
            "state": kept.state,
            "deadline": iso(kept.deadline) if kept.deadline else None,
            "record": self._vault.seal(self._records.dump_json(kept.record), place(EXCHANGE, kept.exchange_id)),
        }
        if token is not None:
            values["token_hash"] = hashed(token)
        known = self.connection.execute(
            update(EXCHANGE).where(EXCHANGE.c.exchange_id == kept.exchange_id).values(values)
        )
        if known.rowcount == 0:
            self.connection.execute(insert(EXCHANGE).values(exchange_id=kept.exchange_id, **values))

    def forget(self, exchange_id: str) -> None:
        """Delete an exchange, and after the commit the files that its record names."""
        is_it = EXCHANGE.c.exchange_id == exchange_id
        sealed = self.connection.execute(select(EXCHANGE.c.record).where(is_it)).scalar_one()
        self.connection.execute(delete(EXCHANGE).where(is_it))
        try:
            record = self._vault.open(sealed, place(EXCHANGE, exchange_id))
        except ConfigurationError:
            return  # files that no exchange names are removed at the next start
        for name in self.files.names():
            if name.encode() in record:
                self.discard(name)

    def overdue(self, now: datetime) -> tuple[str, ...]:
        """The exchanges whose deadline has passed."""
        rows = self.connection.execute(select(EXCHANGE.c.exchange_id).where(EXCHANGE.c.deadline <= iso(now)))
        return tuple(rows.scalars())

    def all(self) -> tuple[Kept[RecordT], ...]:
        """Every exchange."""
        ids = self.connection.execute(select(EXCHANGE.c.exchange_id)).scalars().all()
        return tuple(kept for exchange_id in ids if (kept := self.find(exchange_id)))

    def exchange_ids(self, limit: int) -> tuple[str, ...]:
        """The latest exchanges by their journal, newest first."""
        rows = self.connection.execute(
            select(JOURNAL.c.exchange_id)
            .where(JOURNAL.c.exchange_id.is_not(None))
            .group_by(JOURNAL.c.exchange_id)
            .order_by(JOURNAL.c.number.desc())
            .limit(limit)
        )
        return tuple(rows.scalars())

    def received(self, party_id: str, message_id: str) -> Received | None:
        row = (
            self.connection.execute(select(INBOX).where(INBOX.c.party_id == party_id, INBOX.c.message_id == message_id))
            .mappings()
            .first()
        )
        return Received(row["body_sha256"], row["receipt"]) if row else None

    def receive(self, party_id: str, message_id: str, received: Received, at: datetime) -> None:
        self.connection.execute(
            insert(INBOX).values(
                party_id=party_id,
                message_id=message_id,
                body_sha256=received.body_sha256,
                receipt=received.receipt,
                received_at=iso(at),
            )
        )

    def noted_request(self, party_id: str, request_id: str) -> Noted | None:
        """What is known of a request of this party; the letters of its id have no case (RFC 4122)."""
        row = self.connection.execute(
            select(REQUEST.c.exchange_id, REQUEST.c.document_sha256).where(
                REQUEST.c.party_id == party_id, REQUEST.c.request_id == request_id.lower()
            )
        ).first()
        return Noted(*row) if row else None

    def note_request(self, party_id: str, request_id: str, document: bytes, exchange_id: str, at: datetime) -> None:
        """Note a request that this party has made as one of this exchange; its id must be new."""
        self.connection.execute(
            insert(REQUEST).values(
                party_id=party_id,
                request_id=request_id.lower(),
                exchange_id=exchange_id,
                document_sha256=hashlib.sha256(document).hexdigest(),
                noted_at=iso(at),
            )
        )

    def enqueue(self, sealed: SealedMessage, exchange_id: str, now: datetime, deadline: datetime) -> None:
        """Put a sealed message into the outbox, due at once and worth sending until `deadline`."""
        self.connection.execute(
            insert(OUTBOX).values(
                message_id=sealed.message_id,
                exchange_id=exchange_id,
                party_id=sealed.header.receiver.value,
                content_type=sealed.content_type,
                body_file=self.files.put(sealed.body, sealed.header.receiver.value),
                digests=json.dumps([(digest.uri, digest.value) for digest in sealed.digests]),
                state="waiting",
                attempts=0,
                next_attempt=iso(now),
                deadline=iso(deadline),
            )
        )

    def due(self, now: datetime) -> tuple[Waiting, ...]:
        rows = self.connection.execute(
            select(OUTBOX)
            .where(OUTBOX.c.state == "waiting", OUTBOX.c.next_attempt <= iso(now))
            .order_by(OUTBOX.c.next_attempt)
        ).mappings()
        return tuple(
            Waiting(
                row["message_id"],
                row["exchange_id"],
                row["party_id"],
                row["content_type"],
                row["body_file"],
                tuple((uri, value) for uri, value in json.loads(row["digests"])),
                row["attempts"],
                datetime.fromisoformat(row["deadline"]),
            )
            for row in rows
        )

    def postpone(self, waiting: Waiting, until: datetime) -> None:
        self._settle(waiting, state="waiting", attempts=waiting.attempts + 1, next_attempt=iso(until))

    def settle(self, waiting: Waiting, state: str) -> None:
        """Take a message out of the queue, `sent` or `failed`; its body is deleted after the commit."""
        self._settle(waiting, state=state, attempts=waiting.attempts + 1)
        self.discard(waiting.body_file)

    def _settle(self, waiting: Waiting, **values: object) -> None:
        self.connection.execute(update(OUTBOX).where(OUTBOX.c.message_id == waiting.message_id).values(values))

    def bodies(self) -> frozenset[str]:
        """The files that waiting messages still need."""
        rows = self.connection.execute(select(OUTBOX.c.body_file).where(OUTBOX.c.state == "waiting"))
        return frozenset(rows.scalars())

    def discard(self, file: str) -> None:
        """Delete a file once this transaction has been committed."""
        self._discarded.append(file)

    def delete_discarded(self) -> None:
        for file in self._discarded:
            self.files.delete(file)

    def journal(self, entry: JournalEntry) -> None:
        self.head = append(self.connection, self._chain, self._vault, entry)

    def exchange_of_message(self, message_id: str, signer: str) -> str | None:
        """The exchange under which a message of this signer has been recorded."""
        lines = self._told(JOURNAL.c.message_id == message_id)
        return next((told.entry.exchange_id for told in lines if told.entry.signer == signer), None)

    def request_document(self, exchange_id: str, request_id: str) -> bytes | None:
        """The exact bytes of a request of the exchange, as they were sent or received."""
        lines = (told.entry for told in self.timeline(exchange_id))
        asked = (Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED)
        return next((line.document for line in lines if line.entry in asked and line.request_id == request_id), None)

    def offer_document(self, exchange_id: str) -> bytes | None:
        """The exact bytes of the error that offered the preview, as they were sent."""
        lines = (told.entry for told in self.timeline(exchange_id))
        offers = (line for line in lines if line.entry is Entry.EXCEPTION_SENT and line.error_code == PREVIEW_NEEDED)
        return next((line.document for line in offers), None)

    def timeline(self, exchange_id: str) -> tuple[TimelineEvent, ...]:
        """What the journal says of an exchange, in order."""
        return self._told(JOURNAL.c.exchange_id == exchange_id)

    def refusals(self) -> tuple[TimelineEvent, ...]:
        """What was turned away at the door and belongs to no exchange."""
        return self._told(JOURNAL.c.exchange_id.is_(None) & JOURNAL.c.entry.not_in(ABOUT_ITSELF))

    def _told(self, condition: object) -> tuple[TimelineEvent, ...]:
        rows = self.connection.execute(
            select(JOURNAL.c.number, JOURNAL.c.content).where(condition).order_by(JOURNAL.c.number)  # type: ignore[arg-type]
        )
        return tuple(
            TimelineEvent(number, read_again(self._vault.open(content, place(JOURNAL, number))))
            for number, content in rows
        )


class Store(Generic[RecordT]):
    """One SQLite file with its folder of encrypted files. Transactions are written one after the other.

    The folder belongs to one process at a time: two outboxes on it would send everything twice. The vault's keys are in
    `vault_key`, or in the folder itself. Raises ConfigurationError where another process has the folder, and where the
    keys are missing or do not fit.
    """

    def __init__(
        self, directory: Path, record: type[RecordT], *, vault_key: Path | None = None, clock: Clock = _CLOCK
    ) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._owned = _own(directory)
        self._clock = clock
        self._records: TypeAdapter[RecordT] = TypeAdapter(record)
        self._turn = threading.RLock()
        self._directory = directory
        self._head_file = HeadFile(directory)
        try:
            self.engine = self._open(vault_key or directory / VAULT_KEY)
        except BaseException:  # an interruption, too, must leave no lock behind
            os.close(self._owned)
            raise

    def _open(self, vault_key: Path) -> Engine:
        database = self._directory / DATABASE
        self.vault = Vault.from_file(vault_key, create=not database.exists())
        self.files = EvidenceFiles(self._directory / FILES, self.vault)
        engine = _engine(database)
        try:
            with engine.begin() as connection:
                self.chain = prepare(connection, self.vault, self.files, self._clock.now())
                broken = break_of(connection, self.chain, self._head_file.read())
                if broken:
                    _LOG.error("%s: %s", self._directory, broken)
                    entry = JournalEntry(self._clock.now(), Entry.JOURNAL_BROKEN, detail=broken)
                    append(connection, self.chain, self.vault, entry)
                head = sealed_head(connection)
        except BaseException:  # nor an open database
            engine.dispose()
            raise
        self._note_head(head)
        return engine

    @contextmanager
    def begin(self) -> Iterator[Unit[RecordT]]:
        """A transaction: committed when the block ends, undone when it raises."""
        with self._turn:
            with self.engine.begin() as connection:
                unit = Unit(connection, self.vault, self.files, self.chain, self._records)
                yield unit
            self._note_head(unit.head)
            unit.delete_discarded()

    def _note_head(self, head: SealedHead | None) -> None:
        """What is committed stays so: a head that cannot be written is behind until the next."""
        try:
            if head is not None:
                self._head_file.write(head)
        except OSError as fault:
            _LOG.error("%s: %s", self._head_file.path, fault.strerror)

    def use(self, vault: Vault) -> None:
        """From now on seal under the newest key of `vault`. The links of the journal get a new key as well, and its
        first entry tells of that; a vault that is in use already changes nothing."""
        with self._turn, self.engine.begin() as connection:
            renewed = renew_key(connection, vault)
            chain = open_chain(connection, vault)
            entry = JournalEntry(self._clock.now(), Entry.KEYS_ROTATED)
            head = append(connection, chain, vault, entry) if renewed else None
        self.vault, self.chain = vault, chain
        self.files = EvidenceFiles(self._directory / FILES, vault)
        self._note_head(head)

    def close(self) -> None:
        self.engine.dispose()
        os.close(self._owned)


def stores_in(state: Path) -> tuple[Path, ...]:
    """The folders with a store: `state` itself if it is a service's, else those of the services of a town.

    Raises ConfigurationError where there is no such folder.
    """
    if not state.is_dir():
        raise ConfigurationError(f"{state} is no folder")
    if (state / DATABASE).is_file():
        return (state,)
    return tuple(sorted(database.parent for database in state.glob(f"*/{DATABASE}")))


def _own(directory: Path) -> int:
    """An exclusive lock on the folder, which dies with its process."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(f"{directory} is in use by another process") from None
    return descriptor


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _engine(file: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _durable(connection, _record):  # type: ignore[no-untyped-def]  # DBAPI connections carry no types
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _immediate(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
