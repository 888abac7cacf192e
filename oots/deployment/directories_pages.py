"""The directories' door for people: what they hold, on one page."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.common_services.entries import Entries
from oots.model.text import Text, in_language
from oots.web.frame import Frame, language


def router(frame: Frame, entries: Entries) -> APIRouter:
    """`GET /`: requirements with the procedures that rely on them, and data services with their providers."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def holdings(request: Request) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        return frame.page(request, "directories.html", entries=entries, said=said)

    return routes
