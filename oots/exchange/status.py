"""How a service stands, read from its store with few and cheap questions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from oots.exchange.schema import JOURNAL_HEAD
from oots.exchange.store import Store


def expect_ready(store: Store[Any]) -> None:
    """Raises whatever keeps the database from answering."""
    with store.engine.connect() as connection:
        connection.execute(select(JOURNAL_HEAD.c.number))
