"""How a run ended, and how it was expected to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Edm(StrEnum):
    """The versions of the exchange data model that a story can be told in."""

    V1_0 = "v1.0"
    V1_2 = "v1.2"
    V2_0 = "v2.0"


class Decision(StrEnum):
    """What the citizen of a story does in the preview space."""

    ACCEPT = "accept"
    DECLINE = "decline"
    NONE = "none"


EXPECTED = {Decision.ACCEPT: "delivered", Decision.DECLINE: "nothing", Decision.NONE: "lapsed"}
"""The requester's state at the end of the story."""


@dataclass(frozen=True, slots=True)
class SeenDocument:
    """A document as the citizen saw it: `sha256` is computed over the bytes that the preview space served."""

    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """A document as the portal received it."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, told from the citizen's side."""

    decision: Decision
    outcome: str
    exchange_id: str
    conversation_id: str
    opened_at: datetime | None
    seen: tuple[SeenDocument, ...]
    received: tuple[ReceivedDocument, ...]
    decided_at: datetime | None = None

    @property
    def expected(self) -> str:
        return EXPECTED[self.decision]
