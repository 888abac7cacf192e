"""The directories' answers: failures, foreign shapes, and answers of many entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from oots.model.catalogue import (
    ClassificationConcept,
    DataService,
    EvidenceTypesOfRequirement,
    Requirement,
    RequirementOfProcedures,
    SupportedConcept,
)
from oots.model.clock import SequentialIds
from oots.model.errors import MessageError, PeerError
from oots.model.text import Text
from oots.wire.catalogue import (
    V1_0,
    V2_0,
    VERSIONS,
    AdditionalInputError,
    DirectoryError,
    Version,
    decode_data_services,
    decode_evidence_types,
    decode_requirements,
    encode_additional_input,
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
    note = with_child("//sdg:DataServiceEvidenceType", '<sdg:Note lang="DA">En bemærkning</sdg:Note>')
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


# Version 1.0: what it has no place for is left out, all else is read as it was written.


def plain(requirement: Requirement) -> Requirement:
    return replace(requirement, descriptions=())


def as_first_told(service: DataService) -> DataService:
    return replace(
        service,
        distributions=tuple(
            replace(distribution, languages=(), associated_documents=()) for distribution in service.distributions
        ),
        access_services=tuple(
            replace(access, names=(), conforms_to=("oots-edm:v1.0",)) for access in service.access_services
        ),
    )


@wire.EXAMPLES
@given(wire.requirements_of_procedures)
def test_requirements_of_1_0_are_read_as_they_were_written(found: tuple[RequirementOfProcedures, ...]) -> None:
    told = tuple(replace(held, requirement=plain(held.requirement)) for held in found)
    assert decode_requirements(encode_requirements(found, SequentialIds(1), V1_0), V1_0) == told


@wire.EXAMPLES
@given(wire.evidence_types_of_requirement)
def test_evidence_types_of_1_0_are_read_as_they_were_written(found: EvidenceTypesOfRequirement) -> None:
    whole = replace(found, frameworks=wire.REQUIREMENTS[0].frameworks)
    told = replace(whole, requirement=plain(whole.requirement))
    assert decode_evidence_types(encode_evidence_types(whole, SequentialIds(1), V1_0), V1_0) == told


@wire.EXAMPLES
@given(wire.data_services)
def test_data_services_of_1_0_are_read_as_they_were_written(found: tuple[DataService, ...]) -> None:
    for service in found:
        data = encode_data_services((service,), SequentialIds(1), V1_0)
        assert decode_data_services(data, V1_0) == (as_first_told(service),)


def test_an_answer_of_1_0_has_no_slot_and_the_identifiers_of_its_time() -> None:
    data = encode_data_services(wire.DATA_SERVICES, SequentialIds(1), V1_0)
    assert data.count(b"<rim:Slot ") == 1
    assert b"https://sr.oots.tech.europa.eu/distributions/" in data
    assert b"ec.europa.eu" not in data
    assert b"https://sr.oots.tech.ec.europa.eu/datamodels/" in DATA_SERVICES
    assert DATA_SERVICES.count(b"<rim:Slot ") == 2


def test_an_answer_of_1_0_with_the_identifiers_of_later_is_read_too() -> None:
    data = encode_evidence_types(wire.EVIDENCE_TYPES, SequentialIds(1), V1_0)
    later = data.replace(b"https://sr.oots.tech.europa.eu/", b"https://sr.oots.tech.ec.europa.eu/")
    assert later != data
    assert decode_evidence_types(later, V1_0) == decode_evidence_types(data, V1_0)


@pytest.mark.parametrize("services", [(), wire.DATA_SERVICES * 2])
def test_1_0_names_exactly_one_data_service(services: tuple[DataService, ...]) -> None:
    assert encode_data_services(wire.DATA_SERVICES, SequentialIds(1), V1_0)
    with pytest.raises(ValueError, match="exactly one data service"):
        encode_data_services(services, SequentialIds(1), V1_0)


@pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.specification)
def test_a_failure_is_raised_in_every_version(version: Version) -> None:
    data = encode_directory_error("EB:ERR:0001", "rs:ObjectNotFoundExceptionType", "Empty", None, version=version)
    assert (b"rim:Slot" in data) == version.names_itself
    with pytest.raises(DirectoryError) as caught:
        decode_requirements(data, version)
    assert caught.value.code == "EB:ERR:0001"


@pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.specification)
def test_an_answer_of_another_version_is_refused(version: Version) -> None:
    (other,) = (each for each in VERSIONS.values() if each is not version)
    assert decode_requirements(encode_requirements(wire.REQUIREMENTS, SequentialIds(1), version), version)
    with pytest.raises(MessageError, match=f"not in the shape of {version.specification}"):
        decode_requirements(encode_requirements(wire.REQUIREMENTS, SequentialIds(1), other), version)


# Several providers could be right: the question, and what is no lawful one.

MUNICIPALITY_ASKED = ClassificationConcept(
    "c5e0a7d2-3b94-4f68-8d1c-70a9e6b52f13",
    "https://sr.oots.tech.ec.europa.eu/codelists/DK/kommunekode",
    "codelist",
    (Text("DA", "Hvilken kommune?"), Text("EN", "Which municipality?")),
    "https://sr.oots.tech.ec.europa.eu/codelists/DK/kommunekode",
)
NOT_FOUND = "rs:ObjectNotFoundExceptionType"


def question(version: Version = V2_0) -> bytes:
    return encode_additional_input(
        "DSD:ERR:0005", NOT_FOUND, "More is needed", wire.DATA_SERVICES[0], (MUNICIPALITY_ASKED,), version
    )


@pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.specification)
def test_a_question_is_read_as_it_was_written_in_every_version(version: Version) -> None:
    with pytest.raises(AdditionalInputError) as asked:
        decode_data_services(question(version), version)
    assert asked.value.classification == wire.DATA_SERVICES[0].evidence_type.classification
    assert asked.value.concepts == (MUNICIPALITY_ASKED,)
    assert (b"sr.oots.tech.ec.europa.eu" in question(version)) is (version is V2_0)
    assert b"AccessService" not in question(version)


@pytest.mark.parametrize(
    "change",
    [
        without("//rim:Slot[@name='UserRequestedClassificationConcepts']"),
        without("//rim:Slot[@name='DataServiceEvidenceType']"),
        without("//sdg:EvidenceProviderClassification"),
        without("//sdg:EvidenceProviderClassification/sdg:Type"),
        saying("//sdg:EvidenceProviderClassification/sdg:Identifier", "which municipality"),
    ],
)
def test_a_question_with_one_fault_is_none(change: Change) -> None:
    with pytest.raises(AdditionalInputError):
        decode_data_services(question())
    with pytest.raises(MessageError):
        decode_data_services(changed(question(), change))


def test_a_publisher_that_is_told_apart_is_read_as_it_was_written() -> None:
    supported = SupportedConcept(MUNICIPALITY_ASKED, ("0751", "0461"))
    (service,) = wire.DATA_SERVICES
    (access,) = service.access_services
    fee = (Text("DA", "Gebyr 2026: 82,00 kr."),)
    publisher = replace(access.publisher, supports=(supported,), descriptions=fee)
    told = replace(
        service,
        access_services=(replace(access, publisher=publisher),),
        concepts=(MUNICIPALITY_ASKED,),
    )
    data = encode_data_services((told,), SequentialIds(1))
    enforce(data, "edm-v2.0")
    assert decode_data_services(data) == (told,)
