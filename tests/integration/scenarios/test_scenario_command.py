"""`oots scenario` as an architect types it: a new file, what is wrong with it, what comes of it, and the exit codes."""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import pytest

from oots.cli import Exit
from oots.cli.tables import scenario_list
from oots.dossier.from_journal import Place, material_of_journal
from oots.scenario_files.reading import files, read_scenarios
from tests.support import commands


def oots(folder: Path, *words: str) -> CompletedProcess[str]:
    return commands.oots("scenario", *words, cwd=folder)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario of one's own, and one that expects something else of the same story."""
    folder = tmp_path_factory.mktemp("desk")
    written = oots(folder, "new", "a-stranger")
    assert written.returncode == Exit.GOOD, written.stderr
    file = folder / "scenarios" / "a-stranger.toml"
    text = file.read_text(encoding="utf-8")
    before, _, rest = text.partition("steps = [")
    steps = 'steps = [\n  { do = "sign-in" },\n  { do = "choose-municipality", municipality = "0751" },\n'
    steps += '  { do = "request" },\n  { do = "wait-for-answer" },\n]'
    _, _, rest = rest.partition("\n]")
    story, _, rest = rest.partition("[expected]")
    _, _, shows = rest.partition("[shows]")
    changed = before.replace('persona = "solvej"', 'persona = "ukendt"') + steps + story
    for name, outcome in (("a-stranger", "refused EDM:ERR:0004"), ("a-wish", "delivered")):
        expected = f'[expected]\noutcomes = ["{outcome}"]\nmessages_hide = ["PreviewLocation"]\n\n[shows]'
        (file.parent / f"{name}.toml").write_text(changed + expected + shows, encoding="utf-8")
    return folder


def test_a_scenario_written_by_hand_is_checked_and_listed(desk: Path) -> None:
    checked = oots(desk, "check", "scenarios/a-stranger.toml")
    assert (checked.returncode, checked.stdout) == (Exit.GOOD, "1 scenario is in order\n")
    listed = json.loads(oots(desk, "list", "--json").stdout)["scenarios"]
    own = {each["name"]: each for each in listed}["a-stranger"]
    assert (own["expected"], own["persona"], own["lacking"]) == ("refused EDM:ERR:0004", "ukendt", [])
    assert len(listed) >= 44


def test_no_name_is_broken_in_two_where_a_terminal_is_narrow() -> None:
    scenarios = read_scenarios(files())
    with patch.dict(os.environ, {"COLUMNS": "80"}), redirect_stdout(StringIO()) as listed:
        scenario_list(scenarios, lambda scenario: ())
    lines = listed.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    words = {word for line in lines for word in line.split()}
    assert {each for scenario in scenarios for each in (scenario.name, scenario.journey, scenario.scope)} <= words
    assert {word for scenario in scenarios for word in scenario.title.en.split()} <= words


def test_scenarios_written_by_hand_are_run_and_what_came_of_them_is_no_matter_of_wishes(desk: Path) -> None:
    run = oots(desk, "run", "a-stranger", "scenarios/a-wish.toml", "--json", "--keep", "kept")
    assert run.returncode == Exit.BAD, run.stderr
    told: dict[str, Any] = {each["name"]: each for each in json.loads(run.stdout)["scenarios"]}
    good, wished = told["a-stranger"], told["a-wish"]
    assert set(good) == {"name", "journey", "expected", "actual", "as_expected", "seconds", "account"}
    assert (good["actual"], good["as_expected"]) == ("refused EDM:ERR:0004", True)
    account = good["account"]
    assert [(step["do"], step["done"]) for step in account["steps"]][-1] == ("wait-for-answer", True)
    assert [(each["says"], each["code"]) for each in account["messages"]] == [
        ("request", None),
        ("exception", "EDM:ERR:0004"),
    ]
    asked, answered = account["messages"]
    assert (asked["sender"], asked["receiver"]) == (answered["receiver"], answered["sender"])
    assert (account["documents"], account["requester"], account["provider"]) == ([], ["refused"], ["closed"])
    assert account["readings"] == [{"where": "outcomes", "held": True}, {"where": "messages_hide", "held": True}]
    assert wished["account"]["readings"][0] == {"where": "outcomes", "held": False}
    assert wished["expected"] == "delivered"
    assert wished["actual"].startswith("refused EDM:ERR:0004")
    assert wished["as_expected"] is False


def test_a_town_that_is_kept_tells_a_dossier_what_was_expected(desk: Path) -> None:
    """Of the run before."""
    town = desk / "kept" / "town-1"
    told = json.loads((town / "scenarios.json").read_bytes())
    expected = [each["expected outcome"] for each in told.values()]
    assert sorted(expected) == ["delivered", "refused EDM:ERR:0004"]
    for exchange_id, criteria in told.items():
        assert material_of_journal(exchange_id, Place(town)).expected == criteria
        assert (criteria["outcome"], criteria["journey"]) == ("refused EDM:ERR:0004", "bestil-bopaelsattest")
    again = oots(desk, "run", "a-stranger", "--keep", "kept")
    assert again.returncode == Exit.UNREADABLE
    assert "is there already" in again.stderr


def test_a_run_that_ends_as_expected_says_so_in_a_table(desk: Path) -> None:
    run = oots(desk, "run", "A-STRANGER", "--edm", "v1.0")
    assert run.returncode == Exit.GOOD, run.stdout
    assert "1 of 1 ended as expected" in run.stdout


def test_faults_of_a_file_are_told_with_line_and_field(desk: Path, tmp_path: Path) -> None:
    text = (desk / "scenarios" / "a-stranger.toml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.toml"
    broken.write_text(text.replace('persona = "ukendt"', 'persona = "nobody"'), encoding="utf-8")
    checked = oots(desk, "check", str(broken))
    (line,) = [number for number, each in enumerate(broken.read_text("utf-8").splitlines(), 1) if "nobody" in each]
    assert checked.returncode == Exit.BAD
    assert checked.stdout == f"{broken}:{line}: persona: no persona is called nobody\n"
    nowhere = tmp_path / "nowhere.toml"
    nowhere.write_text(text.replace("0751", "9999"), encoding="utf-8")
    assert "no Danish municipality has the kommunekode 9999" in oots(desk, "check", str(nowhere)).stdout
    run = oots(desk, "run", str(broken))
    assert run.returncode == Exit.BAD
    assert "cannot be told" in run.stdout


@pytest.mark.parametrize(
    ("words", "says"), [(("run", "S99"), "S99"), (("new", "S01"), "already"), (("new", "../x"), "letters")]
)
def test_what_cannot_be_done_is_said_in_one_line(desk: Path, words: tuple[str, ...], says: str) -> None:
    refused = oots(desk, *words)
    assert refused.returncode == Exit.UNREADABLE
    assert refused.stderr.count("\n") == 1
    assert says in refused.stderr
