"""The tables of a service's store."""

from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, String, Table, event

METADATA = MetaData()

Readable = String().with_variant(String(collation="C"), "postgresql")
"""Identifiers, states and times, compared letter by letter on both databases: times are written so that they sort."""


def place(table: Table, key: object) -> str:
    """What is sealed in a row of `table` is sealed for this place."""
    return f"{table.name} {key}"


EXCHANGE = Table(
    "exchange",
    METADATA,
    Column("exchange_id", Readable, primary_key=True),
    Column("state", Readable, nullable=False),
    Column("deadline", Readable, index=True),
    Column("token_hash", Readable, unique=True),
    Column("record", LargeBinary, nullable=False),
)

INBOX = Table(
    "inbox",
    METADATA,
    Column("party_id", Readable, primary_key=True),
    Column("message_id", Readable, primary_key=True),
    Column("body_sha256", Readable, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Column("received_at", Readable, nullable=False, index=True),
)

# An answer finds its exchange by the request that it names, and a request id of one party counts once only.
REQUEST = Table(
    "request",
    METADATA,
    Column("party_id", Readable, primary_key=True),
    Column("request_id", Readable, primary_key=True),
    Column("exchange_id", Readable, nullable=False, index=True),
    Column("document_sha256", Readable, nullable=False),
    Column("noted_at", Readable, nullable=False, index=True),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("message_id", Readable, primary_key=True),
    Column("exchange_id", Readable, nullable=False),
    Column("party_id", Readable, nullable=False),
    Column("content_type", Readable, nullable=False),
    Column("outgoing", LargeBinary),
    Column("digests", Readable, nullable=False),
    Column("state", Readable, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Readable, nullable=False),
    Column("deadline", Readable, nullable=False),
    Column("owner", Readable),
    Column("why", Readable),
    Index("outbox_due", "state", "party_id", "due"),
)

# Which exchanges and messages still need a file; one that nobody needs is deleted.
EVIDENCE_FILE = Table(
    "evidence_file",
    METADATA,
    Column("name", Readable, primary_key=True),
    Column("used_by", Readable, primary_key=True, index=True),
)

# How sending to a partner goes: failures since the last delivery, and until when nothing is sent because of them.
PARTNER = Table(
    "partner",
    METADATA,
    Column("party_id", Readable, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("rests_until", Readable),
    Column("delivered_at", Readable),
)

# Which form has become which exchange, so that a form that is sent twice asks once, of whatever replica.
FORM = Table(
    "form",
    METADATA,
    Column("form_hash", Readable, primary_key=True),
    Column("exchange_id", Readable, nullable=False),
    Column("noted_at", Readable, nullable=False),
)

# What a service keeps beside its exchanges, such as cases and letters: of which kind, about what (a hash), until when.
PAPER = Table(
    "paper",
    METADATA,
    Column("paper_id", Readable, primary_key=True),
    Column("kind", Readable, nullable=False),
    Column("about_hash", Readable, nullable=False),
    Column("filed_at", Readable, nullable=False),
    Column("until", Readable, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
    Index("paper_about", "kind", "about_hash"),
)

# Which exchanges are about whom: a keyed hash of what a service calls a person, and one that binds it to the exchange.
SUBJECT = Table(
    "subject",
    METADATA,
    Column("who_hash", Readable, primary_key=True),
    Column("exchange_id", Readable, primary_key=True, index=True),
    Column("proof", Readable, nullable=False),
)

# One row: the key of these hashes, sealed.
SUBJECT_KEY = Table(
    "subject_key",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Readable, nullable=False),
    Column("entry", Readable, nullable=False),
    Column("exchange_id", Readable, index=True),
    Column("message_id", Readable, index=True),
    Column("purged_through", Integer, index=True),
    Column("content", LargeBinary, nullable=False),
    Column("link", Readable, nullable=False),
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
    Column("link", Readable, nullable=False),
    Column("seal", Readable, nullable=False),
)

# What rows are packed with: skeletons and certificates by their names, each sealed. They stay for good.
DICTIONARY = Table(
    "dictionary",
    METADATA,
    Column("name", Readable, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

# What authorities said about revocation when it was believed: about what (a hash), from when on and until when. Each is
# there once, by its SHA-256, and for everybody to read.
ANSWER = Table(
    "answer",
    METADATA,
    Column("name", Readable, primary_key=True),
    Column("about", Readable, nullable=False),
    Column("since", Readable, nullable=False),
    Column("until", Readable, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
)

# What an entry says stays: only its content may be sealed anew, when keys are rotated. An entry is deleted only when a
# purge that is itself an entry says so, and not before its twelve months are over (2022/1463, article 17(4)).
_APPEND_ONLY = "the journal is append-only"
_PURGED = "EXISTS (SELECT 1 FROM journal AS purge WHERE purge.purged_through >= OLD.number AND OLD.at < {year_before})"
_TRIGGERS = {
    "journal_keeps_what_it_says": (
        "UPDATE OF number, at, entry, exchange_id, message_id, purged_through, link",
        "TRUE",
    ),
    "journal_keeps_twelve_months": ("DELETE", f"NOT {_PURGED}"),
    "journal_only_grows": ("INSERT", "NEW.number <= (SELECT max(number) FROM journal)"),
}
_YEAR_BEFORE = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', purge.at, '-12 months')",
    "postgresql": "to_char(purge.at::timestamptz AT TIME ZONE 'UTC' - interval '12 months',"
    ' \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\') COLLATE "C"',
}
_BODY = {
    "sqlite": "CREATE TRIGGER {name} BEFORE {change} ON journal WHEN {refused} "
    "BEGIN SELECT RAISE(ABORT, '{says}'); END",
    "postgresql": "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF {refused} THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
    "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$; "
    "CREATE TRIGGER {name} BEFORE {change} ON journal FOR EACH ROW EXECUTE FUNCTION {name}()",
}
for _dialect, _statement in _BODY.items():
    for _name, (_change, _refused) in _TRIGGERS.items():
        _when = _refused.format(year_before=_YEAR_BEFORE[_dialect])
        _ddl = _statement.format(name=_name, change=_change, refused=_when, says=_APPEND_ONLY)
        event.listen(
            JOURNAL,
            "after_create",
            DDL(_ddl.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        )
