"""What the portal finds in the directories, and whether finding nobody is told apart from silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from oots.model.catalogue import DataService, EvidenceTypesOfRequirement, RequirementOfProcedures
from oots.model.errors import PeerError
from oots.model.identifiers import Identifier
from oots.requester.cases import CASES, Case, Piece
from oots.requester.discovery import Discovery, Finding
from oots.wire.catalogue import DirectoryError
from tests.support.wire import DATA_SERVICES, EVIDENCE_TYPES, REQUIREMENTS

PIECE = Piece("address", REQUIREMENTS[0].requirement.identifier)
CASE = replace(CASES[0], pieces=(PIECE,))
SERVICES = tuple(
    replace(
        service,
        access_services=tuple(
            replace(access, conforms_to=("oots-edm:v2.0", "oots-edm:v1.2")) for access in service.access_services
        ),
    )
    for service in DATA_SERVICES
)
OTHER_PIECE = replace(PIECE, requirement="https://sr.oots.tech.ec.europa.eu/requirements/another")
OTHER_CASE = replace(CASE, pieces=(OTHER_PIECE,))


class Directories:
    """Directories that hold one of each, except that the query named `refused` is answered with `failure`."""

    def __init__(self, refused: str = "", failure: PeerError | None = None) -> None:
        self._refused = refused
        self._failure = failure

    def _ask(self, query: str) -> None:
        if query == self._refused and self._failure:
            raise self._failure

    def requirements(self, procedure: str, country: str) -> tuple[RequirementOfProcedures, ...]:
        self._ask("requirements")
        return REQUIREMENTS

    def evidence_types(self, requirement_id: str, country: str) -> EvidenceTypesOfRequirement:
        self._ask("evidence_types")
        return EVIDENCE_TYPES

    def data_services(self, classification: str, country: str, *, answers: dict[str, str]) -> tuple[DataService, ...]:
        self._ask("data_services")
        return SERVICES


def findings(*versions: str, directories: Directories | None = None, case: Case = CASE) -> tuple[Finding, ...]:
    asked = [f"oots-edm:{version}" for version in versions]
    return Discovery(cast(Any, directories or Directories()), "LT", asked).find(case, "DK")


def found(directories: Directories, case: Case = CASE) -> list[Identifier]:
    return [found.access_service.identifier for found in findings("v2.0", directories=directories, case=case)]


def test_every_access_service_that_speaks_our_version_is_found() -> None:
    lawful = [access.identifier for service in SERVICES for access in service.access_services]
    assert lawful
    assert found(Directories()) == lawful


def test_the_best_version_that_both_sides_speak_is_chosen() -> None:
    assert {found.specification for found in findings("v2.0", "v1.2")} == {"oots-edm:v2.0"}
    assert {found.specification for found in findings("v1.2", "v2.0")} == {"oots-edm:v1.2"}


def test_without_a_version_in_common_nobody_is_found() -> None:
    assert findings("v1.2")
    assert findings("v1.0") == ()


def test_a_requirement_on_which_the_procedure_does_not_rely_finds_nobody() -> None:
    assert found(Directories())
    assert found(Directories(), OTHER_CASE) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("requirements", "EB:ERR:0001"),
        ("evidence_types", "EB:ERR:0001"),
        ("evidence_types", "EB:ERR:0002"),
        ("data_services", "DSD:ERR:0001"),
        ("data_services", "DSD:ERR:0002"),
    ],
)
def test_a_directory_that_holds_nothing_of_the_kind_finds_nobody(query: str, code: str) -> None:
    assert found(Directories(query, DirectoryError(code, "nothing", None))) == []


@pytest.mark.parametrize("query", ["requirements", "evidence_types", "data_services"])
@pytest.mark.parametrize("failure", [PeerError("silent"), DirectoryError("DSD:ERR:0003", "wrong parameters", None)])
def test_silence_or_another_failure_is_not_taken_for_nobody(query: str, failure: PeerError) -> None:
    with pytest.raises(PeerError) as raised:
        found(Directories(query, failure))
    assert raised.value is failure
