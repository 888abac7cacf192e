"""What ties the documents of a package together (EDM 2.0, TDD 4.5.2): checks on one `rim:RegistryPackageType`."""

from __future__ import annotations

from typing import Final

from lxml import etree

from oots.rules.place import tag
from oots.rules.rule import Check, Node
from oots.wire.namespaces import RIM
from oots.wire.slots import XSI_TYPE, type_of

SCHEME: Final = "urn:fdc:oots:classification:edm"
ASSOCIATION: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:"
MAIN: Final = "MainEvidence"
SUPPLEMENTARY: Final = ("Annex", "HumanReadableVersion", "Translation")
_OBJECTS: Final = f"{tag('RegistryObjectList')}/{tag('RegistryObject')}"
_CLASSIFICATION: Final = tag("rim:Classification")


def _package(node: Node) -> etree._Element:
    if isinstance(node, str):
        raise TypeError("this check is for packages")
    return node


def _of_type(package: etree._Element, name: str) -> list[etree._Element]:
    return [found for found in package.findall(_OBJECTS) if type_of(found) == (RIM, name)]


def node_of(document: etree._Element) -> str:
    """The classification node of a document in the EDM's own scheme, empty where there is none."""
    for classification in document.iterchildren(_CLASSIFICATION):
        if classification.get("classificationScheme") == SCHEME:
            return classification.get("classificationNode", "")
    return ""


def _nodes(package: etree._Element) -> dict[str, str]:
    return {document.get("id", ""): node_of(document) for document in _of_type(package, "ExtrinsicObjectType")}


def _associations(package: etree._Element) -> list[tuple[str, str, str]]:
    """Type (without its prefix), source and target of each."""
    return [
        (found.get("type", "").removeprefix(ASSOCIATION), found.get("sourceObject", ""), found.get("targetObject", ""))
        for found in _of_type(package, "AssociationType")
    ]


def has_main_evidence() -> Check:
    def find(node: Node) -> str | None:
        return None if MAIN in _nodes(_package(node)).values() else "no main evidence"

    def spoil(node: Node) -> None:
        for classification in _package(node).iter(_CLASSIFICATION):
            classification.set("classificationNode", "Annex")

    return Check("must hold main evidence", find, spoil)


def supplements_are_associated() -> Check:
    def find(node: Node) -> str | None:
        sources = {source for _, source, _ in _associations(_package(node))}
        loose = [each for name, each in _nodes(_package(node)).items() if each in SUPPLEMENTARY and name not in sources]
        return f"{', '.join(loose)} without association" if loose else None

    def spoil(node: Node) -> None:
        for association in _of_type(_package(node), "AssociationType")[:1]:
            association.set("sourceObject", "urn:uuid:00000000-0000-4000-8000-000000000000")

    return Check("must have an association for each supplementary document", find, spoil)


def ends_exist(end: str) -> Check:
    """`end` is `sourceObject` or `targetObject`."""

    def find(node: Node) -> str | None:
        known = _nodes(_package(node))
        missing = [
            each.get(end, "") for each in _of_type(_package(node), "AssociationType") if each.get(end) not in known
        ]
        return f"{missing[0] or 'nothing'} is no document of the package" if missing else None

    def spoil(node: Node) -> None:
        for association in _of_type(_package(node), "AssociationType")[:1]:
            association.set(end, "urn:uuid:00000000-0000-4000-8000-000000000000")

    return Check(f"must have associations whose {end} is one of its documents", find, spoil)


def source_is_as_the_type_says(kind: str) -> Check:
    """Associations of that type come from documents that are classified so."""

    def find(node: Node) -> str | None:
        nodes = _nodes(_package(node))
        wrong = [
            nodes[source]
            for name, source, _ in _associations(_package(node))
            if name == kind and nodes.get(source, kind) != kind
        ]
        return f"a source classified {wrong[0]}" if wrong else None

    def spoil(node: Node) -> None:
        for association in _of_type(_package(node), "AssociationType")[:1]:
            main = next(name for name, each in _nodes(_package(node)).items() if each == MAIN)
            association.set("type", ASSOCIATION + kind)
            association.set("sourceObject", main)

    return Check(f"must have {kind} associations from documents that are classified so", find, spoil)


