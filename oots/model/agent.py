"""The authorities that take part in an exchange (`sdg:Agent`, TDD 4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from oots.model.identifiers import Identifier
from oots.model.text import Text


class AgentRole(StrEnum):
    """Code list AgentClassification."""

    EVIDENCE_REQUESTER = "ER"
    EVIDENCE_PROVIDER = "EP"
    INTERMEDIARY_PLATFORM = "IP"
    ERROR_PROVIDER = "ERRP"


@dataclass(frozen=True, slots=True)
class Address:
    """`sdg:Address`; `country` is AdminUnitLevel1 (ISO 3166-1 alpha-2, EL for Greece), `nuts` AdminUnitLevel2."""

    country: str
    full_address: str | None = None
    locator_designator: str | None = None
    post_code: str | None = None
    post_city_name: str | None = None
    thoroughfare: str | None = None
    nuts: str | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """An authority or platform: C1 and C4 of the four corners, or an intermediary."""

    identifier: Identifier
    names: tuple[Text, ...]
    address: Address | None = None
    role: AgentRole | None = None

    @property
    def named(self) -> Agent:
        """With identifier and names alone, as an answer names the requester."""
        return Agent(self.identifier, self.names)
