"""What the timeline of an exchange shows of each message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from oots.web.words import Words


class Verdict(Enum):
    """Outcome of one check; the value is the badge's colour class in Det Fælles Designsystem."""

    PASSED = "success"
    FAILED = "error"
    NOT_CHECKED = "info"


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One message or step; one that goes to nobody has no `receiver`.

    `facts` are label and value, behind a click; `links` lead to raw documents.
    """

    at: datetime
    title: Words
    sender: str
    receiver: str | None
    schema: Verdict | None = None
    signature: Verdict | None = None
    facts: tuple[tuple[Words, str], ...] = ()
    links: tuple[tuple[Words, str], ...] = ()
