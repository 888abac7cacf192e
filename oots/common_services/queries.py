"""The three directory queries: parameters in, model or refusal out (TDD 3.1, 3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum

from oots.common_services.codes import COUNTRIES, PROCEDURES, PROCEDURES_OF_1_0
from oots.common_services.entries import Entries
from oots.model.catalogue import (
    AccessService,
    ClassificationConcept,
    DataService,
    EvidenceTypesOfRequirement,
    Publisher,
    ReferenceFramework,
    RequirementOfProcedures,
)
from oots.wire.catalogue import V1_0, V2_0, Version

REQUIREMENTS_QUERY = "urn:fdc:oots:eb:ebxml-regrep:queries:requirements-by-procedure-and-jurisdiction"
EVIDENCE_TYPES_QUERY = "urn:fdc:oots:eb:ebxml-regrep:queries:evidence-types-by-requirement-and-jurisdiction"
DATA_SERVICES_QUERY = "urn:fdc:oots:dsd:ebxml-regrep:queries:dataservices-by-evidencetype-and-jurisdiction"

NOT_FOUND = "rs:ObjectNotFoundExceptionType"
INVALID = "rs:InvalidRequestExceptionType"
REGIONS = ("jurisdiction-admin-l2", "jurisdiction-admin-l3")
"""Parameters of version 1.0: a NUTS code, and a code of a local unit below it."""
NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{1,3}")

Parameters = Sequence[tuple[str, str]]
"""Names and values as the query string gives them, decoded, repetitions included."""


class Refusal(Enum):
    """Code lists EBErrorCodes and DSDErrorCodes: code, `xsi:type` and message belong together."""

    EB_EMPTY = ("EB:ERR:0001", NOT_FOUND, "The result set is empty")
    EB_REQUIREMENT = (
        "EB:ERR:0002",
        NOT_FOUND,
        "The requirement requested, represented by the requirement id, does not exist",
    )
    EB_PARAMETERS = ("EB:ERR:0003", INVALID, "The query parameters do not follow the query specification")
    EB_LEVEL = ("EB:ERR:0004", INVALID, "The jurisdiction level code query parameter is invalid or unknown")
    EB_PROCEDURE = ("EB:ERR:0005", INVALID, "The value of the procedure-id query parameter is invalid or unknown")
    EB_COUNTRY = (
        "EB:ERR:0006",
        INVALID,
        "The value of the procedure implementation country query parameter is invalid or unknown",
    )
    EB_QUERY = ("EB:ERR:0007", INVALID, "The requested Query does not exist")
    DSD_EMPTY = ("DSD:ERR:0001", NOT_FOUND, "No Data Services were found based on the given parameters")
    DSD_EVIDENCE_TYPE = ("DSD:ERR:0002", NOT_FOUND, "The Evidence Type requested cannot be found")
    DSD_PARAMETERS = ("DSD:ERR:0003", INVALID, "The query parameters do not follow the query specification")
    DSD_QUERY = ("DSD:ERR:0004", INVALID, "The requested Query does not exist")
    DSD_MORE_NEEDED = (
        "DSD:ERR:0005",
        NOT_FOUND,
        "The query requires the included extra attributes to be provided by the user",
    )
    DSD_VALUE = ("DSD:ERR:0006", INVALID, "The value of a requested attribute is wrong")

    def __init__(self, code: str, exception_type: str, message: str) -> None:
        self.code = code
        self.exception_type = exception_type
        self.message = message


class QueryError(Exception):
    """The query has no result; `detail` names the parameter at fault, never its value."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        self.refusal = refusal
        self.detail = detail
        super().__init__(f"{refusal.code}: {detail}")


class QuestionsError(QueryError):
    """Several providers of `service` could be right: `concepts` must be answered first."""

    def __init__(self, service: DataService, concepts: tuple[ClassificationConcept, ...]) -> None:
        self.service = service
        self.concepts = concepts
        super().__init__(Refusal.DSD_MORE_NEEDED, "UserRequestedClassificationConcepts")


def evidence_broker_query(parameters: Parameters) -> str:
    """The `queryId`; EB:ERR:0007 unless it is one of the two queries of the Evidence Broker."""
    return _query_id(parameters, {REQUIREMENTS_QUERY, EVIDENCE_TYPES_QUERY}, Refusal.EB_QUERY)


