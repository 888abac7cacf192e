"""Processes that have imported ahead run what they are told in surroundings of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from oots.deployment.processes import started
from tests.support.demo import runs, wait_until

TOLD = ("tests.support.surroundings", "7", "a word")


def test_a_process_has_arguments_environment_log_and_session_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("before\n")
    process = started(TOLD, {"OOTS_PORT": "1"}, tmp_path / "log")
    process.join()
    before, said, more = (tmp_path / "log").read_text().splitlines()
    assert (before, more) == ("before", "and more")
    told = json.loads(said)
    assert told.pop("ahead") == (sys.platform == "linux"), "whether a service's imports were there before it began"
    assert told == {"said": ["7", "a word"], "environment": {"OOTS_PORT": "1"}, "alone": True}
    assert process.exitcode == 7


def test_a_process_that_is_no_service_says_so_and_ends_with_two(tmp_path: Path) -> None:
    process = started(("oots", "serve", "bakery"), {}, tmp_path / "log")
    process.join()
    assert "'bakery' is no service" in (tmp_path / "log").read_text()
    assert process.exitcode == 2


def test_a_process_ends_when_the_one_that_started_it_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.support.idling", tmp_path / "log"], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as said:
        child = int(said.readline())
    assert runs(child)
    parent.kill()
    parent.wait()
    wait_until(lambda: not runs(child), "the process to end")
