"""Whether a scenario fits the prototype as it is: persons, cases, requirements and journeys that its file names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from oots.deployment.settings import is_municipality
from oots.deployment.topology import EVIDENCE_TYPES
from oots.eid import personas
from oots.exchange.conversation import ProviderState, RequesterState
from oots.requester.cases import cases_of
from oots.scenario_files.reading import at_field
from oots.scenario_files.scenario import Scenario
from oots.scenarios.verdict import KNOWN_ENTRIES
from oots.workbench.journeys import deck


def lacking(scenario: Scenario) -> tuple[str, ...]:
    """What the scenario names that is not there, in a few words each; nothing if it can be told."""
    return tuple(says for _, says in _lacks(scenario))


def faults_of(scenario: Scenario, path: Path) -> tuple[str, ...]:
    """The same with file, line and field."""
    return tuple(at_field(path, field, says) for field, says in _lacks(scenario))


def _lacks(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if scenario.journey not in deck().journey:
        yield "journey", f"no journey is called {scenario.journey}"
    if scenario.evidence_type not in EVIDENCE_TYPES and scenario.answers.abroad is None:
        yield "evidence_type", f"there is no Danish evidence type {scenario.evidence_type}"
    yield from _municipalities(scenario)
    yield from _persons(scenario)
    yield from _cases(scenario)
    yield from _expectations(scenario)


def _municipalities(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """A kommunekode that is no municipality's would keep a town from being founded, and other scenarios with it."""
    named = [("answers.municipality", scenario.answers.municipality)]
    named += [(f"steps.{number}.municipality", step.municipality) for number, step in enumerate(scenario.steps)]
    for field, code in named:
        if code is not None and not is_municipality(code):
            yield field, f"no Danish municipality has the kommunekode {code}"


def _persons(scenario: Scenario) -> Iterator[tuple[str, str]]:
    named = [("persona", scenario.persona)]
    for number, step in enumerate(scenario.steps):
        named += [(f"steps.{number}.as", step.persona)] if step.persona else []
    yield from ((field, f"no persona is called {key}") for field, key in named if key not in _personas())


def _cases(scenario: Scenario) -> Iterator[tuple[str, str]]:
    cases = {case.key: case for case in cases_of(scenario.asks.portal.value)}
    case = cases.get(scenario.asks.case)
    if case is None:
        yield "asks.case", f"the portal {scenario.asks.portal} has no case {scenario.asks.case}"
        return
    if case.procedure != scenario.procedure:
        yield "procedure", f"the case {case.key} has the procedure {case.procedure}"
    if scenario.requirement not in (required := [piece.requirement for piece in case.pieces]):
        yield "requirement", f"the case {case.key} has the requirement {' and '.join(dict.fromkeys(required))}"
    for number, step in enumerate(scenario.steps):
        if step.case is not None and step.case not in cases:
            yield f"steps.{number}.case", f"the portal {scenario.asks.portal} has no case {step.case}"


def _expectations(scenario: Scenario) -> Iterator[tuple[str, str]]:
    known = {
        "requester": {state.value for state in RequesterState},
        "provider": {state.value for state in ProviderState},
        "requester_journal": KNOWN_ENTRIES,
        "provider_journal": KNOWN_ENTRIES,
    }
    for field, values in known.items():
        for number, value in enumerate(getattr(scenario.expected, field) or ()):
            if value not in values:
                yield f"expected.{field}.{number}", f"there is no {value}; known are {', '.join(sorted(values))}"


@cache
def _personas() -> frozenset[str]:
    return frozenset(personas.by_key(personas.load()))
