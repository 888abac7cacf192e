"""A third of the scenarios in the oldest version, in which evidence is a PDF alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from oots.scenario_files.reading import SHIPPED, read_scenario
from oots.scenario_files.scenario import Scenario
from oots.scenarios.running import Result, run_scenarios

_OWN = (1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 15, 16, 18, 20, 26)
_PROJECTATHON = (2, 3, 6, 8, 9)
NAMES = (*(f"S{number:02}" for number in _OWN), *(f"TC{number:02}" for number in _PROJECTATHON))


def with_a_pdf_alone(scenario: Scenario) -> Scenario:
    """The same story: EDM 1.0 cannot ask for structured evidence and its readable version at once."""
    documents = scenario.expected.documents
    halved = scenario.expected.model_copy(update={"documents": documents and documents // 2})
    return scenario.model_copy(update={"expected": halved})


@pytest.fixture(scope="module")
def results() -> Mapping[str, Result]:
    scenarios = [with_a_pdf_alone(read_scenario(SHIPPED / f"{name}.toml")) for name in NAMES]
    return {result.scenario.name: result for result in run_scenarios(scenarios, "v1.0")}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_ends_in_1_0_as_its_file_says(results: Mapping[str, Result], name: str) -> None:
    assert results[name].as_expected, results[name].actual
