"""`oots pmode`: what other access points must know to exchange messages with ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def pmode() -> None:
    """Processing modes: what the access point of a partner must know to exchange messages with ours.

    Example: oots pmode export --partner AP_LT_01 --endpoint https://ap.example.dk/as4 --to pmode.xml
    """


@app.command()
def export(
    partner: Annotated[
        str, typer.Option(metavar="PARTY", help="The party id of the partner whose Domibus reads the file.")
    ],
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the partner reaches our access point; else where it listens."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The security profile by which Domibus finds keys (5.1: RSA, 5.2: rsa); else by party alone.",
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write it there, not to the screen.")] = None,
) -> None:
    """Write a PMode for Domibus 5: parties, process, legs, security, retry, properties and receipts as we have them.

    It is made of the OOTS_… variables of the service (those of `oots serve`); where neither OOTS_PARTY_ID nor
    OOTS_PARTNERS is set, of the demo. The same settings give the same bytes. Certificates are not in it: see
    `oots keys export-pkcs12` and `export-truststore`. docs/joining-a-domain.md says what else is to be done.

    Exit 2, and nothing written: no such partner, settings that are wrong, or no address for others.

    Example: oots pmode export --partner AP_LT_01 --endpoint https://ap.example.dk/as4 --to pmode.xml
    """
    from oots.deployment.pmode import exported_pmode, is_of_the_demo

    exported = exported_pmode(partner, endpoint, profile)
    if is_of_the_demo():
        typer.echo("Neither OOTS_PARTY_ID nor OOTS_PARTNERS is set: this is for an access point of the demo", err=True)
    if to is None:
        typer.echo(exported, nl=False)
    else:
        to.write_bytes(exported)
        typer.echo(f"{to} is for the Domibus of {partner}")
