"""Evidence types, requirements, distributions and metadata: `sdg` elements that messages and directories share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from oots.model.agent import Agent
from oots.model.catalogue import Requirement
from oots.model.evidence import (
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidenceType,
    IssuingAuthority,
    MainMetadata,
    RequestedEvidenceType,
)
from oots.model.identifiers import is_uuid
from oots.wire.agent import read_named_agent, write_named
from oots.wire.person import read_subject_of_evidence, write_subject_of_evidence
from oots.wire.profile import Profile
from oots.wire.reader import LANGUAGE, Reader
from oots.wire.writer import optional, sdg, texts

MEDIA_TYPE: Final = re.compile(
    r"image/jpeg|image/png|image/svg\+xml|application/pdf|application/json|application/xml",
)
"""Code list OOTSMediaTypes."""
_ASSOCIATED: Final = re.compile("Annex|HumanReadableVersion|Translation")
_MAIN_ONLY: Final = ("IsAbout", "IssuingAuthority", "IsConformantTo", "IssuingDate", "ValidityPeriod")
_TYPE: Final = ("EvidenceTypeClassification", "Title", "Description")


def write_requirement(requirement: Requirement, further: Iterable[etree._Element] = ()) -> etree._Element:
    """`sdg:Requirement`; the directories add `further` children."""
    return sdg(
        "Requirement",
        sdg("Identifier", requirement.identifier),
        *texts("Name", requirement.names),
        *texts("Description", requirement.descriptions),
        *further,
    )


def read_requirement(reader: Reader, profile: Profile) -> Requirement:
    return Requirement(
        identifier=reader.text_like("Identifier", profile.requirement),
        names=reader.some_texts("Name"),
        descriptions=reader.texts("Description"),
    )


def write_evidence_type(evidence_type: EvidenceType) -> list[etree._Element]:
    return [
        sdg("EvidenceTypeClassification", evidence_type.classification),
        *texts("Title", evidence_type.titles),
        *texts("Description", evidence_type.descriptions),
    ]


def read_evidence_type(reader: Reader, profile: Profile) -> EvidenceType:
    """The children that every evidence type has; the caller says which others it may have."""
    return EvidenceType(
        classification=reader.text_like("EvidenceTypeClassification", profile.evidence_type),
        titles=reader.some_texts("Title"),
        descriptions=reader.texts("Description"),
    )


def write_distribution(name: str, distribution: Distribution) -> etree._Element:
    return sdg(
        name,
        sdg("Format", distribution.format),
        *(sdg("Language", language) for language in distribution.languages),
        *optional("ConformsTo", distribution.conforms_to),
        *(sdg("AssociatedDocumentRequest", kind) for kind in distribution.associated_documents),
    )


def read_distributions(reader: Reader, profile: Profile) -> tuple[Distribution, ...]:
    """Every `sdg:DistributedAs`; one that lists several formats becomes as many distributions."""
    return tuple(
        _read_distribution(found, media_type, profile)
        for found in reader.some("DistributedAs")
        for media_type in found.some("Format")
    )


def write_requested_type(requested: RequestedEvidenceType) -> etree._Element:
    return sdg(
        "DataServiceEvidenceType",
        sdg("Identifier", requested.identifier),
        *write_evidence_type(requested.evidence_type),
        *(write_distribution("DistributedAs", distribution) for distribution in requested.distributions),
    )


def read_requested_type(reader: Reader, profile: Profile) -> RequestedEvidenceType:
    reader.only("Identifier", *_TYPE, "DistributedAs")
    for found in reader.many("DistributedAs"):
        found.only("Format", "Language", "ConformsTo", "AssociatedDocumentRequest")
    return RequestedEvidenceType(
        identifier=read_uuid(reader),
        evidence_type=read_evidence_type(reader, profile),
        distributions=read_distributions(reader, profile),
    )


def write_evidence(document: EvidenceDocument) -> etree._Element:
    """`sdg:Evidence`: all of the metadata for main evidence, identifier and distribution for what belongs to it."""
    main = document.main
    return sdg(
        "Evidence",
        sdg("Identifier", document.evidence_id),
        *(_write_main(main) if main else []),
        write_distribution("Distribution", document.distribution),
        *(_write_validity(main) if main else []),
    )


def read_main_metadata(reader: Reader, profile: Profile) -> MainMetadata:
    reader.only("Identifier", *_MAIN_ONLY, "Distribution")
    conformant = reader.one("IsConformantTo")
    conformant.only(*_TYPE)
    validity = reader.optional("ValidityPeriod")
    return MainMetadata(
        subject=read_subject_of_evidence(reader.one("IsAbout")),
        issuing_authority=_read_authority(read_named_agent(reader.one("IssuingAuthority"))),
        evidence_type=read_evidence_type(conformant, profile),
        issuing_date=reader.day("IssuingDate"),
        valid_from=validity.optional_day("StartDate") if validity else None,
        valid_until=validity.optional_day("EndDate") if validity else None,
    )


def refuse_main_metadata(reader: Reader) -> None:
    """What belongs to main evidence says nothing that main evidence says (R-EDM-RESP-S063)."""
    reader.only("Identifier", "Distribution")
    reader.one("Distribution").only("Format", "Language")


def read_delivered(reader: Reader, profile: Profile) -> Distribution:
    """The one `sdg:Distribution` of a document, in one format."""
    found = reader.one("Distribution")
    found.only("Format", "Language", "ConformsTo")
    return _read_distribution(found, found.one("Format"), profile)


def read_uuid(reader: Reader) -> str:
    """The `Identifier` that is a bare UUID."""
    value = reader.text("Identifier")
    if not is_uuid(value):
        raise reader.fault("Identifier=", f"Identifier of {reader.name} is not a UUID")
    return value


def _read_distribution(reader: Reader, media_type: Reader, profile: Profile) -> Distribution:
    return Distribution(
        format=media_type.value_like(MEDIA_TYPE),
        languages=tuple(language.value_like(LANGUAGE) for language in reader.many("Language")),
        conforms_to=reader.optional_text_like("ConformsTo", profile.data_model),
        associated_documents=tuple(
            DocumentKind(kind.value_like(_ASSOCIATED)) for kind in reader.many("AssociatedDocumentRequest")
        ),
    )


def _write_main(main: MainMetadata) -> list[etree._Element]:
    return [
        sdg("IsAbout", write_subject_of_evidence(main.subject)),
        write_named("IssuingAuthority", main.issuing_authority),
        sdg("IsConformantTo", *write_evidence_type(main.evidence_type)),
        sdg("IssuingDate", main.issuing_date.isoformat()),
    ]


def _write_validity(main: MainMetadata) -> list[etree._Element]:
    dates = [
        *optional("StartDate", main.valid_from.isoformat() if main.valid_from else None),
        *optional("EndDate", main.valid_until.isoformat() if main.valid_until else None),
    ]
    return [sdg("ValidityPeriod", *dates)] if dates else []


def _read_authority(agent: Agent) -> IssuingAuthority:
    return IssuingAuthority(agent.identifier, agent.names)
