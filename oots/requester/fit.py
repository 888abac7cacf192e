"""Whether a response answers what was asked: the same provider, evidence type and person (TDD 4.5.2)."""

from __future__ import annotations

from oots.model.agent import AgentRole
from oots.model.errors import MessageError
from oots.model.evidence import MainMetadata
from oots.model.person import LegalPerson, NaturalPerson, Subject
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceResponse


def expect_fit(request: EvidenceRequest, response: EvidenceResponse) -> None:
    """Raises MessageError for a response of another provider, or with evidence that nobody asked for."""
    providers = {agent.identifier for agent in response.providers if agent.role is AgentRole.EVIDENCE_PROVIDER}
    if providers != {request.provider.identifier}:
        raise MessageError("the response comes from another evidence provider than was asked")
    for package in response.packages:
        for document in package.documents:
            if document.main is not None:
                _expect_asked(request, document.main)


def _expect_asked(request: EvidenceRequest, evidence: MainMetadata) -> None:
    if evidence.evidence_type.classification != request.evidence.evidence_type.classification:
        raise MessageError("the evidence is of another type than was asked for")
    if _key(evidence.subject) != _key(request.subject):
        raise MessageError("the evidence is about somebody else")


def _key(subject: Subject) -> tuple[str, ...]:
    match subject:
        case LegalPerson():
            return (subject.legal_person_identifier,)
        case NaturalPerson():
            return (subject.family_name, subject.given_name, subject.date_of_birth.isoformat())
