"""Reads scenario files; every fault is told at once, with file, line and field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from oots.model.errors import ConfigurationError
from oots.scenario_files.lines import line_of
from oots.scenario_files.scenario import Scenario

SHIPPED: Final = Path(__file__).parent / "data"
OWN: Final = Path("scenarios")
"""Where one's own files lie, below the folder in which one works."""


def names() -> tuple[str, ...]:
    """The shipped scenarios by name, then one's own; one's own may not take a shipped name."""
    return tuple(path.stem for path in files())


def files() -> tuple[Path, ...]:
    """Every scenario file: the shipped ones, and those of the folder `scenarios` where one works."""
    return (*sorted(SHIPPED.glob("*.toml"), key=in_counting_order), *sorted(OWN.glob("*.toml"), key=in_counting_order))


def in_counting_order(path: Path) -> tuple[str, int, str]:
    """`S2` before `S10`, and the scenarios of this house before those of the Projectathon."""
    letters, digits, rest = re.fullmatch(r"(\D*)(\d*)(.*)", path.stem).groups()  # type: ignore[union-attr]  # matches all
    return letters, int(digits or 0), rest


def file_of(name: str) -> Path:
    """The file that `name` means: its own path, or the scenario of that name in any case of letters.

    Raises ConfigurationError that says what names there are.
    """
    if name.endswith(".toml"):
        return Path(name)
    for path in files():
        if path.stem.lower() == name.lower():
            return path
    raise ConfigurationError(f"no scenario is called {name}; `oots scenario list` names them all")


def read_scenario(path: Path) -> Scenario:
    """The scenario of one file; raises ConfigurationError with a line `file:line: field: what is wrong` per fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"{path}: cannot be read ({type(problem).__name__})") from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigurationError(_unreadable(path, str(problem))) from None
    if "name" in table:
        raise ConfigurationError(f"{path}:{line_of(text, ['name'])}: name: a scenario is called as its file is")
    try:
        return Scenario.model_validate(table | {"name": path.stem})
    except ValidationError as faults:
        raise ConfigurationError(*_told(path, text, faults)) from None


def read_scenarios(paths: Sequence[Path]) -> tuple[Scenario, ...]:
    """All of them; raises ConfigurationError with the faults of all."""
    scenarios: list[Scenario] = []
    faults: list[str] = []
    for path in paths:
        try:
            scenarios.append(read_scenario(path))
        except ConfigurationError as error:
            faults.extend(error.faults)
    if faults:
        raise ConfigurationError(*faults)
    return tuple(scenarios)


def at_field(path: Path, field: str, says: str) -> str:
    """A fault of a file that could be read, in the same form; `field` is written with dots."""
    place = [int(part) if part.isdecimal() else part for part in field.split(".")]
    return f"{path}:{line_of(path.read_text(encoding='utf-8'), place)}: {field}: {says}"


def _unreadable(path: Path, problem: str) -> str:
    place = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", problem, flags=re.DOTALL)
    return f"{path}:{place[2]}: no TOML: {place[1]}" if place else f"{path}: no TOML: {problem}"


def _told(path: Path, text: str, faults: ValidationError) -> Iterator[str]:
    for fault in faults.errors(include_url=False, include_input=False):
        place = fault["loc"]
        field = ".".join(map(str, place)) or "the whole file"
        yield f"{path}:{line_of(text, place)}: {field}: {fault['msg'].removeprefix('Value error, ')}"
