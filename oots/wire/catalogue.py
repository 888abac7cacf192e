"""Answers of the Evidence Broker and the Data Service Directory as RegRep documents (TDD 3.1, 3.2, 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from oots.model.catalogue import (
    AccessService,
    ClassificationConcept,
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
from oots.wire import profile, writer
from oots.wire.agent import read_address, read_identifier, write_address
from oots.wire.classification import read_concept, read_supported, write_concept, write_supported
from oots.wire.evidence import (
    read_distributions,
    read_evidence_type,
    read_requirement,
    read_uuid,
    write_distribution,
    write_evidence_type,
    write_requirement,
)
from oots.wire.namespaces import QUERY, RIM, RS, SDG
from oots.wire.person import read_level_of_assurance
from oots.wire.profile import Profile
from oots.wire.reader import BLANK, COUNTRY, Reader
from oots.wire.slots import XSI_TYPE, SlotRule, Slots, SlotTable, SlotType, any_slot, collection_slot, string_slot
from oots.wire.status import FAILURE, SEVERITY_ERROR, SUCCESS, additional_input
from oots.wire.writer import identifier, optional, sdg, texts
from oots.wire.xml import canonical, parse


@dataclass(frozen=True, slots=True)
class Version:
    """What is particular to one version of the directories.

    `exchange` is the version of the exchange that came with it: identifiers have its form. `leaves_out` lists elements
    that have no place inside others (parent, child).
    """

    specification: str
    exchange: Profile
    names_itself: bool
    """An answer says its version in a slot; else it has no slots."""
    many_specifications: bool
    """An access service names all versions of the exchange that it speaks; else that of `exchange` alone."""
    many_data_services: bool
    """The answer to a query for data services names all that fit; else exactly one."""
    leaves_out: frozenset[tuple[str, str]]


V1_0: Final = Version(
    specification="oots-cs:v1.0",
    exchange=profile.V1_0,
    names_itself=False,
    many_specifications=False,
    many_data_services=False,
    leaves_out=frozenset(
        {
            ("Requirement", "Description"),
            ("EvidenceTypeList", "Jurisdiction"),
            ("DistributedAs", "Language"),
            ("DistributedAs", "AssociatedDocumentRequest"),
            ("AccessService", "Name"),
            ("Publisher", "Description"),
        }
    ),
)
V2_0: Final = Version(
    specification="oots-cs:v2.0",
    exchange=profile.V2_0,
    names_itself=True,
    many_specifications=True,
    many_data_services=True,
    leaves_out=frozenset({("EvidenceType", "Jurisdiction"), ("DistributedAs", "Transformation")}),
)
VERSIONS: Final[Mapping[str, Version]] = {version.specification: version for version in (V1_0, V2_0)}
URLS: Final = ("Identifier", "EvidenceTypeClassification", "ConformsTo", "Transformation", "ValueExpression")
SCHEME: Final = "schemeID"
MORE_NEEDED: Final = "DSD:ERR:0005"
DATA_SERVICE: Final = "DataServiceEvidenceType"
QUESTIONS: Final = "UserRequestedClassificationConcepts"
_QUESTION_SLOTS: Final = SlotTable(
    rules=(
        SlotRule(DATA_SERVICE, SlotType.ANY, holds=DATA_SERVICE),
        SlotRule(QUESTIONS, SlotType.COLLECTION, holds="EvidenceProviderClassification"),
    )
)
MOST_DECLARATIONS: Final = 10_000
"""Each of many entries declares its namespaces anew; these documents are never canonicalised when read."""


class DirectoryError(PeerError):
    """A directory's answer with status Failure: one of its published codes, message and technical detail."""

    def __init__(self, code: str, message: str, detail: str | None) -> None:
        self.code = code
        self.message = message
        self.detail = detail
        super().__init__(f"{code}: {message}")


