"""The directories' answers: failures, foreign shapes, and answers of many entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oots.model.clock import SequentialIds
from oots.model.errors import MessageError, PeerError
from oots.wire.catalogue import (
    DirectoryError,
    decode_data_services,
    decode_evidence_types,
    decode_requirements,
    encode_data_services,
    encode_directory_error,
    encode_evidence_types,
    encode_requirements,
)
from oots.wire.schema import enforce
from tests.support import wire
from tests.support.wire import Change, attribute, changed, saying, slot_value, twice, with_child, without

REQUIREMENTS = encode_requirements(wire.REQUIREMENTS, SequentialIds(1))
EVIDENCE_TYPES = encode_evidence_types(wire.EVIDENCE_TYPES, SequentialIds(1))
DATA_SERVICES = encode_data_services(wire.DATA_SERVICES, SequentialIds(1))


@pytest.mark.parametrize("decode", [decode_requirements, decode_evidence_types, decode_data_services])
def test_a_failure_is_raised_with_code_message_and_detail(decode: Callable[[bytes], object]) -> None:
    data = encode_directory_error("DSD:ERR:0001", "rs:ObjectNotFoundExceptionType", "Nothing here", "DS_NOT_FOUND")
    enforce(data, "edm-v2.0")
    with pytest.raises(DirectoryError) as caught:
        decode(data)
    assert isinstance(caught.value, PeerError)
    assert (caught.value.code, caught.value.message, caught.value.detail) == (
        "DSD:ERR:0001",
        "Nothing here",
        "DS_NOT_FOUND",
    )


def test_a_failure_without_detail_has_none() -> None:
    with pytest.raises(DirectoryError) as caught:
        decode_requirements(encode_directory_error("EB:ERR:0001", "rs:ObjectNotFoundExceptionType", "Empty", None))
    assert caught.value.detail is None


def test_every_entry_gets_its_own_id() -> None:
    data = encode_requirements(wire.REQUIREMENTS * 2, SequentialIds(1))
    assert all(f"urn:uuid:{SequentialIds(1).uuid()[:-1]}{number}".encode() in data for number in (1, 2))


def test_nothing_found_is_an_empty_list() -> None:
    assert decode_data_services(encode_data_services((), SequentialIds(1))) == ()


def test_an_answer_of_many_entries_is_read() -> None:
    many = wire.DATA_SERVICES * 99
    assert decode_data_services(encode_data_services(many, SequentialIds(1))) == many


def test_what_the_model_leaves_out_is_passed_over() -> None:
    note = with_child("//sdg:Publisher", '<sdg:Description lang="DA">En kommune</sdg:Description>')
    assert decode_data_services(changed(DATA_SERVICES, note)) == wire.DATA_SERVICES


REFUSED: list[tuple[str, Change]] = [
    ("another version", saying(slot_value("SpecificationIdentifier"), "oots-cs:v1.0")),
    ("another status", attribute("/*", "status", "Success")),
    ("no slot", without("//rim:RegistryObject/rim:Slot")),
    ("no requirement", without("//sdg:Requirement")),
    ("a requirement of another host", saying("//sdg:Requirement/sdg:Identifier", "https://example.org/1")),
    ("no country", without("//sdg:Jurisdiction")),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=why) for why, change in REFUSED])
def test_an_answer_with_one_fault_is_refused(change: Change) -> None:
    assert decode_evidence_types(EVIDENCE_TYPES) == wire.EVIDENCE_TYPES
    with pytest.raises(MessageError):
        decode_evidence_types(changed(EVIDENCE_TYPES, change))


def test_evidence_types_of_two_requirements_are_refused() -> None:
    assert decode_requirements(REQUIREMENTS) == wire.REQUIREMENTS
    with pytest.raises(MessageError, match="exactly one requirement"):
        decode_evidence_types(changed(EVIDENCE_TYPES, twice("//rim:RegistryObject")))


def test_a_data_service_of_unknown_assurance_is_refused() -> None:
    assert decode_data_services(DATA_SERVICES) == wire.DATA_SERVICES
    with pytest.raises(MessageError, match="level of assurance"):
        decode_data_services(changed(DATA_SERVICES, saying("//sdg:AuthenticationLevelOfAssurance", "Enough")))
