"""What a document is told to be, and what its schema finds, over documents of our own."""

from __future__ import annotations

import http.server
import threading

import pytest
from lxml import etree

from oots.rules.judgement import SCHEMA
from oots.rules.kind import Kind
from oots.rules.rule import Finding
from oots.validation.documents import examine
from oots.validation.recognition import Asked, Other
from oots.validation.report import FileReport, Verdict
from oots.wire import schema
from tests.support import schema_documents as own

FORMER = None
DSD_EXCEPTION = own.DIRECTORY_EXCEPTION.replace("EB:ERR:0001", "DSD:ERR:0001")
KINDS = [
    (own.REQUEST, Kind.REQUEST, "oots-edm:v2.0"),
    (own.MIDDLE_REQUEST, Kind.REQUEST, "oots-edm:v1.2"),
    (own.FORMER_REQUEST, Kind.REQUEST, "oots-edm:v1.0"),
    (own.RESPONSE, Kind.RESPONSE, "oots-edm:v2.0"),
    (own.response("Unavailable", "<rim:RegistryObjectList/>"), Kind.RESPONSE, "oots-edm:v2.0"),
    (own.ERROR, Kind.ERROR, "oots-edm:v2.0"),
    (own.response("Success", own.requirement(""), FORMER), Kind.EB_REQUIREMENTS, "oots-cs:v1.0"),
    (own.response("Success", own.requirement(""), "oots-cs:v2.0"), Kind.EB_REQUIREMENTS, "oots-cs:v2.0"),
    (own.response("Success", own.requirement(own.NO_MATCH), "oots-cs:v2.0"), Kind.EB_EVIDENCE_TYPES, "oots-cs:v2.0"),
    (own.response("Success", own.DATA_SERVICE, "oots-cs:v2.0"), Kind.DSD_SERVICES, "oots-cs:v2.0"),
    (own.response("Failure", own.DIRECTORY_EXCEPTION, "oots-cs:v2.0"), Kind.EB_ERROR, "oots-cs:v2.0"),
    (own.response("Failure", own.DIRECTORY_EXCEPTION, FORMER), Kind.EB_ERROR, "oots-cs:v1.0"),
    (own.response("Failure", DSD_EXCEPTION, FORMER), Kind.DSD_ERROR, "oots-cs:v1.0"),
    (own.USER_MESSAGE.encode(), Kind.EBMS_HEADER, "oots-edm:v2.0"),
    (own.envelope(own.USER_MESSAGE), Kind.EBMS_HEADER, "oots-edm:v2.0"),
    (own.RECEIPT.encode(), Other.SIGNAL, None),
    (own.envelope(own.SIGNAL_ERROR), Other.SIGNAL, None),
]
BROKEN_DATE = own.RESPONSE.replace(b"2026-09-01</sdg:IssuingDate>", b"not-a-date</sdg:IssuingDate>")


@pytest.mark.parametrize(("data", "kind", "version"), KINDS)
def test_a_document_is_known_by_root_and_content(data: bytes, kind: str, version: str | None) -> None:
    report = examine(data, "f.xml")
    assert (report.path, report.kind, report.version, report.schema_valid) == ("f.xml", kind, version, True)


def faults(report: FileReport) -> list[Finding]:
    """The findings of the schema."""
    return [found for found in report.findings if found.rule == SCHEMA]


def test_a_broken_sdg_value_is_found_with_line_and_place() -> None:
    assert examine(own.RESPONSE, "f.xml").schema_valid is True
    report = examine(BROKEN_DATE, "f.xml")
    assert report.schema_valid is False
    assert [(fault.line, fault.found) for fault in faults(report)] == [(2, "value is not of the type xs:date")]
    assert faults(report)[0].xpath.endswith("/sdg:Evidence/sdg:IssuingDate")


def test_an_unexpected_element_is_reported_on_its_own_line() -> None:
    assert examine(own.REQUEST, "f.xml").schema_valid is True
    report = examine(own.REQUEST.replace(b"<query:Query ", b"\n\n<rim:Slot name='x'/><query:Query "), "f.xml")
    assert [fault.line for fault in faults(report)] == [4]
    assert "rim:Slot" in faults(report)[0].found


