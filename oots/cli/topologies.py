"""`oots topologies`: who could stand where in Denmark, and what each way costs and risks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from oots.deployment.comparison import Compared, Counted
    from oots.scenarios.measuring import Measured

_COLUMNS = (
    "topology",
    "certificates",
    "endpoints",
    "abroad",
    "directory",
    "hops",
    "messages",
    "logs",
    "told in",
    "evidence at",
)


def topologies(
    names: Annotated[list[str] | None, typer.Argument(help="Names or .toml files; all of the package if none.")] = None,
    municipalities: Annotated[
        str, typer.Option(help="Those of the running town: kommunekoder with commas between them.")
    ] = "0751,0101",
    run: Annotated[bool, typer.Option("--run", help="Tell the bopælsattest in each, and count what happens.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Compare the topologies: certificates, endpoints, directory entries, hops, logs, and what fails with each part.

    Counted for all 98 municipalities and for a running town; `abroad` is how many access points another country must
    know. With --run hops and messages are those of a real exchange, `told in` and `evidence at` say in how many logs it
    stands and at how many places its evidence lay; exit is 1 if one does not deliver.

    Example: oots topologies --run
    """
    from oots.cli import Exit
    from oots.deployment.comparison import compare
    from oots.deployment.settings import kommunekoder

    served = kommunekoder(municipalities, municipalities.partition(",")[0].strip())
    compared = compare(served, names or ())
    measured = dict(zip((each.name for each in compared), _measured(names, compared, served, run), strict=False))
    if as_json:
        typer.echo(json.dumps([_as_json(each, measured) for each in compared], indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(compared, measured)))
    undelivered = [name for name, each in measured.items() if each.outcome != "delivered"]
    raise typer.Exit(Exit.BAD if undelivered else Exit.GOOD)


def _measured(
    names: list[str] | None, compared: Sequence[Compared], served: Sequence[str], run: bool
) -> list[Measured]:
    if not run:
        return []
    from oots.scenarios.measuring import measure

    return [measure(place, served) for place in names or [each.name for each in compared]]


def _as_json(each: Compared, measured: dict[str, Measured]) -> dict[str, object]:
    return {
        "name": each.name,
        "title": each.title.model_dump(),
        "summary": each.summary.model_dump(),
        "country": _counted(each.country),
        "running": _counted(each.running),
        "measured": asdict(measured[each.name]) if each.name in measured else None,
    }


def _counted(counted: Counted) -> dict[str, object]:
    told: dict[str, object] = {"certificates": counted.certificates}
    told |= {name: value for name, value in vars(counted).items() if isinstance(value, int)}
    told["journals"] = [{"place": each.place.model_dump(), "number": each.number} for each in counted.journals]
    told["outages"] = [
        {
            "part": each.part.model_dump(),
            "number": each.number,
            "municipalities": each.municipalities,
            "only_some_types": each.only_some_types,
            "fails": each.fails.model_dump(),
        }
        for each in counted.outages
    ]
    return told


def _lines(compared: Sequence[Compared], measured: dict[str, Measured]) -> list[str]:
    lines = [f"All {compared[0].country.municipalities} municipalities"]
    lines += _table([_row(each.name, each.country, None) for each in compared])
    lines += ["", f"A town of {compared[0].running.municipalities}{', as it ran' if measured else ''}"]
    lines += _table([_row(each.name, each.running, measured.get(each.name)) for each in compared])
    lines += ["", "When one part is down, this comes no more (all municipalities):"]
    for each in compared:
        lines += [f"  {each.name}"]
        lines += [
            f"    {outage.part.en}{f' (one of {outage.number})' if outage.number > 1 else ''}: {outage.fails.en}"
            for outage in each.country.outages
        ]
    return lines


def _row(name: str, counted: Counted, measured: Measured | None) -> list[str]:
    hops, messages = (measured.hops, measured.messages) if measured else (counted.hops, counted.messages)
    numbers = (
        counted.certificates,
        counted.endpoints,
        counted.endpoints_abroad_knows,
        counted.directory_entries,
        hops,
        messages,
        sum(each.number for each in counted.journals),
    )
    ran = (str(measured.journals), str(measured.places_of_evidence)) if measured else ("–", "–")
    return [name, *map(str, numbers), *ran]


def _table(rows: list[list[str]]) -> list[str]:
    shown = [list(_COLUMNS), *rows]
    widths = [max(len(row[place]) for row in shown) for place in range(len(_COLUMNS))]
    return ["  ".join(["", row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in shown]
