"""`oots serve`: one service as a process."""

from __future__ import annotations

from enum import StrEnum

import typer


class Service(StrEnum):
    """The services that can run as their own process."""

    REQUESTER = "requester"
    PROVIDER = "provider"
    DIRECTORIES = "directories"
    EID = "eid"
    AUTHORITY = "authority"


def serve(service: Service) -> None:
    """Run one service with settings from OOTS_… variables; every fault in them is listed at start.

    Example: OOTS_PORT=8402 OOTS_KEYS=state/keys oots serve directories
    """
    from oots.deployment.serving import serve as serve_service

    serve_service(service.value)
    raise typer.Exit(0)