def type_is_as_the_source_says(kind: str) -> Check:
    """Associations from documents that are classified so are of that type."""

    def find(node: Node) -> str | None:
        nodes = _nodes(_package(node))
        wrong = [name for name, source, _ in _associations(_package(node)) if nodes.get(source) == kind != name]
        return f"the type {wrong[0]}" if wrong else None

    def spoil(node: Node) -> None:
        nodes = _nodes(_package(node))
        other = next(each for each in SUPPLEMENTARY if each != kind)
        for association in _of_type(_package(node), "AssociationType"):
            if nodes.get(association.get("sourceObject", "")) == kind:
                association.set("type", ASSOCIATION + other)

    return Check(f"must have {kind} associations from every document that is classified so", find, spoil)


def target_is_main(kind: str) -> Check:
    """Associations of that type lead to main evidence."""

    def find(node: Node) -> str | None:
        nodes = _nodes(_package(node))
        wrong = [
            nodes[target]
            for name, _, target in _associations(_package(node))
            if name == kind and nodes.get(target, MAIN) != MAIN
        ]
        return f"a target classified {wrong[0]}" if wrong else None

    def spoil(node: Node) -> None:
        for association in _of_type(_package(node), "AssociationType")[:1]:
            association.set("type", ASSOCIATION + kind)
            association.set("targetObject", association.get("sourceObject", ""))

    return Check(f"must have {kind} associations that lead to main evidence", find, spoil)


def association_types() -> Check:
    """Every association has one of the three types."""

    def find(node: Node) -> str | None:
        wrong = [name for name, _, _ in _associations(_package(node)) if name not in SUPPLEMENTARY]
        return f"the type {wrong[0]}" if wrong else None

    def spoil(node: Node) -> None:
        for association in _of_type(_package(node), "AssociationType")[:1]:
            association.set("type", ASSOCIATION + "Other")

    return Check(f"must have associations of the types {', '.join(SUPPLEMENTARY)} only", find, spoil)


def is_a_package() -> Check:
    def spoil(node: Node) -> None:
        _package(node).set(XSI_TYPE, "rim:ExtrinsicObjectType")

    return Check(
        "must be of the type RegistryPackageType",
        lambda node: (
            None
            if type_of(_package(node)) == (RIM, "RegistryPackageType")
            else _package(node).get(XSI_TYPE) or "no type"
        ),
        spoil,
    )


def one_classification() -> Check:
    """A document has exactly one classification in the EDM's own scheme."""

    def found(node: Node) -> int:
        classifications = _package(node).iterchildren(_CLASSIFICATION)
        return sum(each.get("classificationScheme") == SCHEME for each in classifications)

    def spoil(node: Node) -> None:
        for classification in _package(node).iterchildren(_CLASSIFICATION):
            classification.set("classificationScheme", "urn:other")

    return Check(
        f"must have exactly one classification of the scheme {SCHEME}",
        lambda node: None if found(node) == 1 else f"{found(node)} of them",
        spoil,
    )


def metadata_by_classification(needed: tuple[str, ...]) -> tuple[Check, Check]:
    """Main evidence has all of `needed` in its metadata, a supplementary document none; one check for each."""

    def children(node: Node) -> set[str]:
        evidence = next(_package(node).iter(tag("Evidence")), None)
        return (
            set()
            if evidence is None
            else {etree.QName(child).localname for child in evidence.iterchildren(etree.Element)}
        )

    def missing(node: Node) -> str | None:
        lacking = [name for name in needed if name not in children(node)]
        return f"no {', '.join(lacking)}" if node_of(_package(node)) == MAIN and lacking else None

    def surplus(node: Node) -> str | None:
        forbidden = [name for name in (*needed[:-1], "ValidityPeriod") if name in children(node)]
        return ", ".join(forbidden) if node_of(_package(node)) in SUPPLEMENTARY and forbidden else None

    def reclassify(node: Node) -> None:
        for classification in _package(node).iterchildren(_CLASSIFICATION):
            classification.set("classificationNode", "Annex")

    def strip(node: Node) -> None:
        for classification in _package(node).iterchildren(_CLASSIFICATION):
            classification.set("classificationNode", MAIN)
        for evidence in _package(node).iter(tag("Evidence")):
            for child in evidence.findall(tag(needed[0])):
                evidence.remove(child)

    return (
        Check(f"must say {', '.join(needed)} of main evidence", missing, strip),
        Check("must say of a supplementary document only what it is and how it is written", surplus, reclassify),
    )