class AdditionalInputError(DirectoryError):
    """DSD:ERR:0005: several providers could be right for `classification`; `concepts` are what the user must be asked
    (TDD 3.1)."""

    def __init__(
        self,
        code: str,
        message: str,
        detail: str | None,
        classification: str,
        concepts: tuple[ClassificationConcept, ...],
    ) -> None:
        self.classification = classification
        self.concepts = concepts
        super().__init__(code, message, detail)


def encode_requirements(answer: Iterable[RequirementOfProcedures], ids: Ids, version: Version = V2_0) -> bytes:
    """Canonical bytes of the answer to the first Evidence Broker query."""
    return _encode("Requirement", [_write_procedures(found) for found in answer], ids, version)


def decode_requirements(data: bytes, version: Version = V2_0) -> tuple[RequirementOfProcedures, ...]:
    """Requirements with the procedures that rely on them; DirectoryError for a Failure, else MessageError."""
    return tuple(_read_procedures(reader) for reader in _decode("Requirement", data, version))


def encode_evidence_types(answer: EvidenceTypesOfRequirement, ids: Ids, version: Version = V2_0) -> bytes:
    """Canonical bytes of the answer to the second Evidence Broker query."""
    frameworks = [_write_framework(framework) for framework in answer.frameworks]
    lists = [_write_list(alternative) for alternative in answer.lists]
    return _encode("Requirement", [write_requirement(answer.requirement, [*frameworks, *lists])], ids, version)


def decode_evidence_types(data: bytes, version: Version = V2_0) -> EvidenceTypesOfRequirement:
    """The one requirement and the evidence that proves it; DirectoryError for a Failure, else MessageError."""
    readers = _decode("Requirement", data, version)
    if len(readers) != 1:
        raise MessageError("the answer is not about exactly one requirement")
    return EvidenceTypesOfRequirement(
        requirement=read_requirement(readers[0], profile.V2_0),
        lists=tuple(_read_list(alternative) for alternative in readers[0].many("EvidenceTypeList")),
        frameworks=tuple(_read_framework(framework) for framework in readers[0].many("ReferenceFramework")),
    )


def encode_data_services(answer: Iterable[DataService], ids: Ids, version: Version = V2_0) -> bytes:
    """Canonical bytes of the answer to the Data Service Directory query; ValueError where `version` cannot say it."""
    services = [_write_data_service(service, version) for service in answer]
    if len(services) != 1 and not version.many_data_services:
        raise ValueError(f"{version.specification} names exactly one data service")
    return _encode(DATA_SERVICE, services, ids, version)


def decode_data_services(data: bytes, version: Version = V2_0) -> tuple[DataService, ...]:
    """Data services with providers and access points; DirectoryError for a Failure, else MessageError."""
    return tuple(_read_data_service(reader) for reader in _decode(DATA_SERVICE, data, version))


def encode_directory_error(
    code: str,
    exception_type: str,
    message: str,
    detail: str | None,
    severity: str = SEVERITY_ERROR,
    version: Version = V2_0,
) -> bytes:
    """Canonical bytes of a Failure; `exception_type` is a prefixed name (`rs:ObjectNotFoundExceptionType`)."""
    return _answer(FAILURE, _exception(code, exception_type, message, detail, severity), version)


def encode_additional_input(
    code: str,
    exception_type: str,
    message: str,
    service: DataService,
    concepts: Iterable[ClassificationConcept],
    version: Version = V2_0,
) -> bytes:
    """Canonical bytes of the Failure that asks for the user's answers before it names providers of `service`."""
    severity = additional_input(version.exchange.repository)
    exception = _exception(code, exception_type, message, QUESTIONS, severity)
    undecided = replace(service, access_services=(), concepts=())
    exception.append(any_slot(DATA_SERVICE, _write_data_service(undecided, version)))
    exception.append(collection_slot(QUESTIONS, [write_concept(concept) for concept in concepts]))
    _outward(exception, version)
    return _answer(FAILURE, exception, version)


