"""One change to a lawful document of 1.2 or 2.0, and exactly the rules that it breaks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.vectors import FOLDER
from oots.wire.namespaces import EB, NSMAP
from oots.wire.xml import parse

NAMESPACES = {**{prefix: uri for prefix, uri in NSMAP.items() if prefix}, "eb": EB}
Change = Callable[[etree._Element], None]


def document(name: str, version: str) -> etree._Element:
    return parse(Path(FOLDER / version / f"{name}.xml").read_bytes())


def broken(root: etree._Element, kind: Kind, version: str) -> set[str]:
    """Fatal rules, warnings and cautions."""
    findings = rulebook(kind, version).findings(parse(etree.tostring(root)))
    return {found.rule for found in findings if found.severity != "info"}


def one(root: etree._Element, path: str) -> etree._Element:
    found = root.xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    element = found[0]
    assert isinstance(element, etree._Element)
    return element


def text(path: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        one(root, path).text = value

    return change


def attribute(path: str, name: str, value: str) -> Change:
    return lambda root: one(root, path).set(name, value)


def without(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = one(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def doubled(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = one(root, path)
        element.addnext(copy.deepcopy(element))

    return change


def slot(name: str) -> str:
    return f"//rim:Slot[@name='{name}']"


PERSON = slot("NaturalPerson") + "//sdg:Person"
ASSOCIATION = "//rim:RegistryObject[@type]"
REPOSITORY = "https://sr.oots.tech.ec.europa.eu"
ID = "5b0e0000-7a11-4c3d-9e21-000000000010"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

CHANGES: list[tuple[str, Kind, str, Change, set[str]]] = [
    ("request-natural", Kind.REQUEST, "v2.0", attribute("/*", "id", ID), {"R-EDM-REQ-S004"}),
    ("request-natural", Kind.REQUEST, "v2.0", attribute("/*", "id", f"x urn:uuid:{ID}"), {"R-EDM-REQ-S004"}),
    ("request-natural", Kind.REQUEST, "v2.0", attribute("/*", "id", f"urn:uuid:{ID.upper()}"), {"R-EDM-REQ-S004"}),
    ("request-natural", Kind.REQUEST, "v2.0", attribute("/*", XML_LANG, "DA"), {"OOTSDK-EDM-REQ-001"}),
    ("request-natural", Kind.REQUEST, "v2.0", doubled(slot("IssueDateTime")), {"R-EDM-REQ-S006"}),
    ("request-natural", Kind.REQUEST, "v2.0", without(slot("ReturnLocation")), {"R-EDM-REQ-S062"}),
    ("request-natural", Kind.REQUEST, "v2.0", without(slot("PreviewLocation")), {"R-EDM-REQ-S062"}),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        without(slot("EvidenceProviderClassification")),
        {"R-EDM-REQ-S014"},
    ),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        text("//sdg:ConformsTo", f"{REPOSITORY}/distributions/bopaelsattest-1.0"),
        {"R-EDM-REQ-C034"},
    ),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        text("//sdg:ConformsTo", f"see {REPOSITORY}/datamodels/bopaelsattest-1.0"),
        {"R-EDM-REQ-C034"},
    ),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        text("//sdg:ConformsTo", "https://sr.acc.oots.tech.ec.europa.eu/datamodels/bopaelsattest-1.0"),
        {"R-EDM-REQ-C114", "R-EDM-REQ-C115"},
    ),
    ("request-natural", Kind.REQUEST, "v2.0", text(f"{PERSON}/sdg:FamilyName", "H"), {"R-EDM-REQ-C092"}),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        text(f"{PERSON}/sdg:FamilyName", ""),
        {"R-EDM-REQ-S051"},
    ),
    ("request-natural", Kind.REQUEST, "v2.0", text(f"{PERSON}/sdg:Gender", "2"), {"R-EDM-REQ-C127"}),
    (
        "request-natural",
        Kind.REQUEST,
        "v2.0",
        attribute(f"{PERSON}/sdg:Identifier", "schemeID", "eidas2"),
        {"R-EDM-REQ-C122", "R-EDM-REQ-C127"},
    ),
    (
        "request-natural",
        Kind.REQUEST,
        "v1.2",
        attribute(f"{PERSON}/sdg:Identifier", "schemeID", "eidas2"),
        {"R-EDM-REQ-C042"},
    ),
    ("request-natural", Kind.REQUEST, "v2.0", without(f"{PERSON}/sdg:Identifier"), {"R-EDM-REQ-C038"}),
    ("request-natural", Kind.REQUEST, "v2.0", text(f"{PERSON}/sdg:Nationality", "GR"), {"R-EDM-REQ-C075"}),
    ("request-natural", Kind.REQUEST, "v2.0", text("//sdg:BooleanValue", "1"), set()),
    ("request-natural", Kind.REQUEST, "v2.0", text("//sdg:Type", "boolean"), {"R-EDM-REQ-C104"}),
    ("request-natural", Kind.REQUEST, "v2.0", without("//sdg:ValueExpression"), {"R-EDM-REQ-C097"}),
    ("request-natural", Kind.REQUEST, "v2.0", doubled("//sdg:StringValue"), {"R-EDM-REQ-C102"}),
    ("request-natural", Kind.REQUEST, "v2.0", text("//sdg:Classification", "IP"), {"R-EDM-REQ-C014"}),
    ("request-natural", Kind.REQUEST, "v2.0", text("//sdg:Classification", "EP"), {"R-EDM-REQ-C014"}),
    ("request-natural", Kind.REQUEST, "v2.0", doubled("//sdg:DistributedAs"), set()),
    ("request-natural", Kind.REQUEST, "v1.2", doubled("//sdg:DistributedAs"), {"R-EDM-REQ-C032"}),
    ("request-natural", Kind.REQUEST, "v1.2", without("//sdg:DistributedAs"), set()),
    ("request-natural", Kind.REQUEST, "v1.2", without("//sdg:Transformation"), set()),
    ("response", Kind.RESPONSE, "v2.0", without(ASSOCIATION), {"R-EDM-RESP-S050"}),
    (
        "response",
        Kind.RESPONSE,
        "v2.0",
        attribute(ASSOCIATION, "type", "urn:oasis:names:tc:ebxml-regrep:AssociationType:Annex"),
        {"R-EDM-RESP-S052", "R-EDM-RESP-S061"},
    ),
    (
        "response",
        Kind.RESPONSE,
        "v2.0",
        attribute(ASSOCIATION, "targetObject", "urn:uuid:5b0e0000-7a11-4c3d-9e21-000000000080"),
        {"R-EDM-RESP-S055"},
    ),
    ("response", Kind.RESPONSE, "v2.0", doubled("//rim:Classification"), {"R-EDM-RESP-S048"}),
    (
        "response",
        Kind.RESPONSE,
        "v2.0",
        attribute("//rim:Classification", "id", ID),
        {"R-EDM-RESP-S065"},
    ),
    (
        "response",
        Kind.RESPONSE,
        "v2.0",
        attribute("//rim:Classification", "classificationNode", "Evidence"),
        {"R-EDM-RESP-S047", "R-EDM-RESP-S049", "R-EDM-RESP-S056", "R-EDM-RESP-S057", "R-EDM-RESP-S058"},
    ),
    ("response", Kind.RESPONSE, "v2.0", without("//sdg:IssuingDate"), {"R-EDM-RESP-S062"}),
    ("response", Kind.RESPONSE, "v1.2", without("//sdg:IssuingDate"), {"R-EDM-RESP-S062"}),
    ("response", Kind.RESPONSE, "v1.2", without("//sdg:ConformsTo"), set()),
    ("response", Kind.RESPONSE, "v2.0", doubled("/*/rim:RegistryObjectList"), {"R-EDM-RESP-S007"}),
    (
        "response-unavailable",
        Kind.RESPONSE,
        "v2.0",
        without(slot("ResponseAvailableDateTime")),
        {"R-EDM-RESP-S014"},
    ),
    (
        "response-unavailable",
        Kind.RESPONSE,
        "v2.0",
        attribute("/*", "status", "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"),
        {"R-EDM-RESP-S045"},
    ),
    ("error-preview", Kind.ERROR, "v2.0", without(slot("PreviewLocation")), {"R-EDM-ERR-C022"}),
    (
        "error-preview",
        Kind.ERROR,
        "v2.0",
        attribute("//rs:Exception", "code", "EDM:ERR:0004"),
        {"R-EDM-ERR-C015", "R-EDM-ERR-C022", "R-EDM-ERR-C026"},
    ),
    ("error-preview", Kind.ERROR, "v2.0", doubled("//rs:Exception"), set()),
    ("error-preview", Kind.ERROR, "v1.2", text(f"{slot('PreviewMethod')}//rim:Value", "HEAD"), {"R-EDM-ERR-C021"}),
    ("error-preview", Kind.ERROR, "v2.0", without("//sdg:Address"), {"R-EDM-ERR-C024"}),
    ("error-not-found", Kind.ERROR, "v2.0", text("//sdg:Classification", "ER"), {"R-EDM-ERR-C008"}),
    ("eb-requirements", Kind.EB_REQUIREMENTS, "v2.0", without(slot("SpecificationIdentifier")), {"OOTSDK-CS-001"}),
    ("eb-evidence-types", Kind.EB_EVIDENCE_TYPES, "v2.0", without("//sdg:EvidenceType"), {"R-EB-EVI-S015"}),
    (
        "eb-evidence-types",
        Kind.EB_EVIDENCE_TYPES,
        "v2.0",
        text("//sdg:EvidenceTypeList/sdg:Jurisdiction/sdg:AdminUnitLevel1", "US"),
        {"R-EB-EVI-C022"},
    ),
    ("eb-error", Kind.EB_ERROR, "v2.0", attribute("//rs:Exception", "code", "EB:ERR:0004"), {"R-EB-ERR-016"}),
    ("eb-error", Kind.EB_ERROR, "v1.0", attribute("//rs:Exception", "code", "EB:ERR:0004"), set()),
    ("dsd-services", Kind.DSD_SERVICES, "v2.0", without("//rim:RegistryObject"), set()),
    ("dsd-services", Kind.DSD_SERVICES, "v2.0", without("//sdg:DistributedAs/sdg:ConformsTo"), set()),
    (
        "ebms-header-request",
        Kind.EBMS_HEADER,
        "v2.0",
        without("//eb:Property[@name='ExchangeId']"),
        {
            "R-EDM-ebMS-018",
            "R-EDM-ebMS-019",
        },
    ),
    (
        "ebms-header-request",
        Kind.EBMS_HEADER,
        "v2.0",
        text("//eb:Property[@name='ExchangeId']", "1"),
        {
            "R-EDM-ebMS-037",
        },
    ),
    (
        "ebms-header-request",
        Kind.EBMS_HEADER,
        "v2.0",
        text("//eb:Property[@name='SpecificationId']", "oots-edm:v1.2"),
        {"R-EDM-ebMS-038"},
    ),
    ("ebms-header-request", Kind.EBMS_HEADER, "v2.0", doubled("//eb:PartInfo"), {"R-EDM-ebMS-023"}),
    ("ebms-header-response", Kind.EBMS_HEADER, "v2.0", doubled("//eb:PartInfo"), set()),
    ("ebms-header-request", Kind.EBMS_HEADER, "v1.0", text("//eb:To/eb:Role", "gateway"), {"OOTSDK-ebMS-001"}),
    ("ebms-header-request", Kind.EBMS_HEADER, "v1.0", text("//eb:Service", "Manager"), {"OOTSDK-ebMS-002"}),
    ("ebms-header-request", Kind.EBMS_HEADER, "v1.0", text("//eb:Action", "Execute"), {"OOTSDK-ebMS-003"}),
    ("ebms-header-request", Kind.EBMS_HEADER, "v1.0", attribute("//eb:Property", "type", ""), {"OOTSDK-ebMS-004"}),
    ("ebms-header-request", Kind.EBMS_HEADER, "v1.0", attribute("//eb:PartInfo", "href", "p1"), {"OOTSDK-ebMS-005"}),
    (
        "ebms-header-response",
        Kind.EBMS_HEADER,
        "v1.2",
        text("//eb:Property[@name='MimeType']", "application/pdf"),
        {"R-EDM-ebMS-032"},
    ),
]


@pytest.mark.parametrize(("name", "kind", "version", "change", "expected"), CHANGES)
def test_one_change_breaks_exactly_these_rules(
    name: str, kind: Kind, version: str, change: Change, expected: set[str]
) -> None:
    root = document(name, version)
    already = broken(root, kind, version)
    change(root)
    assert broken(root, kind, version) - already == expected


def test_a_slot_of_the_query_has_no_place_on_the_request() -> None:
    root = document("request-natural", "v2.0")
    moved = one(root, slot("EvidenceRequest"))
    one(root, "/*").insert(0, moved)
    assert broken(root, Kind.REQUEST, "v2.0") == {"R-EDM-REQ-S015", "R-EDM-REQ-S019"}


def test_a_document_outside_of_a_package_is_none_of_2_0() -> None:
    root = document("response", "v2.0")
    single = copy.deepcopy(one(root, "//rim:RegistryObject/rim:RegistryObjectList/rim:RegistryObject"))
    one(root, "/*/rim:RegistryObjectList").append(single)
    assert broken(root, Kind.RESPONSE, "v2.0") == {"R-EDM-RESP-S066"}
