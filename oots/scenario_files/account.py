"""What a run leaves behind to be looked at: small, in plain values, and without a word of what documents say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Saying(StrEnum):
    """What a message is for, as its document tells it."""

    REQUEST = "request"
    REQUEST_AFTER_PREVIEW = "request-after-preview"
    PREVIEW_FIRST = "preview-first"
    EVIDENCE = "evidence"
    NO_EVIDENCE = "no-evidence"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of the scenario as its file has it; `done` is False for the one that led astray, and those after it."""

    do: str
    done: bool
    persona: str | None = None
    municipality: str | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A document on its way or received: its media type, and its size in bytes."""

    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageSaid:
    """One message: from which access point (party id) to which, what it says, and what it carries beside its document.

    `code` is that of the exception in it, if it is one; no `code` is a plain answer or a request.
    """

    sender: str
    receiver: str
    says: Saying
    code: str | None
    carries: tuple[Carried, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A place where the outcome was read (a field of `expected`), and whether it was there as the file expects."""

    where: str
    held: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What happened in a run; `outcomes` and the states of both sides are exchange by exchange."""

    steps: tuple[StepTaken, ...]
    messages: tuple[MessageSaid, ...]
    documents: tuple[Carried, ...]
    outcomes: tuple[str, ...]
    requester: tuple[str, ...]
    provider: tuple[str, ...]
    readings: tuple[Reading, ...]
