"""The registries abroad, which are invented."""

from __future__ import annotations

from dataclasses import dataclass

from oots.model.agent import Address, Agent, AgentRole
from oots.model.identifiers import EAS, Identifier
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class Registry:
    """The civil registry of a country: how messages name it, where its seal is set, and in which time zone."""

    agent: Agent
    place: str
    zone: str

    @property
    def country(self) -> str:
        return self.agent.address.country if self.agent.address else ""


def _registry(scheme: str, number: str, country: str, place: str, zone: str, **names: str) -> Registry:
    texts = tuple(Text(lang, name) for lang, name in names.items())
    identifier = Identifier(EAS + scheme, number)
    return Registry(Agent(identifier, texts, Address(country), AgentRole.EVIDENCE_PROVIDER), place, zone)


REGISTRIES = {
    "LT": _registry(
        "0200",
        "999000002",
        "LT",
        "Vilnius",
        "Europe/Vilnius",
        LT="Išgalvota civilinės metrikacijos įstaiga",
        EN="The fictive civil registry of Lithuania",
        DA="Det opdigtede civilregister i Litauen",
    ),
    "DE": _registry(
        "0204",
        "999000003",
        "DE",
        "Lübeck",
        "Europe/Berlin",
        DE="Erfundenes Standesamt Lübeck",
        EN="The fictive registry office of Lübeck",
        DA="Det opdigtede Standesamt i Lübeck",
    ),
}
"""By country; that of Lithuania is the host of their common access point."""
