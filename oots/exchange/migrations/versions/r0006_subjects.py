"""Which exchanges are about whom, also those of before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from oots.exchange.dictionary import Dictionary, add_piece
from oots.exchange.packing import skeleton
from oots.exchange.schema import EXCHANGE, SUBJECT, SUBJECT_KEY, place
from oots.exchange.subjects import Subjects, make_subject_key

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    connection, upgrading = op.get_bind(), context.config.attributes["upgrading"]
    for table in (SUBJECT_KEY, SUBJECT):
        table.create(connection, checkfirst=True)
    subjects = Subjects(connection, make_subject_key(connection, upgrading.vault))
    add_piece(connection, upgrading.vault, skeleton())  # an earlier step may have packed with it
    vault = Dictionary.opened(connection, upgrading.vault).packing(connection, upgrading.vault)
    for exchange_id, sealed in connection.execute(sa.select(EXCHANGE.c.exchange_id, EXCHANGE.c.record)).all():
        record = json.loads(vault.open(sealed, place(EXCHANGE, exchange_id)))
        for who in _whom(record):
            subjects.note(exchange_id, *who)


def _whom(record: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """As its service calls them: a provider by the key of who was matched, a portal by eIDAS identifiers, each after
    its kind, those of a representative after those of the subject. An intermediary calls nobody."""
    if record.get("person_key"):
        yield (record["person_key"],)
    elif "case" in record:
        request = record["request"]
        subject, representative = _called(request["subject"]), _called(request.get("representative"))
        if subject:
            yield subject
        if subject and representative:
            yield (*subject, *representative)


def _called(person: dict[str, Any] | None) -> tuple[str, ...]:
    said = person or {}
    for kind, name in (("natural", "identifier"), ("legal", "legal_person_identifier")):
        if said.get(name):
            return (kind, said[name])
    return ()
