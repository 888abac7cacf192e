"""SQLite as embedded database: one process, one writer at a time, durable at each commit."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from oots.database.database import Database, told_apart
from oots.database.group_commit import GroupCommit
from oots.model.clock import Clock
from oots.model.errors import ConfigurationError

DATABASE = "store.sqlite"
_PAGE_BYTES = 16384
_READING = "oots_reading"


class SqliteDatabase(Database):
    """The file `store.sqlite` of a folder. The folder belongs to one process at a time: two outboxes on it would send
    everything twice. Who does so much as one statement may do it `alongside`, whoever has the folder. Raises
    ConfigurationError where another process has it.
    """

    is_shared = False

    def __init__(self, folder: Path, *, alongside: bool = False) -> None:
        self._owned = None if alongside else _own(folder)
        self._listeners: list[Callable[[], None]] = []
        self._mine = threading.local()
        self.engine = _engine(folder / DATABASE)
        self._writer = GroupCommit(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        self._mine.announced = False
        with told_apart(), self._writer.begin() as connection:
            yield connection
        if self._mine.announced:
            for heard in tuple(self._listeners):
                heard()

    @contextmanager
    def look(self) -> Iterator[Connection]:
        with told_apart(), self.engine.connect().execution_options(**{_READING: True}) as connection:
            yield connection

    def alone(self, connection: Connection) -> None:
        """Whoever writes is alone."""

    def now(self, connection: Connection, clock: Clock) -> datetime:
        return clock.now()

    def announce(self, connection: Connection) -> None:
        self._mine.announced = True

    def listen(self, heard: Callable[[], None], stop: threading.Event) -> None:
        self._listeners.append(heard)
        stop.wait()
        self._listeners.remove(heard)

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Whoever has the folder is."""
        yield

    def leave_no_trace(self) -> None:
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            if cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise ConfigurationError("somebody reads the database and keeps what was replaced in it")
        finally:
            connection.close()

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()
        if self._owned is not None:
            os.close(self._owned)


def _own(folder: Path) -> int:
    """An exclusive lock on the folder, which dies with its process."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(f"{folder} is in use by another process") from None
    return descriptor


def _engine(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"timeout": 30, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _durable(connection, _record):  # type: ignore[no-untyped-def]  # DBAPI connections carry no types
        connection.isolation_level = None
        connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
