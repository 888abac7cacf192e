"""A message by its own id, for links from services that do not know how the inspector counts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from oots.inspector.inspection import Inspection


def router(inspection: Inspection) -> APIRouter:
    """`GET /exchanges/{exchange_id}/named/{message_id}`: on to the message, or to the exchange where no journal keeps
    its bytes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/exchanges/{exchange_id}/named/{message_id}")
    def named(request: Request, exchange_id: str, message_id: str) -> Response:
        messages = inspection.exchange(request, exchange_id).messages
        number = next((each.number for each in messages if each.message_id == message_id), None)
        on = f"/exchanges/{exchange_id}" + (f"/messages/{number}" if number else "")
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(on + query, 303)

    return routes
