"""What a service says of itself to container engines, load balancers and supervisors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from oots.model.errors import ConfigurationError

_LOG = logging.getLogger(__name__)


def _nothing() -> None:
    """For a service that needs nothing but itself."""


@dataclass
class Health:
    """`expect_ready` raises where requests would be in vain at present (no database, or one whose tables are another
    version's), `works` tells whether every worker of the service is there; `draining` says that it is about to end."""

    expect_ready: Callable[[], None] = _nothing
    works: Callable[[], bool] = lambda: True
    draining: bool = False


def add_health(app: FastAPI, health: Health | None = None) -> None:
    """Answer `GET /healthz` with `ok`, `/livez` with 503 where the process should be started again, and `/readyz` with
    503 where requests should go elsewhere; `app.state.health` is what they ask."""
    state = app.state.health = health or Health()

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/livez", include_in_schema=False)
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok\n") if state.works() else PlainTextResponse("a worker has ended\n", 503)

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> PlainTextResponse:
        why = "about to end" if state.draining else await run_in_threadpool(_unready, state)
        return PlainTextResponse(f"{why}\n", 503) if why else PlainTextResponse("ok\n")


def _unready(health: Health) -> str | None:
    """Why not, in words that tell nothing of the database but what went wrong with it."""
    try:
        health.expect_ready()
    except ConfigurationError as fault:
        _LOG.warning("not ready: %s", fault)
        return "the tables of the store are another version's"
    except Exception as fault:
        _LOG.warning("not ready: %s", type(fault).__name__)
        return "the store cannot be reached"
    return None
