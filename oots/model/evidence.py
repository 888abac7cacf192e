"""Evidence: its types, its metadata and the packages in which it is delivered (TDD 4.5.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from oots.model.identifiers import Identifier
from oots.model.person import LegalPerson, NaturalPerson
from oots.model.text import Text

_OF_COUNTRY: Final = re.compile("/evidencetypeclassifications/([A-Z]{2})/")


class DocumentKind(StrEnum):
    """Classification node of `urn:fdc:oots:classification:edm`, and local name of the association type."""

    MAIN_EVIDENCE = "MainEvidence"
    ANNEX = "Annex"
    HUMAN_READABLE_VERSION = "HumanReadableVersion"
    TRANSLATION = "Translation"


@dataclass(frozen=True, slots=True)
class Distribution:
    """`sdg:DistributedAs` (asked for or offered) and `sdg:Distribution` (delivered).

    `format` is a code of OOTSMediaTypes, `languages` are ISO 639-1 in upper case, `conforms_to` a data model URL.
    `associated_documents` is used in requests alone (`sdg:AssociatedDocumentRequest`, EDM 2.0). `transformation` is the
    URL of a part of the data model (EDM 1.x).
    """

    format: str
    languages: tuple[str, ...] = ()
    conforms_to: str | None = None
    associated_documents: tuple[DocumentKind, ...] = ()
    transformation: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceType:
    """What kind of evidence: `classification` is the URL in the Semantic Repository."""

    classification: str
    titles: tuple[Text, ...]
    descriptions: tuple[Text, ...] = ()

    @property
    def country(self) -> str | None:
        """`DK` out of `https://sr.oots…/evidencetypeclassifications/DK/…`; None for a type of the Union (TDD 3.3)."""
        found = _OF_COUNTRY.search(self.classification)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class RequestedEvidenceType:
    """`sdg:DataServiceEvidenceType` of a request; `identifier` is the bare UUID that the DSD gave."""

    identifier: str
    evidence_type: EvidenceType
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True, slots=True)
class IssuingAuthority:
    """`sdg:IssuingAuthority`: identifier and names, nothing else."""

    identifier: Identifier
    names: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class MainMetadata:
    """What `sdg:Evidence` says of main evidence only (R-EDM-RESP-S062, S063)."""

    subject: NaturalPerson | LegalPerson
    issuing_authority: IssuingAuthority
    evidence_type: EvidenceType
    issuing_date: date
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class EvidenceDocument:
    """One `rim:ExtrinsicObject`: metadata and the reference to the MIME part that carries the bytes.

    `object_id`, `classification_id` and `evidence_id` are bare UUIDs; `content_id` is `left@right`, without `cid:`.
    `main` is present exactly when `kind` is MAIN_EVIDENCE. EDM 1.x knows main evidence only and classifies nothing:
    `classification_id` is None there.
    """

    object_id: str
    classification_id: str | None
    evidence_id: str
    kind: DocumentKind
    content_id: str
    title: str
    distribution: Distribution
    main: MainMetadata | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """`rim:AssociationType` between a supplementary object and main evidence; all three are bare UUIDs."""

    association_id: str
    kind: DocumentKind
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class EvidencePackage:
    """`rim:RegistryPackageType`: main evidence with the documents that belong to it. One decision covers a package.

    In EDM 1.x every piece of evidence is a package of its own: no `package_id`, one document, no associations.
    """

    package_id: str | None
    documents: tuple[EvidenceDocument, ...]
    associations: tuple[Association, ...] = ()
