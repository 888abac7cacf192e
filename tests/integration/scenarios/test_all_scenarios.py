"""Every shipped scenario in the newest version: what comes of it is what its file says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from oots.scenario_files.reading import SHIPPED, read_scenarios
from oots.scenarios.running import Result, run_scenarios

SCENARIOS = read_scenarios(sorted(SHIPPED.glob("*.toml")))


@pytest.fixture(scope="module")
def results() -> Mapping[str, Result]:
    """Each told once; those that can share a town do."""
    return {result.scenario.name: result for result in run_scenarios(SCENARIOS)}


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_a_scenario_ends_as_its_file_says(results: Mapping[str, Result], name: str) -> None:
    assert results[name].as_expected, results[name].actual
