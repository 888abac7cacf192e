"""What the requester remembers of an exchange."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from oots.exchange.held_part import HeldPart
from oots.exchange.journal import EvidencePart
from oots.model.evidence import EvidenceDocument
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceResponse, PreviewOffer


@dataclass(frozen=True, slots=True)
class RequesterExchange:
    """One exchange of the portal.

    `request` is request 1; `second_request_id` the id of request 2 once that was sent; `request_message_id` the message
    that carried the latest of them. `error_code` and
    `error_detail` are those of an exception that ended the exchange. `piece` is what the evidence is for in its case,
    `file_id` the name of the file of that case.
    """

    conversation_id: str
    case: str
    party_id: str
    request: EvidenceRequest
    started_at: datetime
    offer: PreviewOffer | None = None
    second_request_id: str | None = None
    request_message_id: str | None = None
    response: EvidenceResponse | None = None
    parts: tuple[HeldPart, ...] = ()
    error_code: str | None = None
    error_detail: str | None = None
    evidence_deleted_at: datetime | None = None
    piece: str | None = None
    file_id: str | None = None

    @property
    def open_request_id(self) -> str:
        """The id of the request that waits for its answer."""
        return self.second_request_id or self.request.request_id

    @property
    def documents(self) -> tuple[EvidenceDocument, ...]:
        """The documents of the response, once it is there."""
        packages = self.response.packages if self.response else ()
        return tuple(document for package in packages for document in package.documents)

    @property
    def evidence_parts(self) -> tuple[EvidencePart, ...]:
        """What the journal keeps of them."""
        parts = {part.content_id: part for part in self.parts}
        return tuple(
            EvidencePart(
                document.evidence_id,
                document.content_id,
                parts[document.content_id].media_type,
                parts[document.content_id].sha256,
                parts[document.content_id].length,
            )
            for document in self.documents
        )

    @property
    def files(self) -> tuple[str, ...]:
        return () if self.evidence_deleted_at else tuple(part.file for part in self.parts)

    def without_evidence(self, at: datetime) -> RequesterExchange:
        """The same once the evidence has been deleted: no copy of its files opens any more."""
        return replace(self, parts=tuple(replace(part, key="") for part in self.parts), evidence_deleted_at=at)
