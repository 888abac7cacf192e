"""`oots keys`: the demo authority and everybody's keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

STATE = Annotated[Path, typer.Option(help="The state folder; keys are in its folder `keys`.")]

MUNICIPALITY = Annotated[str, typer.Option(help="The kommunekode of the municipality whose seal is needed.")]


@app.callback()
def keys() -> None:
    """The demo authority and everybody's keys.

    Message keys (RSA 3072) are for access points, all others are P-256: the municipality's seal, the directories'
    answers, TLS, and those with which dossiers and reviews will be signed.

    Example: oots keys init --state state
    """


@app.command()
def init(state: STATE = Path("state"), municipality: MUNICIPALITY = "0751") -> None:
    """Create what is missing: root and issuing authority, everybody's keys (0600) and trust.pem. Existing keys stay.

    Example: oots keys init --state state
    """
    from oots.deployment.keys import init_town_keys

    directory = init_town_keys(state, municipality)
    typer.echo(f"keys and trust.pem are in {directory}")


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="A folder per service is written here.")],
    state: STATE = Path("state"),
    municipality: MUNICIPALITY = "0751",
) -> None:
    """Write each service's own keys and trust.pem into TARGET/<service>, and nothing of others.

    Example: oots keys export volumes --state state
    """
    from oots.deployment.keys import export_town_keys

    export_town_keys(state, target, municipality)
    typer.echo(f"each service's own keys are in {target}")
