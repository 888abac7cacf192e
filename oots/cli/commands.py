"""The commands of `oots`."""

from __future__ import annotations

import typer

from oots.cli import demo, journal, keys, rules, run, serve, validate, vault, verify

app = typer.Typer(
    name="oots",
    help=(
        "OOTS-DK: municipal evidence exchanged as the Once-Only Technical System does. A prototype, no authority.\n\n"
        "Example: oots demo"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.add_typer(run.app, name="run")
app.command()(validate.validate)
app.command()(rules.rules)
app.command()(verify.verify)
app.command()(serve.serve)
app.add_typer(keys.app, name="keys")
app.add_typer(journal.app, name="journal")
app.add_typer(vault.app, name="vault")
