"""Several providers could be right: the directory asks, the portal answers, and one provider is left (TDD 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from oots.common_services.client import DirectoriesClient
from oots.common_services.entries import STANDARD_ENTRIES, Provision, load_entries
from oots.common_services.queries import DATA_SERVICES_QUERY
from oots.denmark.evidence_types import DEFINITIONS, OFFERS
from oots.denmark.fees import fee_of
from oots.denmark.municipality import load_municipality, municipalities
from oots.deployment.danish_providers import (
    KOMMUNEKODE,
    Entrance,
    fee_notes,
    kommunekode_list,
    served_by_municipalities,
)
from oots.model.errors import ConfigurationError, PeerError
from oots.model.text import Text
from oots.requester.cases import Case, cases_of
from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.rule import Severity
from oots.wire.catalogue import V1_0, V2_0, VERSIONS, AdditionalInputError, DirectoryError, Version
from oots.wire.schema import enforce
from oots.wire.xml import parse
from tests.support.common_services import CLOCK, believed, client_of, directories_of

HELD = load_entries(STANDARD_ENTRIES)
CLASSIFICATION = HELD.data_services[0].evidence_type.classification
(CONCEPT,) = HELD.concepts.values()
FEES = {CLASSIFICATION: (Text("DA", "Gebyr 2026: 82 kr."), Text("EN", "Fee 2026: DKK 82"))}
MANY = served_by_municipalities(
    HELD,
    [Entrance(("0751", "0461")), Entrance(("0101",), "AP_DK_77")],
    notes_of=lambda municipality: FEES if municipality.kommunekode == "0461" else {},
)
ONE = served_by_municipalities(HELD, [Entrance(("0461",))])
HOST = "http://directories.test"
EVERY_VERSION = pytest.mark.parametrize("version", VERSIONS.values(), ids=lambda version: version.specification)


def directories(http: httpx.Client, version: Version = V2_0) -> DirectoriesClient:
    return DirectoriesClient(http, f"{HOST}/eb", f"{HOST}/dsd", check_signer=believed(), clock=CLOCK, version=version)


@pytest.fixture(scope="module")
def many() -> Iterator[httpx.Client]:
    with client_of(directories_of(MANY)) as client:
        yield client


@pytest.fixture(scope="module")
def one() -> Iterator[httpx.Client]:
    with client_of(directories_of(ONE)) as client:
        yield client


@EVERY_VERSION
def test_several_providers_make_the_directory_ask(many: httpx.Client, version: Version) -> None:
    with pytest.raises(AdditionalInputError) as asked:
        directories(many, version).data_services(CLASSIFICATION, "DK")
    assert (asked.value.code, asked.value.classification) == ("DSD:ERR:0005", CLASSIFICATION)
    assert asked.value.concepts == (CONCEPT,)


@EVERY_VERSION
def test_the_answer_leaves_one_provider_who_wants_to_hear_it_too(many: httpx.Client, version: Version) -> None:
    answers = {CONCEPT.identifier: "0461"}
    (service,) = directories(many, version).data_services(CLASSIFICATION, "DK", answers=answers)
    (access,) = service.access_services
    assert access.publisher.names[0].value == "Odense Kommune"
    assert (access.identifier.value, service.concepts) == ("AP_DK_01", (CONCEPT,))


def test_another_answer_leads_to_another_access_point(many: httpx.Client) -> None:
    (service,) = directories(many).data_services(CLASSIFICATION, "DK", answers={CONCEPT.identifier: "0101"})
    assert [access.identifier.value for access in service.access_services] == ["AP_DK_77"]


def test_people_are_told_more_of_this_evidence_type_of_this_provider_alone(many: httpx.Client) -> None:
    def told(classification: str, kommunekode: str, version: Version = V2_0) -> tuple[Text, ...]:
        answers = {CONCEPT.identifier: kommunekode}
        (service,) = directories(many, version).data_services(classification, "DK", answers=answers)
        return service.access_services[0].publisher.descriptions

    assert told(CLASSIFICATION, "0461") == FEES[CLASSIFICATION]
    assert told(CLASSIFICATION, "0751") == ()
    assert told(HELD.data_services[1].evidence_type.classification, "0461") == ()
    assert told(CLASSIFICATION, "0461", V1_0) == ()  # 1.0 has no place for it


@EVERY_VERSION
@pytest.mark.parametrize(
    ("value", "code"), [("9999", "DSD:ERR:0006"), ("Odense", "DSD:ERR:0006"), ("0851", "DSD:ERR:0001")]
)
def test_a_wrong_answer_is_refused_and_a_municipality_without_provider_is_none(
    many: httpx.Client, version: Version, value: str, code: str
) -> None:
    asking = directories(many, version)
    assert asking.data_services(CLASSIFICATION, "DK", answers={CONCEPT.identifier: "0461"})
    with pytest.raises(DirectoryError) as refused:
        asking.data_services(CLASSIFICATION, "DK", answers={CONCEPT.identifier: value})
    assert refused.value.code == code


@EVERY_VERSION
def test_one_provider_is_named_without_a_question(one: httpx.Client, version: Version) -> None:
    (service,) = directories(one, version).data_services(CLASSIFICATION, "DK")
    assert [access.publisher.names[0].value for access in service.access_services] == ["Odense Kommune"]
    assert service.concepts == ()


@EVERY_VERSION
@pytest.mark.parametrize("value", [None, "0461", "9999"])
def test_what_the_directory_says_keeps_schema_and_rules(
    many: httpx.Client, version: Version, value: str | None
) -> None:
    parameters = {
        "queryId": DATA_SERVICES_QUERY,
        "evidence-type-classification": version.exchange.outward(CLASSIFICATION),
        "country-code": "DK",
    }
    answer = {} if value is None else {CONCEPT.identifier: value}
    headers = {"Accept": "application/x-ebrs+xml", "Accept-Version": version.specification}
    said = many.get(f"{HOST}/dsd/rest/search", params=parameters | answer, headers=headers).content
    kind = Kind.DSD_SERVICES if value == "0461" else Kind.DSD_ERROR
    enforce(said, version.exchange.schema)
    book = rulebook(kind, version.specification.rpartition(":")[2], version.exchange.repository)
    assert [found for found in book.findings(parse(said)) if found.severity is not Severity.INFO] == []


def test_a_question_about_another_evidence_type_is_not_believed(many: httpx.Client) -> None:
    other = HELD.data_services[1].evidence_type.classification

    def astray(request: httpx.Request) -> httpx.Response:
        url = request.url.copy_set_param("evidence-type-classification", other)
        return many.get(url, headers=request.headers)

    with (
        httpx.Client(transport=httpx.MockTransport(astray)) as http,
        pytest.raises(PeerError, match="asks about another evidence type"),
    ):
        directories(http).data_services(CLASSIFICATION, "DK")


def test_the_code_list_names_every_municipality_once() -> None:
    codes = kommunekode_list().codes
    assert (len(codes), {code.value for code in codes}) == (99, set(municipalities()))
    assert kommunekode_list().identifier == KOMMUNEKODE == CONCEPT.value_expression
    assert {text.lang for code in codes for text in code.names} == {"DA", "EN"}


def test_an_entrance_may_know_some_evidence_types_alone() -> None:
    some = Entrance(("0461",), classifications=frozenset({CLASSIFICATION}))
    bound = served_by_municipalities(HELD, [Entrance(("0751",)), some])
    named = {service.evidence_type.classification: len(service.access_services) for service in bound.data_services}
    assert named.pop(CLASSIFICATION) == 2
    assert set(named.values()) == {1}


def test_a_municipality_that_does_not_exist_serves_nobody() -> None:
    assert served_by_municipalities(HELD, [Entrance(("0751",))])
    with pytest.raises(ConfigurationError, match="9999"):
        served_by_municipalities(HELD, [Entrance(("9999",))])


def test_providers_of_another_country_are_left_as_they_are() -> None:
    (access,) = HELD.data_services[0].access_services
    abroad = Provision(access.identifier, access.names, access.conforms_to, access.publisher)
    assert HELD.served_by([]).data_services == HELD.data_services
    assert HELD.served_by([abroad]).data_services == HELD.data_services


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('type = "codelist"', 'type = "list"', "concepts.toml: concept 1: type"),
        ('type = "codelist"', 'type = "string"', "concepts.toml: concept 1: : Value error, value_expression belongs"),
        ("codelists/DK/kommunekode", "codelists/kommunekode", "concepts.toml: concept 1: scheme"),
        ("DA =", "da =", "concepts.toml: concept 1: descriptions"),
    ],
)
def test_a_faulty_concept_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    for file in STANDARD_ENTRIES.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert load_entries(tmp_path)
    text = (tmp_path / "concepts.toml").read_text("utf-8")
    (tmp_path / "concepts.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_entries(tmp_path)
    assert refused.value.faults[0].startswith(fault)


def test_providers_can_be_told_apart_by_a_file_alone(tmp_path: Path) -> None:
    for file in STANDARD_ENTRIES.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    services = tmp_path / "data_services.toml"
    supported = f'nuts = "DK042"\nsupports = {{ "{CONCEPT.identifier}" = ["0751"] }}'
    services.write_text(services.read_text("utf-8").replace('nuts = "DK042"', supported, 1), "utf-8")
    publisher = load_entries(tmp_path).data_services[0].access_services[0].publisher
    assert publisher.answers_to(CONCEPT.identifier, "0751")
    assert not publisher.answers_to(CONCEPT.identifier, "0461")
    unknown = "0" * 8 + CONCEPT.identifier[8:]
    services.write_text(services.read_text("utf-8").replace(CONCEPT.identifier, unknown), "utf-8")
    with pytest.raises(ConfigurationError, match="there is no concept 00000000"):
        load_entries(tmp_path)


def test_the_directory_offers_what_the_municipalities_issue() -> None:
    listed = {
        service.evidence_type.classification: service
        for service in HELD.data_services
        if service.access_services[0].publisher.jurisdiction_country == "DK"
    }
    assert set(listed) == set(OFFERS)
    for classification, offer in OFFERS.items():
        assert listed[classification].evidence_type.titles == offer.evidence_type.titles
        assert listed[classification].distributions == offer.distributions
        assert listed[classification].level_of_assurance == offer.minimum_assurance


def test_every_requirement_that_an_evidence_type_meets_and_the_directory_knows_leads_to_it() -> None:
    for held in HELD.evidence_types:
        named = {
            each.classification for listed in held.lists if listed.country == "DK" for each in listed.evidence_types
        }
        uuid = held.requirement.identifier.rpartition("/")[2]
        meeting = {url for url, definition in DEFINITIONS.items() if uuid in definition.requirements}
        assert meeting <= named


@pytest.mark.parametrize("case", cases_of("LT"), ids=lambda case: case.key)
def test_what_a_case_asks_of_denmark_is_issued_for_its_procedure(case: Case) -> None:
    for piece in case.pieces:
        for classification in piece.evidence_types:
            assert case.procedure in OFFERS[classification].procedures
            assert case.preview or OFFERS[classification].without_preview


def test_fees_are_told_per_municipality_and_year() -> None:
    aarhus, odense = load_municipality("0751"), load_municipality("0461")
    for municipality in (aarhus, odense):
        fee = fee_of(municipality.kommunekode, "bopaelsattest-aktuel", 2026)
        told = fee_notes(municipality, 2026).get(CLASSIFICATION)
        assert (fee is None) == (told is None)
        if fee and told:
            assert told[0].value.startswith(f"Gebyr 2026: {fee.amount_dkk:.2f}".replace(".", ","))
    assert fee_notes(odense, 2026)[CLASSIFICATION] != fee_notes(odense, 2025)[CLASSIFICATION]
    free = next(url for url, definition in DEFINITIONS.items() if not definition.fee)
    assert free not in fee_notes(odense, 2026)
