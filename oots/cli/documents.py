"""`oots documents`: the documents that Danish authorities issue, and where each of their elements comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def documents() -> None:
    """The documents that Danish authorities issue, described by data."""


@app.command("list")
def list_types() -> None:
    """List the evidence types, wave by wave, as a Markdown table."""
    from oots.deployment.documents import overview

    typer.echo(overview())


@app.command()
def mapping(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="The id of an evidence type, as in the list.")],
) -> None:
    """Print where each element of a document comes from, what releases it and what is never released, in Markdown.

    Example: oots documents mapping civilstandsattest
    """
    from oots.deployment.documents import printed_mapping

    typer.echo(printed_mapping(name))


@app.command("samples")
def write_samples(
    folder: Annotated[Path, typer.Argument(help="Where the files are written to; it is made if need be.")],
) -> None:
    """Write a sample of each document, as XML and as PDF, with what belongs to it; without seals.

    Example: oots documents samples /tmp/samples
    """
    from oots.deployment import documents as danish
    from oots.model.clock import SystemClock

    typer.echo("\n".join(danish.write_samples(folder, SystemClock())))


@app.command()
def schemas(
    folder: Annotated[Path, typer.Argument(help="Where the files are written to: xsd/dk in this repository.")],
) -> None:
    """Write the XML schemas of all documents anew, after the data have changed."""
    from oots.deployment.documents import write_schemas

    typer.echo("\n".join(write_schemas(folder)))
