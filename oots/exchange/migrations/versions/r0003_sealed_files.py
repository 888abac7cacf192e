"""Evidence in files with keys of their own, and a table of who needs them; no bodies of messages any more.

The files of before are of no use once this is committed, and go as orphans do.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from oots.exchange import outgoing
from oots.exchange.dictionary import Dictionary
from oots.exchange.migrations.vault_files import opened
from oots.exchange.schema import EVIDENCE_FILE, EXCHANGE, OUTBOX, place
from oots.exchange.uses import Uses

revision = "0003"
down_revision = "0002"

_A_PART = {"file", "sha256", "length"}


def upgrade() -> None:
    connection, upgrading = op.get_bind(), context.config.attributes["upgrading"]
    EVIDENCE_FILE.create(connection, checkfirst=True)
    op.add_column("outbox", sa.Column("outgoing", sa.LargeBinary))
    uses = Uses(connection)
    _seal_evidence(connection, upgrading, uses)
    _seal_messages(connection, upgrading, uses)
    op.drop_column("outbox", "body_file")


def _seal_evidence(connection: sa.Connection, upgrading: Any, uses: Uses) -> None:
    vault = Dictionary.opened(connection, upgrading.vault).packing(connection, upgrading.vault)
    for exchange_id, sealed in connection.execute(sa.select(EXCHANGE.c.exchange_id, EXCHANGE.c.record)).all():
        here = place(EXCHANGE, exchange_id)
        record = json.loads(vault.open(sealed, here))
        parts = list(_parts(record))
        taken = [_took_file(part, upgrading) for part in parts]
        if parts:
            anew = vault.seal(json.dumps(record).encode(), here)
            connection.execute(sa.update(EXCHANGE).where(EXCHANGE.c.exchange_id == exchange_id).values(record=anew))
        uses.set(exchange_id, [name for name in taken if name])


def _parts(value: Any) -> Any:
    """The evidence parts anywhere in a record."""
    if isinstance(value, dict):
        if value.keys() >= _A_PART:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _parts(each)


def _took_file(part: dict[str, Any], upgrading: Any) -> str | None:
    """The name of the new file that a part has from now on; None where its evidence has been deleted."""
    content = opened(upgrading.files.directory, upgrading.vault, part["file"])
    if content is None:
        part["key"] = ""
        return None
    stored = upgrading.files.put(content).stored
    part |= {"file": stored.name, "key": stored.key, "sha256": stored.sha256, "length": stored.length}
    return str(stored.name)


def _seal_messages(connection: sa.Connection, upgrading: Any, uses: Uses) -> None:
    waiting = sa.text("SELECT message_id, party_id, body_file FROM outbox WHERE state = 'waiting'")
    for message_id, party_id, body_file in connection.execute(waiting).all():
        body = opened(upgrading.files.directory, upgrading.vault, body_file, party_id)
        if body is None:
            continue  # it has no body to send, fails as it did, and is given up at its deadline
        filed = outgoing.Filed(upgrading.files.put(body))
        row = outgoing.sealed((filed,), message_id, party_id, upgrading.vault)
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.message_id == message_id).values(outgoing=row))
        uses.set(message_id, outgoing.files_of((filed,)))
