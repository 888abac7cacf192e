"""The queries of the directories: what is found, and with which code the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from oots.common_services.entries import Entries
from oots.common_services.queries import (
    DATA_SERVICES_QUERY,
    EVIDENCE_TYPES_QUERY,
    REQUIREMENTS_QUERY,
    QueryError,
    Refusal,
    data_service_directory_query,
    evidence_broker_query,
    find_data_services,
    find_evidence_types,
    find_requirements,
)
from oots.wire.catalogue import V1_0
from tests.support.common_services import (
    CERTIFICATE,
    DANISH_LIST,
    DATA_SERVICE,
    DOMICILE,
    ENTRIES,
    MOVING_IN_GREECE,
    NEW_ACCESS_SERVICE,
    OLD_ACCESS_SERVICE,
    PENSION_IN_LITHUANIA,
    STUDY_IN_LITHUANIA,
    SWEDISH_LIST,
    UNPROVEN,
)

Find = Callable[[Entries, list[tuple[str, str]]], object]

ELSEWHERE = "/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
REQUIREMENTS = {"procedure-id": "V1", "country-code": "EL"}
EVIDENCE_TYPES = {"requirement-id": DOMICILE.identifier, "country-code": "DK"}
DATA_SERVICES = {
    "evidence-type-classification": CERTIFICATE.classification,
    "country-code": "DK",
    "specification": "oots-edm:v2.0",
}


def refusal_of(find: Find, parameters: list[tuple[str, str]]) -> tuple[str, str]:
    with pytest.raises(QueryError) as refused:
        find(ENTRIES, parameters)
    return refused.value.refusal.code, refused.value.detail


def test_requirements_come_with_the_frameworks_of_that_procedure_and_country_only() -> None:
    found = find_requirements(ENTRIES, [("procedure-id", "W1"), ("country-code", "LT")])
    assert [(held.requirement, held.frameworks) for held in found] == [
        (DOMICILE, (PENSION_IN_LITHUANIA,)),
        (UNPROVEN, (PENSION_IN_LITHUANIA,)),
    ]


def test_requirements_without_parameters_are_all_that_is_held() -> None:
    assert find_requirements(ENTRIES, []) == ENTRIES.requirements


def test_requirements_of_a_country_alone_or_a_procedure_alone_are_narrowed_by_that() -> None:
    of_greece = find_requirements(ENTRIES, [("country-code", "EL")])
    of_study = find_requirements(ENTRIES, [("procedure-id", "T1")])
    assert [held.frameworks for held in of_greece] == [(MOVING_IN_GREECE,)]
    assert [held.frameworks for held in of_study] == [(STUDY_IN_LITHUANIA,)]


def test_evidence_types_are_those_of_the_country() -> None:
    assert find_evidence_types(ENTRIES, list(EVIDENCE_TYPES.items())).lists == (DANISH_LIST,)


def test_evidence_types_without_a_country_are_those_of_all_countries() -> None:
    everywhere = find_evidence_types(ENTRIES, [("requirement-id", DOMICILE.identifier)])
    assert everywhere.lists == (DANISH_LIST, SWEDISH_LIST)


def test_a_data_service_is_named_with_the_access_services_of_the_specification_only() -> None:
    assert find_data_services(ENTRIES, list(DATA_SERVICES.items())) == (
        replace(DATA_SERVICE, access_services=(NEW_ACCESS_SERVICE,)),
    )


def test_a_data_service_asked_for_without_a_specification_keeps_all_its_access_services() -> None:
    without = [(name, value) for name, value in DATA_SERVICES.items() if name != "specification"]
    assert find_data_services(ENTRIES, without) == (DATA_SERVICE,)


@pytest.mark.parametrize(
    ("find", "accepted", "change", "code", "detail"),
    [
        (find_requirements, REQUIREMENTS, {"procedure-id": "V2"}, "EB:ERR:0001", "no requirement"),
        (find_requirements, REQUIREMENTS, {"procedure-id": "V99"}, "EB:ERR:0005", "procedure-id"),
        (find_requirements, REQUIREMENTS, {"country-code": "GR"}, "EB:ERR:0006", "country-code"),
        (find_requirements, REQUIREMENTS, {"country-code": ""}, "EB:ERR:0003", "country-code"),
        (find_requirements, REQUIREMENTS, {"return-incomplete": "maybe"}, "EB:ERR:0003", "return-incomplete"),
        (find_requirements, REQUIREMENTS, {"jurisdiction-admin-l2": "EL30"}, "EB:ERR:0003", "a parameter"),
        (find_evidence_types, EVIDENCE_TYPES, {"requirement-id": UNPROVEN.identifier}, "EB:ERR:0001", "no evidence"),
        (find_evidence_types, EVIDENCE_TYPES, {"country-code": "NO"}, "EB:ERR:0001", "no evidence type"),
        (find_evidence_types, EVIDENCE_TYPES, {"requirement-id": ELSEWHERE}, "EB:ERR:0002", "requirement-id"),
        (find_evidence_types, EVIDENCE_TYPES, {"requirement-id": None}, "EB:ERR:0003", "requirement-id"),
        (find_evidence_types, EVIDENCE_TYPES, {"country-code": "dk"}, "EB:ERR:0006", "country-code"),
        (find_data_services, DATA_SERVICES, {"country-code": "SE"}, "DSD:ERR:0001", "no data service"),
        (find_data_services, DATA_SERVICES, {"specification": "oots-edm:v1.2"}, "DSD:ERR:0001", "no data service"),
        (find_data_services, DATA_SERVICES, {"evidence-type-classification": ELSEWHERE}, "DSD:ERR:0002", "evidence-"),
        (find_data_services, DATA_SERVICES, {"evidence-type-classification": None}, "DSD:ERR:0003", "evidence-type-"),
        (find_data_services, DATA_SERVICES, {"country-code": None}, "DSD:ERR:0003", "country-code"),
        (find_data_services, DATA_SERVICES, {"country-code": "Danmark"}, "DSD:ERR:0003", "country-code"),
        (find_data_services, DATA_SERVICES, {"unheard-of": "of"}, "DSD:ERR:0003", "a parameter"),
    ],
)
def test_one_changed_parameter_is_refused_with_its_code(
    find: Find, accepted: dict[str, str], change: dict[str, str | None], code: str, detail: str
) -> None:
    assert find(ENTRIES, list(accepted.items()))
    changed = [(name, value) for name, value in (accepted | change).items() if value is not None]
    refused_with, named = refusal_of(find, changed)
    assert refused_with == code
    assert named.startswith(detail)


@pytest.mark.parametrize(
    ("find", "accepted", "code"),
    [
        (find_requirements, REQUIREMENTS, "EB:ERR:0003"),
        (find_evidence_types, EVIDENCE_TYPES, "EB:ERR:0003"),
        (find_data_services, DATA_SERVICES, "DSD:ERR:0003"),
    ],
)
def test_a_parameter_given_twice_is_refused(find: Find, accepted: dict[str, str], code: str) -> None:
    once = list(accepted.items())
    assert find(ENTRIES, once)
    assert refusal_of(find, [*once, ("country-code", "DK")]) == (code, "country-code")


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    refused_with, detail = refusal_of(find_requirements, [("<script>", "0102031234")])
    assert refused_with == "EB:ERR:0003"
    assert "script" not in detail
    assert "0102031234" not in detail


def test_each_directory_knows_its_own_queries_only() -> None:
    assert evidence_broker_query([("queryId", REQUIREMENTS_QUERY)]) == REQUIREMENTS_QUERY
    assert evidence_broker_query([("queryId", EVIDENCE_TYPES_QUERY)]) == EVIDENCE_TYPES_QUERY
    assert data_service_directory_query([("queryId", DATA_SERVICES_QUERY)]) == DATA_SERVICES_QUERY
    with pytest.raises(QueryError) as at_the_broker:
        evidence_broker_query([("queryId", DATA_SERVICES_QUERY)])
    with pytest.raises(QueryError) as at_the_directory:
        data_service_directory_query([("queryId", EVIDENCE_TYPES_QUERY)])
    assert at_the_broker.value.refusal is Refusal.EB_QUERY
    assert at_the_directory.value.refusal is Refusal.DSD_QUERY


def test_a_query_without_an_id_or_with_two_is_unknown() -> None:
    twice = [("queryId", REQUIREMENTS_QUERY), ("queryId", EVIDENCE_TYPES_QUERY)]
    for parameters in ([], twice):
        with pytest.raises(QueryError) as refused:
            evidence_broker_query(parameters)
        assert refused.value.refusal is Refusal.EB_QUERY


# Version 1.0

FIRST = "https://sr.oots.tech.europa.eu/"


def first_form(url: str) -> str:
    return url.replace("https://sr.oots.tech.ec.europa.eu/", FIRST)


FIRST_TYPES = {"requirement-id": first_form(DOMICILE.identifier), "country-code": "DK"}
FIRST_SERVICES = {"evidence-type-classification": first_form(CERTIFICATE.classification), "country-code": "DK"}


def test_1_0_is_asked_with_the_identifiers_of_its_time_and_later_ones() -> None:
    types = replace(ENTRIES.evidence_types[0], frameworks=(MOVING_IN_GREECE,))
    for parameters in (FIRST_TYPES, EVIDENCE_TYPES):
        found = find_evidence_types(replace(ENTRIES, evidence_types=(types,)), list(parameters.items()), V1_0)
        assert found.lists == (DANISH_LIST,)
    assert find_evidence_types(ENTRIES, list(EVIDENCE_TYPES.items())).lists == (DANISH_LIST,)
    assert refusal_of(find_evidence_types, list(FIRST_TYPES.items())) == ("EB:ERR:0002", "requirement-id")


def test_1_0_names_the_first_data_service_that_speaks_its_exchange() -> None:
    many = replace(ENTRIES, data_services=(DATA_SERVICE, DATA_SERVICE))
    told = replace(DATA_SERVICE, access_services=(OLD_ACCESS_SERVICE,))
    assert find_data_services(many, list(FIRST_SERVICES.items()), V1_0) == (told,)
    without = [(name, value) for name, value in DATA_SERVICES.items() if name != "specification"]
    assert find_data_services(many, without) == (DATA_SERVICE, DATA_SERVICE)


@pytest.mark.parametrize("region", ["DK0", "DK042"])
def test_1_0_names_publishers_that_are_competent_for_the_region(region: str) -> None:
    parameters = FIRST_SERVICES | {"jurisdiction-admin-l2": region}
    assert find_data_services(ENTRIES, list(parameters.items()), V1_0)
    with pytest.raises(QueryError) as refused:
        find_data_services(ENTRIES, list((parameters | {"jurisdiction-admin-l2": "DK011"}).items()), V1_0)
    assert refused.value.refusal is Refusal.DSD_EMPTY


def test_1_0_knows_nothing_of_procedures_that_came_later() -> None:
    tests = replace(MOVING_IN_GREECE, procedure="00")
    (domicile, unproven) = ENTRIES.requirements
    (types, _) = ENTRIES.evidence_types
    later = replace(
        ENTRIES,
        requirements=(replace(domicile, frameworks=(tests,)), unproven),
        evidence_types=(replace(types, frameworks=(tests,)),),
    )
    known = replace(ENTRIES, evidence_types=(replace(types, frameworks=(MOVING_IN_GREECE, tests)),))
    assert find_requirements(later, []) == later.requirements
    assert find_requirements(later, [], V1_0) == (unproven,)
    assert find_evidence_types(known, list(FIRST_TYPES.items()), V1_0).frameworks == (MOVING_IN_GREECE,)
    with pytest.raises(QueryError) as refused:
        find_evidence_types(later, list(FIRST_TYPES.items()), V1_0)
    assert refused.value.refusal is Refusal.EB_REQUIREMENT


@pytest.mark.parametrize(
    ("find", "accepted", "change", "code", "detail"),
    [
        (find_requirements, REQUIREMENTS, {"jurisdiction-admin-l2": "Attica"}, "EB:ERR:0004", "jurisdiction-admin-l2"),
        (find_requirements, REQUIREMENTS, {"jurisdiction-admin-l2": "DK04"}, "EB:ERR:0004", "jurisdiction-admin-l2"),
        (find_requirements, REQUIREMENTS, {"procedure-id": "00"}, "EB:ERR:0005", "procedure-id"),
        (find_requirements, REQUIREMENTS, {"return-incomplete": "true"}, "EB:ERR:0003", "a parameter"),
        (find_evidence_types, FIRST_TYPES, {"jurisdiction-admin-l2": "SE1"}, "EB:ERR:0004", "jurisdiction-admin-l2"),
        (find_data_services, FIRST_SERVICES, {"jurisdiction-admin-l2": "SE1"}, "DSD:ERR:0003", "jurisdiction-admin-l2"),
        (find_data_services, FIRST_SERVICES, {"specification": "oots-edm:v1.0"}, "DSD:ERR:0003", "a parameter"),
    ],
)
def test_one_changed_parameter_is_refused_in_1_0_with_its_code(
    find: Callable[..., object], accepted: dict[str, str], change: dict[str, str], code: str, detail: str
) -> None:
    region = f"{accepted['country-code']}0"
    frameworks = (MOVING_IN_GREECE, PENSION_IN_LITHUANIA)
    entries = replace(ENTRIES, evidence_types=(replace(ENTRIES.evidence_types[0], frameworks=frameworks),))
    assert find(entries, list((accepted | {"jurisdiction-admin-l2": region}).items()), V1_0)
    with pytest.raises(QueryError) as refused:
        find(entries, list((accepted | change).items()), V1_0)
    assert refused.value.refusal.code == code
    assert refused.value.detail.startswith(detail)
