"""Which access point stands behind the intermediary for an authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oots.model.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Route:
    """The access point of these authorities, for these evidence types or, where none is named, for all."""

    party_id: str
    authorities: frozenset[Identifier]
    evidence_types: tuple[str, ...] = ()

    def leads_to(self, authority: Identifier, evidence_type: str) -> bool:
        return authority in self.authorities and (not self.evidence_types or evidence_type in self.evidence_types)


def route_of(routes: Sequence[Route], authority: Identifier, evidence_type: str) -> Route | None:
    """The first that leads to this authority for this evidence type."""
    return next((route for route in routes if route.leads_to(authority, evidence_type)), None)
