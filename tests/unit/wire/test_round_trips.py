"""What is written is read back as the same values, from canonical bytes with the usual prefixes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oots.model.catalogue import DataService, EvidenceTypesOfRequirement, RequirementOfProcedures
from oots.model.clock import SequentialIds
from oots.model.request import EvidenceRequest
from oots.wire import answer, catalogue, request
from oots.wire.namespaces import NSMAP
from oots.wire.profile import Profile
from oots.wire.schema import enforce
from oots.wire.xml import canonical, parse
from tests.support import wire
from tests.support.edm_messages import EXAMPLES, KINDS, VERSIONS


def prefixes(data: bytes) -> dict[str, str]:
    return dict(re.findall(r'xmlns:?(\w*)="([^"]*)"', data.decode()))


def assert_well_written(data: bytes, schema: str = "edm-v2.0") -> None:
    assert canonical(parse(data, declarations=catalogue.MOST_DECLARATIONS)) == data
    assert prefixes(data).items() <= NSMAP.items()
    enforce(data, schema)


@pytest.mark.parametrize("profile", VERSIONS, ids=lambda profile: profile.specification)
@pytest.mark.parametrize("kind", KINDS)
@EXAMPLES
@given(st.data())
def test_a_message_is_read_as_it_was_written(kind: str, profile: Profile, data: st.DataObject) -> None:
    message = data.draw(KINDS[kind](profile))
    codec = request if isinstance(message, EvidenceRequest) else answer
    written = codec.encode(message)
    assert_well_written(written, profile.schema)
    assert codec.decode(written) == message


@wire.EXAMPLES
@given(wire.requirements_of_procedures)
def test_requirements_are_read_as_they_were_written(found: tuple[RequirementOfProcedures, ...]) -> None:
    data = catalogue.encode_requirements(found, SequentialIds(1))
    assert_well_written(data)
    assert catalogue.decode_requirements(data) == found


@wire.EXAMPLES
@given(wire.evidence_types_of_requirement)
def test_evidence_types_are_read_as_they_were_written(found: EvidenceTypesOfRequirement) -> None:
    data = catalogue.encode_evidence_types(found, SequentialIds(1))
    assert_well_written(data)
    assert catalogue.decode_evidence_types(data) == found


@wire.EXAMPLES
@given(wire.data_services)
def test_data_services_are_read_as_they_were_written(found: tuple[DataService, ...]) -> None:
    data = catalogue.encode_data_services(found, SequentialIds(1))
    assert_well_written(data)
    assert catalogue.decode_data_services(data) == found


def test_an_answer_is_told_apart_by_its_status() -> None:
    for told in (wire.RESPONSE, wire.DEFERRED, wire.PREVIEW_REQUIRED, wire.NOT_FOUND, wire.UNREADABLE):
        assert answer.decode(answer.encode(told)) == told
