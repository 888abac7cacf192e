"""A message as it has come in at a data service."""

from __future__ import annotations

from dataclasses import dataclass

from oots.edelivery.message import OpenedMessage


@dataclass(frozen=True, slots=True)
class Arrival:
    """A believed request and the exchange to which it belongs here, a bare UUID."""

    opened: OpenedMessage
    exchange_id: str
