"""A look into a service's database from outside: its service may run, and nothing is written."""

from __future__ import annotations

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
    query = {"mode": "ro", "uri": "true"}
    return URL.create("sqlite", database=database.resolve().as_uri(), query=query), str(database)


def _of_postgres(address: str) -> tuple[URL, str]:
    url = read_address(address)
    return url, f"the database {url.host or 'localhost'}:{url.port or 5432}/{url.database}"
