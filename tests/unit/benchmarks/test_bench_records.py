"""What a measurement says of its figures: medians, ratios of rounds, bars, and the page that shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.record import Bar, Measured, Record, Series
from benchmarks.report import shown, table

ROOT = Path(__file__).parents[3]
RESULTS = json.loads((ROOT / "benchmarks" / "results.json").read_text())
PAGE = (ROOT / "docs" / "performance.md").read_text()


def series(*values: float) -> Series:
    return Series(list(values))


def test_a_ratio_is_the_median_of_what_each_round_says_of_itself() -> None:
    record = series(10, 30, 20).record("ours", "ms", beside=series(5, 10, 20), named="floor")
    assert (record.value, record.range, record.ratio, record.beside) == (20, (10, 30), 2.0, "floor")


@pytest.mark.parametrize(
    ("bar", "value", "ok"),
    [
        (Bar(most=3), 3.0, True),
        (Bar(most=3), 3.01, False),
        (Bar(least=1.8), 1.8, True),
        (Bar(least=1.8), 1.79, False),
    ],
)
def test_a_bar_binds_the_figure_itself(bar: Bar, value: float, ok: bool) -> None:
    assert Record("figure", value, "ms", bar=bar).ok is ok


def test_a_bar_on_the_ratio_binds_the_ratio_and_not_the_figure() -> None:
    bar = Bar(most=3, on_ratio=True)
    assert Record("figure", 100.0, "ms", bar=bar, ratio=2.9).ok is True
    assert Record("figure", 1.0, "ms", bar=bar, ratio=3.1).ok is False
    assert Record("figure", 1.0, "ms", bar=bar).ok is False


def test_a_figure_without_a_bar_neither_keeps_nor_misses_one() -> None:
    assert Record("figure", 1.0, "ms").ok is None


def test_the_table_has_every_bar_beside_its_figure() -> None:
    measured = Measured(
        (Record("slow", 4.0, "ms", bar=Bar(most=3)), Record("fast", 2.0, "ms", bar=Bar(most=3))), notes=("A note.",)
    )
    slow, fast = table("Title", measured).splitlines()[3:5]
    assert slow.split() == ["slow", "4", "ms", "at", "most", "3", "MISSED"]
    assert fast.split() == ["fast", "2", "ms", "at", "most", "3", "kept"]


@pytest.mark.parametrize("name", RESULTS["measurements"])
def test_the_page_shows_what_was_measured_last(name: str) -> None:
    part = PAGE.partition(f"<!-- measured: {name} -->\n")[2].partition("<!-- end -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in part.splitlines() if line.startswith("|")]
    said = [[cells[0].lstrip("– "), *cells[1:]] for cells in rows[2:]]
    assert said == [
        [record["name"].strip(), shown(record["value"]), record["unit"]]
        for record in RESULTS["measurements"][name]["records"]
    ]


@pytest.mark.parametrize("name", RESULTS["measurements"])
def test_every_curve_has_its_picture(name: str) -> None:
    for curve in RESULTS["measurements"][name]["curves"]:
        assert (ROOT / "docs" / "images" / "performance" / f"{curve['name']}.svg").exists()
