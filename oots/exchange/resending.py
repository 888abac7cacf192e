"""Asks a service that may be running to send a failed message again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from oots.database.opening import open_database
from oots.database.sqlite import DATABASE
from oots.exchange import queue
from oots.exchange.migration import expect_known, is_new
from oots.model.errors import ConfigurationError


def want_again(folder: Path, message_id: str, database_url: str | None = None) -> bool:
    """Whether a message with this id had failed; its service takes it up by itself.

    Raises ConfigurationError where there is no store of this version.
    """
    if not database_url and not (folder / DATABASE).is_file():
        raise ConfigurationError(f"{folder} holds no store of a service")
    with closing(open_database(folder, database_url, alongside=True)) as database, database.begin() as connection:
        if is_new(connection):
            raise ConfigurationError(f"{folder} holds no store of a service")
        expect_known(connection)
        found = queue.want_again(connection, message_id)
        database.announce(connection)
    return found
