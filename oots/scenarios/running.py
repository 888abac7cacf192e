"""Runs scenarios: those that can share a running town do, each is told in turn, and what came of it is kept."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from oots.model.clock import SystemClock
from oots.scenario_files.account import Account
from oots.scenario_files.scenario import Portal, Scenario, municipalities_of
from oots.scenarios.faults import NEEDS_OWN_TOWN
from oots.scenarios.fitting import lacking
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.messages import said
from oots.scenarios.sides import Sides
from oots.scenarios.telling import Teller
from oots.scenarios.verdict import Facts, account_of, differences, facts_of


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario. `actual` is the outcome, and after it each thing that was not as expected; `facts` and
    `account` are None where it could not be told at all."""

    scenario: Scenario
    actual: str
    as_expected: bool
    seconds: float
    facts: Facts | None = None
    account: Account | None = None

    @property
    def written(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "name": self.scenario.name,
            "journey": self.scenario.journey,
            "expected": self.scenario.expected.outcome,
            "actual": self.actual,
            "as_expected": self.as_expected,
            "seconds": round(self.seconds, 2),
            "account": asdict(self.account) if self.account else None,
        }


def run_scenarios(scenarios: Sequence[Scenario], edm: str | None = None) -> Iterator[Result]:
    """Each result as it comes, in the order of the towns in which they are told."""
    for _, together in groupby(sorted(scenarios, key=_town_of), key=_town_of):
        yield from _in_one_town(list(together), edm)


def _town_of(scenario: Scenario) -> tuple[str, str]:
    """What must be the same for two scenarios to share a town: its topology, unless one of them spoils it."""
    spoils = any(fault.what in NEEDS_OWN_TOWN for fault in scenario.faults)
    return scenario.topology.value, scenario.name if spoils else ""


def _in_one_town(scenarios: Sequence[Scenario], edm: str | None) -> Iterator[Result]:
    able = [scenario for scenario in scenarios if not lacking(scenario)]
    yield from (_not_told(scenario) for scenario in scenarios if scenario not in able)
    if not able:
        return
    with (
        tempfile.TemporaryDirectory(prefix="oots-scenarios-") as state,
        live_town(
            Path(state),
            SystemClock(),
            edm=edm,
            topology=able[0].topology.value,
            municipalities=municipalities_of(able),
            both_ways=any(scenario.asks.portal is Portal.DK for scenario in able),
        ) as live,
    ):
        for scenario in able:
            yield tell(live, scenario)


def _not_told(scenario: Scenario) -> Result:
    return Result(scenario, f"cannot be told: {'; '.join(lacking(scenario))}", as_expected=False, seconds=0.0)


def tell(live: LiveTown, scenario: Scenario) -> Result:
    """Tell one scenario in a town that runs."""
    began = time.perf_counter()
    heard, refused = len(live.tap.overheard), len(Sides(live).refusals())
    teller = Teller(live, scenario)
    teller.tell()
    messages = said(live.tap.overheard[heard:], live.anchors, live.clock.now())
    at_the_door = frozenset(line.entry.value for line in teller.sides.refusals()[refused:])
    facts = facts_of(teller, messages, at_the_door)
    unlike = differences(scenario, facts)
    actual = "; ".join([", ".join(facts.outcomes), *unlike])
    account = account_of(scenario, teller, facts)
    return Result(scenario, actual, not unlike, time.perf_counter() - began, facts, account)
