"""What an access point expects of the service behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from oots.edelivery.message import OpenedMessage
from oots.exchange.queue import Waiting
from oots.exchange.unit import Unit

RecordT = TypeVar("RecordT")


class NotAgainError(Exception):
    """A message that failed is of no use any more; the text says why."""


class Handler(Protocol[RecordT]):
    """The service behind an access point; each call happens inside one transaction."""

    def take(self, unit: Unit[RecordT], opened: OpenedMessage) -> None:
        """Act on a believed message, which may yet break any rule."""

    def receipted(self, unit: Unit[RecordT], waiting: Waiting) -> None:
        """The partner has given a valid receipt."""

    def undeliverable(self, unit: Unit[RecordT], waiting: Waiting, why: str) -> None:
        """No receipt came before the deadline, or the partner refused the message."""

    def again(self, unit: Unit[RecordT], waiting: Waiting, now: datetime) -> None:
        """Send a message that had failed again, as a new one; raises NotAgainError where that is of no use."""

    def expire(self, unit: Unit[RecordT], exchange_id: str, now: datetime) -> None:
        """Act on the deadline of an exchange, which has passed."""
