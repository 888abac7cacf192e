"""A look into a service's database from outside: its service may run, and nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError

from oots.database.database import said_by
from oots.database.opening import read_address
from oots.database.sqlite import DATABASE
from oots.model.errors import ConfigurationError

_CONNECT_SECONDS = 5


@contextmanager
def reading(folder: Path, address: str | None = None) -> Iterator[Connection]:
    """One snapshot of the database at `address`, without one of SQLite in `folder`.

    Raises ConfigurationError where there is none that can be read; it names no password.
    """
    url, named = _of_postgres(address) if address else _of_sqlite(folder)
    options = {"connect_timeout": _CONNECT_SECONDS} if address else {}
    engine = create_engine(url, connect_args=options)
    try:
        with engine.connect() as connection:
            if address:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection
    except DBAPIError as fault:
        raise ConfigurationError(f"{named} is no store that can be read ({said_by(fault)})") from None
    finally:
        engine.dispose()


def _of_sqlite(folder: Path) -> tuple[URL, str]:
    database = folder / DATABASE
    if not database.is_file():
        raise ConfigurationError(f"{database} is missing")
    query = {"mode": "ro", "uri": "true"} | ({"immutable": "1"} if _rests(database) else {})
    return URL.create("sqlite", database=database.resolve().as_uri(), query=query), str(database)


def _rests(database: Path) -> bool:
    """Whether nobody has it open and nothing can be written beside it: SQLite makes no index of its log there, and
    reads it if told that it stays as it is."""
    return not database.with_name(f"{database.name}-wal").exists() and not os.access(database.parent, os.W_OK)


def _of_postgres(address: str) -> tuple[URL, str]:
    url = read_address(address)
    return url, f"the database {url.host or 'localhost'}:{url.port or 5432}/{url.database}"
