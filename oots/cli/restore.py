"""`oots restore`: a backup in the place of a state that is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from oots.cli.journal import DATABASE


def restore(
    backup: Annotated[Path, typer.Argument(help="The folder that `oots backup` made.")],
    state: Annotated[Path, typer.Argument(help="The service's state folder: new, or empty but for vault.key.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="The vault's key file, of which the state folder gets a copy.")
    ] = None,
    database_url: DATABASE = None,
    broken: Annotated[
        bool, typer.Option("--broken-journal", help="Take a backup although its journal was not whole.")
    ] = False,
) -> None:
    """Make a state folder out of a backup, wholly or not at all; the service goes on with what was open then.

    The vault's key is the one at --key, or at OOTS_VAULT_KEY, where it stays; without them the one in the folder, or
    the one in the backup. What happened after the backup is lost on this side: a message that was sent since is sent
    again under its old id, by which the other side knows it.

    A backup of a PostgreSQL goes into the empty one that OOTS_DATABASE_URL names.

    Exit 1: the journal was not whole when it was backed up; 2: the folder or the database is not empty, the backup is
    damaged, or the key does not fit. Nothing was restored then.

    Example: oots restore /backups/provider-2026-11-28 state/provider --key /safe/provider-vault.key
    """
    from oots.cli import Exit
    from oots.exchange.restore import BrokenJournalError, Wanted
    from oots.exchange.restore import restore as restore_backup
    from oots.model.clock import SystemClock, iso

    elsewhere = os.environ.get("OOTS_VAULT_KEY") if key is None else None
    try:
        wanted = Wanted(Path(elsewhere) if elsewhere else key, not elsewhere, broken, database_url)
        made = restore_backup(backup, state, SystemClock(), wanted)
    except BrokenJournalError as fault:
        typer.echo(f"{backup}: {fault}; --broken-journal restores it all the same", err=True)
        for each in fault.report.faults:
            typer.echo(f"  {each.says}", err=True)
        raise typer.Exit(Exit.BAD) from None
    typer.echo(f"{state} is as it was at {iso(made.made_at)}; {len(made.parts)} files restored")
    raise typer.Exit(Exit.GOOD)
