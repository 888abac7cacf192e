"""Request 1: what the portal asks of the provider that was found, in the version that both speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oots.model.agent import Agent
from oots.model.evidence import Distribution, DocumentKind, EvidenceType, RequestedEvidenceType
from oots.model.person import Subject
from oots.model.request import EvidenceRequest
from oots.requester.cases import Case
from oots.requester.discovery import Finding
from oots.wire.profile import Profile, Profiles

PDF = "application/pdf"
XML = "application/xml"


def first_request(
    case: Case,
    finding: Finding,
    subject: Subject,
    representative: Subject | None,
    *,
    requesters: tuple[Agent, ...],
    profiles: Profiles,
    request_id: str,
    now: datetime,
) -> EvidenceRequest:
    """Request 1 for this case; `representative` is who asks for the subject, None where the subject asks."""
    profile = profiles[finding.specification]
    wanted = _wanted(finding, profile)
    publisher = finding.access_service.publisher
    return EvidenceRequest(
        request_id=request_id,
        specification=profile.specification,
        issued=now,
        procedure=case.procedure,
        requirements=(replace(finding.requirement, descriptions=()),),
        requesters=requesters,
        provider=Agent(publisher.identifier, publisher.names),
        evidence=RequestedEvidenceType(
            finding.service.identifier,
            _described(finding.service.evidence_type, profile),
            (wanted if profile.associated_documents else replace(wanted, languages=()),),
        ),
        subject=subject,
        possibility_for_preview=case.preview,
        explicit_request_given=True,
        representative=representative,
        provider_classification=finding.answers,
        language=None if profile.associated_documents else next(iter(wanted.languages), None),
    )


def formats_asked(finding: Finding, profiles: Profiles) -> tuple[str, ...]:
    """The media types that request 1 asks for: main evidence, and its readable version where that can be asked."""
    wanted = _wanted(finding, profiles[finding.specification])
    offered = [distribution.format for distribution in finding.service.distributions]
    readable = DocumentKind.HUMAN_READABLE_VERSION in wanted.associated_documents and PDF in offered
    return (wanted.format, PDF) if readable and wanted.format != PDF else (wanted.format,)


def _wanted(finding: Finding, profile: Profile) -> Distribution:
    """The data model that the case asks for; else structured evidence with its readable version, or what people can
    read where a version cannot ask for both; otherwise the first that is offered."""
    distributions = finding.service.distributions
    model = finding.piece.conforms_to if finding.piece else None
    best = XML if profile.associated_documents or model else PDF
    for offered in distributions:
        if offered.format == best and model in (None, offered.conforms_to):
            readable = (DocumentKind.HUMAN_READABLE_VERSION,) if profile.associated_documents else ()
            return replace(offered, associated_documents=readable)
    return distributions[0]


def _described(evidence_type: EvidenceType, profile: Profile) -> EvidenceType:
    """With a description where the version demands one: that of the directory, else the title."""
    if evidence_type.descriptions or not profile.descriptions_demanded:
        return evidence_type
    return replace(evidence_type, descriptions=evidence_type.titles)