def data_service_directory_query(parameters: Parameters) -> str:
    """The `queryId`; DSD:ERR:0004 unless it is the query of the Data Service Directory."""
    return _query_id(parameters, {DATA_SERVICES_QUERY}, Refusal.DSD_QUERY)


def find_requirements(
    entries: Entries, parameters: Parameters, version: Version = V2_0
) -> tuple[RequirementOfProcedures, ...]:
    """Requirements with those of their frameworks that belong to `procedure-id` and `country-code`, both optional.

    `return-incomplete` (2.0) and a region (1.0) are understood and change nothing, since no entry is held that is
    incomplete, or that belongs to a region alone. Version 1.0 knows nothing of procedures that came later.
    """
    known = _procedures(version)
    of_version = REGIONS if version is V1_0 else ("return-incomplete",)
    given = _single(
        parameters,
        required=(),
        optional=("procedure-id", "country-code", *of_version),
        or_else=Refusal.EB_PARAMETERS,
    )
    procedure, country = given.get("procedure-id"), given.get("country-code")
    if procedure is not None and procedure not in known:
        raise QueryError(Refusal.EB_PROCEDURE, "procedure-id")
    if country is not None and country not in COUNTRIES:
        raise QueryError(Refusal.EB_COUNTRY, "country-code")
    if given.get("return-incomplete", "false") not in ("true", "false"):
        raise QueryError(Refusal.EB_PARAMETERS, "return-incomplete")
    _region(given, Refusal.EB_LEVEL)

    def fits(framework: ReferenceFramework) -> bool:
        asked = procedure in (None, framework.procedure) and country in (None, framework.country)
        return asked and framework.procedure in known

    narrowed = (replace(held, frameworks=tuple(filter(fits, held.frameworks))) for held in entries.requirements)
    result = tuple(requirement for requirement in narrowed if requirement.frameworks)
    if not result:
        raise QueryError(Refusal.EB_EMPTY, "no requirement for this procedure and country")
    return result


def find_evidence_types(
    entries: Entries, parameters: Parameters, version: Version = V2_0
) -> EvidenceTypesOfRequirement:
    """The lists of evidence types that prove `requirement-id` (required) in `country-code` (optional).

    A region (1.0) is understood and changes nothing. In version 1.0 a requirement on which no procedure relies that was
    known then does not exist.
    """
    given = _single(
        parameters,
        required=("requirement-id",),
        optional=("country-code", *(REGIONS if version is V1_0 else ())),
        or_else=Refusal.EB_PARAMETERS,
    )
    requirement, country = version.exchange.inward(given["requirement-id"]), given.get("country-code")
    if country is not None and country not in COUNTRIES:
        raise QueryError(Refusal.EB_COUNTRY, "country-code")
    _region(given, Refusal.EB_LEVEL)
    held = next((held for held in entries.evidence_types if held.requirement.identifier == requirement), None)
    known = _procedures(version)
    frameworks = tuple(framework for framework in held.frameworks if framework.procedure in known) if held else ()
    if held is None or (version is V1_0 and not frameworks):
        raise QueryError(Refusal.EB_REQUIREMENT, "requirement-id")
    lists = tuple(candidate for candidate in held.lists if country in (None, candidate.country))
    if not lists:
        raise QueryError(Refusal.EB_EMPTY, "no evidence type for this requirement and country")
    return replace(held, lists=lists, frameworks=frameworks)


