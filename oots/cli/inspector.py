"""`oots inspector`: the exchanges of a town laid open, without the town."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def inspector(
    state: Annotated[Path, typer.Option(help="The state folder of a town, or of one of its services.")] = Path("state"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of its pages on this machine.")] = 8410,
) -> None:
    """Look at the exchanges of a town, which may run or not: their journals are read and never changed.

    Reviewers are invented and nobody is checked, so the pages are for this machine alone; `oots serve inspector` is for
    reviewers who sign in. Who looked at what is kept in the folder `inspector` beside the services. Ctrl-C ends it.

    Exit 2: no journals there, or another inspector has the folder.

    Example: oots inspector --state state
    """
    from oots.deployment.inspector_alone import run_inspector

    run_inspector(state, port, typer.echo)
    raise typer.Exit(0)
