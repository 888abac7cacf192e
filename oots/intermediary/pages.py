"""The intermediary's door for people: for whom it passes messages on, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.intermediary.routes import Route
from oots.web.frame import Frame

TEMPLATES = Path(__file__).parent / "templates"


def router(frame: Frame, routes: Sequence[Route], *, inspector: str | None) -> APIRouter:
    """`GET /`: the access points to which `routes` lead; `inspector` is where a browser finds the inspector."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def behind(request: Request) -> Response:
        return frame.page(request, "intermediary.html", routes=routes, inspector=inspector)

    return pages
