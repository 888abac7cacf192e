"""Writes tables and pictures of `results.json` into docs/performance.md: `python -m benchmarks.document`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.pictures import FOLDER, draw
from benchmarks.report import shown

RESULTS: Final = Path(__file__).parent / "results.json"
DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "performance.md"
_PLACE: Final = re.compile(r"<!-- measured: (\w+) -->\n.*?<!-- end -->\n", re.DOTALL)


def write(results: Path = RESULTS, document: Path = DOCUMENT, pictures: Path = FOLDER) -> None:
    """Replace what stands between `<!-- measured: NAME -->` and `<!-- end -->` for each measurement there is."""
    found = json.loads(results.read_text())
    measurements = found["measurements"]

    def part(place: re.Match[str]) -> str:
        name = place[1]
        if name == "machine":
            return _between(name, _machine(found["machine"]))
        if name == "bars":
            return _between(name, _bars(measurements))
        return _between(name, _part(measurements[name], pictures)) if name in measurements else place[0]

    document.write_text(_PLACE.sub(part, document.read_text()))


def _between(name: str, text: str) -> str:
    return f"<!-- measured: {name} -->\n{text}<!-- end -->\n"


def _machine(machine: Mapping[str, str]) -> str:
    return f"Measured on {machine['processor']}, {machine['system']}, Python {machine['python']}.\n"


def _bars(measurements: Mapping[str, Any]) -> str:
    """Every figure that has a bar."""
    lines = ["| figure | measured | bar | |", "| --- | ---: | --- | --- |"]
    for measured in measurements.values():
        for record in measured["records"]:
            if record["bar"] is not None:
                figure = f"{shown(record['value'])} {record['unit']}"
                if record["bar"].endswith("times"):
                    figure = f"{record['ratio']:.2f} times {record['beside']} ({figure})"
                verdict = "kept" if record["ok"] else "**missed**"
                lines.append(f"| {record['name'].strip()} | {figure} | {record['bar']} | {verdict} |")
    return "\n".join(lines) + "\n"


def _part(measured: Mapping[str, Any], pictures: Path) -> str:
    lines = ["| | median | unit | range | ratio | bar | |", "| --- | ---: | --- | --- | ---: | --- | --- |"]
    lines += [_row(record) for record in measured["records"]]
    for curve in measured["curves"]:
        picture = draw(curve, pictures)
        lines += ["", f"![{curve['title']}: {_told(curve)}](images/performance/{picture.name})"]
    for note in measured["notes"]:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def _row(record: Mapping[str, Any]) -> str:
    name = record["name"]
    depth = (len(name) - len(name.lstrip())) // 2
    least_and_most = "–".join(map(shown, record["range"])) if record["range"] else ""
    ratio = f"{record['ratio']:.2f}" if record["ratio"] is not None else ""
    verdict = {None: "", True: "kept", False: "**missed**"}[record["ok"]]
    cells = ["– " * depth + name.strip(), shown(record["value"]), record["unit"], least_and_most, ratio]
    return f"| {' | '.join([*cells, record['bar'] or '', verdict])} |"


def _told(curve: Mapping[str, Any]) -> str:
    """The last point of each line, for who does not see the picture."""
    ends = [(line["label"], *line["points"][-1]) for line in curve["lines"]]
    return "; ".join(f"{label} {shown(y)} {curve['y']} at {x:,g}" for label, x, y in ends)


if __name__ == "__main__":
    write()
