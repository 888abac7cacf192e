"""The tables of a service's store."""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, Integer, LargeBinary, MetaData, String, Table, event

METADATA = MetaData()

EXCHANGE = Table(
    "exchange",
    METADATA,
    Column("exchange_id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("deadline", String, index=True),
    Column("token_hash", String, unique=True),
    Column("record", LargeBinary, nullable=False),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("party_id", String, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("body_sha256", String, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("received_at", String, nullable=False),
)

# Kept for good: an answer finds its exchange by the request that it names, and a request id counts once only.
REQUEST = Table(
    "request",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("exchange_id", String, nullable=False),
    Column("noted_at", String, nullable=False),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("message_id", String, primary_key=True),
    Column("exchange_id", String, nullable=False),
    Column("party_id", String, nullable=False),
    Column("content_type", String, nullable=False),
    Column("body_file", String, nullable=False),
    Column("digests", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", String, nullable=False),
    Column("deadline", String, nullable=False),
    Index("outbox_due", "state", "next_attempt"),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("exchange_id", String, index=True),
    Column("message_id", String, index=True),
    Column("content", LargeBinary, nullable=False),
)

# The log only grows: a row, once written, can neither be changed nor taken away.
for _change in ("UPDATE", "DELETE"):
    event.listen(
        JOURNAL,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
            f"CREATE TRIGGER journal_refuses_{_change.lower()} BEFORE {_change} ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        ).execute_if(dialect="sqlite"),
    )
