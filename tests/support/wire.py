"""Messages to write and read: fixed ones, strategies for any, and ways to change one thing in a document."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from lxml import etree

from oots.model.agent import Address, Agent, AgentRole
from oots.model.catalogue import (
    AccessService,
    DataService,
    EvidenceTypeList,
    EvidenceTypesOfRequirement,
    Publisher,
    ReferenceFramework,
    Requirement,
    RequirementOfProcedures,
)
from oots.model.evidence import (
    Association,
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidencePackage,
    EvidenceType,
    IssuingAuthority,
    MainMetadata,
    RequestedEvidenceType,
)
from oots.model.identifiers import EAS, UNREGISTERED, Identifier
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson
from oots.model.request import ClassificationAnswer, EvidenceRequest, PreviewVisit
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.model.text import Text
from oots.wire.namespaces import NSMAP
from oots.wire.xml import canonical, parse

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "spec" / "official"
OFFICIAL = PUBLISHED / "tdd-2.0.1"
FIRST_OFFICIAL = PUBLISHED / "tdd-1.0.0"
REPOSITORY = "https://sr.oots.tech.ec.europa.eu"
NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)

EXAMPLES = settings(
    deadline=None,
    max_examples=40,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking whole messages takes minutes
    suppress_health_check=list(HealthCheck),
)


def a_uuid(number: int) -> str:
    return f"5b0e0000-7a11-4c3d-9e21-{number:012d}"


MUNICIPALITY = Agent(Identifier(EAS + "0184", "55133018"), (Text("DA", "Aarhus Kommune"),))
REQUESTER = Agent(
    Identifier(EAS + "0200", "188710780"),
    (Text("LT", "Vilniaus miesto savivaldybė"), Text("EN", "Vilnius city")),
    Address("LT", full_address="Konstitucijos pr. 3", nuts="LT011"),
    AgentRole.EVIDENCE_REQUESTER,
)
PLATFORM = Agent(
    Identifier(UNREGISTERED + "LT", "OOTSLT"), (Text("EN", "Platform"),), role=AgentRole.INTERMEDIARY_PLATFORM
)
PERSON = NaturalPerson(
    family_name="Łukasiewicz-Ørsted",
    given_name="Åse",
    date_of_birth=date(1990, 2, 3),
    level_of_assurance=LevelOfAssurance.HIGH,
    identifier="DK/LT/123456789",
)
COMPANY = LegalPerson(
    legal_person_identifier="DK/LT/12345678",
    legal_name="Smørrebrød & Sønner A/S",
    level_of_assurance=LevelOfAssurance.SUBSTANTIAL,
    identifiers=(Identifier("VAT", "DK12345678"),),
    registered_address=Address("DK", post_code="8000", post_city_name="Aarhus C"),
)
CERTIFICATE = EvidenceType(
    f"{REPOSITORY}/evidencetypeclassifications/DK/{a_uuid(1)}",
    (Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")),
    (Text("EN", "Where a person lives"),),
)
XML = Distribution("application/xml", ("DA",), f"{REPOSITORY}/datamodels/bopaelsattest-1.0")
PDF = Distribution("application/pdf", ("DA", "EN"))
DOMICILE = Requirement(
    f"{REPOSITORY}/requirements/{a_uuid(2)}", (Text("EN", "Proof of domicile"),), (Text("EN", "Where one lives"),)
)
ANSWER = ClassificationAnswer(a_uuid(3), f"{REPOSITORY}/codelists/DK/kommune", "codelist", "0751", "https://list.dk")

REQUEST = EvidenceRequest(
    request_id=a_uuid(10),
    specification="oots-edm:v2.0",
    issued=NOW,
    procedure="V1",
    requirements=(DOMICILE,),
    requesters=(REQUESTER, PLATFORM),
    provider=MUNICIPALITY,
    evidence=RequestedEvidenceType(
        a_uuid(11),
        CERTIFICATE,
        (
            Distribution(
                XML.format, XML.languages, XML.conforms_to, associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,)
            ),
        ),
    ),
    subject=PERSON,
    possibility_for_preview=True,
    explicit_request_given=True,
    preview=PreviewVisit("https://preview.aarhus.localhost/p/1", "https://portal.lt.localhost/back/1"),
    representative=PERSON,
    provider_classification=(ANSWER,),
)
MAIN_METADATA = MainMetadata(
    subject=NaturalPerson("Łukasiewicz-Ørsted", "Åse", date(1990, 2, 3), identifier="DK/LT/123456789"),
    issuing_authority=IssuingAuthority(MUNICIPALITY.identifier, MUNICIPALITY.names),
    evidence_type=CERTIFICATE,
    issuing_date=date(2026, 9, 1),
    valid_from=date(2026, 9, 1),
    valid_until=date(2026, 12, 1),
)
MAIN = EvidenceDocument(
    object_id=a_uuid(20),
    classification_id=a_uuid(21),
    evidence_id=a_uuid(22),
    kind=DocumentKind.MAIN_EVIDENCE,
    content_id="ev1@oots.dk",
    title="Bopælsattest",
    distribution=XML,
    main=MAIN_METADATA,
)
READABLE = EvidenceDocument(
    object_id=a_uuid(30),
    classification_id=a_uuid(31),
    evidence_id=a_uuid(32),
    kind=DocumentKind.HUMAN_READABLE_VERSION,
    content_id="ev2@oots.dk",
    title="Bopælsattest (PDF)",
    distribution=PDF,
)
BELONGS = Association(a_uuid(40), DocumentKind.HUMAN_READABLE_VERSION, READABLE.object_id, MAIN.object_id)
PROVIDER = Agent(MUNICIPALITY.identifier, MUNICIPALITY.names, Address("DK"), AgentRole.EVIDENCE_PROVIDER)
NAMED_REQUESTER = Agent(REQUESTER.identifier, REQUESTER.names)
RESPONSE = EvidenceResponse(
    response_id=a_uuid(50),
    request_id=a_uuid(10),
    specification="oots-edm:v2.0",
    issued=NOW,
    providers=(PROVIDER, PLATFORM),
    requester=NAMED_REQUESTER,
    packages=(EvidencePackage(a_uuid(51), (MAIN, READABLE), (BELONGS,)),),
)
DEFERRED = EvidenceResponse(
    a_uuid(52), a_uuid(10), "oots-edm:v2.0", NOW, (PROVIDER,), NAMED_REQUESTER, available_from=NOW + timedelta(days=2)
)
ERROR_PROVIDER = Agent(PROVIDER.identifier, PROVIDER.names, PROVIDER.address, AgentRole.ERROR_PROVIDER)
PREVIEW_REQUIRED = EvidenceError(
    response_id=a_uuid(60),
    request_id=a_uuid(10),
    specification="oots-edm:v2.0",
    error_provider=ERROR_PROVIDER,
    requester=NAMED_REQUESTER,
    exceptions=(
        EdmException(
            ErrorCode.AUTHORIZATION,
            NOW,
            "Preview is needed",
            PreviewOffer("https://preview.aarhus.localhost/p/1", (Text("DA", "Se attesten"), Text("EN", "Look"))),
        ),
    ),
)
NOT_FOUND = EvidenceError(
    a_uuid(61),
    a_uuid(10),
    "oots-edm:v2.0",
    ERROR_PROVIDER,
    NAMED_REQUESTER,
    (EdmException(ErrorCode.NOT_FOUND, NOW),),
)
UNREADABLE = EvidenceError(
    a_uuid(62),
    None,
    "oots-edm:v2.0",
    ERROR_PROVIDER,
    None,
    (EdmException(ErrorCode.INVALID_REQUEST, NOW, "R-EDM-REQ-S004"),),
)
REQUIREMENTS = (
    RequirementOfProcedures(DOMICILE, (ReferenceFramework(a_uuid(70), (Text("EN", "Moving"),), "V1", "EL"),)),
)
EVIDENCE_TYPES = EvidenceTypesOfRequirement(
    DOMICILE, (EvidenceTypeList(a_uuid(71), (Text("EN", "Certificates"),), (CERTIFICATE,), "DK"),)
)
DATA_SERVICES = (
    DataService(
        a_uuid(72),
        CERTIFICATE,
        (XML, PDF),
        (
            AccessService(
                Identifier(UNREGISTERED + "oots", "AP_DK_01"),
                (Text("EN", "Danish access point"),),
                ("oots-edm:v2.0",),
                Publisher(MUNICIPALITY.identifier, MUNICIPALITY.names, Address("DK"), "DK", "DK042"),
            ),
        ),
        LevelOfAssurance.SUBSTANTIAL,
    ),
)

# Strategies: anything that the model and the rules allow.

LETTERS = "abcæøåÆØÅŁłĐđŌōßéčžÐþΑάщ -'&<>\"]/=.,0189"
words = st.one_of(
    st.text(alphabet=LETTERS, min_size=1, max_size=24),
    st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xD7FF, exclude_categories=("Cc", "Cs"))),
).filter(lambda value: value == value.strip(" ") and value != "")
uuids = st.uuids().map(str)
languages = st.sampled_from(["DA", "EN", "LT", "PL", "FI", "EL"])
countries = st.sampled_from(["DK", "EL", "LT", "SE"])
texts = st.builds(Text, languages, words)
some_texts = st.lists(texts, min_size=1, max_size=3).map(tuple)
any_texts = st.lists(texts, max_size=2).map(tuple)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
locations = st.from_regex(r"https://[a-z]{1,8}\.localhost/[a-z0-9&=-]{0,12}", fullmatch=True)
parties = st.builds(Identifier, st.sampled_from([EAS + "0184", UNREGISTERED + "DK", UNREGISTERED + "oots"]), words)
addresses = st.builds(
    Address,
    countries,
    *(st.none() | words for _ in range(5)),
    nuts=st.none() | st.sampled_from(["DK042", "LT011"]),
)
assurances = st.sampled_from(LevelOfAssurance)
models = st.none() | st.from_regex(r"[a-z0-9.-]{1,20}", fullmatch=True).map(f"{REPOSITORY}/datamodels/{{}}".format)
media_types = st.sampled_from(["application/xml", "application/pdf", "image/svg+xml"])
some_languages = st.lists(languages, max_size=2).map(tuple)
distributions = st.builds(Distribution, media_types, some_languages, models)
evidence_types = st.builds(
    EvidenceType,
    uuids.map(lambda key: f"{REPOSITORY}/evidencetypeclassifications/DK/{key}"),
    some_texts,
    any_texts,
)
requirements = st.builds(Requirement, uuids.map(lambda key: f"{REPOSITORY}/requirements/{key}"), some_texts, any_texts)
frameworks = st.builds(ReferenceFramework, uuids, any_texts, st.sampled_from(["V1", "00"]), countries)
requirements_of_procedures = st.lists(
    st.builds(RequirementOfProcedures, requirements, st.lists(frameworks, min_size=1, max_size=2).map(tuple)),
    max_size=3,
).map(tuple)
type_lists = st.builds(
    EvidenceTypeList, uuids, any_texts, st.lists(evidence_types, min_size=1, max_size=2).map(tuple), countries
)
evidence_types_of_requirement = st.builds(
    EvidenceTypesOfRequirement, requirements, st.lists(type_lists, min_size=1, max_size=2).map(tuple)
)
publishers = st.builds(Publisher, parties, some_texts, addresses, countries, st.none() | st.just("DK042"))
access_services = st.builds(AccessService, parties, any_texts, st.just(("oots-edm:v1.2", "oots-edm:v2.0")), publishers)
data_services = st.lists(
    st.builds(
        DataService,
        uuids,
        evidence_types,
        st.lists(distributions, min_size=1, max_size=2).map(tuple),
        st.lists(access_services, min_size=1, max_size=2).map(tuple),
        assurances,
    ),
    max_size=2,
).map(tuple)

# Changes: each takes the root of a document and alters one thing in it.

Change = Callable[[etree._Element], None]


def changed(data: bytes, change: Change) -> bytes:
    """The document after the change; fails if nothing changed."""
    root = parse(data)
    change(root)
    after = canonical(root)
    assert after != data
    return after


def only(root: etree._Element, path: str) -> etree._Element:
    """The first element at the XPath, written with the usual prefixes."""
    found = root.xpath(path, namespaces=NSMAP)
    assert isinstance(found, list)
    first = found[0]
    assert isinstance(first, etree._Element)
    return first


def without(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = only(root, path)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    return change


def twice(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = only(root, path)
        element.addnext(deepcopy(element))

    return change


def saying(path: str, text: str) -> Change:
    def change(root: etree._Element) -> None:
        only(root, path).text = text

    return change


def attribute(path: str, name: str, value: str | None) -> Change:
    """`name` in Clark notation; None takes the attribute away."""

    def change(root: etree._Element) -> None:
        element = only(root, path)
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def named(path: str, tag: str) -> Change:
    """Another element name, in Clark notation."""

    def change(root: etree._Element) -> None:
        only(root, path).tag = tag

    return change


def with_child(path: str, xml: str) -> Change:
    """One more child at the end; `xml` uses the usual prefixes."""

    def change(root: etree._Element) -> None:
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NSMAP.items())
        only(root, path).append(etree.fromstring(f"<x {declared}>{xml}</x>")[0])

    return change


def slot(name: str) -> str:
    return f"//rim:Slot[@name='{name}']"


def slot_type(name: str) -> str:
    return f"{slot(name)}/rim:SlotValue"


def slot_value(name: str) -> str:
    return f"{slot(name)}/rim:SlotValue/rim:Value"
