"""Which exchanges are about whom, so that a person finds her own; who that is stands nowhere readable."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, insert, select

from oots.database.inserting import insert_if_new
from oots.exchange.schema import JOURNAL, SUBJECT, SUBJECT_KEY, place
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault

_ONLY = 1
"""The number of the one key."""


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """With it alone a name becomes what stands in the table (HMAC-SHA256)."""

    key: bytes

    def hashed(self, *said: str) -> str:
        return hmac.new(self.key, json.dumps(said).encode(), hashlib.sha256).hexdigest()


class Subjects:
    """The table `subject`, within one transaction.

    `who` is what a service calls a person for good: one or several identifiers that belong together. Rows that nobody
    with the key has written count for nothing: each proves that it belongs to its exchange.
    """

    def __init__(self, connection: Connection, key: SubjectKey) -> None:
        self._connection = connection
        self._key = key

    def note(self, exchange_id: str, *who: str) -> None:
        """The exchange is about this person; noted again it changes nothing."""
        hashed = self._key.hashed("who", *who)
        row = {"who_hash": hashed, "exchange_id": exchange_id, "proof": self._key.hashed("row", hashed, exchange_id)}
        insert_if_new(self._connection, SUBJECT, row)

    def exchanges_of(self, *who: str) -> tuple[str, ...]:
        """The exchanges about this person of which the journal still tells, the latest first."""
        hashed = self._key.hashed("who", *who)
        rows = self._connection.execute(_OF, {"who": hashed})
        return tuple(
            exchange_id
            for exchange_id, proof in rows
            if hmac.compare_digest(proof.encode(), self._key.hashed("row", hashed, exchange_id).encode())
        )


_LATEST = select(JOURNAL.c.number).where(JOURNAL.c.exchange_id == SUBJECT.c.exchange_id)
_LATEST = _LATEST.order_by(JOURNAL.c.number.desc()).limit(1)
_OF = (
    select(SUBJECT.c.exchange_id, SUBJECT.c.proof)
    .where(SUBJECT.c.who_hash == bindparam("who"), exists(_LATEST))
    .order_by(_LATEST.scalar_subquery().desc())
)


def make_subject_key(connection: Connection, vault: Vault) -> SubjectKey:
    """The key of a store that has none yet."""
    sealed = vault.seal(secrets.token_bytes(32), place(SUBJECT_KEY, _ONLY))
    connection.execute(insert(SUBJECT_KEY).values(number=_ONLY, sealed=sealed))
    return open_subject_key(connection, vault)


def open_subject_key(connection: Connection, vault: Vault) -> SubjectKey:
    """Raises ConfigurationError where the key is missing or does not open with this vault."""
    sealed = connection.execute(select(SUBJECT_KEY.c.sealed).where(SUBJECT_KEY.c.number == _ONLY)).scalar()
    if sealed is None:
        raise ConfigurationError("the store has lost the key with which persons find their exchanges")
    return SubjectKey(vault.open(sealed, place(SUBJECT_KEY, _ONLY)))
