"""Runs scenarios: those that can share a running town do, each is told in turn, and what came of it is kept."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from oots.dossier.from_journal import SCENARIOS
from oots.model.clock import SystemClock
from oots.model.errors import ConfigurationError
from oots.scenario_files.account import Account
from oots.scenario_files.scenario import Portal, Scenario, municipalities_of
from oots.scenarios.faults import NEEDS_OWN_TOWN
from oots.scenarios.fitting import lacking
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.messages import said
from oots.scenarios.sides import Sides
from oots.scenarios.telling import Teller
from oots.scenarios.verdict import Facts, account_of, differences, facts_of
from oots.trust.files import write_whole


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario. `actual` is the outcome, and after it each thing that was not as expected; `facts` and
    `account` are None where it could not be told at all; `exchanges` are those that were begun."""

    scenario: Scenario
    actual: str
    as_expected: bool
    seconds: float
    facts: Facts | None = None
    account: Account | None = None
    exchanges: tuple[str, ...] = ()

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


def run_scenarios(scenarios: Sequence[Scenario], edm: str | None = None, keep: Path | None = None) -> Iterator[Result]:
    """Each result as it comes, in the order of the towns in which they are told. With `keep`, a new folder, each town
    stays there in one of its own, with what was expected of each exchange.

    Raises ConfigurationError where there is such a folder already.
    """
    if keep is not None and keep.exists():
        raise ConfigurationError(f"{keep} is there already; name a new folder")
    for number, (_, together) in enumerate(groupby(sorted(scenarios, key=_town_of), key=_town_of), start=1):
        yield from _in_one_town(list(together), edm, keep / f"town-{number}" if keep else None)


def _town_of(scenario: Scenario) -> tuple[str, str]:
    """What must be the same for two scenarios to share a town: its topology, unless one of them spoils it."""
    spoils = any(fault.what in NEEDS_OWN_TOWN for fault in scenario.faults)
    return scenario.topology.value, scenario.name if spoils else ""


def _in_one_town(scenarios: Sequence[Scenario], edm: str | None, keep: Path | None) -> Iterator[Result]:
    able = [scenario for scenario in scenarios if not lacking(scenario)]
    yield from (_not_told(scenario) for scenario in scenarios if scenario not in able)
    if not able:
        return
    with (
        _folder(keep) as state,
        live_town(
            state,
            SystemClock(),
            edm=edm,
            topology=able[0].topology.value,
            municipalities=municipalities_of(able),
            both_ways=any(scenario.asks.portal is Portal.DK for scenario in able),
        ) as live,
    ):
        told: dict[str, dict[str, str]] = {}
        for scenario in able:
            result = tell(live, scenario)
            if keep is not None:
                told |= criteria_by_exchange(result)
                write_whole(keep / SCENARIOS, json.dumps(told, indent=1, ensure_ascii=False).encode(), mode=0o600)
            yield result


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(mode=0o700, parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="oots-scenarios-") as folder:
        yield Path(folder)


def criteria_by_exchange(result: Result) -> dict[str, dict[str, str]]:
    """What was expected of each exchange of a scenario, and what came of it; nothing of what pages or documents say."""
    scenario, facts = result.scenario, result.facts
    whole = {
        "journey": scenario.journey,
        "scenario": f"{scenario.name}: {scenario.title.en}",
        "expected of the scenario": scenario.expected.outcome,
        "came of it": ", ".join(facts.outcomes) if facts else "nothing",
        "everything as expected": "yes" if result.as_expected else "no",
    }
    return {each: whole | _of_exchange(scenario, facts, place) for place, each in enumerate(result.exchanges)}


def _of_exchange(scenario: Scenario, facts: Facts | None, place: int) -> dict[str, str]:
    expected, came = scenario.expected.outcomes, facts.outcomes if facts else ()
    told = {"expected outcome": expected[place]} if place < len(expected) else {}
    return told | ({"outcome": came[place]} if place < len(came) else {})


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
    seconds = time.perf_counter() - began
    return Result(scenario, actual, not unlike, seconds, facts, account, tuple(teller.exchanges))
