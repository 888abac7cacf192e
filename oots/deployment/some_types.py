"""Sources of evidence of which an access point knows some evidence types only, as where each vendor has its own."""

from __future__ import annotations

from collections.abc import Collection

from oots.model.agent import Agent
from oots.model.identifiers import Identifier
from oots.model.issuing import Applicant, Issue, Match, Offer, Order
from oots.provider.source import EvidenceSource, EvidenceSources


class SomeTypesOf:
    """The same authorities with these evidence types alone (classification URLs)."""

    def __init__(self, sources: EvidenceSources, classifications: Collection[str]) -> None:
        self._sources = sources
        self._classifications = frozenset(classifications)

    @property
    def host(self) -> Agent:
        return self._sources.host

    def of(self, authority: Identifier) -> EvidenceSource | None:
        source = self._sources.of(authority)
        return _SomeTypes(source, self._classifications) if source else None


class _SomeTypes:
    def __init__(self, source: EvidenceSource, classifications: frozenset[str]) -> None:
        self._source = source
        self._classifications = classifications

    @property
    def authority(self) -> Agent:
        return self._source.authority

    def offer(self, classification: str) -> Offer | None:
        return self._source.offer(classification) if classification in self._classifications else None

    def match(self, applicant: Applicant) -> Match:
        return self._source.match(applicant)

    def issue(self, order: Order) -> Issue:
        return self._source.issue(order)
