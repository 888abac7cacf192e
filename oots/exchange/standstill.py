"""A service's state as it is at one moment, taken while the service runs.

A file is on disk before the transaction that names it is committed, and deleted after the one that gives it up. Neither
copying the files first nor copying the database first is therefore right: the one misses what is named meanwhile, the
other what is given up meanwhile. So commits wait for the moment that it takes to begin a snapshot of the database and
to give every file a second name; everything is copied after that, while the service goes on.

On SQLite that is the writer's lock. On PostgreSQL it is a lock on the journal's end alone: whoever names or gives up a
file tells the journal, last of all, and so waits there; nothing else is waited for, so that nobody waits in a circle.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from oots.database.database import said_by
from oots.database.dumps import dump, expect_tool
from oots.database.opening import read_address
from oots.database.sqlite import DATABASE
from oots.exchange.store import FILES
from oots.model.errors import ConfigurationError

HEAD = "journal.head"
_PINS = ".backup"
_WAIT_SECONDS = 30.0
_CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Standstill:
    """`files` are paths below `pins` at which everything can be read that the database named at that moment;
    `write_database` writes the database as it was then."""

    pins: Path
    files: tuple[Path, ...]
    write_database: Callable[[Path], None]


@contextmanager
def standstill(folder: Path, address: str | None = None) -> Iterator[Standstill]:
    """The state in `folder`, with its database there or in the PostgreSQL at `address`; its service may run.

    Raises ConfigurationError for what is no store, for a database that is not let go of, and while another backup of
    the folder is made.
    """
    still = _on_postgres(folder, read_address(address)) if address else _on_sqlite(folder)
    with still as standing:
        yield standing


@contextmanager
def _on_sqlite(folder: Path) -> Iterator[Standstill]:
    if not (folder / DATABASE).is_file():
        raise ConfigurationError(f"{folder} holds no store")
    with _pins(folder) as pins:
        try:
            with closing(_connected(folder)) as snapshot:
                with closing(_connected(folder)) as writer:
                    writer.execute("BEGIN IMMEDIATE")
                    snapshot.execute("BEGIN")
                    snapshot.execute("SELECT count(*) FROM journal_head").fetchone()
                    files = tuple(_pinned(folder, pins))
                    writer.rollback()
                yield Standstill(pins, files, lambda target: _write(snapshot, target))
        except sqlite3.Error as fault:
            raise ConfigurationError(f"{folder / DATABASE} cannot be backed up ({fault})") from None


def _connected(folder: Path) -> sqlite3.Connection:
    """`rw`: whoever wants a backup does not want a new database."""
    return sqlite3.connect(
        f"{(folder / DATABASE).resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_WAIT_SECONDS
    )


def _write(snapshot: sqlite3.Connection, target: Path) -> None:
    target.touch(mode=0o600)
    with closing(sqlite3.connect(target)) as copy:
        snapshot.backup(copy)


@contextmanager
def _on_postgres(folder: Path, url: URL) -> Iterator[Standstill]:
    expect_tool("pg_dump")
    engine = create_engine(url, connect_args={"connect_timeout": _CONNECT_SECONDS})
    with _pins(folder) as pins:
        try:
            with engine.connect().execution_options(isolation_level="REPEATABLE READ") as snapshot:
                with engine.begin() as writer:
                    writer.execute(text(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS:.0f}s'"))
                    writer.execute(text("LOCK TABLE journal_head IN EXCLUSIVE MODE"))
                    exported: str = snapshot.execute(select(func.pg_export_snapshot())).scalar_one()
                    files = tuple(_pinned(folder, pins))
                yield Standstill(pins, files, lambda target: dump(url, exported, target))
        except DBAPIError as fault:
            where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"
            raise ConfigurationError(f"the database {where} cannot be backed up ({said_by(fault)})") from None
        finally:
            engine.dispose()


@contextmanager
def _pins(folder: Path) -> Iterator[Path]:
    """An empty folder beside the files, gone at the end; what a killed backup has left in it is taken over."""
    pins = folder / _PINS
    pins.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(pins, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in pins.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield pins
        shutil.rmtree(pins)
    except BlockingIOError:
        raise ConfigurationError(f"another backup of {folder} is being made") from None
    except BaseException:  # an interruption, too, must leave no second copy of evidence
        shutil.rmtree(pins, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)


def _pinned(folder: Path, pins: Path) -> Iterator[Path]:
    for source in (folder / HEAD, *_files_in(folder / FILES)):
        name = source.relative_to(folder)
        (pins / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, pins / name)
        except FileNotFoundError:  # given up by a transaction before the snapshot, or no head yet
            continue
        yield name


def _files_in(folder: Path) -> Iterator[Path]:
    """Whatever is whole; an unfinished file has a name with a dot before it, and nobody names it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path