def test_all_faults_are_listed_at_once() -> None:
    data = BROKEN_DATE.replace(b"1990-02-03", b"never").replace(b' xlink:title="MainEvidence"', b" surprise='1'")
    reasons = [fault.found for fault in faults(examine(data, "f.xml"))]
    assert reasons.count("value is not of the type xs:date") == 2
    assert "'surprise' attribute not allowed for element" in reasons


def test_what_only_the_gate_can_tell_is_still_reported() -> None:
    control = examine(own.REQUEST, "f.xml")
    strange_type = examine(own.REQUEST.replace(b"rim:BooleanValueType", b"rim:TruthValueType", 1), "f.xml")
    strange_address = examine(
        own.REQUEST.replace(b"https://sr.oots.tech.ec.europa.eu/datamodels", b"http://[x"), "f.xml"
    )
    assert [control.schema_valid, strange_type.schema_valid, strange_address.schema_valid] == [True, False, False]
    assert "xsi:type" in faults(strange_type)[0].found
    assert "xs:anyURI" in faults(strange_address)[0].found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1990-02-03", b"Hemmelig"),
        (b'xlink:title="MainEvidence"', b'xlink:show="Hemmelig"'),
        (b'xlink:href="cid:ev1@oots.dk"', b'xlink:href="http://[Hemmelig"'),
        (b"<rim:RegistryObjectList>", b"<rim:RegistryObjectList>Hemmelig"),
        (b'"EvidenceResponseIdentifier"', b'"' + b"Hemmelig" * 40 + b'"'),
    ],
)
def test_a_reason_quotes_no_value_of_the_document(old: bytes, new: bytes) -> None:
    assert old in own.RESPONSE
    report = examine(own.RESPONSE.replace(old, new), "f.xml")
    assert report.schema_valid is False
    assert "Hemmelig" not in str(faults(report))


@pytest.mark.parametrize("data", [b"", b"residence", b"<open>", b"<!DOCTYPE x><x/>", b"\xff\xfe<\x00x\x00/\x00>\x00"])
def test_what_is_no_acceptable_xml_is_reported_as_unreadable(data: bytes) -> None:
    assert examine(own.REQUEST, "f.xml").schema_valid is True
    report = examine(data, "f.xml")
    assert (report.kind, report.version, report.schema_valid, report.verdict) == (None, None, None, Verdict.UNREADABLE)
    assert [found.rule for found in report.findings] == ["UNREADABLE"]


def test_an_unknown_root_and_an_unknown_version_are_not_judged() -> None:
    assert examine(own.REQUEST, "f.xml").schema_valid is True
    stranger = examine(b"<letter/>", "f.xml")
    later = examine(own.REQUEST.replace(b"oots-edm:v2.0", b"oots-edm:v9.0"), "f.xml")
    assert (stranger.kind, stranger.version, stranger.schema_valid) == (None, None, None)
    assert (later.kind, later.version, later.schema_valid) == (Kind.REQUEST, "oots-edm:v9.0", None)
    assert "letter" in stranger.findings[0].found
    assert "known are oots-edm:v1.0, oots-edm:v1.2, oots-edm:v2.0" in later.findings[0].found


def test_a_message_that_names_no_version_is_not_judged_unless_one_is_named_for_it() -> None:
    nameless = own.REQUEST.replace(b'name="SpecificationIdentifier"', b'name="SpecificationIdentifierX"')
    assert examine(nameless, "f.xml").verdict is Verdict.UNREADABLE
    forced = examine(nameless, "f.xml", Asked(version="v2.0"))
    assert forced.verdict is Verdict.INVALID
    assert "R-EDM-REQ-S005" in {found.rule for found in forced.findings}


@pytest.mark.parametrize(
    ("content", "exception"),
    [("<rim:RegistryObjectList/>", ""), (own.DIRECTORY_EXCEPTION.replace("EB:ERR:0001", "X"), "Failure")],
    ids=["no entries", "unknown code"],
)
def test_a_directory_that_nobody_can_tell_must_be_named(content: str, exception: str) -> None:
    data = own.response(exception or "Success", content, "oots-cs:v2.0")
    kind = Kind.EB_ERROR if exception else Kind.DSD_SERVICES
    report = examine(data, "f.xml")
    assert report.verdict is Verdict.UNREADABLE
    assert "name its kind" in report.findings[0].found
    assert examine(data, "f.xml", Asked(kind=kind)).kind is kind


