"""Requirements, evidence types and distributions: `sdg` elements that messages and directories share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from lxml import etree

from oots.model.catalogue import Requirement
from oots.model.evidence import (
    Distribution,
    DocumentKind,
    EvidenceType,
    RequestedEvidenceType,
)
from oots.model.identifiers import is_uuid
from oots.wire.profile import V2_0, Profile
from oots.wire.reader import LANGUAGE, Reader
from oots.wire.writer import optional, sdg, texts

MEDIA_TYPE: Final = re.compile(
    r"image/jpeg|image/png|image/svg\+xml|application/pdf|application/json|application/xml",
)
"""Code list OOTSMediaTypes."""
_ASSOCIATED: Final = re.compile("Annex|HumanReadableVersion|Translation")
TYPE: Final = ("EvidenceTypeClassification", "Title", "Description")
_OFFERED: Final = (
    "AccessService",
    "AuthenticationLevelOfAssurance",
    "EvidenceProviderJurisdictionDetermination",
    "EvidenceProviderClassification",
)
"""What only the directory says of a data service."""


def write_requirement(
    requirement: Requirement, further: Iterable[etree._Element] = (), profile: Profile = V2_0
) -> etree._Element:
    """`sdg:Requirement`; the directories add `further` children."""
    return sdg(
        "Requirement",
        sdg("Identifier", profile.outward(requirement.identifier)),
        *texts("Name", requirement.names),
        *texts("Description", requirement.descriptions),
        *further,
    )


def read_requirement(reader: Reader, profile: Profile) -> Requirement:
    return Requirement(
        identifier=profile.inward(reader.text_like("Identifier", profile.requirement)),
        names=reader.some_texts("Name"),
        descriptions=reader.texts("Description"),
    )


def write_evidence_type(evidence_type: EvidenceType, profile: Profile = V2_0) -> list[etree._Element]:
    return [
        sdg("EvidenceTypeClassification", profile.outward(evidence_type.classification)),
        *texts("Title", evidence_type.titles),
        *texts("Description", evidence_type.descriptions),
    ]


def read_evidence_type(reader: Reader, profile: Profile) -> EvidenceType:
    """The children that every evidence type has; the caller says which others it may have, a rule which it must."""
    return EvidenceType(
        classification=profile.inward(reader.text_like("EvidenceTypeClassification", profile.evidence_type)),
        titles=reader.some_texts("Title"),
        descriptions=reader.some_texts("Description") if "Description" in reader.rules else reader.texts("Description"),
    )


def write_distribution(name: str, distribution: Distribution, profile: Profile = V2_0) -> etree._Element:
    return sdg(
        name,
        sdg("Format", distribution.format),
        *(sdg("Language", language) for language in distribution.languages),
        *_write_model("ConformsTo", distribution.conforms_to, profile),
        *_write_model("Transformation", distribution.transformation, profile),
        *(sdg("AssociatedDocumentRequest", kind) for kind in distribution.associated_documents),
    )


def _write_model(name: str, url: str | None, profile: Profile) -> list[etree._Element]:
    return optional(name, None if url is None else profile.outward(url))


def read_distributions(reader: Reader, profile: Profile) -> tuple[Distribution, ...]:
    """Every `sdg:DistributedAs`; one that lists several formats becomes as many distributions."""
    return tuple(
        read_distribution(found, media_type, profile)
        for found in reader.some("DistributedAs")
        for media_type in found.some("Format")
    )


def write_requested_type(requested: RequestedEvidenceType, profile: Profile) -> etree._Element:
    return sdg(
        "DataServiceEvidenceType",
        sdg("Identifier", requested.identifier),
        *write_evidence_type(requested.evidence_type, profile),
        *(write_distribution("DistributedAs", distribution, profile) for distribution in requested.distributions),
    )


def read_requested_type(reader: Reader, profile: Profile) -> RequestedEvidenceType:
    reader.only("Identifier", *TYPE, "DistributedAs", unruled=_OFFERED)
    particular = ("Language", "AssociatedDocumentRequest") if profile.associated_documents else ("Transformation",)
    found = reader.many("DistributedAs")
    for distribution in found:
        distribution.only("Format", "ConformsTo", *particular)
    if len(found) > 1 and not profile.associated_documents:
        raise reader.fault("DistributedAs=", "more than one distribution is wanted")
    return RequestedEvidenceType(
        identifier=read_uuid(reader),
        evidence_type=read_evidence_type(reader, profile),
        distributions=read_distributions(reader, profile) if found or reader.bound("DistributedAs") else (),
    )


def read_uuid(reader: Reader) -> str:
    """The `Identifier` that is a bare UUID."""
    value = reader.text("Identifier")
    if not is_uuid(value):
        raise reader.fault("Identifier=", f"Identifier of {reader.name} is not a UUID")
    return value


def read_distribution(reader: Reader, media_type: Reader, profile: Profile) -> Distribution:
    """The distribution in one of its formats."""
    return Distribution(
        format=media_type.value_like(MEDIA_TYPE),
        languages=tuple(language.value_like(LANGUAGE) for language in reader.many("Language")),
        conforms_to=_read_model(reader, "ConformsTo", profile),
        associated_documents=tuple(
            DocumentKind(kind.value_like(_ASSOCIATED)) for kind in reader.many("AssociatedDocumentRequest")
        ),
        transformation=_read_model(reader, "Transformation", profile),
    )


def _read_model(reader: Reader, name: str, profile: Profile) -> str | None:
    url = reader.optional_text_like(name, profile.data_model)
    return None if url is None else profile.inward(url)
