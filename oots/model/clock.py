"""Where time and identifiers come from: always arguments, so that a frozen run gives byte-equal messages."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4


class Clock(Protocol):
    """The present moment as an aware datetime in UTC."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """New identifiers: `uuid()` is a bare UUID, `token()` an unguessable URL segment of at least 128 bits."""

    def uuid(self) -> str: ...

    def token(self) -> str: ...


class SystemClock:
    """The machine's clock, to the millisecond, since messages carry milliseconds."""

    def now(self) -> datetime:
        present = datetime.now(UTC)
        return present.replace(microsecond=present.microsecond // 1000 * 1000)


class AdvancedClock:
    """Another clock, moved forward where a time-out is the story."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._base.now() + self._ahead

    def advance(self, by: timedelta) -> None:
        self._ahead += by


class FrozenClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


class RandomIds:
    """Version 4 UUIDs and 192-bit tokens."""

    def uuid(self) -> str:
        return str(uuid4())

    def token(self) -> str:
        return secrets.token_urlsafe(24)


class SequentialIds:
    """Numbered identifiers for specimens; `series` keeps the services of one run apart (0 to 255)."""

    def __init__(self, series: int) -> None:
        self._series = series
        self._last = 0

    def _next(self) -> int:
        self._last += 1
        return self._last

    def uuid(self) -> str:
        return str(UUID(int=(self._series << 96) | (0x4 << 76) | (0x8 << 60) | self._next()))

    def token(self) -> str:
        return f"specimen-{self._series:02x}-{self._next():08d}"


def iso(moment: datetime) -> str:
    """xs:dateTime in UTC with milliseconds and `Z`, as the EDM writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
