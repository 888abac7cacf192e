"""`oots vault`: the keys under which a service keeps personal data."""

from __future__ import annotations

import typer

from oots.cli.journal import DATABASE, KEY, STATE, folders_of

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def vault() -> None:
    """The keys under which services keep personal data and evidence.

    Example: oots vault rotate state/provider
    """


@app.command()
def rotate(state: STATE, key: KEY = None, database_url: DATABASE = None) -> None:
    """Seal everything under a new key and drop the old one, without loss. The services must be stopped.

    Killed on the way, it can be run again and ends what it began. Exit 5: nothing there to seal.

    Example: oots vault rotate state
    """
    from oots.cli import Exit
    from oots.deployment.at_rest import rotate_folder
    from oots.model.clock import SystemClock

    folders = folders_of(state, key, database_url)
    if not folders:
        typer.echo(f"{state}: no store here, so there is nothing to seal")
    for folder in folders:
        resealed = rotate_folder(folder, key, SystemClock(), database_url)
        typer.echo(f"{folder}: {resealed} rows and files are under a new key")
    raise typer.Exit(Exit.GOOD if folders else Exit.NOTHING_CHECKED)
