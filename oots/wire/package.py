"""Evidence packages: classified documents and their associations in a RegistryPackageType (TDD 4.5.2)."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.model.evidence import Association, DocumentKind, EvidenceDocument, EvidencePackage
from oots.model.identifiers import bare_uuid, urn_uuid
from oots.wire import writer
from oots.wire.metadata import read_metadata, write_evidence
from oots.wire.namespaces import RIM, XLINK
from oots.wire.profile import Profile
from oots.wire.reader import BLANK, elements
from oots.wire.slots import XSI_TYPE, SlotRule, Slots, SlotTable, SlotType, any_slot, type_of

CLASSIFICATION_SCHEME: Final = "urn:fdc:oots:classification:edm"
ASSOCIATION: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:"
PACKAGE: Final = "RegistryPackageType"
DOCUMENT: Final = "ExtrinsicObjectType"
ASSOCIATION_OBJECT: Final = "AssociationType"
_HREF: Final = f"{{{XLINK}}}href"
_TITLE: Final = f"{{{XLINK}}}title"
_CID: Final = re.compile(r"cid:([^@\s<>]+@[^@\s<>]+)")

METADATA_SLOTS: Final = SlotTable(
    rules=(
        SlotRule(
            "EvidenceMetadata",
            SlotType.ANY,
            "R-EDM-RESP-S015",
            "R-EDM-RESP-S024",
            holds="Evidence",
            content="R-EDM-RESP-S029",
        ),
    ),
    unknown="R-EDM-RESP-S015",
)

_SOURCE_RULES: Final = {
    DocumentKind.ANNEX: "R-EDM-RESP-S052",
    DocumentKind.TRANSLATION: "R-EDM-RESP-S053",
    DocumentKind.HUMAN_READABLE_VERSION: "R-EDM-RESP-S054",
}
_TARGET_RULES: Final = {
    DocumentKind.ANNEX: "R-EDM-RESP-S056",
    DocumentKind.TRANSLATION: "R-EDM-RESP-S057",
    DocumentKind.HUMAN_READABLE_VERSION: "R-EDM-RESP-S058",
}
_ASSOCIATION_TYPES: Final = {ASSOCIATION + kind: kind for kind in _SOURCE_RULES}


def write_package(package: EvidencePackage) -> etree._Element:
    return _write_object(
        PACKAGE,
        package.package_id,
        {},
        writer.rim(
            "RegistryObjectList",
            {},
            *(_write_document(document) for document in package.documents),
            *(_write_association(association) for association in package.associations),
        ),
    )


def read_package(element: etree._Element, profile: Profile) -> EvidencePackage:
    """One package, whose relations hold: R-EDM-RESP-S046 to S066."""
    if type_of(element) != (RIM, PACKAGE):
        raise MessageError("something else than a package at the top level", rule="R-EDM-RESP-S066")
    lists = element.findall(f"{{{RIM}}}RegistryObjectList")
    if len(lists) != 1:
        raise MessageError("a package does not hold one list", rule="R-EDM-RESP-S046")
    members = elements(lists[0])
    package = EvidencePackage(
        package_id=_read_id(element),
        documents=tuple(_read_document(member, profile) for member in members if _is(member, DOCUMENT)),
        associations=tuple(_read_association(member) for member in members if _is(member, ASSOCIATION_OBJECT)),
    )
    if len(package.documents) + len(package.associations) != len(members):
        raise MessageError("a package holds something else than documents and associations")
    _enforce_relations(package)
    return package


def _write_object(kind: str, object_id: str, attributes: dict[str, str], *inside: etree._Element) -> etree._Element:
    return writer.rim("RegistryObject", {XSI_TYPE: f"rim:{kind}", "id": urn_uuid(object_id), **attributes}, *inside)


def _write_document(document: EvidenceDocument) -> etree._Element:
    classification = {
        "id": urn_uuid(document.classification_id),
        "classificationScheme": CLASSIFICATION_SCHEME,
        "classificationNode": document.kind,
    }
    return _write_object(
        DOCUMENT,
        document.object_id,
        {},
        any_slot("EvidenceMetadata", write_evidence(document)),
        writer.rim("Classification", classification),
        writer.rim("RepositoryItemRef", {_HREF: f"cid:{document.content_id}", _TITLE: document.title}),
    )


def _write_association(association: Association) -> etree._Element:
    relation = {
        "type": ASSOCIATION + association.kind,
        "sourceObject": urn_uuid(association.source),
        "targetObject": urn_uuid(association.target),
    }
    return _write_object(ASSOCIATION_OBJECT, association.association_id, relation)


def _is(member: etree._Element, kind: str) -> bool:
    return member.tag == f"{{{RIM}}}RegistryObject" and type_of(member) == (RIM, kind)


def _read_document(element: etree._Element, profile: Profile) -> EvidenceDocument:
    slots = Slots(element, METADATA_SLOTS)
    slots.enforce()
    classification_id, kind = _read_classification(element)
    content_id, title = _read_reference(element)
    metadata = read_metadata(slots.any("EvidenceMetadata"), kind, profile)
    return EvidenceDocument(
        object_id=_read_id(element),
        classification_id=classification_id,
        evidence_id=metadata.evidence_id,
        kind=kind,
        content_id=content_id,
        title=title,
        distribution=metadata.distribution,
        main=metadata.main,
    )


def _read_id(element: etree._Element) -> str:
    value = element.get("id")
    if value is None:
        raise MessageError("a registry object has no id", rule="R-EDM-RESP-S036")
    return _read_urn(value, "R-EDM-RESP-S037")


def _read_urn(value: str, rule: str) -> str:
    try:
        return bare_uuid(value)
    except ValueError:
        raise MessageError("an id is not urn:uuid: followed by a UUID", rule=rule) from None


def _read_classification(element: etree._Element) -> tuple[str, DocumentKind]:
    """Id and node of the one classification of the EDM scheme."""
    found = [
        classification
        for classification in element.findall(f"{{{RIM}}}Classification")
        if classification.get("classificationScheme") == CLASSIFICATION_SCHEME
    ]
    if len(found) != 1:
        raise MessageError("a document does not have one EDM classification", rule="R-EDM-RESP-S048")
    try:
        kind = DocumentKind(found[0].get("classificationNode", ""))
    except ValueError:
        raise MessageError("a classification node is unknown", rule="R-EDM-RESP-S049") from None
    return _read_urn(found[0].get("id", ""), "R-EDM-RESP-S065"), kind


def _read_reference(element: etree._Element) -> tuple[str, str]:
    """Content-ID and title of the one repository item."""
    found = element.findall(f"{{{RIM}}}RepositoryItemRef")
    if len(found) != 1:
        raise MessageError("a document does not have one RepositoryItemRef", rule="R-EDM-RESP-S033")
    href, title = found[0].get(_HREF), found[0].get(_TITLE, "").strip(BLANK)
    if href is None:
        raise MessageError("a RepositoryItemRef has no href", rule="R-EDM-RESP-S034")
    if not title:
        raise MessageError("a RepositoryItemRef has no title", rule="R-EDM-RESP-S035")
    cid = _CID.fullmatch(href)
    if cid is None:
        raise MessageError("a RepositoryItemRef is not cid:left@right", rule="R-EDM-RESP-C042")
    return cid[1], title


def _read_association(element: etree._Element) -> Association:
    kind = _ASSOCIATION_TYPES.get(element.get("type", ""))
    if kind is None:
        raise MessageError("an association is of an unknown type", rule="R-EDM-RESP-S059")
    return Association(
        association_id=_read_id(element),
        kind=kind,
        source=_read_urn(element.get("sourceObject", ""), "R-EDM-RESP-S051"),
        target=_read_urn(element.get("targetObject", ""), "R-EDM-RESP-S055"),
    )


def _enforce_relations(package: EvidencePackage) -> None:
    kinds = {document.object_id: document.kind for document in package.documents}
    if len(kinds) != len(package.documents):
        raise MessageError("two documents of a package have the same id")
    if DocumentKind.MAIN_EVIDENCE not in kinds.values():
        raise MessageError("a package has no main evidence", rule="R-EDM-RESP-S047")
    for association in package.associations:
        _enforce_association(association, kinds)
    sources = {association.source for association in package.associations}
    if any(kind is not DocumentKind.MAIN_EVIDENCE and key not in sources for key, kind in kinds.items()):
        raise MessageError("a supplementary document belongs to no main evidence", rule="R-EDM-RESP-S050")


def _enforce_association(association: Association, kinds: dict[str, DocumentKind]) -> None:
    if association.source not in kinds:
        raise MessageError("the source of an association does not exist", rule="R-EDM-RESP-S051")
    if kinds[association.source] is not association.kind:
        why = "the source of an association is classified otherwise"
        raise MessageError(why, rule=_SOURCE_RULES[association.kind])
    if association.target not in kinds:
        raise MessageError("the target of an association does not exist", rule="R-EDM-RESP-S055")
    if kinds[association.target] is not DocumentKind.MAIN_EVIDENCE:
        why = "the target of an association is not main evidence"
        raise MessageError(why, rule=_TARGET_RULES[association.kind])
