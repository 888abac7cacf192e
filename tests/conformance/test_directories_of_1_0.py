"""The answers that the directories give in version 1.0, under the official schema and rules of 1.0.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from lxml import etree

from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.common_services.queries import DATA_SERVICES_QUERY, EVIDENCE_TYPES_QUERY, REQUIREMENTS_QUERY
from oots.deployment.danish_providers import Entrance, served_by_municipalities
from tests.support.common_services import client_of, directories_of
from tests.support.official_rules import ABSENT, OFFICIAL, official_verdicts

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)
pytest.importorskip("saxonche")

ENTRIES = load_entries(STANDARD_ENTRIES)
MANY = served_by_municipalities(ENTRIES, [Entrance(("0751", "0461"))])
(CONCEPT,) = ENTRIES.concepts
REPOSITORY = "https://sr.oots.tech.europa.eu"
BROKER = "http://directories.test/eb/rest/search"
DIRECTORY = "http://directories.test/dsd/rest/search"
CLEAN: frozenset[tuple[str | None, str]] = frozenset()
Query = tuple[str, Mapping[str, str]]


def requirements(**parameters: str) -> Query:
    return BROKER, {"queryId": REQUIREMENTS_QUERY} | {
        name.replace("_", "-"): value for name, value in parameters.items()
    }


def evidence_types(requirement: str, country: str) -> Query:
    return BROKER, {"queryId": EVIDENCE_TYPES_QUERY, "requirement-id": requirement, "country-code": country}


def data_services(classification: str, country: str) -> Query:
    return DIRECTORY, {
        "queryId": DATA_SERVICES_QUERY,
        "evidence-type-classification": classification,
        "country-code": country,
    }


def first_form(url: str) -> str:
    return url.replace("https://sr.oots.tech.ec.europa.eu", REPOSITORY)


REQUIREMENT = first_form(ENTRIES.requirements[0].requirement.identifier)
CLASSIFICATION = first_form(ENTRIES.data_services[0].evidence_type.classification)
ASKED: Mapping[str, list[Query]] = {
    "eb-requirements": [requirements(), requirements(procedure_id="V1", country_code="LT")],
    "eb-evidence-types": [
        evidence_types(first_form(held.requirement.identifier), "DK") for held in ENTRIES.requirements[:2]
    ],
    "eb-error": [
        requirements(procedure_id="V2"),
        evidence_types(first_form(ENTRIES.requirements[2].requirement.identifier), "DK"),
        requirements(unheard_of="1"),
        requirements(country_code="DK", jurisdiction_admin_l2="Jylland"),
        requirements(procedure_id="Q1"),
        requirements(country_code="GR"),
        (BROKER, {"queryId": DATA_SERVICES_QUERY}),
    ],
    "dsd-services": [
        data_services(
            first_form(held.evidence_type.classification), held.access_services[0].publisher.jurisdiction_country
        )
        for held in ENTRIES.data_services
    ],
    "dsd-error": [
        data_services(CLASSIFICATION, "SE"),
        data_services(CLASSIFICATION[:-1] + "0", "DK"),
        data_services(CLASSIFICATION, "XX"),
        (DIRECTORY, {"queryId": REQUIREMENTS_QUERY}),
    ],
}


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with client_of(directories_of(ENTRIES)) as client:
        yield client


def answers(http: httpx.Client, kind: str, folder: Path, version: Mapping[str, str]) -> list[Path]:
    return [
        written(http.get(url, params=dict(parameters), headers=dict(version)), folder / f"{kind}-{number}.xml")
        for number, (url, parameters) in enumerate(ASKED[kind])
    ]


def written(answer: httpx.Response, file: Path) -> Path:
    file.write_bytes(answer.content)
    return file


@pytest.mark.parametrize("version", [{}, {"Accept-Version": "oots-cs:v1.0"}], ids=["unnamed", "named"])
@pytest.mark.parametrize("kind", ASKED)
def test_an_answer_of_1_0_is_clean_under_the_official_schema_and_rules(
    http: httpx.Client, kind: str, version: Mapping[str, str], tmp_path: Path
) -> None:
    files = answers(http, kind, tmp_path, version)
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "driver.xsd"))
    for file in files:
        schema.assertValid(etree.parse(file))
    assert official_verdicts(kind, files) == [CLEAN] * len(files)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [("dsd-error", {}), ("dsd-error", {CONCEPT: "9999"}), ("dsd-services", {CONCEPT: "0461"})],
)
def test_the_question_which_municipality_and_its_answers_are_clean(
    kind: str, answer: Mapping[str, str], tmp_path: Path
) -> None:
    url, parameters = data_services(CLASSIFICATION, "DK")
    with client_of(directories_of(MANY)) as http:
        file = written(http.get(url, params={**parameters, **answer}), tmp_path / "said.xml")
    etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "driver.xsd")).assertValid(etree.parse(file))
    assert official_verdicts(kind, [file]) == [CLEAN]


@pytest.mark.parametrize("kind", [kind for kind in ASKED if not kind.endswith("error")])
def test_the_same_answer_in_2_0_is_not_what_1_0_allows(http: httpx.Client, kind: str, tmp_path: Path) -> None:
    url, parameters = ASKED[kind][0]
    newest = {
        name: value.replace(REPOSITORY, "https://sr.oots.tech.ec.europa.eu") for name, value in parameters.items()
    }
    answer = http.get(url, params=newest, headers={"Accept-Version": "oots-cs:v2.0"})
    file = written(answer, tmp_path / "answer.xml")
    assert b"ResponseStatusType:Success" in answer.content
    assert not etree.XMLSchema(etree.parse(OFFICIAL / "xsd" / "driver.xsd")).validate(etree.parse(file))
    assert official_verdicts(kind, [file]) != [CLEAN]
