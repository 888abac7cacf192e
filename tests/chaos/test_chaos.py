"""Nothing is lost and nothing happens twice, whatever dies: many exchanges while one thing after another fails.

`CHAOS_EXCHANGES` says how many.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine

from oots.database.sqlite import DATABASE
from oots.exchange.journal_report import examine_journal
from tests.chaos.cables import Cables
from tests.chaos.disk import NoDiskError, SmallDisk, small_disk
from tests.chaos.driver import Fault, Run
from tests.chaos.journals import Verdict, judge, read_side
from tests.chaos.replica import ENTRY
from tests.support.haproxy import new_doors
from tests.support.ports import free_port
from tests.support.postgres import Postgres, postgres
from tests.support.replicas import Plan, Replica, ReplicaTown, replica_town

EXCHANGES = int(os.environ.get("CHAOS_EXCHANGES", "150"))
KILLS = 8
FULL_SECONDS = 3.0
"""For how long the fault lasts."""
SIDES = ("requester", "provider")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Where the provider keeps its state."""
    with ExitStack() as ends:
        try:
            mounted = ends.enter_context(small_disk(tmp_path / "provider"))
        except NoDiskError as refused:
            if os.environ.get("CI"):
                pytest.fail(f"CI needs a disk that can be full: {refused}")
            pytest.skip(f"no disk that can be full: {refused}")
        yield mounted


@pytest.fixture
def cables() -> Cables:
    return Cables(free_port(), free_port(), new_doors())


def fill(disk: SmallDisk) -> None:
    with disk.full():
        time.sleep(FULL_SECONDS)


def kill_and_start(replica: Replica) -> None:
    """`kill -9`, and a new process in the place of the old one."""
    replica.kill()
    replica.start()
    replica.wait()


def kills(town: ReplicaTown) -> list[Fault]:
    """Spread over the run, requester and provider in turn, each time another replica."""
    pairs = zip(*(town.replicas[side] for side in SIDES), strict=True)
    everybody = [replica for pair in pairs for replica in pair]
    chosen = islice(cycle(everybody), KILLS)
    return [Fault((turn + 0.5) / (KILLS + 1), partial(kill_and_start, each)) for turn, each in enumerate(chosen)]


def summary(where: str, run: Run, cables: Cables, verdict: Verdict, more: str = "") -> str:
    """The line that a run ends with."""
    return (
        f"chaos on {where}: {len(run.accepted)} exchanges in {run.seconds:.0f} s; {KILLS} replicas killed, {more}"
        f"partner cut off once, {cables.lost_receipts} receipts lost, disk full once: {len(verdict.lost)} lost, "
        f"{len(verdict.doubled)} double effects, {len(verdict.unfinished)} without a final state, "
        f"{len(verdict.disagreeing)} disagreements between the journals over {verdict.messages} messages "
        f"({verdict.duplicates} duplicates turned away; {run.unheard} attempts to ask not heard)"
    )


def sqlite_of(state: Path) -> Engine:
    """For looking at a store from outside while its service runs."""
    database = (state / DATABASE).as_uri()
    return create_engine(URL.create("sqlite", database=database, query={"mode": "ro", "uri": "true"}))


def test_on_sqlite_with_one_process_a_side(
    tmp_path: Path, disk: SmallDisk, cables: Cables, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(entry=ENTRY, environment=cables.environment(), haproxy=cables.haproxy)
    with replica_town(tmp_path, plan, cables.doors) as town:
        engines = {side: sqlite_of(tmp_path / side) for side in SIDES}
        faults = [*kills(town), Fault(0.3, cables.cut_off), Fault(0.6, partial(fill, disk))]
        run = ended(Run(town, engines, EXCHANGES, faults), cables)
    verdict = judge(*(read_side(side, tmp_path, None) for side in SIDES), run.accepted)
    with capsys.disabled():
        print(f"\n{summary('SQLite with one process a side', run, cables, verdict)}")  # noqa: T201 (what it is for)
    expect_good(verdict, cables)
    assert [examine_journal(tmp_path / side).faults for side in SIDES] == [(), ()]


def test_on_postgresql_with_two_replicas_a_side(
    tmp_path: Path, disk: SmallDisk, cables: Cables, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres() as server:
        databases = {side: server.new_database() for side in SIDES}
        plan = Plan(2, 2, databases, ENTRY, cables.environment(), cables.haproxy)
        with replica_town(tmp_path, plan, cables.doors) as town:
            engines = {side: create_engine(databases[side]) for side in SIDES}
            crashes = [Fault(at, partial(crash, server)) for at in (0.25, 0.7)]
            faults = [*kills(town), *crashes, Fault(0.35, cables.cut_off), Fault(0.6, partial(fill, disk))]
            run = ended(Run(town, engines, EXCHANGES, faults), cables)
        verdict = judge(*(read_side(side, tmp_path, databases[side]) for side in SIDES), run.accepted)
        journals = [examine_journal(tmp_path / side, database_url=databases[side]).faults for side in SIDES]
    more = f"PostgreSQL crashed {len(crashes)} times, "
    with capsys.disabled():
        where = "PostgreSQL with two replicas a side"
        print(f"\n{summary(where, run, cables, verdict, more)}")  # noqa: T201 (what it is for)
    expect_good(verdict, cables)
    assert journals == [(), ()]


def ended(run: Run, cables: Cables) -> Run:
    """After it has run."""
    run()
    cables.count()
    for engine in run.databases.values():
        engine.dispose()
    return run


def crash(server: Postgres) -> None:
    server.crash()
    server.start()


def expect_good(verdict: Verdict, cables: Cables) -> None:
    assert verdict.is_good, verdict
    assert verdict.duplicates >= cables.lost_receipts > 0
