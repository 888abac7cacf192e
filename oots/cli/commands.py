"""The commands of `oots`, each imported when it is called: none waits for what another one needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS: Final = (
    "demo",
    "inspector",
    "run",
    "scenario",
    "topologies",
    "validate",
    "rules",
    "documents",
    "verify",
    "dossier",
    "serve",
    "keys",
    "pmode",
    "journal",
    "vault",
    "status",
    "resend",
    "backup",
    "restore",
)
"""In the order of the help; each is a module of this room, with a function or an app of its own."""


class Commands(TyperGroup):
    """Finds a command by the name of its module."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _command(cmd_name) if cmd_name in COMMANDS else None


def _command(name: str) -> Any:
    module = import_module(f"oots.cli.{name}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False)
        app.command(name)(getattr(module, name))
    command = get_command(app)
    command.name = name
    return command


app = typer.Typer(
    name="oots",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def oots() -> None:
    """OOTS-DK: municipal evidence exchanged as the Once-Only Technical System does. A prototype, no authority.

    Example: oots demo
    """
