"""`oots scenario`: stories as files; written, checked, listed and run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oots.cli import Exit
from oots.scenario_files.scenario import Topology
from oots.scenarios.outcome import Edm

if TYPE_CHECKING:
    from oots.scenario_files.scenario import Scenario

app = typer.Typer(no_args_is_help=True, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print for machines instead of for people.")]
ALL = "all"


@app.callback()
def scenario() -> None:
    """Scenarios are files: who asks whom for what, what goes wrong, and how it must end.

    Example: oots scenario run S03
    """


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is to be called; letters, digits and hyphens.")],
    folder: Annotated[Path, typer.Option(help="Where the file is to lie.")] = Path("scenarios"),
) -> None:
    """Write a scenario file that runs, to be changed as one likes.

    Example: oots scenario new moving-with-a-dog
    """
    from oots.scenario_files.writing import write_new

    path = write_new(folder, name)
    typer.echo(f"{path} is written; change it, then: oots scenario check {path} && oots scenario run {path}")


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Scenario files; all that are found without any.")] = None,
) -> None:
    """Say everything that is wrong with scenario files, with line and field.

    Example: oots scenario check scenarios/moving-with-a-dog.toml
    """
    from oots.model.errors import ConfigurationError
    from oots.scenario_files.reading import files as found
    from oots.scenario_files.reading import read_scenario
    from oots.scenarios.fitting import faults_of

    paths = files or list(found())
    faults: list[str] = []
    for path in paths:
        try:
            faults.extend(faults_of(read_scenario(path), path))
        except ConfigurationError as error:
            faults.extend(error.faults)
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(Exit.BAD)
    typer.echo("1 scenario is in order" if len(paths) == 1 else f"{len(paths)} scenarios are in order")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Name every scenario that is shipped, and those of the folder `scenarios` where one works.

    Example: oots scenario list --json
    """
    from oots.scenario_files.reading import files as found
    from oots.scenario_files.reading import read_scenarios
    from oots.scenarios.fitting import lacking

    scenarios = read_scenarios(found())
    if as_json:
        typer.echo(json.dumps({"scenarios": [_listed(each, lacking(each)) for each in scenarios]}, ensure_ascii=False))
        return
    from oots.cli.tables import scenario_list

    scenario_list(scenarios, lacking)


def _listed(scenario: Scenario, lacks: Sequence[str]) -> dict[str, object]:
    return {
        "name": scenario.name,
        "title": scenario.title.model_dump(),
        "journey": scenario.journey,
        "scope": scenario.scope.value,
        "persona": scenario.persona,
        "topology": scenario.topology.value,
        "expected": scenario.expected.outcome,
        "lacking": list(lacks),
    }


@app.command()
def run(
    names: Annotated[list[str], typer.Argument(help="Names or files, or `all`.", metavar="NAME|FILE|all...")],
    edm: Annotated[Edm | None, typer.Option(help="The only version that portals speak; the best without it.")] = None,
    topology: Annotated[Topology | None, typer.Option(help="Run them on this topology instead of their own.")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="A new folder in which each town stays, for dossiers of its exchanges.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell scenarios without a browser and hold what came of them against what their files expect.

    Exit 0 only if every one ended as expected. Example: oots scenario run S03 S07
    """
    from oots.cli.tables import Progress, results_table
    from oots.scenario_files.reading import file_of, read_scenarios
    from oots.scenario_files.reading import files as found
    from oots.scenarios.running import Result, run_scenarios

    paths = list(found()) if ALL in names else [file_of(name) for name in names]
    scenarios = read_scenarios(list(dict.fromkeys(paths)))
    if topology:
        scenarios = tuple(each.model_copy(update={"topology": topology}) for each in scenarios)
    results: list[Result] = []
    with Progress(len(scenarios), quiet=as_json) as progress:
        for result in run_scenarios(scenarios, edm.value if edm else None, keep):
            results.append(result)
            progress.add(result)
    order = {each.name: number for number, each in enumerate(scenarios)}
    results.sort(key=lambda result: order[result.scenario.name])
    if as_json:
        typer.echo(json.dumps({"scenarios": [each.written for each in results]}, indent=2, ensure_ascii=False))
    else:
        results_table(results)
    raise typer.Exit(Exit.GOOD if all(each.as_expected for each in results) else Exit.BAD)
