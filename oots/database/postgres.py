"""PostgreSQL: locks, claims, durability and failover are its own; every replica is one of its clients."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError

from oots.database.database import Database, said_by, told_apart
from oots.model.clock import Clock
from oots.model.errors import ConfigurationError, UnavailableError

_CHANNEL = "oots_outbox"
_SCHEMA_LOCK = 0x6F6F7473
_USE_LOCK = _SCHEMA_LOCK + 1
_LISTEN_SECONDS = 1.0
_CONNECT_SECONDS = 5
_CONNECTIONS = 20
_RESTED_SECONDS = 1.0
_IN_USE_UNTIL = "oots_in_use_until"


class PostgresDatabase(Database):
    """A database on a server. Raises ConfigurationError where it does not let us in."""

    is_shared = True

    def __init__(self, url: URL) -> None:
        self._url = url
        self.engine = create_engine(
            url,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "oots"},
        )
        _try_who_has_rested(self.engine)
        try:
            with self.engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError as fault:
            self.engine.dispose()
            where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"
            raise ConfigurationError(f"the database {where} does not let this service in: {said_by(fault)}") from None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with told_apart(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        with (
            told_apart(),
            self.engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as connection,
            connection.begin(),  # and committed: to undo anything makes the driver forget its prepared statements
        ):
            yield connection

    def alone(self, connection: Connection) -> None:
        connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))

    def now(self, connection: Connection, clock: Clock) -> datetime:
        moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def announce(self, connection: Connection) -> None:
        connection.execute(select(func.pg_notify(_CHANNEL, "")))

    def listen(self, heard: Callable[[], None], stop: threading.Event) -> None:
        try:
            with psycopg.connect(
                self._url.set(drivername="postgresql").render_as_string(hide_password=False),
                autocommit=True,
                connect_timeout=_CONNECT_SECONDS,
            ) as connection:
                connection.execute("SELECT pg_advisory_lock_shared(%s)", (_USE_LOCK,))
                connection.execute(f"LISTEN {_CHANNEL}")
                heard()
                while not stop.is_set():
                    for _ in connection.notifies(timeout=_LISTEN_SECONDS):
                        heard()
                        if stop.is_set():
                            break
                connection.execute("SELECT pg_advisory_unlock_shared(%s)", (_USE_LOCK,))
        except psycopg.Error as fault:
            raise UnavailableError(said_by(fault)) from fault

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Every service that runs holds the same lock for as long as it listens."""
        with self.engine.connect() as connection:
            if not connection.execute(select(func.pg_try_advisory_lock(_USE_LOCK))).scalar_one():
                raise ConfigurationError(f"the database {self._url.database} is in use by a running service")
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(_USE_LOCK)))

    def leave_no_trace(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL"))

    def close(self) -> None:
        self.engine.dispose()


def _try_who_has_rested(engine: Engine) -> None:
    """A connection that nobody has used for a second is tried before it is used; the server may have been started anew
    since. Who meets such a server sooner is told that it is away, with nothing done."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection, record):  # type: ignore[no-untyped-def]  # DBAPI connections carry no types
        record.info[_IN_USE_UNTIL] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _try(connection, record, _proxy):  # type: ignore[no-untyped-def]
        if time.monotonic() - record.info.get(_IN_USE_UNTIL, time.monotonic()) < _RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as gone:
            raise InvalidatePoolError from gone
