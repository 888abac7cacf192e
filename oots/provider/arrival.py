"""A message as it has come in at a data service."""

from __future__ import annotations

from dataclasses import dataclass

from oots.edelivery.message import OpenedMessage
from oots.exchange.journal import Note


@dataclass(frozen=True, slots=True)
class Arrival:
    """A believed request, the exchange it belongs to here (a bare UUID), and the rules that it breaks harmlessly."""

    opened: OpenedMessage
    exchange_id: str
    notes: tuple[Note, ...] = ()
