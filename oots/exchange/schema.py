"""The tables of a service's store."""

from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, String, Table, event

METADATA = MetaData()


def place(table: Table, key: object) -> str:
    """What is sealed in a row of `table` is sealed for this place."""
    return f"{table.name} {key}"


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

# An answer finds its exchange by the request that it names, and a request id of one party counts once only.
REQUEST = Table(
    "request",
    METADATA,
    Column("party_id", String, primary_key=True),
    Column("request_id", String, primary_key=True),
    Column("exchange_id", String, nullable=False),
    Column("document_sha256", String, nullable=False),
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
    Column("number", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("entry", String, nullable=False),
    Column("exchange_id", String, index=True),
    Column("message_id", String, index=True),
    Column("purged_through", Integer, index=True),
    Column("content", LargeBinary, nullable=False),
    Column("link", String, nullable=False),
    CheckConstraint("(purged_through IS NOT NULL) = (entry = 'journal-purged')"),
)

# The keys of the journal's links, each sealed, and the first number for which it counts.
JOURNAL_KEY = Table(
    "journal_key",
    METADATA,
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# One row: where the journal ends.
JOURNAL_HEAD = Table(
    "journal_head",
    METADATA,
    Column("number", Integer, nullable=False),
    Column("link", String, nullable=False),
    Column("seal", String, nullable=False),
)

# What an entry says stays: only its content may be sealed anew, when keys are rotated. An entry is deleted only when a
# purge that is itself an entry says so, and not before its twelve months are over (2022/1463, article 17(4)).
_TRIGGERS = {
    "journal_keeps_what_it_says": (
        "UPDATE OF number, at, entry, exchange_id, message_id, purged_through, link",
        "1",
    ),
    "journal_keeps_twelve_months": (
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM journal AS purge "
        "WHERE purge.purged_through >= OLD.number AND OLD.at < strftime('%Y-%m-%dT%H:%M:%fZ', purge.at, '-12 months'))",
    ),
    "journal_only_grows": ("INSERT", "NEW.number <= (SELECT max(number) FROM journal)"),
}
for _name, (_change, _refused) in _TRIGGERS.items():
    event.listen(
        JOURNAL,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
            f"CREATE TRIGGER {_name} BEFORE {_change} ON journal WHEN {_refused} "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END".replace("%", "%%")
        ).execute_if(dialect="sqlite"),
    )
