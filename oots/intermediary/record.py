"""What the intermediary remembers of an exchange between its messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oots.exchange.held_part import HeldPart
from oots.exchange.journal import EvidencePart


@dataclass(frozen=True, slots=True)
class PassedPart:
    """A part of evidence on its way, and the identifier of that evidence."""

    evidence_id: str
    held: HeldPart

    @property
    def remains(self) -> EvidencePart:
        """What the journal keeps of it."""
        held = self.held
        return EvidencePart(self.evidence_id, held.content_id, held.media_type, held.sha256, held.length)


@dataclass(frozen=True, slots=True)
class Passage:
    """From which access point the requests of an exchange come and to which one they are passed on.

    `open_request_id` is the request that has no answer yet, `passed_on_as` the message in which it was passed on,
    `answer_until` when the requester waits no longer for the answer;
    `returned_as` is the message with the last answer and `parts` the evidence in it, for as long as it is kept;
    `asked_by` is the certificate (PEM) that signed the latest request.
    """

    conversation_id: str
    requester_party: str
    provider_party: str
    specification: str
    open_request_id: str
    answer_until: datetime
    asked_by: str
    passed_on_as: str = ""
    returned_as: str | None = None
    parts: tuple[PassedPart, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(part.held.file for part in self.parts)
