"""`oots topologies` prints the comparison, as a table and as JSON, and with a run of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from oots.cli import Exit, main
from oots.deployment.topology import topology_names


@pytest.fixture
def oots(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command with these arguments; returns the exit code."""

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["oots", *arguments])
        with pytest.raises(SystemExit) as end:
            sys.exit(main())
        return int(str(end.value.code or 0))

    return run


def test_the_table_has_a_line_for_each_topology(oots: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert oots("topologies") == Exit.GOOD
    said = capsys.readouterr().out
    assert said.startswith("All 98 municipalities")
    for name in topology_names():
        assert said.count(f"  {name} ") == 2
    assert "The municipality itself (one of 98): all from 1 municipality" in said


def test_the_same_can_be_read_by_a_program(oots: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert oots("topologies", "national-intermediary", "--municipalities", "0751", "--json") == Exit.GOOD
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], told["country"]["endpoints"], told["running"]["endpoints"]) == (
        "national-intermediary",
        99,
        2,
    )
    assert told["country"]["outages"][0]["fails"]["en"] == "all from 98 municipalities"
    assert told["measured"] is None


def test_a_run_measures_what_was_counted(oots: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert oots("topologies", "fki-intermediary", "--municipalities", "0751", "--run", "--json") == Exit.GOOD
    (told,) = json.loads(capsys.readouterr().out)
    measured, counted = told["measured"], told["running"]
    assert (measured["outcome"], measured["messages"]) == ("delivered", counted["messages"])
    assert measured["receipts"] == measured["messages"]
    assert measured["way"] == ["AP_LT_01", "AP_DK_FKI", "AP_DK_01"]
    assert measured["places_of_evidence"] == measured["journals"] == counted["hops"] + 1


@pytest.mark.parametrize("wrong", [["nowhere"], ["--municipalities", "0999"]])
def test_what_is_unknown_is_told_in_a_line(
    oots: Callable[..., int], wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert oots("topologies", *wrong) == Exit.UNREADABLE
    assert len(capsys.readouterr().err.splitlines()) == 1
