"""The health check of a service, for container engines and supervisors."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import PlainTextResponse


def add_health(app: FastAPI) -> None:
    """Answer `GET /healthz` with 200 and `ok`."""

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")
