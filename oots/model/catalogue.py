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
class ClassificationConcept:
    """`sdg:EvidenceProviderClassification`: a question whose answer tells providers apart.

    `identifier` is a bare UUID in `scheme`, a URL of the Semantic Repository; `type` is `string`, `boolean` or
    `codelist`. `value_expression` is the URL of the code list, where the type is that.
    """

    identifier: str
    scheme: str
    type: str
    descriptions: tuple[Text, ...]
    value_expression: str | None = None


@dataclass(frozen=True, slots=True)
class SupportedConcept:
    """`sdg:ClassificationConcept` of a publisher: the answers for which it is the right one."""

    concept: ClassificationConcept
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list, with what people call it."""

    value: str
    names: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list of the Semantic Repository; `identifier` is its URL."""

    identifier: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    """The evidence provider (C4) behind an access service.

    `descriptions` are for people (what it charges, say); `supports` tells it apart from others.
    """

    identifier: Identifier
    names: tuple[Text, ...]
    address: Address
    jurisdiction_country: str
    jurisdiction_nuts: str | None = None
    descriptions: tuple[Text, ...] = ()
    supports: tuple[SupportedConcept, ...] = ()

    def answers_to(self, concept: str, value: str) -> bool:
        """Whether it is right for this answer; a publisher that knows nothing of the concept never is."""
        return any(supported.concept.identifier == concept and value in supported.values for supported in self.supports)


@dataclass(frozen=True, slots=True)
class AccessService:
    """`sdg:AccessService`: `identifier` is the eDelivery party id of C3; `conforms_to` lists EDM versions."""

    identifier: Identifier
    names: tuple[Text, ...]
    conforms_to: tuple[str, ...]
    publisher: Publisher


@dataclass(frozen=True, slots=True)
class DataService:
    """Answer to the Data Service Directory query (`sdg:DataServiceEvidenceType`).

    `concepts` are questions whose answers the provider wants in the request (`sdg:EvidenceProviderClassification`).
    """

    identifier: str
    evidence_type: EvidenceType
    distributions: tuple[Distribution, ...]
    access_services: tuple[AccessService, ...]
    level_of_assurance: LevelOfAssurance
    concepts: tuple[ClassificationConcept, ...] = ()
