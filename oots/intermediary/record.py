"""What the intermediary remembers of an exchange between its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from oots.exchange.journal import EvidencePart
from oots.trust.sealed_file import Stored


@dataclass(frozen=True, slots=True)
class PassedPart:
    """A part of evidence on its way: a sealed file with its key, and what remains of it for good."""

    evidence_id: str
    content_id: str
    media_type: str
    file: str
    sha256: str
    length: int
    key: str = field(repr=False)

    @property
    def stored(self) -> Stored:
        return Stored(self.file, self.key, self.sha256, self.length)

    @property
    def remains(self) -> EvidencePart:
        """What the journal keeps of it."""
        return EvidencePart(self.evidence_id, self.content_id, self.media_type, self.sha256, self.length)


@dataclass(frozen=True, slots=True)
class Passage:
    """From which access point the requests of an exchange come and to which one they are passed on.

    `open_request_id` is the request that has no answer yet, `passed_on_as` the message in which it was passed on,
    `answer_until` when the requester waits no longer for the answer;
    `returned_as` is the message with the last answer and `parts` the evidence in it, for as long as it is kept.
    """

    conversation_id: str
    requester_party: str
    provider_party: str
    specification: str
    open_request_id: str
    answer_until: datetime
    passed_on_as: str = ""
    returned_as: str | None = None
    parts: tuple[PassedPart, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(part.file for part in self.parts)
