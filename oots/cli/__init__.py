"""What one can type: arguments in, one function called, an exit code out."""

from __future__ import annotations

import sys
from enum import IntEnum

import typer

from oots import __version__


class Exit(IntEnum):
    """Exit codes everywhere; of several files the highest counts."""

    GOOD = 0
    BAD = 1
    UNREADABLE = 2
    UNREACHABLE = 3
    OWN_FAULT = 4
    NOTHING_CHECKED = 5


def main() -> None:
    """Run the command line; every error ends in one clear sentence and its exit code."""
    from oots.cli.commands import app
    from oots.model.errors import ConfigurationError, PeerError

    try:
        app()
    except ConfigurationError as error:
        for fault in error.faults:
            typer.echo(f"oots: {fault}", err=True)
        sys.exit(Exit.UNREADABLE)
    except PeerError as error:
        typer.echo(f"oots: {error}", err=True)
        sys.exit(Exit.UNREACHABLE)
    except OSError as error:
        typer.echo(f"oots: {error}", err=True)
        sys.exit(Exit.UNREADABLE)
    except Exception as error:
        typer.echo(f"oots {__version__}: a fault of ours ({type(error).__name__}: {error})", err=True)
        sys.exit(Exit.OWN_FAULT)