def _exception(code: str, exception_type: str, message: str, detail: str | None, severity: str) -> etree._Element:
    attributes = {XSI_TYPE: exception_type, "code": code, "message": message, "severity": severity}
    return writer.rs("Exception", {**attributes, **({"detail": detail} if detail else {})})


def _encode(slot: str, entries: Iterable[etree._Element], ids: Ids, version: Version) -> bytes:
    found = [writer.rim("RegistryObject", {"id": urn_uuid(ids.uuid())}, any_slot(slot, entry)) for entry in entries]
    objects = writer.rim("RegistryObjectList", {}, *found)
    _outward(objects, version)
    return _answer(SUCCESS, objects, version)


def _answer(status: str, content: etree._Element, version: Version) -> bytes:
    specification = [string_slot("SpecificationIdentifier", version.specification)] if version.names_itself else []
    return canonical(writer.query("QueryResponse", {"status": status}, *specification, content))


def _outward(objects: etree._Element, version: Version) -> None:
    """Give what is to be sent the shape of the version, and its identifiers their form."""
    _leave_out(objects, version)
    for found in _urls(objects):
        found.text = version.exchange.outward(found.text or "")
    for found in _schemes(objects):
        found.set(SCHEME, version.exchange.outward(found.get(SCHEME, "")))


def _inward(root: etree._Element, version: Version) -> None:
    """Give what was received the identifiers of the newest form."""
    for found in _urls(root):
        found.text = version.exchange.inward((found.text or "").strip(BLANK))
    for found in _schemes(root):
        found.set(SCHEME, version.exchange.inward(found.get(SCHEME, "")))


def _leave_out(objects: etree._Element, version: Version) -> None:
    for parent, child in version.leaves_out:
        for found in objects.iter(f"{{{SDG}}}{parent}"):
            for unknown in found.findall(f"{{{SDG}}}{child}"):
                found.remove(unknown)


def _decode(slot: str, data: bytes, version: Version) -> tuple[Reader, ...]:
    """The `sdg` element of each registry object, in the slot of that name; what the model leaves out is passed over."""
    root = parse(data, declarations=MOST_DECLARATIONS)
    if root.tag != f"{{{QUERY}}}QueryResponse":
        raise MessageError("the answer is not a QueryResponse")
    if root.get("status") != SUCCESS:
        _inward(root, version)
        raise _failure(root)
    _check_version(root, version)
    _inward(root, version)
    objects = root.findall(f"{{{RIM}}}RegistryObjectList/{{{RIM}}}RegistryObject")
    table = _table(slot, SlotType.ANY)
    return tuple(Reader(Slots(found, table).any(slot), {}) for found in objects)


def _check_version(root: etree._Element, version: Version) -> None:
    slots = Slots(root, _table("SpecificationIdentifier", SlotType.STRING))
    named = slots.string("SpecificationIdentifier") if slots.has("SpecificationIdentifier") else None
    if named != (version.specification if version.names_itself else None):
        raise MessageError(f"the answer is not in the shape of {version.specification}")


def _urls(root: etree._Element) -> list[etree._Element]:
    """Elements whose text may be a URL of the Semantic Repository."""
    return list(root.iter(*(f"{{{SDG}}}{name}" for name in URLS)))


def _schemes(root: etree._Element) -> list[etree._Element]:
    """Identifiers whose scheme may be a URL of the Semantic Repository."""
    return [found for found in root.iter(f"{{{SDG}}}Identifier") if SCHEME in found.attrib]


def _table(slot: str, kind: SlotType) -> SlotTable:
    return SlotTable(rules=(SlotRule(slot, kind, holds=slot),))


def _failure(root: etree._Element) -> DirectoryError | MessageError:
    exception = root.find(f"{{{RS}}}Exception")
    if root.get("status") != FAILURE or exception is None:
        return MessageError("the answer is neither a success nor a failure with its exception")
    said = exception.get("code", ""), exception.get("message", ""), exception.get("detail")
    if said[0] != MORE_NEEDED:
        return DirectoryError(*said)
    slots = Slots(exception, _QUESTION_SLOTS)
    service = Reader(slots.any(DATA_SERVICE), {})
    concepts = tuple(read_concept(Reader(found, {})) for found in slots.collection(QUESTIONS))
    return AdditionalInputError(*said, service.text("EvidenceTypeClassification"), concepts)


