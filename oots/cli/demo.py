"""`oots demo`: the whole town on this machine, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oots.scenarios.outcome import Edm


def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65531, help="The portal's port; the others take the next four.")
    ] = 8400,
    state: Annotated[Path, typer.Option(help="Where keys, journals and evidence are kept.")] = Path("state"),
    tls: Annotated[bool, typer.Option("--tls", help="Serve https with the demo authority's certificate.")] = False,
    municipality: Annotated[str, typer.Option(help="The kommunekode of the municipality that answers.")] = "0751",
    edm: Annotated[Edm, typer.Option(help="The version of the exchange data model.")] = Edm.V2_0,
) -> None:
    """Start portal, municipality, directories, eIDAS node and authority, and say where to click. Ctrl-C ends them.

    Example: oots demo --port 9000
    """
    from oots.deployment.demo import run_demo

    raise typer.Exit(run_demo(port, state, tls, municipality, edm.value))
