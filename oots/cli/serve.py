"""`oots serve`: one service as a process."""

from __future__ import annotations

from typing import Annotated

import typer

KINDS = ("requester", "provider", "intermediary", "directories", "eid", "authority", "workbench", "inspector")
"""The kinds of services that can run as their own process."""


def _of_a_kind(service: str) -> str:
    if service.partition("-")[0] not in KINDS:
        raise typer.BadParameter(f"{service!r} is no service; the name begins with one of {', '.join(KINDS)}.")
    return service


def serve(
    service: Annotated[
        str, typer.Argument(callback=_of_a_kind, help=f"{', '.join(KINDS)}; or one of them with a name: provider-lt.")
    ],
) -> None:
    """Run one service with settings from OOTS_… variables; every fault in them is listed at start.

    Example: OOTS_PORT=8402 OOTS_KEYS=state/keys oots serve directories
    """
    from oots.deployment.serving import serve as serve_service

    serve_service(service)
    raise typer.Exit(0)
