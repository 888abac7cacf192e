"""Scenario files: what is read, and how each fault is told with file, line and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oots.model.errors import ConfigurationError
from oots.scenario_files import reading
from oots.scenario_files.lines import line_of
from oots.scenario_files.reading import SHIPPED, file_of, files, read_scenario, read_scenarios
from oots.scenario_files.scenario import Act
from oots.scenario_files.writing import write_new

PATTERN = (SHIPPED / "S01.toml").read_text(encoding="utf-8")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario with one thing changed."""

    def written(old: str = "", new: str = "", name: str = "mine") -> Path:
        assert old in PATTERN
        path = tmp_path / f"{name}.toml"
        path.write_text(PATTERN.replace(old, new, 1) if old else PATTERN, encoding="utf-8")
        return path

    return written


def faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        read_scenario(path)
    return refused.value.faults


def line_with(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return number


def test_a_file_is_read_and_called_as_it_is_named(write: Write) -> None:
    scenario = read_scenario(write())
    assert scenario.name == "mine"
    assert scenario.steps[0].do is Act.SIGN_IN
    assert scenario.expected.outcome == "delivered"


@pytest.mark.parametrize(
    ("old", "new", "at", "field"),
    [
        ('scope = "annex-ii-municipal"', 'scope = "somewhere"', "somewhere", "scope"),
        ('portal = "LT"', 'portal = "SE"', '"SE"', "asks.portal"),
        ('municipality = "0751"', 'municipality = "Aarhus"', '"Aarhus"', "answers.municipality"),
        ('do = "look"', 'do = "stare"', "stare", "steps.4.do"),
        ('do = "look"', 'do = "look", pieces = [1]', "pieces", "steps.4"),
        ('do = "look"', 'do = "wait"', '"wait"', "steps.4"),
        ('outcomes = ["delivered"]', 'outcomes = ["splendid"]', "splendid", "expected.outcomes.0"),
        ("documents = 2", "documents = -1", "-1", "expected.documents"),
        ("documents = 2", "dokuments = 2", "dokuments", "expected.dokuments"),
        ('persona = "solvej"', 'persona = "solvej"\nmood = "sunny"', "mood", "mood"),
        ('journey = "bestil-bopaelsattest"', 'journey = ""', 'journey = ""', "journey"),
    ],
)
def test_a_fault_is_told_with_its_line_and_its_field(write: Write, old: str, new: str, at: str, field: str) -> None:
    path = write(old, new)
    (fault,) = faults(path)
    assert fault.startswith(f"{path}:{line_with(path, at)}: {field}: ")


def test_what_is_missing_is_named(write: Write) -> None:
    path = write('persona = "solvej"\n')
    (fault,) = faults(path)
    assert fault.startswith(f"{path}:")
    assert ": persona: " in fault


def test_what_is_no_toml_is_told_with_its_line(write: Write) -> None:
    path = write('scope = "annex-ii-municipal"', "scope = annex")
    (fault,) = faults(path)
    assert fault.startswith(f"{path}:{line_with(path, 'scope = annex')}: no TOML: ")


def test_a_file_cannot_call_itself_otherwise(write: Write) -> None:
    (fault,) = faults(write('persona = "solvej"', 'persona = "solvej"\nname = "yours"'))
    assert ": name: a scenario is called as its file is" in fault


def test_a_fault_of_the_story_lies_within_its_steps(write: Write) -> None:
    steps = "[expected]"
    path = write(steps, f'[[faults]]\nwhat = "register-failing"\nfrom = 8\n\n{steps}')
    assert read_scenario(path).faults[0].from_ == 8
    path = write(steps, f'[[faults]]\nwhat = "register-failing"\nfrom = 9\n\n{steps}')
    (fault,) = faults(path)
    assert "lies outside the 8 steps" in fault


def test_every_fault_of_every_file_is_told_at_once(write: Write) -> None:
    paths = [write("documents = 2", "documents = -1", "one"), write('do = "look"', 'do = "stare"', "two"), write()]
    with pytest.raises(ConfigurationError) as refused:
        read_scenarios(paths)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [str(path) for path in paths[:2]]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "none.toml")
    assert fault == f"{tmp_path / 'none.toml'}: cannot be read (FileNotFoundError)"


def test_a_line_is_found_in_every_way_of_writing_a_table() -> None:
    text = "a = 1\n\n[b]\nc = 2\nd.e = 3\n\n[[f]]\ng = 1\n[[f]]\ng = 2\nh = [\n"
    text += "  # why\n  { i = 1, j = 2 },\n  { i = 3 },\n]\n"
    text += 'k = """\n[b]\nc = 9\n"""\nl = { m = 1 }\n'
    places: dict[tuple[str | int, ...], int] = {
        ("a",): 1,
        ("b", "c"): 4,
        ("b", "d", "e"): 5,
        ("f", 0, "g"): 8,
        ("f", 1, "g"): 10,
        ("f", 1, "h", 0, "j"): 13,
        ("f", 1, "h", 1, "i"): 14,
        ("f", 1, "h", 7): 11,
        ("f", 1, "k"): 16,
        ("f", 1, "l", "m"): 20,
        ("nowhere",): 1,
    }
    assert {place: line_of(text, place) for place in places} == places


def test_the_shipped_scenarios_are_the_thirty_two_and_the_ten_cases() -> None:
    names = [scenario.name for scenario in read_scenarios(sorted(SHIPPED.glob("*.toml")))]
    assert {f"S{number:02}" for number in range(1, 33)} | {f"TC{number:02}" for number in range(1, 11)} <= set(names)


def test_a_scenario_is_found_by_name_in_any_case_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_of("s03") == SHIPPED / "S03.toml"
    assert file_of("elsewhere/mine.toml") == Path("elsewhere/mine.toml")
    with pytest.raises(ConfigurationError, match="no scenario is called mine"):
        file_of("mine")
    own = write_new(Path("scenarios"), "mine")
    assert file_of("Mine") == own
    assert files()[-1] == own
    assert [path.stem for path in files()][:3] == ["S01", "S02", "S03"]


def test_a_new_file_is_in_order_and_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "OWN", tmp_path)
    path = write_new(tmp_path, "moving-with-a-dog")
    assert read_scenario(path).name == "moving-with-a-dog"
    for taken in ("moving-with-a-dog", "s01"):
        with pytest.raises(ConfigurationError, match="already"):
            write_new(tmp_path, taken)
    with pytest.raises(ConfigurationError, match="letters, digits and hyphens"):
        write_new(tmp_path, "../over")
