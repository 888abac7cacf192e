"""Published reference messages and captures are read, and say the same when written again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from oots.model.clock import SequentialIds
from oots.model.evidence import DocumentKind
from oots.model.identifiers import UNREGISTERED, Identifier
from oots.model.request import EvidenceRequest
from oots.model.response import ErrorCode, EvidenceError, EvidenceResponse
from oots.model.text import Text
from oots.wire import answer, catalogue, request
from oots.wire.profile import V1_0
from oots.wire.xml import parse
from tests.support.edm_messages import EXAMPLES, KINDS, a_preview, a_request, a_response, an_error
from tests.support.official_rules import ABSENT, official_verdicts
from tests.support.wire import FIRST_OFFICIAL, OFFICIAL, REPOSITORY

pytestmark = pytest.mark.skipif(
    not (OFFICIAL.is_dir() and FIRST_OFFICIAL.is_dir()), reason="the published messages are not at hand"
)


def published(name: str) -> bytes:
    return (OFFICIAL / name).read_bytes()


def test_the_reference_request_is_read() -> None:
    asked = request.decode(published("request.xml"))
    assert asked.procedure == "T3"
    assert asked.requester.identifier.value == "00000000000002"
    assert not asked.possibility_for_preview
    assert request.decode(request.encode(asked)) == asked


def test_the_reference_response_is_read() -> None:
    told = answer.decode(published("response.xml"))
    assert isinstance(told, EvidenceResponse)
    assert [document.kind for document in told.packages[0].documents] == [DocumentKind.MAIN_EVIDENCE]
    assert answer.decode(answer.encode(told)) == told


def test_the_captured_requirements_are_read() -> None:
    found = catalogue.decode_requirements(published("eb_requirements_fr.xml"))
    assert [framework.procedure for framework in found[0].frameworks] == ["00"]
    assert catalogue.decode_requirements(catalogue.encode_requirements(found, SequentialIds(1))) == found


def test_the_captured_data_services_are_read() -> None:
    found = catalogue.decode_data_services(published("dsd_data_services_fi.xml"))
    assert found[0].access_services[0].identifier == Identifier(UNREGISTERED + "FI", "AP_FI_03")
    assert catalogue.decode_data_services(catalogue.encode_data_services(found, SequentialIds(1))) == found


def first_published(name: str) -> bytes:
    return (FIRST_OFFICIAL / "examples" / name).read_bytes()


def test_the_first_published_request_is_read() -> None:
    asked = request.decode(first_published("evidence-request-birth.xml"))
    assert (asked.procedure, asked.language) == ("R1", "EN")
    assert asked.evidence.distributions[0].conforms_to == f"{REPOSITORY}/datamodels/certificate-of-birth-1.0.0"
    assert asked.provider_classification[0].type == "Codelist"
    assert len(asked.provider_classification[0].descriptions) == 2
    assert request.decode(request.encode(asked)) == asked


def test_the_first_published_response_is_read() -> None:
    told = answer.decode(first_published("evidence-response-birth.xml"))
    assert isinstance(told, EvidenceResponse)
    assert [package.package_id for package in told.packages] == [None]
    assert told.packages[0].documents[0].content_id == "attachment100001@example.oots.eu"
    assert answer.decode(answer.encode(told)) == told


def test_the_first_published_error_is_read() -> None:
    told = answer.decode(first_published("error-response-education.xml"))
    assert isinstance(told, EvidenceError)
    assert told.exceptions[0].code is ErrorCode.AUTHORIZATION
    assert told.preview is not None
    assert told.preview.method == "GET"
    assert told.requester is not None
    assert told.requester.names == (Text("EN", "University of Amsterdam"),)
    assert answer.decode(answer.encode(told)) == told


@pytest.fixture(scope="module")
def first_schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(FIRST_OFFICIAL / "xsd" / "driver.xsd"))


@pytest.mark.parametrize("kind", KINDS)
@EXAMPLES
@given(data=st.data())
def test_the_published_schema_accepts_what_is_written_in_1_0(
    kind: str, data: st.DataObject, first_schema: etree.XMLSchema
) -> None:
    message = data.draw(KINDS[kind](V1_0))
    written = request.encode(message) if isinstance(message, EvidenceRequest) else answer.encode(message)
    first_schema.assertValid(parse(written))


@pytest.mark.skipif(bool(ABSENT), reason=ABSENT)
def test_the_published_rules_find_nothing_in_what_is_written_in_1_0(tmp_path: Path) -> None:
    first = replace(a_request(V1_0), preview=None)
    empty = replace(a_response(V1_0), packages=())
    written = {
        "request": [request.encode(asked) for asked in (first, a_request(V1_0))],
        "response": [answer.encode(told) for told in (a_response(V1_0), empty)],
        "error": [answer.encode(told) for told in (a_preview(V1_0), an_error(V1_0))],
    }
    for kind, messages in written.items():
        paths = [tmp_path / f"{kind}-{number}.xml" for number, _ in enumerate(messages)]
        for path, message in zip(paths, messages, strict=True):
            path.write_bytes(message)
        assert official_verdicts(kind, paths) == [frozenset()] * len(paths)


def test_the_published_schema_accepts_one_whole_message_of_each_kind(first_schema: etree.XMLSchema) -> None:
    first_schema.assertValid(parse(request.encode(a_request(V1_0))))
    for told in (a_response(V1_0), a_preview(V1_0), an_error(V1_0)):
        first_schema.assertValid(parse(answer.encode(told)))
