"""`oots backup`: a copy of a service's state as it is at one moment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oots.cli.journal import DATABASE, KEY, STATE


def backup(
    state: STATE,
    target: Annotated[Path, typer.Argument(help="The new folder that the backup becomes.")],
    key: KEY = None,
    database_url: DATABASE = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the vault's key into the backup: whoever has it can read it all.")
    ] = False,
) -> None:
    """Back up journal, exchanges and files as they are at one moment. The service may run. Of a town each service
    becomes a folder in TARGET.

    What is in a backup is encrypted as it was. Without the vault's key nobody can read it, you neither: keep a copy of
    that file in another place. The folder `keys` of a town is not in it.

    With OOTS_DATABASE_URL the database is that PostgreSQL, dumped by pg_dump, which must be installed.

    Exit 2: nothing was backed up, or no store there.

    Example: oots backup state/provider /backups/provider-2026-11-28
    """
    from oots.cli import Exit
    from oots.cli.journal import folders_of
    from oots.exchange.backup import back_up
    from oots.exchange.store import VAULT_KEY
    from oots.model.clock import SystemClock
    from oots.model.errors import ConfigurationError

    folders = folders_of(state, key, database_url)
    if not folders:
        raise ConfigurationError(f"{state} holds no store")
    for folder in folders:
        into = target if folder == state else target / folder.name
        vault_key = key or folder / VAULT_KEY
        made = back_up(
            folder, into, SystemClock().now(), key=vault_key if with_key else None, database_url=database_url
        )
        size = sum(part.length for part in made.parts)
        apart = "with its key" if with_key else f"without its key: keep {vault_key} elsewhere"
        typer.echo(f"{folder}: {len(made.parts)} files, {size} bytes in {into}, {apart}")
    raise typer.Exit(Exit.GOOD)
