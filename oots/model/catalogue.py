"""What the directories know: requirements, evidence types, data services (TDD 3.1, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from oots.model.agent import Address
from oots.model.evidence import Distribution, EvidenceType
from oots.model.identifiers import Identifier
from oots.model.person import LevelOfAssurance
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class Requirement:
    """`sdg:Requirement`; `identifier` is its URL in the Semantic Repository."""

    identifier: str
    names: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceFramework:
    """A national procedure that relies on a requirement; `procedure` is a code of the list Procedures."""

    identifier: str
    titles: tuple[Text, ...]
    procedure: str
    country: str


@dataclass(frozen=True, slots=True)
class RequirementOfProcedures:
    """Answer to the first Evidence Broker query: a requirement and the procedures that rely on it."""

    requirement: Requirement
    frameworks: tuple[ReferenceFramework, ...]


@dataclass(frozen=True, slots=True)
class EvidenceTypeList:
    """Types inside one list are needed together; lists are alternatives. `identifier` is a bare UUID."""

    identifier: str
    names: tuple[Text, ...]
    evidence_types: tuple[EvidenceType, ...]
    country: str


@dataclass(frozen=True, slots=True)
class EvidenceTypesOfRequirement:
    """Answer to the second Evidence Broker query; `frameworks` are those that rely on the requirement, where told."""

    requirement: Requirement
    lists: tuple[EvidenceTypeList, ...]
    frameworks: tuple[ReferenceFramework, ...] = ()


@dataclass(frozen=True, slots=True)
class Publisher:
    """The evidence provider (C4) behind an access service."""

    identifier: Identifier
    names: tuple[Text, ...]
    address: Address
    jurisdiction_country: str
    jurisdiction_nuts: str | None = None


@dataclass(frozen=True, slots=True)
class AccessService:
    """`sdg:AccessService`: `identifier` is the eDelivery party id of C3; `conforms_to` lists EDM versions."""

    identifier: Identifier
    names: tuple[Text, ...]
    conforms_to: tuple[str, ...]
    publisher: Publisher


@dataclass(frozen=True, slots=True)
class DataService:
    """Answer to the Data Service Directory query (`sdg:DataServiceEvidenceType`)."""

    identifier: str
    evidence_type: EvidenceType
    distributions: tuple[Distribution, ...]
    access_services: tuple[AccessService, ...]
    level_of_assurance: LevelOfAssurance
