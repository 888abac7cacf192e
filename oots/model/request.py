"""The Evidence Request (TDD 4.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from oots.model.agent import Agent, AgentRole
from oots.model.catalogue import Requirement
from oots.model.evidence import RequestedEvidenceType
from oots.model.person import Subject
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class PreviewVisit:
    """`PreviewLocation` and `ReturnLocation` of a second request; both are https URLs.

    EDM 1.x may leave the way back to the visit itself (a preview that is opened by POST): `return_location` is None.
    """

    location: str
    return_location: str | None


@dataclass(frozen=True, slots=True)
class ClassificationAnswer:
    """One `sdg:EvidenceProviderClassification` with the user's answer, written as text.

    `type` is `string`, `boolean` or `codelist` in EDM 2.0 and free text in 1.x, where `scheme` may be missing.
    `descriptions` are those of the question.
    """

    identifier: str
    scheme: str | None
    type: str
    value: str
    value_expression: str | None = None
    descriptions: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """`query:QueryRequest`. `request_id` is a bare UUID, `issued` an aware datetime in UTC.

    `language` is the preferred one of all evidence (EDM 1.x; 2.0 has languages in the distributions).
    """

    request_id: str
    specification: str
    issued: datetime
    procedure: str
    requirements: tuple[Requirement, ...]
    requesters: tuple[Agent, ...]
    provider: Agent
    evidence: RequestedEvidenceType
    subject: Subject
    possibility_for_preview: bool
    explicit_request_given: bool
    preview: PreviewVisit | None = None
    representative: Subject | None = None
    provider_classification: tuple[ClassificationAnswer, ...] = ()
    language: str | None = None

    @property
    def requester(self) -> Agent:
        """The one agent with classification ER (the others are intermediary platforms)."""
        return next(agent for agent in self.requesters if agent.role is AgentRole.EVIDENCE_REQUESTER)
