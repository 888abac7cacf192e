"""Which of the authorities behind the access point a request is for."""

from __future__ import annotations

from oots.model.agent import Agent
from oots.model.identifiers import Identifier
from oots.model.issuing import Offer
from oots.model.request import EvidenceRequest
from oots.provider.source import EvidenceSource, EvidenceSources


class Authorities:
    """Their registers; a story may put others in their place while the service runs."""

    def __init__(self, sources: EvidenceSources) -> None:
        self.sources = sources

    def source_of(self, request: EvidenceRequest) -> EvidenceSource | None:
        """The register of the authority that is asked, if it is served here."""
        return self.sources.of(request.provider.identifier)

    def answering(self, asked: Identifier) -> Agent:
        """Who answers what was asked of this authority: itself, or the host where it is not served here."""
        source = self.sources.of(asked)
        return source.authority if source else self.sources.host

    def host_of(self, asked: Identifier) -> Agent | None:
        """Who keeps the access point for the authority that answers; None where it does so itself."""
        host = self.sources.host
        return None if host.identifier == self.answering(asked).identifier else host

    def offer(self, request: EvidenceRequest) -> Offer | None:
        """What the authority that is asked offers under the evidence type of the request."""
        source = self.source_of(request)
        return source.offer(request.evidence.evidence_type.classification) if source else None
