"""Scenarios on a terminal: a bar while they run, a table when they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich import box, progress
from rich.console import Console
from rich.table import Table
from rich.text import Text

from oots.scenario_files.scenario import Scenario
from oots.scenarios.running import Result


class Progress:
    """A bar on stderr, with what does not end as expected told at once; nothing where nobody looks or `quiet`."""

    def __init__(self, total: int, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("scenarios", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def add(self, result: Result) -> None:
        """One more is done."""
        self._bar.update(self._task, advance=1, description=result.scenario.name)


def results_table(results: Sequence[Result]) -> None:
    """One line for each, and a sentence at the end."""
    table = _table("name", "journey", "expected", "actual", "seconds")
    for result in results:
        actual = Text(result.actual, style="" if result.as_expected else "bold red")
        scenario = result.scenario
        table.add_row(scenario.name, scenario.journey, scenario.expected.outcome, actual, f"{result.seconds:.1f}")
    console = Console()
    console.print(table)
    good = sum(result.as_expected for result in results)
    seconds = sum(result.seconds for result in results)
    console.print(f"{good} of {len(results)} ended as expected, in {seconds:.0f} seconds", highlight=False)


def scenario_list(scenarios: Sequence[Scenario], lacking: Callable[[Scenario], Sequence[str]]) -> None:
    """Name, journey, scope and title; why one cannot be told yet."""
    table = _table("name", "journey and scope", "title")
    for scenario in scenarios:
        title = Text(scenario.title.en)
        if lacks := lacking(scenario):
            title.append(f"\ncannot be told yet: {'; '.join(lacks)}", style="red")
        table.add_row(scenario.name, f"{scenario.journey}\n  {scenario.scope}", title)
    Console().print(table)


_TO_BE_TYPED = frozenset({"name", "journey", "journey and scope"})
"""Columns whose words are typed elsewhere: none is broken in two."""


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(
            heading,
            overflow="fold",
            no_wrap=heading in _TO_BE_TYPED,
            justify="right" if heading == "seconds" else "left",
        )
    return table
