"""The intermediary's door for people: for whom it passes messages on, on one page."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.intermediary.service import Intermediary
from oots.web.frame import Frame

TEMPLATES = Path(__file__).parent / "templates"


def router(frame: Frame, intermediary: Intermediary, *, insight: bool) -> APIRouter:
    """`GET /`: the access points behind the intermediary; with `insight` it points at the exchange pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def behind(request: Request) -> Response:
        return frame.page(request, "intermediary.html", routes=intermediary.routes, insight=insight)

    return routes
