"""Draws the curves of `results.json` for docs/performance.md; readable on light and on dark pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("svg")
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

FOLDER: Final = Path(__file__).parents[1] / "docs" / "images" / "performance"
_INK: Final = "#101010"
_FAINT: Final = "#a0a0a1"
_BAR: Final = "#b00020"
_LINES: Final = ("#1f6feb", "#b35900", "#2e7d32", "#8250df", "#0a7a8a", "#99286b")
_ON_DARK: Final = {
    _INK: "#e6e6e6",
    _FAINT: "#5c5c5d",
    _BAR: "#ff7b8a",
    "#1f6feb": "#79b8ff",
    "#b35900": "#ffab5e",
    "#2e7d32": "#7ee08a",
    "#8250df": "#c8a8ff",
    "#0a7a8a": "#67d5e0",
    "#99286b": "#ff9ed2",
}
_MARKS: Final = ("o", "s", "^", "D", "v", "P")
_SETTINGS: Final = {
    "svg.hashsalt": "oots",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _FAINT,
    "grid.alpha": 0.4,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(curve: Mapping[str, Any], folder: Path = FOLDER) -> Path:
    """The picture of a curve as `results.json` has it; equal curves give equal files."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        axes = figure.subplots()
        _plot(axes, curve)
        written = StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    path = folder / f"{curve['name']}.svg"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_for_both(written.getvalue(), curve["title"]))
    return path


def _plot(axes: Axes, curve: Mapping[str, Any]) -> None:
    for line, color, mark in zip(curve["lines"], _LINES, _MARKS, strict=False):
        xs, ys = zip(*line["points"], strict=True)
        axes.plot(xs, ys, color=color, marker=mark, markersize=5, linewidth=1.8, label=line["label"])
    if curve["bar"] is not None:
        axes.axhline(curve["bar"], color=_BAR, linestyle="--", linewidth=1.2, label=f"bar: {curve['bar']:g}")
    axes.set_xlabel(curve["x"])
    axes.set_ylabel(curve["y"])
    if curve["log_x"]:
        axes.set_xscale("log")
    if curve["log_y"]:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    measured = sorted({x for line in curve["lines"] for x, _ in line["points"]})
    if curve["log_x"] or len(measured) <= 4:
        axes.set_xticks(measured, minor=False)
        axes.set_xticks([], minor=True)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}" if x < 1e6 else f"{x / 1e6:g} M"))
    axes.grid(axis="y")
    axes.legend(frameon=False, fontsize=10)


def _for_both(svg: str, title: str) -> str:
    """Colours by name, which mean others where a page is dark; a title for who does not see the picture."""
    light = "".join(f"--c{color[1:]}:{color};" for color in _ON_DARK)
    dark = "".join(f"--c{color[1:]}:{other};" for color, other in _ON_DARK.items())
    style = f"<style>svg{{{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    for color in _ON_DARK:
        svg = svg.replace(color, f"var(--c{color[1:]})")
    return re.sub(r"(<svg [^>]*>)", lambda tag: f"{tag[1]}\n <title>{title}</title>\n {style}", svg, count=1)
