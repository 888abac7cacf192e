"""Answers of the Evidence Broker and the Data Service Directory as RegRep documents (TDD 3.1, 3.2, 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from oots.model.catalogue import (
    AccessService,
    DataService,
    EvidenceTypeList,
    EvidenceTypesOfRequirement,
    Publisher,
    ReferenceFramework,
    RequirementOfProcedures,
)
from oots.model.clock import Ids
from oots.model.errors import MessageError, PeerError
from oots.model.identifiers import urn_uuid
from oots.wire import writer
from oots.wire.agent import read_address, read_identifier, write_address
from oots.wire.evidence import (
    read_distributions,
    read_evidence_type,
    read_requirement,
    read_uuid,
    write_distribution,
    write_evidence_type,
    write_requirement,
)
from oots.wire.namespaces import QUERY, RIM, RS
from oots.wire.person import read_level_of_assurance
from oots.wire.profile import V2_0
from oots.wire.reader import COUNTRY, Reader
from oots.wire.slots import XSI_TYPE, SlotRule, Slots, SlotTable, SlotType, any_slot, string_slot
from oots.wire.status import FAILURE, SEVERITY_ERROR, SUCCESS
from oots.wire.writer import identifier, optional, sdg, texts
from oots.wire.xml import canonical, parse

SPECIFICATION: Final = "oots-cs:v2.0"
MOST_DECLARATIONS: Final = 10_000
"""Each of many entries declares its namespaces anew; these documents are never canonicalised when read."""


class DirectoryError(PeerError):
    """A directory's answer with status Failure: one of its published codes, message and technical detail."""

    def __init__(self, code: str, message: str, detail: str | None) -> None:
        self.code = code
        self.message = message
        self.detail = detail
        super().__init__(f"{code}: {message}")


def encode_requirements(answer: Iterable[RequirementOfProcedures], ids: Ids) -> bytes:
    """Canonical bytes of the answer to the first Evidence Broker query."""
    return _encode("Requirement", (_write_procedures(found) for found in answer), ids)


def decode_requirements(data: bytes) -> tuple[RequirementOfProcedures, ...]:
    """Requirements with the procedures that rely on them; DirectoryError for a Failure, else MessageError."""
    return tuple(_read_procedures(reader) for reader in _decode("Requirement", data))


def encode_evidence_types(answer: EvidenceTypesOfRequirement, ids: Ids) -> bytes:
    """Canonical bytes of the answer to the second Evidence Broker query."""
    lists = [_write_list(alternative) for alternative in answer.lists]
    return _encode("Requirement", [write_requirement(answer.requirement, lists)], ids)


def decode_evidence_types(data: bytes) -> EvidenceTypesOfRequirement:
    """The one requirement and the evidence that proves it; DirectoryError for a Failure, else MessageError."""
    readers = _decode("Requirement", data)
    if len(readers) != 1:
        raise MessageError("the answer is not about exactly one requirement")
    return EvidenceTypesOfRequirement(
        requirement=read_requirement(readers[0], V2_0),
        lists=tuple(_read_list(alternative) for alternative in readers[0].many("EvidenceTypeList")),
    )


def encode_data_services(answer: Iterable[DataService], ids: Ids) -> bytes:
    """Canonical bytes of the answer to the Data Service Directory query."""
    return _encode("DataServiceEvidenceType", (_write_data_service(service) for service in answer), ids)


def decode_data_services(data: bytes) -> tuple[DataService, ...]:
    """Data services with providers and access points; DirectoryError for a Failure, else MessageError."""
    return tuple(_read_data_service(reader) for reader in _decode("DataServiceEvidenceType", data))


def encode_directory_error(
    code: str, exception_type: str, message: str, detail: str | None, severity: str = SEVERITY_ERROR
) -> bytes:
    """Canonical bytes of a Failure; `exception_type` is a prefixed name (`rs:ObjectNotFoundExceptionType`)."""
    attributes = {XSI_TYPE: exception_type, "code": code, "message": message, "severity": severity}
    details = {"detail": detail} if detail else {}
    return _answer(FAILURE, writer.rs("Exception", {**attributes, **details}))


def _encode(slot: str, entries: Iterable[etree._Element], ids: Ids) -> bytes:
    found = [writer.rim("RegistryObject", {"id": urn_uuid(ids.uuid())}, any_slot(slot, entry)) for entry in entries]
    return _answer(SUCCESS, writer.rim("RegistryObjectList", {}, *found))


def _answer(status: str, content: etree._Element) -> bytes:
    specification = string_slot("SpecificationIdentifier", SPECIFICATION)
    return canonical(writer.query("QueryResponse", {"status": status}, specification, content))


def _decode(slot: str, data: bytes) -> tuple[Reader, ...]:
    """The `sdg` element of each registry object, in the slot of that name; what the model leaves out is passed over."""
    root = parse(data, declarations=MOST_DECLARATIONS)
    if root.tag != f"{{{QUERY}}}QueryResponse":
        raise MessageError("the answer is not a QueryResponse")
    if root.get("status") != SUCCESS:
        raise _failure(root)
    if (
        Slots(root, _table("SpecificationIdentifier", SlotType.STRING)).string("SpecificationIdentifier")
        != SPECIFICATION
    ):
        raise MessageError(f"the answer is not in the shape of {SPECIFICATION}")
    objects = root.findall(f"{{{RIM}}}RegistryObjectList/{{{RIM}}}RegistryObject")
    table = _table(slot, SlotType.ANY)
    return tuple(Reader(Slots(found, table).any(slot), {}) for found in objects)