def _write_procedures(found: RequirementOfProcedures) -> etree._Element:
    return write_requirement(found.requirement, [_write_framework(framework) for framework in found.frameworks])


def _read_procedures(reader: Reader) -> RequirementOfProcedures:
    return RequirementOfProcedures(
        requirement=read_requirement(reader, profile.V2_0),
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
        *(
            sdg("EvidenceType", *write_evidence_type(evidence_type), _write_jurisdiction(alternative.country, None))
            for evidence_type in alternative.evidence_types
        ),
        _write_jurisdiction(alternative.country, None),
    )


def _read_list(reader: Reader) -> EvidenceTypeList:
    """A list with its country, which stands in its first evidence type where the list itself has none (1.0)."""
    types = reader.many("EvidenceType")
    placed = reader if reader.many("Jurisdiction") or not types else types[0]
    return EvidenceTypeList(
        identifier=read_uuid(reader),
        names=reader.texts("Name"),
        evidence_types=tuple(read_evidence_type(found, profile.V2_0) for found in types),
        country=_read_country(placed),
    )


def _write_data_service(service: DataService, version: Version) -> etree._Element:
    return sdg(
        DATA_SERVICE,
        sdg("Identifier", service.identifier),
        *write_evidence_type(service.evidence_type),
        *(write_distribution("DistributedAs", distribution) for distribution in service.distributions),
        *(_write_access_service(access, version) for access in service.access_services),
        sdg("AuthenticationLevelOfAssurance", service.level_of_assurance.value),
        *(write_concept(concept) for concept in service.concepts),
    )


def _read_data_service(reader: Reader) -> DataService:
    return DataService(
        identifier=read_uuid(reader),
        evidence_type=read_evidence_type(reader, profile.V2_0),
        distributions=read_distributions(reader, profile.V2_0),
        access_services=tuple(_read_access_service(access) for access in reader.some("AccessService")),
        level_of_assurance=read_level_of_assurance(reader.one("AuthenticationLevelOfAssurance")),
        concepts=tuple(read_concept(concept) for concept in reader.many("EvidenceProviderClassification")),
    )


def _write_access_service(access: AccessService, version: Version) -> etree._Element:
    spoken = access.conforms_to if version.many_specifications else (version.exchange.specification,)
    return sdg(
        "AccessService",
        identifier(access.identifier),
        *texts("Name", access.names),
        *(sdg("ConformsTo", specification) for specification in spoken),
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
        *texts("Description", publisher.descriptions),
        write_address("Address", publisher.address),
        _write_jurisdiction(publisher.jurisdiction_country, publisher.jurisdiction_nuts),
        *(write_supported(supported) for supported in publisher.supports),
    )


def _read_publisher(reader: Reader) -> Publisher:
    return Publisher(
        identifier=read_identifier(reader),
        names=reader.some_texts("Name"),
        address=read_address(reader.one("Address")),
        jurisdiction_country=_read_country(reader),
        jurisdiction_nuts=reader.one("Jurisdiction").optional_text("AdminUnitLevel2"),
        descriptions=reader.texts("Description"),
        supports=tuple(read_supported(supported) for supported in reader.many("ClassificationConcept")),
    )


def _write_jurisdiction(country: str, nuts: str | None) -> etree._Element:
    return sdg("Jurisdiction", sdg("AdminUnitLevel1", country), *optional("AdminUnitLevel2", nuts))


def _read_country(reader: Reader) -> str:
    """The country of the first jurisdiction."""
    return reader.some("Jurisdiction")[0].text_like("AdminUnitLevel1", COUNTRY)
