"""`oots demo`: the whole town on this machine, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oots.scenarios.outcome import Edm


def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65300, help="The portal's port; the others take the next ones.")
    ] = 8400,
    state: Annotated[Path, typer.Option(help="Where keys, journals and evidence are kept.")] = Path("state"),
    tls: Annotated[bool, typer.Option("--tls", help="Serve https with the demo authority's certificate.")] = False,
    municipality: Annotated[str, typer.Option(help="The kommunekode of the municipality that answers.")] = "0751",
    municipalities: Annotated[
        str,
        typer.Option(help="Those that answer beside it: kommunekoder with commas, or `all`; else the scenarios'."),
    ] = "",
    topology: Annotated[str, typer.Option(help="Who stands where: the name of a topology, or its .toml file.")] = (
        "shared"
    ),
    edm: Annotated[Edm, typer.Option(help="The version of the exchange data model.")] = Edm.V2_0,
) -> None:
    """Start the workbench with a whole town around it, and say where to click. Ctrl-C ends them.

    Example: oots demo --port 9000

    Example: oots demo --municipalities 0751,0101 --topology per-municipality
    """
    from oots.deployment.processes import import_ahead

    import_ahead()
    from oots.deployment.demo import run_demo

    code = run_demo(port, state, tls, municipality, edm.value, municipalities=municipalities, topology=topology)
    raise typer.Exit(code)