def _table(slot: str, kind: SlotType) -> SlotTable:
    return SlotTable(rules=(SlotRule(slot, kind, holds=slot),))


def _failure(root: etree._Element) -> DirectoryError | MessageError:
    exception = root.find(f"{{{RS}}}Exception")
    if root.get("status") != FAILURE or exception is None:
        return MessageError("the answer is neither a success nor a failure with its exception")
    return DirectoryError(exception.get("code", ""), exception.get("message", ""), exception.get("detail"))


def _write_procedures(found: RequirementOfProcedures) -> etree._Element:
    return write_requirement(found.requirement, [_write_framework(framework) for framework in found.frameworks])


def _read_procedures(reader: Reader) -> RequirementOfProcedures:
    return RequirementOfProcedures(
        requirement=read_requirement(reader, V2_0),
        frameworks=tuple(_read_framework(framework) for framework in reader.some("ReferenceFramework")),
    )


def _write_framework(framework: ReferenceFramework) -> etree._Element:
    return sdg(
        "ReferenceFramework",
        sdg("Identifier", framework.identifier),
        *texts("Title", framework.titles),
        sdg("RelatedTo", sdg("Identifier", framework.procedure)),
        _write_jurisdiction(framework.country, None),
    )


def _read_framework(reader: Reader) -> ReferenceFramework:
    return ReferenceFramework(
        identifier=read_uuid(reader),
        titles=reader.texts("Title"),
        procedure=reader.one("RelatedTo").text("Identifier"),
        country=_read_country(reader),
    )


def _write_list(alternative: EvidenceTypeList) -> etree._Element:
    return sdg(
        "EvidenceTypeList",
        sdg("Identifier", alternative.identifier),
        *texts("Name", alternative.names),
        *(sdg("EvidenceType", *write_evidence_type(evidence_type)) for evidence_type in alternative.evidence_types),
        _write_jurisdiction(alternative.country, None),
    )


def _read_list(reader: Reader) -> EvidenceTypeList:
    return EvidenceTypeList(
        identifier=read_uuid(reader),
        names=reader.texts("Name"),
        evidence_types=tuple(read_evidence_type(found, V2_0) for found in reader.many("EvidenceType")),
        country=_read_country(reader),
    )


def _write_data_service(service: DataService) -> etree._Element:
    return sdg(
        "DataServiceEvidenceType",
        sdg("Identifier", service.identifier),
        *write_evidence_type(service.evidence_type),
        *(write_distribution("DistributedAs", distribution) for distribution in service.distributions),
        *(_write_access_service(access) for access in service.access_services),
        sdg("AuthenticationLevelOfAssurance", service.level_of_assurance.value),
    )


def _read_data_service(reader: Reader) -> DataService:
    return DataService(
        identifier=read_uuid(reader),
        evidence_type=read_evidence_type(reader, V2_0),
        distributions=read_distributions(reader, V2_0),
        access_services=tuple(_read_access_service(access) for access in reader.some("AccessService")),
        level_of_assurance=read_level_of_assurance(reader.one("AuthenticationLevelOfAssurance")),
    )


def _write_access_service(access: AccessService) -> etree._Element:
    return sdg(
        "AccessService",
        identifier(access.identifier),
        *texts("Name", access.names),
        *(sdg("ConformsTo", version) for version in access.conforms_to),
        _write_publisher(access.publisher),
    )


def _read_access_service(reader: Reader) -> AccessService:
    return AccessService(
        identifier=read_identifier(reader),
        names=reader.texts("Name"),
        conforms_to=tuple(version.value for version in reader.some("ConformsTo")),
        publisher=_read_publisher(reader.one("Publisher")),
    )


def _write_publisher(publisher: Publisher) -> etree._Element:
    return sdg(
        "Publisher",
        identifier(publisher.identifier),
        *texts("Name", publisher.names),
        write_address("Address", publisher.address),
        _write_jurisdiction(publisher.jurisdiction_country, publisher.jurisdiction_nuts),
    )


def _read_publisher(reader: Reader) -> Publisher:
    return Publisher(
        identifier=read_identifier(reader),
        names=reader.some_texts("Name"),
        address=read_address(reader.one("Address")),
        jurisdiction_country=_read_country(reader),
        jurisdiction_nuts=reader.one("Jurisdiction").optional_text("AdminUnitLevel2"),
    )


def _write_jurisdiction(country: str, nuts: str | None) -> etree._Element:
    return sdg("Jurisdiction", sdg("AdminUnitLevel1", country), *optional("AdminUnitLevel2", nuts))


def _read_country(reader: Reader) -> str:
    """The country of the first jurisdiction."""
    return reader.some("Jurisdiction")[0].text_like("AdminUnitLevel1", COUNTRY)
