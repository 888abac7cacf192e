"""The one port a register fills: what the provider asks of a source of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from oots.model.agent import Agent
from oots.model.evidence import Distribution
from oots.model.issuing import Issue, Match, Offer
from oots.model.person import NaturalPerson


class EvidenceSource(Protocol):
    """A municipality's holdings. Any exception it raises is a failure of the register (`EDM:ERR:0008`)."""

    @property
    def authority(self) -> Agent:
        """The evidence provider (C4), with role EP and an address."""
        ...

    def offer(self, classification: str) -> Offer | None:
        """What is offered under this evidence type classification URL; None when it is unknown here."""
        ...

    def match(self, person: NaturalPerson) -> Match:
        """Who is meant, from the eIDAS attributes alone."""
        ...

    def issue(
        self, person_key: str, classification: str, wanted: Distribution, at: datetime, case_number: str
    ) -> Issue:
        """The evidence about a matched person in the distribution that was asked for."""
        ...
