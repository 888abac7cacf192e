"""A review as the desk keeps it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Review:
    """What people answered about one exchange."""

    exchange_id: str
