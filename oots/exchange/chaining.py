"""Gives the journal of a store from before there was a chain its links, and everything sealed its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, insert, select, text, update

from oots.exchange.chain import Chain, Row, append, append_row, start_chain
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.journal import Entry, JournalEntry, read_again
from oots.exchange.migrations.vault_files import bind
from oots.exchange.schema import EXCHANGE, JOURNAL, METADATA, REQUEST, place
from oots.trust.vault import Vault

_ASKED = (Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED)


def chain_journal(connection: Connection, vault: Vault, files: EvidenceFiles, now: datetime) -> None:
    """Chain a journal that was kept without a chain; it says so itself: what it held until then is sure from then on
    only. What was sealed for no place is sealed for its own; files first, which can be done twice.

    Raises ConfigurationError where something sealed does not open.
    """
    sent = connection.execute(text("SELECT body_file, party_id FROM outbox")).mappings()
    bind(files.directory, vault, {row["body_file"]: row["party_id"] for row in sent})
    _bind_exchanges(connection, vault)
    _chained_now(connection, vault, now)


def _bind_exchanges(connection: Connection, vault: Vault) -> None:
    for exchange_id, record in connection.execute(select(EXCHANGE.c.exchange_id, EXCHANGE.c.record)).all():
        bound = vault.bound(record, place(EXCHANGE, exchange_id))
        connection.execute(update(EXCHANGE).where(EXCHANGE.c.exchange_id == exchange_id).values(record=bound))


def _chained_now(connection: Connection, vault: Vault, now: datetime) -> None:
    for name in ("ix_journal_exchange_id", "ix_journal_message_id"):
        connection.execute(text(f"DROP INDEX {name}"))
    for table in ("journal", "request"):
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_unchained"))
    METADATA.create_all(connection)
    chain = start_chain(connection, vault)
    _carry_over(connection, chain, vault)
    for table in ("journal", "request"):
        connection.execute(text(f"DROP TABLE {table}_unchained"))
    append(connection, chain, vault, (JournalEntry(now, Entry.JOURNAL_CHAINED),))


def _carry_over(connection: Connection, chain: Chain, vault: Vault) -> None:
    noted = {
        (row.request_id, row.exchange_id): row.noted_at
        for row in connection.execute(text("SELECT request_id, exchange_id, noted_at FROM request_unchained"))
    }
    for row in _unchained(connection, vault):
        append_row(connection, chain, vault, row)
        entry = read_again(row.content)
        request = ((entry.request_id or "").lower(), row.exchange_id)
        if entry.entry in _ASKED and request in noted:
            _note(connection, entry, request[0], noted.pop(request))


def _unchained(connection: Connection, vault: Vault) -> Iterator[Row]:
    rows = connection.execute(
        text("SELECT number, at, entry, exchange_id, message_id, content FROM journal_unchained ORDER BY number")
    )
    for row in rows:
        here = place(JOURNAL, row.number)
        content = vault.open(vault.bound(row.content, here), here)
        yield Row(row.number, row.at, row.entry, row.exchange_id, row.message_id, None, content)


def _note(connection: Connection, entry: JournalEntry, request_id: str, noted_at: str) -> None:
    """A request as it is noted now: by whom it was made, and by which document."""
    connection.execute(
        insert(REQUEST).values(
            party_id=entry.signer,
            request_id=request_id,
            exchange_id=entry.exchange_id,
            document_sha256=hashlib.sha256(entry.document or b"").hexdigest(),
            noted_at=noted_at,
        )
    )
