"""A row that is inserted only if its key is new, the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert


def insert_if_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Whether the row was new; one that another transaction is inserting is waited for."""
    return connection.execute(_insertion(table, connection.dialect.name), values).first() is not None


@cache
def _insertion(table: Table, dialect: str) -> ReturningInsert[Any]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
