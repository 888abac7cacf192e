"""A third of the scenarios in the oldest version, in which evidence is a PDF alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from oots.scenario_files.reading import SHIPPED, read_scenario
from oots.scenario_files.scenario import Scenario
from oots.scenarios.running import Result, run_scenarios

NAMES = (
    "S01 S02 S03 S04 S05 S06 S07 S09 S10 S11 S15 S16 S18 S20 S26 TC02 TC03 TC06 TC08 TC09".split()  # a third and more
)


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
