"""The store of one service: every change of an exchange, with its journal and outbox, in one transaction."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, inspect

from oots.database.opening import open_database
from oots.database.reading import reading
from oots.database.sqlite import DATABASE
from oots.exchange.answers import BelievedAnswers
from oots.exchange.chain import HeadFile, SealedHead, append, hold_end, open_chain, renew_key, sealed_head
from oots.exchange.dictionary import Dictionary, PackingVault, add_piece
from oots.exchange.ends import break_of
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.migration import is_new, prepare
from oots.exchange.packing import skeleton
from oots.exchange.schema import JOURNAL
from oots.exchange.subjects import Subjects, open_subject_key
from oots.exchange.unit import Unit
from oots.model.clock import Clock, SystemClock
from oots.model.errors import ConfigurationError, UnavailableError
from oots.trust.files import locked
from oots.trust.vault import Vault

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)

VAULT_KEY = "vault.key"
FILES = "files"

_CLOCK = SystemClock()
_NOTED_SECONDS = 1.0


class Store(Generic[RecordT]):
    """The database of a service with its folder of encrypted files.

    Without `database_url` that is SQLite in the folder, which then belongs to one process at a time; with one it is a
    PostgreSQL that several replicas share, as they share the folder. The vault's keys are in `vault_key`, or in the
    folder itself. Raises ConfigurationError where another process has the folder, where the database cannot be used,
    and where the keys are missing or do not fit.
    """

    def __init__(
        self,
        directory: Path,
        record: type[RecordT],
        *,
        vault_key: Path | None = None,
        clock: Clock = _CLOCK,
        database_url: str | None = None,
    ) -> None:
        self._clock = clock
        self._records: TypeAdapter[RecordT] = _reader_of(record)  # type: ignore[arg-type]  # classes are hashable
        self._directory = directory
        self._head_file = HeadFile(directory)
        self.answers = BelievedAnswers()
        self._noting = threading.Lock()
        self._unnoted: SealedHead | None = None
        self._noted_at = time.monotonic()
        with _at_start(directory):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.database = open_database(directory, database_url)
        try:
            self._open(vault_key or directory / VAULT_KEY)
        except BaseException:  # an interruption, too, must leave no lock and no open database behind
            self.database.close()
            raise

    @property
    def engine(self) -> Engine:
        return self.database.engine

    def _open(self, vault_key: Path) -> None:
        with _at_start(self._directory), self.database.begin() as connection:
            self.database.alone(connection)
            self.vault = Vault.from_file(vault_key, create=is_new(connection))
            self.files = EvidenceFiles(self._directory / FILES)
            self.chain = prepare(connection, self.vault, self.files, self._clock.now())
            self._subject_key = open_subject_key(connection, self.vault)
            add_piece(connection, self.vault, skeleton())
            self._dictionary = Dictionary.opened(connection, self.vault)
            self._expect_whole(connection)
            head = sealed_head(connection)
        self._note(head)

    def _expect_whole(self, connection: Connection) -> None:
        hold_end(connection)
        broken = break_of(connection, self.chain, self._head_file.read())
        if broken:
            _LOG.error("%s: %s", self._directory, broken)
            append(
                connection,
                self.chain,
                self.packing(connection),
                (JournalEntry(self._clock.now(), Entry.JOURNAL_BROKEN, detail=broken),),
            )

    @contextmanager
    def begin(self) -> Iterator[Unit[RecordT]]:
        """A transaction: committed when the block ends, undone when it raises.

        Raises UnavailableError, with nothing done, where the database cannot be reached or written.
        """
        with self.database.begin() as connection:
            unit = self._unit(connection)
            try:
                yield unit
                unit.write_journal()
                kept = self.answers.write(connection)
            except Exception:  # whatever it is: nothing of this transaction will be
                unit.files.take_back()
                raise
        self.answers.written(kept)
        self._note_head(unit.head)
        unit.delete_unused()

    @contextmanager
    def look(self) -> Iterator[Unit[RecordT]]:
        """A snapshot to read from; nothing may be written. Raises UnavailableError as `begin` does."""
        with self.database.look() as connection:
            yield self._unit(connection, reading=True)

    def _unit(self, connection: Connection, *, reading: bool = False) -> Unit[RecordT]:
        packing = self.packing(connection)
        subjects = Subjects(connection, self._subject_key)
        return Unit(connection, packing, self.files, self.chain, self._records, subjects, reading=reading)

    def packing(self, connection: Connection) -> PackingVault:
        """The vault as rows are written and read with in a transaction."""
        return self._dictionary.packing(connection, self.vault)

    def _note_head(self, head: SealedHead | None) -> None:
        """Not after each commit, which would cost a second wait for the disk."""
        if head is None:
            return
        with self._noting:
            newer = self._unnoted is None or head.head.number > self._unnoted.head.number
            self._unnoted = head if newer else self._unnoted
            due = time.monotonic() - self._noted_at >= _NOTED_SECONDS
        if due:
            self.note_head()

    def note_head(self) -> None:
        """Note the end of the journal outside the database, as far as this process has written it."""
        with self._noting:
            head, self._unnoted = self._unnoted, None
            self._noted_at = time.monotonic()
            self._note(head)

    def _note(self, head: SealedHead | None) -> None:
        """What is committed stays so: a head that cannot be written is behind until the next."""
        if head is None:
            return
        try:
            if self.database.is_shared:
                self._note_in_turn(head)
            else:
                self._head_file.write(head)
        except OSError as fault:
            _LOG.error("%s: %s", self._head_file.path, fault.strerror)

    def _note_in_turn(self, head: SealedHead) -> None:
        """Replicas note in any order, and none puts an earlier end in the place of a later one."""
        with locked(self._directory):
            noted = self._head_file.read()
            if noted is None or noted.head.number < head.head.number or not self.chain.is_genuine(noted):
                self._head_file.write(head)

    def use(self, vault: Vault) -> None:
        """From now on seal under the newest key of `vault`. The links of the journal get a new key as well, and its
        first entry tells of that; a vault that is in use already changes nothing."""
        with self.database.begin() as connection:
            renewed = renew_key(connection, vault)
            chain = open_chain(connection, vault)
            entry = JournalEntry(self._clock.now(), Entry.KEYS_ROTATED)
            packing = self._dictionary.packing(connection, vault)
            head = append(connection, chain, packing, (entry,)) if renewed else None
        self.vault, self.chain = vault, chain
        self._note(head)

    def acquaint(self, certificate: x509.Certificate) -> None:
        """What is kept from now on names this certificate, of an access point that is believed, instead of repeating
        it. Raises UnavailableError as `begin` does."""
        piece = certificate.public_bytes(Encoding.DER)
        if self._dictionary.knows(piece):
            return
        with self.database.begin() as connection:
            add_piece(connection, self.vault, piece)
        with self.database.look() as connection:
            self._dictionary.load(connection, self.vault)

    def close(self) -> None:
        self.note_head()
        self.database.close()


@cache
def _reader_of(record: type[RecordT]) -> TypeAdapter[RecordT]:
    """Making one takes as long as all the rest of opening a store."""
    return TypeAdapter(record)


@contextmanager
def _at_start(directory: Path) -> Iterator[None]:
    """What cannot be used when a service starts is a matter of its configuration."""
    try:
        yield
    except UnavailableError as fault:
        raise ConfigurationError(f"the store of {directory} cannot be opened: {fault}") from fault
    except OSError as fault:
        raise ConfigurationError(f"{fault.filename or directory} cannot be used: {fault.strerror}") from fault


def stores_in(state: Path, database_url: str | None = None) -> tuple[Path, ...]:
    """The folders with a store: `state` itself if it is a service's, else those of the services of a town.

    With a database elsewhere `state` is the folder of the service that has it. Raises ConfigurationError where there is
    no such folder.
    """
    if not state.is_dir():
        raise ConfigurationError(f"{state} is no folder")
    if database_url or (state / DATABASE).is_file():
        return (state,)
    return tuple(sorted(each.parent for each in state.glob(f"*/{DATABASE}") if _has_journal(each.parent)))


def _has_journal(folder: Path) -> bool:
    """Whether the database of a folder is that of a store; the workbench keeps another kind. What cannot be read is
    taken for a store, so that it is not passed over in silence."""
    try:
        with reading(folder) as connection:
            tables = inspect(connection).get_table_names()
    except ConfigurationError:
        return True
    return not tables or JOURNAL.name in tables
