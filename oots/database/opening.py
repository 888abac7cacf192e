"""Which database a service has: the one that its setting names, else SQLite in its state folder."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from oots.database.database import Database
from oots.database.postgres import PostgresDatabase
from oots.database.sqlite import SqliteDatabase
from oots.model.errors import ConfigurationError

_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def open_database(folder: Path, address: str | None = None, *, alongside: bool = False) -> Database:
    """The database at `address` (`postgresql://user:password@host:port/name`), without one SQLite in `folder`;
    `alongside` whoever has that folder.

    Raises ConfigurationError for an address that is none, a database that does not answer, and a folder that another
    process has.
    """
    if not address:
        return SqliteDatabase(folder, alongside=alongside)
    return PostgresDatabase(read_address(address))


def read_address(address: str) -> URL:
    """Raises ConfigurationError for what is no address of a PostgreSQL database, without repeating it."""
    try:
        url = make_url(address)
        if url.drivername not in _POSTGRES or not url.database:
            raise ValueError
    except (ArgumentError, ValueError):
        expected = "postgresql://user:password@host:port/name"
        raise ConfigurationError(f"OOTS_DATABASE_URL: {expected} is expected; leave it out for SQLite") from None
    return url.set(drivername="postgresql+psycopg")
