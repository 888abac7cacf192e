"""The one port a register fills: what the provider asks of a source of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from oots.model.agent import Agent
from oots.model.identifiers import Identifier
from oots.model.issuing import Applicant, Issue, Match, Offer, Order


class EvidenceSource(Protocol):
    """The holdings of one authority.

    A TimeoutError means that the register was too slow (`EDM:ERR:0005`), any other exception that it failed
    (`EDM:ERR:0008`).
    """

    @property
    def authority(self) -> Agent:
        """The evidence provider (C4), with role EP and an address."""
        ...

    def offer(self, classification: str) -> Offer | None:
        """What is offered under this evidence type classification URL; None when it is unknown here."""
        ...

    def match(self, applicant: Applicant) -> Match:
        """Who is meant, from the eIDAS attributes alone, and whether the representative may act."""
        ...

    def issue(self, order: Order) -> Issue:
        """The evidence about a matched person in the distribution that was asked for."""
        ...


class EvidenceSources(Protocol):
    """The authorities behind one access point."""

    @property
    def host(self) -> Agent:
        """Who answers where a request names none of them: one of the authorities, with role EP and an address."""
        ...

    def of(self, authority: Identifier) -> EvidenceSource | None:
        """The holdings of the authority with this identifier; None when it is not served here."""
        ...


@dataclass(frozen=True, slots=True)
class OnlySource:
    """One authority alone behind an access point."""

    source: EvidenceSource

    @property
    def host(self) -> Agent:
        return self.source.authority

    def of(self, authority: Identifier) -> EvidenceSource | None:
        return self.source if authority == self.host.identifier else None
