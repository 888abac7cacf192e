"""The evidence that a service still holds, found from outside: what its records name, while the files are there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from oots.exchange.dictionary import PackingVault
from oots.exchange.held_part import HeldPart
from oots.exchange.schema import EXCHANGE, place
from oots.exchange.store import FILES
from oots.trust.sealed_file import SealedFile

_NAMES = {field.name for field in fields(HeldPart)}


@dataclass(frozen=True, slots=True)
class HeldEvidence:
    """A part that `service` holds; `content` can be read until the service deletes it, which it may do meanwhile."""

    service: str
    part: HeldPart
    content: SealedFile


def held_evidence(
    connection: Connection, vault: PackingVault, service: str, folder: Path, exchange_ids: Collection[str]
) -> Iterator[HeldEvidence]:
    """What the records of these exchanges name, whatever kind of record the service keeps."""
    for record in _records(connection, vault, exchange_ids):
        for part in _parts_in(record):
            if (folder / FILES / part.file).is_file():
                yield HeldEvidence(service, part, SealedFile(folder / FILES, part.stored))


def cases_of(
    connection: Connection, vault: PackingVault, exchange_ids: Collection[str]
) -> Iterator[tuple[str, str | None]]:
    """The case and the piece of it that a portal's record names, by their keys."""
    for record in _records(connection, vault, exchange_ids):
        if isinstance(record, dict) and isinstance(case := record.get("case"), str):
            piece = record.get("piece")
            yield case, piece if isinstance(piece, str) else None


def _records(connection: Connection, vault: PackingVault, exchange_ids: Collection[str]) -> Iterator[Any]:
    rows = connection.execute(
        select(EXCHANGE.c.exchange_id, EXCHANGE.c.record).where(EXCHANGE.c.exchange_id.in_(exchange_ids))
    )
    for exchange_id, record in rows:
        yield json.loads(vault.open(record, place(EXCHANGE, exchange_id)))


def _parts_in(value: Any) -> Iterator[HeldPart]:
    if isinstance(value, dict) and value.keys() == _NAMES:
        yield HeldPart(**value)
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _parts_in(each)
