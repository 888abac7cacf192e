"""Puts a new key in the place of an old one, under everything that a store has sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select, update

from oots.exchange.chain import reseal_keys
from oots.exchange.schema import DICTIONARY, EXCHANGE, JOURNAL, OUTBOX, PAPER, SUBJECT_KEY
from oots.exchange.store import Store
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault, add_key, drop_older_keys, read_keys

Sealed = tuple[Table, Column[Any]]
"""A table with a single primary key, and its column with sealed bytes."""

_OWN: tuple[Sealed, ...] = (
    (EXCHANGE, EXCHANGE.c.record),
    (OUTBOX, OUTBOX.c.outgoing),
    (JOURNAL, JOURNAL.c.content),
    (DICTIONARY, DICTIONARY.c.sealed),
    (PAPER, PAPER.c.content),
    (SUBJECT_KEY, SUBJECT_KEY.c.sealed),
)
_AT_ONCE = 200


def rotate(store: Store[Any], key_file: Path, others: tuple[Sealed, ...] = ()) -> int:
    """Seal everything in `store` under a new key, also `others` in its database, and drop the old key.

    Evidence files have keys of their own, which lie in what is sealed anew. Returns how many rows that was. A process
    that is killed on the way leaves both keys in the file, with which everything can be read; the next rotation ends
    what that one began. Raises ConfigurationError, and keeps the old key, where something opens with neither, where a
    service is running on the same database, and where somebody reads it for so long that replaced rows stay.
    """
    with store.database.undisturbed():
        return _rotate(store, key_file, others)


def _rotate(store: Store[Any], key_file: Path, others: tuple[Sealed, ...]) -> int:
    if len(read_keys(key_file)) == 1:
        add_key(key_file)
    store.use(Vault.from_file(key_file, create=False))
    resealed = _reseal_all(store, others)
    if _reseal_all(store, others):
        raise ConfigurationError("something was sealed under the old key meanwhile; the old key is kept")
    with store.engine.begin() as connection:
        reseal_keys(connection, store.vault)
    store.database.leave_no_trace()
    drop_older_keys(key_file)
    return resealed


def _reseal_all(store: Store[Any], others: tuple[Sealed, ...]) -> int:
    return sum(_reseal_rows(store, *sealed) for sealed in (*_OWN, *others))


def _reseal_rows(store: Store[Any], table: Table, column: Column[bytes]) -> int:
    """A few rows in one transaction, then the next: each is readable at any time."""
    (key,) = table.primary_key.columns
    with store.engine.begin() as connection:
        keys = connection.execute(select(key)).scalars().all()
    resealed = 0
    for start in range(0, len(keys), _AT_ONCE):
        chosen = keys[start : start + _AT_ONCE]
        with store.engine.begin() as connection:
            for name, sealed in connection.execute(
                select(key, column).where(key.in_(chosen), column.is_not(None))
            ).all():
                if not store.vault.is_current(sealed):
                    anew = _resealed(store.vault, sealed, f"{table.name} {name}")
                    connection.execute(update(table).where(key == name).values({column: anew}))
                    resealed += 1
    return resealed


def _resealed(vault: Vault, sealed: bytes, what: str) -> bytes:
    try:
        return vault.reseal(sealed)
    except ConfigurationError:
        raise ConfigurationError(f"no key opens {what}; the old key is kept") from None