def test_a_version_without_rules_for_a_kind_is_refused() -> None:
    services = own.response("Success", own.DATA_SERVICE, "oots-cs:v2.0")
    assert examine(services, "f.xml", Asked(version="v1.0")).version == "oots-cs:v1.0"
    refused = examine(services, "f.xml", Asked(version="v1.2"))
    assert refused.verdict is Verdict.UNREADABLE
    assert "no rules for dsd-services in v1.2" in refused.findings[0].found


def test_a_broken_document_is_held_against_the_rules_that_it_should_have_met() -> None:
    renamed = own.REQUEST.replace(b"query:QueryRequest", b"query:QueryRequest2")
    assert examine(renamed, "f.xml").verdict is Verdict.UNREADABLE
    forced = examine(renamed, "f.xml", Asked(Kind.REQUEST, "v2.0"))
    assert (forced.kind, forced.version) == (Kind.REQUEST, "oots-edm:v2.0")
    assert {"XSD", "R-EDM-REQ-S001"} <= {found.rule for found in forced.findings}


def test_a_root_in_another_namespace_is_known_by_its_name_and_told_the_right_one() -> None:
    moved = own.REQUEST.replace(b"ebxml-regrep:xsd:query:4.0", b"ebxml-regrep:xsd:query:4.1")
    report = examine(moved, "f.xml")
    assert "R-EDM-REQ-S002" in {found.rule for found in report.findings}
    assert "R-EDM-REQ-S002" not in {found.rule for found in examine(own.REQUEST, "f.xml").findings}


def test_rules_run_though_the_schema_has_failed() -> None:
    control = examine(own.RESPONSE, "f.xml", Asked(Kind.RESPONSE, "v2.0"))
    broken = examine(BROKEN_DATE, "f.xml", Asked(Kind.RESPONSE, "v2.0"))
    rules = [{found.rule for found in report.findings} - {SCHEMA} for report in (control, broken)]
    assert [control.schema_valid, broken.schema_valid] == [True, False]
    assert rules[0]
    assert rules[0] <= rules[1]


def test_the_repository_of_1_0_is_that_of_its_first_release_unless_another_is_named() -> None:
    ids = {found.rule for found in examine(own.FORMER_REQUEST, "f.xml").findings}
    named = examine(own.FORMER_REQUEST, "f.xml", Asked(repository="sr.oots.tech.ec.europa.eu"))
    assert "R-EDM-REQ-C008" in ids
    assert "R-EDM-REQ-C008" not in {found.rule for found in named.findings}


def test_evidence_is_known_by_the_namespace_of_its_data_model() -> None:
    namespace = etree.parse(str(schema.schema_file("bopaelsattest"))).getroot().get("targetNamespace")
    report = examine(f'<surprise xmlns="{namespace}"/>'.encode(), "f.xml")
    assert (report.kind, report.schema_valid) == (Other.BOPAELSATTEST, False)
    assert examine(b'<surprise xmlns="urn:x"/>', "f.xml").kind is None


def test_an_envelope_without_header_is_unknown() -> None:
    assert examine(own.envelope(own.RECEIPT), "f.xml").kind is Other.SIGNAL
    assert examine(own.envelope(""), "f.xml").verdict is Verdict.UNREADABLE


def test_nested_slots_as_deep_as_the_parser_lets_them_are_judged() -> None:
    deep = b'<rim:Slot name="x">' * 250 + b"</rim:Slot>" * 250
    shallow = own.response("Success", "<rim:RegistryObjectList/>")
    nested = shallow.replace(b"<rim:RegistryObjectList/>", deep + b"<rim:RegistryObjectList/>")
    assert [examine(data, "f.xml").schema_valid for data in (shallow, nested)] == [True, True]


def test_a_schema_location_in_a_document_is_never_fetched() -> None:
    asked: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hint = f'xsi:schemaLocation="urn:x http://127.0.0.1:{server.server_port}/x.xsd" id='.encode()
        data = own.REQUEST.replace(b"id=", hint, 1)
        schema.enforce(data, "edm-v2.0")
        assert examine(data, "f.xml").schema_valid is True
        server.shutdown()
    assert asked == []
