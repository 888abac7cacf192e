"""The evidence in a response: packages of classified documents, or one flat object for each piece (TDD 4.5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
from oots.wire.response_rules import ResponseRules
from oots.wire.slots import XSI_TYPE, Slots, any_slot, type_of

CLASSIFICATION_SCHEME: Final = "urn:fdc:oots:classification:edm"
ASSOCIATION: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:"
PACKAGE: Final = "RegistryPackageType"
DOCUMENT: Final = "ExtrinsicObjectType"
ASSOCIATION_OBJECT: Final = "AssociationType"
MAIN: Final = DocumentKind.MAIN_EVIDENCE
_HREF: Final = f"{{{XLINK}}}href"
_TITLE: Final = f"{{{XLINK}}}title"
_CID: Final = re.compile(r"cid:([^@\s<>]+@[^@\s<>]+)")

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


def write_packages(packages: Iterable[EvidencePackage], profile: Profile) -> list[etree._Element]:
    """The registry objects of the response: the packages, or in a flat response the documents themselves."""
    if profile.packaged:
        return [_write_package(package, profile) for package in packages]
    return [_write_document(document, profile) for package in packages for document in package.documents]


def read_packages(found: etree._Element, profile: Profile, rules: ResponseRules) -> tuple[EvidencePackage, ...]:
    """What a RegistryObjectList holds; in a flat response every document is a package of its own."""
    if profile.packaged:
        return tuple(_read_package(element, profile, rules) for element in elements(found))
    packages = tuple(_read_flat(element, profile, rules) for element in elements(found))
    _enforce_distinct([package.documents[0] for package in packages])
    return packages


def _write_package(package: EvidencePackage, profile: Profile) -> etree._Element:
    members = writer.rim(
        "RegistryObjectList",
        {},
        *(_write_document(document, profile) for document in package.documents),
        *(_write_association(association) for association in package.associations),
    )
    return _write_object(PACKAGE, package.package_id, {}, members)


def _read_flat(element: etree._Element, profile: Profile, rules: ResponseRules) -> EvidencePackage:
    if not _is(element, DOCUMENT):
        raise MessageError("something else than a document at the top level")
    return EvidencePackage(None, (_read_document(element, profile, rules),))


def _read_package(element: etree._Element, profile: Profile, rules: ResponseRules) -> EvidencePackage:
    """One package, whose relations hold: R-EDM-RESP-S046 to S066."""
    if type_of(element) != (RIM, PACKAGE):
        raise MessageError("something else than a package at the top level", rule="R-EDM-RESP-S066")
    lists = element.findall(f"{{{RIM}}}RegistryObjectList")
    if len(lists) != 1:
        raise MessageError("a package does not hold one list", rule="R-EDM-RESP-S046")
    members = elements(lists[0])
    package = EvidencePackage(
        package_id=_read_id(element),
        documents=tuple(_read_document(member, profile, rules) for member in members if _is(member, DOCUMENT)),
        associations=tuple(_read_association(member) for member in members if _is(member, ASSOCIATION_OBJECT)),
    )
    if len(package.documents) + len(package.associations) != len(members):
        raise MessageError("a package holds something else than documents and associations")
    _enforce_relations(package)
    return package


def _write_object(
    kind: str, object_id: str | None, attributes: dict[str, str], *inside: etree._Element
) -> etree._Element:
    identified = {"id": urn_uuid(object_id)} if object_id else {}
    return writer.rim("RegistryObject", {XSI_TYPE: f"rim:{kind}", **identified, **attributes}, *inside)


def _write_document(document: EvidenceDocument, profile: Profile) -> etree._Element:
    return _write_object(
        DOCUMENT,
        document.object_id,
        {},
        any_slot("EvidenceMetadata", write_evidence(document, profile)),
        *_write_classification(document),
        writer.rim("RepositoryItemRef", {_HREF: f"cid:{document.content_id}", _TITLE: document.title}),
    )


def _write_classification(document: EvidenceDocument) -> list[etree._Element]:
    if document.classification_id is None:
        return []
    classification = {
        "id": urn_uuid(document.classification_id),
        "classificationScheme": CLASSIFICATION_SCHEME,
        "classificationNode": document.kind,
    }
    return [writer.rim("Classification", classification)]


def _write_association(association: Association) -> etree._Element:
    relation = {
        "type": ASSOCIATION + association.kind,
        "sourceObject": urn_uuid(association.source),
        "targetObject": urn_uuid(association.target),
    }
    return _write_object(ASSOCIATION_OBJECT, association.association_id, relation)


def _is(member: etree._Element, kind: str) -> bool:
    return member.tag == f"{{{RIM}}}RegistryObject" and type_of(member) == (RIM, kind)


def _read_document(element: etree._Element, profile: Profile, rules: ResponseRules) -> EvidenceDocument:
    slots = Slots(element, rules.metadata_slots)
    slots.enforce()
    classification_id, kind = _read_classification(element) if profile.packaged else (None, MAIN)
    content_id, title = _read_reference(element)
    metadata = read_metadata(slots.any("EvidenceMetadata"), kind, profile, rules)
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
    _enforce_distinct(package.documents)
    kinds = {document.object_id: document.kind for document in package.documents}
    if MAIN not in kinds.values():
        raise MessageError("a package has no main evidence", rule="R-EDM-RESP-S047")
    for association in package.associations:
        _enforce_association(association, kinds)
    sources = {association.source for association in package.associations}
    if any(kind is not MAIN and key not in sources for key, kind in kinds.items()):
        raise MessageError("a supplementary document belongs to no main evidence", rule="R-EDM-RESP-S050")


def _enforce_distinct(documents: Sequence[EvidenceDocument]) -> None:
    if len({document.object_id for document in documents}) != len(documents):
        raise MessageError("two documents have the same id")


def _enforce_association(association: Association, kinds: dict[str, DocumentKind]) -> None:
    if association.source not in kinds:
        raise MessageError("the source of an association does not exist", rule="R-EDM-RESP-S051")
    if kinds[association.source] is not association.kind:
        why = "the source of an association is classified otherwise"
        raise MessageError(why, rule=_SOURCE_RULES[association.kind])
    if association.target not in kinds:
        raise MessageError("the target of an association does not exist", rule="R-EDM-RESP-S055")
    if kinds[association.target] is not MAIN:
        why = "the target of an association is not main evidence"
        raise MessageError(why, rule=_TARGET_RULES[association.kind])
