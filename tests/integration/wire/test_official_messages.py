"""Published reference messages and captures are read, and say the same when written again."""

from __future__ import annotations

import pytest

from oots.model.clock import SequentialIds
from oots.model.evidence import DocumentKind
from oots.model.identifiers import UNREGISTERED, Identifier
from oots.model.response import EvidenceResponse
from oots.wire import answer, catalogue, request
from tests.support.wire import OFFICIAL

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the published messages are not at hand")


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
