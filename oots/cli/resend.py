"""`oots resend`: have a message that could not be delivered sent again."""

from __future__ import annotations

from typing import Annotated

import typer

from oots.cli import Exit
from oots.cli.journal import DATABASE, STATE


def resend(
    state: STATE,
    message_id: Annotated[str, typer.Argument(help="The failed message, as `oots status` names it.")],
    database_url: DATABASE = None,
) -> None:
    """Have the service send a failed message again, as a new one with the same document, within a second.

    What the other side would not take any more stays failed, and `oots status` says why. Exit 1: no message has failed
    under this id.

    Example: oots resend state/provider 4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10@ap-dk-01.oots.example
    """
    from oots.exchange.resending import want_again

    found = want_again(state, message_id, database_url)
    typer.echo(f"{message_id} is sent again" if found else f"{message_id} is no message that has failed here")
    raise typer.Exit(Exit.GOOD if found else Exit.BAD)
