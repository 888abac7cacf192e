"""Which exchanges belong to one case of a person: its file, named by a token of its own; and who was let into it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select, update

from oots.database.database import Database
from oots.model.clock import iso

_KEPT = timedelta(days=366)
"""A little longer than the exchanges themselves."""

metadata = MetaData()
case_file = Table(
    "case_file",
    metadata,
    Column("exchange_id", String, primary_key=True),
    Column("file_id", String, nullable=False, index=True),
    Column("noted_at", String, nullable=False),
)
"""Every exchange and the file that it is in."""

case_invitation = Table(
    "case_invitation",
    metadata,
    Column("file_id", String, primary_key=True),
    Column("secret_hash", String, nullable=False, unique=True),
    Column("taken_by", String),
    Column("noted_at", String, nullable=False),
)
"""The seat of a further person in a file: the SHA-256 of the secret that opens it once, and the mark of who took it."""


def make_table(database: Database) -> None:
    """The tables of case files, if there are none yet."""
    with database.begin() as connection:
        database.alone(connection)
        metadata.create_all(connection)


def add(connection: Connection, file_id: str, exchange_id: str, at: datetime) -> None:
    """Put an exchange into a file, and throw away what has been kept long enough."""
    for table in (case_file, case_invitation):
        connection.execute(delete(table).where(table.c.noted_at < iso(at - _KEPT)))
    connection.execute(insert(case_file).values(exchange_id=exchange_id, file_id=file_id, noted_at=iso(at)))


def exchanges_of(connection: Connection, file_id: str) -> tuple[str, ...]:
    """The exchanges of a file in their order; none for an unknown one."""
    rows = connection.execute(
        select(case_file.c.exchange_id)
        .where(case_file.c.file_id == file_id)
        .order_by(case_file.c.noted_at, case_file.c.exchange_id)
    )
    return tuple(rows.scalars())


def invite(connection: Connection, file_id: str, secret: str, at: datetime) -> bool:
    """Let `secret` alone open the free seat of a file, in the place of an earlier one; False where it is taken."""
    if taken_by(connection, file_id) is not None:
        return False
    connection.execute(delete(case_invitation).where(case_invitation.c.file_id == file_id))
    row = {"file_id": file_id, "secret_hash": _hash(secret), "taken_by": None, "noted_at": iso(at)}
    connection.execute(insert(case_invitation).values(row))
    return True


def invited_to(connection: Connection, secret: str) -> str | None:
    """The file whose free seat a secret opens; None for an unknown one and for one that was used."""
    found = connection.execute(
        select(case_invitation.c.file_id).where(
            case_invitation.c.secret_hash == _hash(secret), case_invitation.c.taken_by.is_(None)
        )
    ).scalar_one_or_none()
    return None if found is None else str(found)


def join(connection: Connection, secret: str, mark: str) -> bool:
    """Take the seat that a secret opens; False where another has taken it, or there is none."""
    taken = update(case_invitation).where(
        case_invitation.c.secret_hash == _hash(secret), case_invitation.c.taken_by.is_(None)
    )
    return connection.execute(taken.values(taken_by=mark)).rowcount == 1


def taken_by(connection: Connection, file_id: str) -> str | None:
    """The mark of who took the seat of a file; None for nobody."""
    found = connection.execute(
        select(case_invitation.c.taken_by).where(case_invitation.c.file_id == file_id)
    ).scalar_one_or_none()
    return None if found is None else str(found)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
