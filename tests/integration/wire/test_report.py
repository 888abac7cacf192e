"""The readable verdict over documents of our own."""

from __future__ import annotations

import http.server
import threading
from dataclasses import asdict

import pytest
from lxml import etree

from oots.model.errors import MessageError
from oots.wire import schema
from oots.wire.report import DocumentReport, examine, exit_code
from tests.support import schema_documents as own

FORMER = None
KINDS = [
    (own.REQUEST, "evidence request", "oots-edm:v2.0"),
    (own.FORMER_REQUEST, "evidence request", "oots-edm:v1.0"),
    (own.RESPONSE, "evidence response", "oots-edm:v2.0"),
    (own.response("Unavailable", "<rim:RegistryObjectList/>"), "evidence response", "oots-edm:v2.0"),
    (own.ERROR, "evidence error response", "oots-edm:v2.0"),
    (own.response("Success", own.requirement(""), FORMER), "EB requirements", "oots-cs:v1.0"),
    (own.response("Success", own.requirement(""), "oots-cs:v2.0"), "EB requirements", "oots-cs:v2.0"),
    (own.response("Success", own.requirement(own.NO_MATCH), "oots-cs:v2.0"), "EB evidence types", "oots-cs:v2.0"),
    (own.response("Success", own.DATA_SERVICE, "oots-cs:v2.0"), "DSD answer", "oots-cs:v2.0"),
    (own.response("Success", "<rim:RegistryObjectList/>", "oots-cs:v2.0"), "directory answer", "oots-cs:v2.0"),
    (own.response("Failure", own.DIRECTORY_EXCEPTION, "oots-cs:v2.0"), "directory error", "oots-cs:v2.0"),
    (own.response("Failure", own.DIRECTORY_EXCEPTION, FORMER), "directory error", "oots-cs:v1.0"),
    (own.USER_MESSAGE.encode(), "ebMS header", "oots-edm:v2.0"),
    (own.envelope(own.USER_MESSAGE), "ebMS header", "oots-edm:v2.0"),
    (own.RECEIPT.encode(), "ebMS header", None),
]
BROKEN_DATE = own.RESPONSE.replace(b"2026-09-01</sdg:IssuingDate>", b"not-a-date</sdg:IssuingDate>")


@pytest.mark.parametrize(("data", "kind", "version"), KINDS)
def test_a_document_is_known_by_root_and_content(data: bytes, kind: str, version: str | None) -> None:
    assert examine(data, "f.xml") == DocumentReport("f.xml", kind, version, True, (), ())


def test_a_broken_sdg_value_is_found_with_line_and_place() -> None:
    assert examine(own.RESPONSE, "f.xml").schema is True
    report = examine(BROKEN_DATE, "f.xml")
    assert report.schema is False
    assert [(fault.line, fault.reason) for fault in report.faults] == [(2, "value is not of the type xs:date")]
    assert report.faults[0].path.endswith("/sdg:Evidence/sdg:IssuingDate")


def test_an_unexpected_element_is_reported_on_its_own_line() -> None:
    assert examine(own.REQUEST, "f.xml").schema is True
    report = examine(own.REQUEST.replace(b"<query:Query ", b"\n\n<rim:Slot name='x'/><query:Query "), "f.xml")
    assert [fault.line for fault in report.faults] == [4]
    assert "rim:Slot" in report.faults[0].reason


def test_all_faults_are_listed_at_once() -> None:
    data = BROKEN_DATE.replace(b"1990-02-03", b"never").replace(b' xlink:title="MainEvidence"', b" surprise='1'")
    reasons = [fault.reason for fault in examine(data, "f.xml").faults]
    assert reasons.count("value is not of the type xs:date") == 2
    assert "'surprise' attribute not allowed for element" in reasons


def test_what_only_the_gate_can_tell_is_still_reported() -> None:
    control = examine(own.REQUEST, "f.xml")
    strange_type = examine(own.REQUEST.replace(b"rim:BooleanValueType", b"rim:TruthValueType", 1), "f.xml")
    strange_address = examine(
        own.REQUEST.replace(b"https://sr.oots.tech.ec.europa.eu/datamodels", b"http://[x"), "f.xml"
    )
    assert [control.schema, strange_type.schema, strange_address.schema] == [True, False, False]
    assert "TruthValueType" in strange_type.faults[0].reason
    assert "xs:anyURI" in strange_address.faults[0].reason


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
    assert report.schema is False
    assert "Hemmelig" not in str(report.faults)


@pytest.mark.parametrize("data", [b"", b"residence", b"<open>", b"<!DOCTYPE x><x/>", b"\xff\xfe<\x00x\x00/\x00>\x00"])
def test_an_unreadable_document_is_the_callers_to_report(data: bytes) -> None:
    assert examine(own.REQUEST, "f.xml").schema is True
    with pytest.raises(MessageError):
        examine(data, "f.xml")


def test_an_unknown_root_and_an_unknown_version_fit_no_schema() -> None:
    assert examine(own.REQUEST, "f.xml").schema is True
    stranger = examine(b"<letter/>", "f.xml")
    later = examine(own.REQUEST.replace(b"oots-edm:v2.0", b"oots-edm:v9.0"), "f.xml")
    assert (stranger.kind, stranger.version, stranger.schema) == ("unknown", None, None)
    assert (later.kind, later.version, later.schema) == ("evidence request", "oots-edm:v9.0", None)
    assert "letter" in stranger.faults[0].reason
    assert "version" in later.faults[0].reason


def test_evidence_is_known_by_the_namespace_of_its_data_model() -> None:
    namespace = etree.parse(str(schema.schema_file("bopaelsattest"))).getroot().get("targetNamespace")
    report = examine(f'<surprise xmlns="{namespace}"/>'.encode(), "f.xml")
    assert (report.kind, report.schema) == ("bopaelsattest evidence", False)
    assert examine(b'<surprise xmlns="urn:x"/>', "f.xml").kind == "unknown"


def test_an_envelope_without_header_is_unknown() -> None:
    assert examine(own.envelope(own.RECEIPT), "f.xml").kind == "ebMS header"
    assert examine(own.envelope(""), "f.xml").kind == "unknown"


def test_the_highest_exit_code_counts() -> None:
    valid, invalid, unknown = (examine(data, "f.xml") for data in (own.REQUEST, BROKEN_DATE, b"<letter/>"))
    assert [exit_code(reports) for reports in ([], [valid], [valid, invalid], [unknown, invalid])] == [0, 0, 1, 2]


def test_a_report_becomes_plain_data() -> None:
    assert asdict(examine(own.REQUEST, "f.xml")) == {
        "file": "f.xml",
        "kind": "evidence request",
        "version": "oots-edm:v2.0",
        "schema": True,
        "faults": (),
        "rules": (),
    }


def test_nested_slots_as_deep_as_the_parser_lets_them_are_judged() -> None:
    deep = b'<rim:Slot name="x">' * 250 + b"</rim:Slot>" * 250
    shallow = own.response("Success", "<rim:RegistryObjectList/>")
    nested = shallow.replace(b"<rim:RegistryObjectList/>", deep + b"<rim:RegistryObjectList/>")
    assert [examine(data, "f.xml").schema for data in (shallow, nested)] == [True, True]


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
        assert examine(data, "f.xml").schema is True
        server.shutdown()
    assert asked == []
