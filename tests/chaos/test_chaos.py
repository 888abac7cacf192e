"""Nothing is lost and nothing happens twice, whatever dies: many exchanges while one thing after another fails.

`CHAOS_EXCHANGES` says how many.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine

from oots.exchange.journal_report import examine_journal
from oots.exchange.store import DATABASE
from tests.chaos.disk import NoDiskError, SmallDisk, small_disk
from tests.chaos.driver import Fault, Run
from tests.chaos.journals import judge, read_side
from tests.chaos.replica import ENTRY
from tests.support.haproxy import Doors, new_doors
from tests.support.ports import free_port
from tests.support.replicas import Plan, Replica, ReplicaTown, replica_town

EXCHANGES = int(os.environ.get("CHAOS_EXCHANGES", "150"))
KILLS = 8
CUT_OFF_SECONDS = 5.0
FULL_SECONDS = 3.0
LOST_RECEIPTS = 2
"""In a hundred, after the message has been delivered."""


@dataclass(frozen=True)
class Cables:
    """The ways from access point to access point, through HAProxy's doors: they can be cut, and they lose receipts."""

    to_provider: int
    to_requester: int
    doors: Doors

    @property
    def haproxy(self) -> str:
        return self._cable("to-provider", self.to_provider, self.doors.preview) + self._cable(
            "to-requester", self.to_requester, self.doors.portal
        )

    def _cable(self, name: str, port: int, door: int) -> str:
        return f"""
listen {name} from doors
    bind 127.0.0.1:{port}
    http-response deny deny_status 502 if {{ rand(100) lt {LOST_RECEIPTS} }}
    server door 127.0.0.1:{door}
"""

    def cut_off(self) -> None:
        """The provider cannot be reached by its partner, nor the requester by its own."""
        for name in ("to-provider", "to-requester"):
            assert self.doors.tell(f"disable frontend {name}") == ""
        time.sleep(CUT_OFF_SECONDS)
        for name in ("to-provider", "to-requester"):
            assert self.doors.tell(f"enable frontend {name}") == ""

    @property
    def lost_receipts(self) -> int:
        """How many answers were thrown away."""
        rows = [line.split(",") for line in self.doors.tell("show stat").splitlines()]
        column = rows[0].index("dresp")
        return sum(int(row[column]) for row in rows if row[0].startswith("to-") and row[1] == "FRONTEND")

    def environment(self) -> dict[str, dict[str, str]]:
        provider = {"party_id": "AP_DK_01", "preview_hosts": ["preview.aarhus.localhost"]}
        requester = {"party_id": "AP_LT_01", "return_hosts": ["portal.lt.localhost"]}
        return {
            "requester": {"OOTS_PARTNERS": self._partners(provider, self.to_provider)},
            "provider": {"OOTS_PARTNERS": self._partners(requester, self.to_requester)},
        }

    def _partners(self, partner: Mapping[str, object], port: int) -> str:
        return json.dumps({partner["party_id"]: {**partner, "endpoint": f"http://127.0.0.1:{port}/as4"}})


def fill(disk: SmallDisk) -> None:
    with disk.full():
        time.sleep(FULL_SECONDS)


def replaced(replica: Replica) -> None:
    """`kill -9`, and the engine that watches over containers starts it again."""
    replica.kill()
    replica.start()
    replica.wait()


def faults(town: ReplicaTown, others: Mapping[float, Callable[[], None]]) -> list[Fault]:
    """Kills spread over the run, each of another replica, and `others` at their times."""
    everybody = [replica for those in town.replicas.values() for replica in those]
    random.Random(1).shuffle(everybody)
    planned = [
        Fault((turn + 0.5) / (KILLS + 1), lambda replica=everybody[turn % len(everybody)]: replaced(replica))
        for turn in range(KILLS)
    ]
    planned += [Fault(at, happen) for at, happen in others.items()]
    return sorted(planned, key=lambda fault: fault.at)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with ExitStack() as ends:
        try:
            mounted = ends.enter_context(small_disk(tmp_path / "provider"))
        except NoDiskError as refused:
            if os.environ.get("CI"):
                pytest.fail(f"CI needs a disk that can be full: {refused}")
            pytest.skip(f"no disk that can be full: {refused}")
        yield mounted


def test_on_sqlite_with_one_process_a_side(
    tmp_path: Path, disk: SmallDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    cables = Cables(free_port(), free_port(), new_doors())
    plan = Plan(entry=ENTRY, environment=cables.environment(), haproxy=cables.haproxy)
    with replica_town(tmp_path, plan, cables.doors) as town:
        engines = {
            service: create_engine(
                URL.create(
                    "sqlite", database=(tmp_path / service / DATABASE).as_uri(), query={"mode": "ro", "uri": "true"}
                )
            )
            for service in ("requester", "provider")
        }
        others = {0.3: cables.cut_off, 0.6: lambda: fill(disk)}
        run = Run(town, engines, EXCHANGES, faults(town, others))
        run()
        lost_receipts = cables.lost_receipts
        for engine in engines.values():
            engine.dispose()
    sides = [read_side(service, tmp_path, None) for service in ("requester", "provider")]
    verdict = judge(*sides, run.accepted)
    with capsys.disabled():
        print(
            f"\nchaos on SQLite, one process a side: {len(run.accepted)} exchanges, {KILLS} kills, partner cut off "
            f"once, {lost_receipts} receipts lost, disk full once: {len(verdict.lost)} lost, {len(verdict.doubled)} "
            f"double effects, {len(verdict.unfinished)} unfinished, {len(verdict.disagreeing)} disagreements over "
            f"{verdict.messages} messages; {verdict.duplicates} duplicates turned away, {run.unheard} attempts not "
            f"heard; {run.seconds:.0f} s"
        )
    assert verdict.is_good, verdict
    for service in ("requester", "provider"):
        assert examine_journal(tmp_path / service).faults == ()