def find_data_services(entries: Entries, parameters: Parameters, version: Version = V2_0) -> tuple[DataService, ...]:
    """Data services for `evidence-type-classification` in `country-code`; `specification` (2.0) narrows further, and so
    does each answer to a classification concept, whose identifier is the parameter.

    A data service is named with those of its access services that fit. Where several providers do, and a concept tells
    them apart that was not answered, QuestionsError says which. In version 1.0 an answer has room for one data service
    and one version of the exchange: the first that speaks it is named. Its region, too, narrows the choice.
    """
    given = _single(
        parameters,
        required=("evidence-type-classification", "country-code"),
        optional=(*(REGIONS if version is V1_0 else ("specification",)), *entries.concepts),
        or_else=Refusal.DSD_PARAMETERS,
    )
    answers = {name: value for name, value in given.items() if name in entries.concepts}
    classification, country = version.exchange.inward(given["evidence-type-classification"]), given["country-code"]
    only_specification = None if version.many_specifications else version.exchange.specification
    specification = given.get("specification", only_specification)
    if country not in COUNTRIES:
        raise QueryError(Refusal.DSD_PARAMETERS, "country-code")
    region = _region(given, Refusal.DSD_PARAMETERS)
    if classification not in entries.classifications:
        raise QueryError(Refusal.DSD_EVIDENCE_TYPE, "evidence-type-classification")
    for name, value in answers.items():
        if not entries.has_value(name, value):
            raise QueryError(Refusal.DSD_VALUE, name)

    def fits(access_service: AccessService) -> bool:
        publisher = access_service.publisher
        in_country = publisher.jurisdiction_country == country and _competent(publisher, region)
        return in_country and (specification is None or specification in access_service.conforms_to)

    of_type = (held for held in entries.data_services if held.evidence_type.classification == classification)
    narrowed = (replace(held, access_services=tuple(filter(fits, held.access_services))) for held in of_type)
    decided = (_decided(service, answers) for service in narrowed)
    result = tuple(data_service for data_service in decided if data_service.access_services)
    if not result:
        raise QueryError(Refusal.DSD_EMPTY, "no data service for this evidence type, country and specification")
    return result if version.many_data_services else result[:1]


def _decided(service: DataService, answers: Mapping[str, str]) -> DataService:
    """The data service with the providers for whom the answers speak; it names the concepts that told them apart.

    Raises QuestionsError where several providers are left and a concept has not been answered.
    """
    concepts = _telling_apart(service)
    left = tuple(
        access
        for access in service.access_services
        if all(access.publisher.answers_to(concept, value) for concept, value in answers.items())
    )
    decided = replace(service, access_services=left)
    if open_questions := tuple(each for each in _telling_apart(decided) if each.identifier not in answers):
        raise QuestionsError(service, open_questions)
    return replace(decided, concepts=tuple(concept for concept in concepts if concept.identifier in answers))


def _telling_apart(service: DataService) -> tuple[ClassificationConcept, ...]:
    """The concepts that the providers of a data service support, where there is more than one provider."""
    publishers = [access.publisher for access in service.access_services]
    if len({publisher.identifier for publisher in publishers}) < 2:
        return ()
    named = {each.concept.identifier: each.concept for publisher in publishers for each in publisher.supports}
    return tuple(named.values())


def _procedures(version: Version) -> frozenset[str]:
    return PROCEDURES_OF_1_0 if version is V1_0 else PROCEDURES


def _region(given: Mapping[str, str], or_else: Refusal) -> str | None:
    """The NUTS code that is asked for; `or_else` unless it has that form and lies in the country."""
    region = given.get(REGIONS[0])
    if region is None:
        return None
    if not NUTS.fullmatch(region) or not region.startswith(given.get("country-code", "")):
        raise QueryError(or_else, REGIONS[0])
    return region


def _competent(publisher: Publisher, region: str | None) -> bool:
    """Whether the region and the one for which the publisher is competent are, or lie in, one another."""
    own = publisher.jurisdiction_nuts
    return region is None or own is None or own.startswith(region) or region.startswith(own)


def _query_id(parameters: Parameters, known: set[str], or_else: Refusal) -> str:
    named = [value for name, value in parameters if name == "queryId"]
    if len(named) != 1 or named[0] not in known:
        raise QueryError(or_else, "queryId")
    return named[0]


def _single(
    parameters: Parameters, *, required: Sequence[str], optional: Sequence[str], or_else: Refusal
) -> dict[str, str]:
    """Parameters by name; `or_else` when one is missing, empty, repeated or not of this query."""
    given: dict[str, str] = {}
    for name, value in parameters:
        if name == "queryId":
            continue
        if name not in (*required, *optional):
            raise QueryError(or_else, "a parameter that the query does not have")
        if name in given or not value:
            raise QueryError(or_else, name)
        given[name] = value
    for name in required:
        if name not in given:
            raise QueryError(or_else, name)
    return given
