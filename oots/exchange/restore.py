"""Puts a backup in the place of a store that is lost, wholly or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine

from oots.database.database import told_apart
from oots.database.dumps import clear, expect_tool, is_empty, undump
from oots.database.opening import read_address
from oots.database.sqlite import DATABASE
from oots.exchange.backup import DUMP, Backup, read_backup, take_out
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journal_report import JournalReport, examine_journal
from oots.exchange.standstill import HEAD
from oots.exchange.store import FILES, VAULT_KEY, Store
from oots.model.clock import Clock, iso
from oots.model.errors import ConfigurationError, UnavailableError
from oots.trust.files import write_whole
from oots.trust.vault import sync_directory

_STAGE = ".restoring"


class BrokenJournalError(Exception):
    """The journal was not whole when the backup was made; nothing was restored."""

    def __init__(self, report: JournalReport) -> None:
        self.report = report
        super().__init__("the journal in the backup is not whole")


@dataclass(frozen=True)
class Wanted:
    """How a backup is to be restored. `key` is the file with the vault's keys; without it the one that lies in the
    folder counts, or else the one in the backup. The folder gets a copy unless `take_key` is False. `broken` takes a
    backup although its journal was not whole. `database_url` is an empty PostgreSQL for a backup of one."""

    key: Path | None = None
    take_key: bool = True
    broken: bool = False
    database_url: str | None = None


def restore(backup: Path, folder: Path, clock: Clock, wanted: Wanted = Wanted()) -> Backup:
    """Make `folder` the state folder that was backed up; its journal says so in an entry of its own.

    Raises ConfigurationError, leaving nothing, where the folder or the database holds anything else, where the backup
    is damaged or is none, and for a key that does not fit; BrokenJournalError unless a broken one is wanted.
    """
    said = read_backup(backup)
    _expect_kind(said, wanted.database_url)
    with _own(folder), _stage(folder) as stage:
        for part in said.parts:
            take_out(backup, part, stage)
        vault_key = _key(said, folder, stage, wanted.key)
        with _database(stage, wanted.database_url):
            report = examine_journal(stage, vault_key, wanted.database_url)
            if report.faults and not wanted.broken:
                raise BrokenJournalError(report)
            _note(stage, vault_key, said, clock, wanted.database_url)
            _place(stage, folder, vault_key if wanted.take_key else None)
    return said


def _expect_kind(said: Backup, database_url: str | None) -> None:
    if said.is_of_postgres and not database_url:
        raise ConfigurationError("this is a backup of a PostgreSQL: name an empty one in OOTS_DATABASE_URL")
    if database_url and not said.is_of_postgres:
        raise ConfigurationError("this is a backup of an SQLite: it is restored without OOTS_DATABASE_URL")


@contextmanager
def _database(stage: Path, database_url: str | None) -> Iterator[None]:
    """A PostgreSQL that holds the dump, and is empty again unless the block ends well."""
    if not database_url:
        yield
        return
    expect_tool("pg_restore")
    url = read_address(database_url)
    engine = create_engine(url, poolclass=NullPool)
    try:
        with told_apart(), engine.connect() as connection:
            if not is_empty(connection):
                raise ConfigurationError("the database is not empty: a backup is restored into an empty one only")
        undump(url, stage / DUMP)
        try:
            yield
        except BaseException:  # an interruption, too, must leave no half of a store
            with engine.begin() as connection:
                clear(connection)
            raise
    except UnavailableError as fault:
        raise ConfigurationError(f"the database cannot be used: {fault}") from None
    finally:
        engine.dispose()


def _key(said: Backup, folder: Path, stage: Path, key: Path | None) -> Path:
    """Raises ConfigurationError where there are two keys to choose from, or none."""
    held = folder / VAULT_KEY
    if key is not None:
        if held.exists():
            raise ConfigurationError(f"{held} is there already: take it away, or name no other key")
        return key
    if held.exists():
        return held
    if said.has_key:
        return stage / VAULT_KEY
    raise ConfigurationError("the backup does not hold the vault's key: name its file with --key")


def _note(stage: Path, vault_key: Path, said: Backup, clock: Clock, database_url: str | None) -> None:
    """Opening the store shows that the service will be able to."""
    store: Store[Any] = Store(stage, object, vault_key=vault_key, clock=clock, database_url=database_url)
    with closing(store), store.begin() as unit:
        detail = f"from a backup of {iso(said.made_at)}"
        unit.journal(JournalEntry(clock.now(), Entry.JOURNAL_RESTORED, detail=detail))


def _place(stage: Path, folder: Path, vault_key: Path | None) -> None:
    """The database last: a store is there when that is."""
    if vault_key is not None and not (folder / VAULT_KEY).exists():
        write_whole(folder / VAULT_KEY, vault_key.read_bytes(), mode=0o600)
    for name in (FILES, HEAD, DATABASE):
        if (stage / name).exists():
            (stage / name).rename(folder / name)
            sync_directory(folder)


@contextmanager
def _own(folder: Path) -> Iterator[None]:
    """The folder, made where it is not there, and gone again where nothing came of it; no service starts in it
    meanwhile."""
    made = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ConfigurationError(f"{folder} is in use by another process") from None
    finally:
        os.close(descriptor)
        if made:
            with suppress(OSError):  # it holds what was restored
                folder.rmdir()


@contextmanager
def _stage(folder: Path) -> Iterator[Path]:
    """A folder within the folder, gone at the end; what a killed restore has left is cleared away first."""
    stage = folder / _STAGE
    if stage.exists() and not (folder / DATABASE).exists():
        for name in (_STAGE, FILES):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / HEAD).unlink(missing_ok=True)
    held = sorted(path.name for path in folder.iterdir() if path.name not in (VAULT_KEY, "lost+found"))
    if held:
        raise ConfigurationError(f"{folder} holds {held[0]}: a backup is restored into an empty folder only")
    stage.mkdir(mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
