"""The published examples of 1.0 are pairs, and the captures of 2.0, which belong to two exchanges, are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from oots.rules.pairs.answer import answer_to_request
from oots.rules.pairs.header_to_body import header_to_body
from oots.rules.pairs.later_header import answer_header
from oots.wire.xml import parse

OFFICIAL = Path(__file__).resolve().parents[4] / "shared" / "spec" / "official"
EXAMPLES = OFFICIAL / "tdd-1.0.0" / "examples"
CAPTURES = OFFICIAL / "tdd-2.0.1"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not here")


def example(name: str) -> etree._Element:
    return parse((EXAMPLES / name).read_bytes())


def test_the_published_response_answers_the_published_request() -> None:
    request = example("evidence-request-birth.xml")
    response = example("evidence-response-birth.xml")
    assert answer_to_request(response, request) == ()
    request.set("id", "urn:uuid:00000000-0000-4000-8000-000000000000")
    assert [finding.rule for finding in answer_to_request(response, request)] == ["OOTSDK-PAIR-ANS-001"]


@pytest.mark.parametrize("name", ["request", "response"])
def test_the_published_header_fits_its_document(name: str) -> None:
    other = "response" if name == "request" else "request"
    header = example(f"ebms-header-{name}-birth.xml")
    assert header_to_body(header, example(f"evidence-{name}-birth.xml")) == ()
    wrong = {finding.rule for finding in header_to_body(header, example(f"evidence-{other}-birth.xml"))}
    assert {"OOTSDK-PAIR-HDR-001", "OOTSDK-PAIR-HDR-002", "OOTSDK-PAIR-HDR-003"} <= wrong


def test_the_published_headers_follow_each_other() -> None:
    request, response = example("ebms-header-request-birth.xml"), example("ebms-header-response-birth.xml")
    assert answer_header(response, request) == ()
    assert {finding.rule for finding in answer_header(request, request)} == {
        f"OOTSDK-PAIR-{name}" for name in ("CNV-004", "CNV-007", "CNV-008")
    }


def test_a_captured_header_fits_its_request_and_the_captured_response_answers_another() -> None:
    request, header, response = (
        parse((CAPTURES / name).read_bytes()) for name in ("request.xml", "request.ebms.xml", "response.xml")
    )
    assert header_to_body(header, request) == ()
    assert "OOTSDK-PAIR-ANS-001" in {finding.rule for finding in answer_to_request(response, request)}
