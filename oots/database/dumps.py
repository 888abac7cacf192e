"""What PostgreSQL's own tools do for a backup: a dump of one snapshot, and its way back into an empty database."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text

from oots.model.errors import ConfigurationError

_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "username": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}


def expect_tool(name: str) -> str:
    """Where a tool of PostgreSQL is; raises ConfigurationError where it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(f"{name} is not installed here; it comes with the client tools of PostgreSQL")
    return found


def dump(url: URL, snapshot: str, target: Path) -> None:
    """Write what a snapshot that a transaction has exported holds, in PostgreSQL's custom format.

    Raises ConfigurationError with what the tool says.
    """
    target.touch(mode=0o600)
    _run(url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")


def undump(url: URL, source: Path) -> None:
    """Put a dump into an empty database, wholly or not at all; raises ConfigurationError with what the tool says."""
    _run(url, "pg_restore", "--single-transaction", "--exit-on-error", f"--dbname={url.database}", str(source))


def _run(url: URL, tool: str, *arguments: str) -> None:
    """The password goes by the environment: arguments are seen by everybody on the machine."""
    values = {variable: getattr(url, name) for name, variable in _ENVIRONMENT.items()}
    parameters = {f"PG{name.upper()}": str(value) for name, value in url.query.items()}  # sslmode → PGSSLMODE
    named = {name: str(value) for name, value in values.items() if value is not None}
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own tool with arguments of ours)
        [expect_tool(tool), "--no-owner", "--no-privileges", "--no-password", *arguments],
        env=os.environ | parameters | named | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise ConfigurationError(f"{tool} failed: {last}")


def is_empty(connection: Connection) -> bool:
    """Whether there is no table in the schema that is used."""
    return not inspect(connection).get_table_names()


def clear(connection: Connection) -> None:
    """Drop all tables of the schema that is used, and the functions of the journal's triggers."""
    for name in inspect(connection).get_table_names():
        connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
    rows = connection.execute(
        text(
            "SELECT oid::regprocedure::text FROM pg_proc "
            r"WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'journal\_%'"
        )
    )
    for function in rows.scalars().all():
        connection.execute(text(f"DROP FUNCTION {function}"))
