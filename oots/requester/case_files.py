"""Which exchanges belong to one case of a person: its file, named by the exchange that came first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, select

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
"""The exchanges that came after the first; a case of one exchange has no row."""


def make_table(database: Database) -> None:
    """The table of case files, if there is none yet."""
    with database.begin() as connection:
        database.alone(connection)
        metadata.create_all(connection)


def add(connection: Connection, file_id: str, exchange_id: str, at: datetime) -> None:
    """Put a further exchange into a file, and throw away what has been kept long enough."""
    connection.execute(delete(case_file).where(case_file.c.noted_at < iso(at - _KEPT)))
    connection.execute(insert(case_file).values(exchange_id=exchange_id, file_id=file_id, noted_at=iso(at)))


def exchanges_of(connection: Connection, file_id: str) -> tuple[str, ...]:
    """The exchanges of a file in their order; one that nobody added to holds that which names it."""
    rows = connection.execute(
        select(case_file.c.exchange_id)
        .where(case_file.c.file_id == file_id)
        .order_by(case_file.c.noted_at, case_file.c.exchange_id)
    )
    return (file_id, *rows.scalars())
