"""One exchange: what happened, told by all who took part."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.inspector.inspection import Inspection


def router(inspection: Inspection) -> APIRouter:
    """`GET /exchanges/{exchange_id}`."""
    pages = _ExchangePages(inspection)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges/{exchange_id}", pages.told)
    return routes


class _ExchangePages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def told(self, request: Request, exchange_id: str) -> Response:
        exchange = self._inspection.exchange(exchange_id)
        looking = self._inspection.access.look(request, exchange.exchange_id, "exchange")
        shown = {"exchange": exchange, "looking": looking, "names": self._inspection.names}
        return self._inspection.frame.page(request, "exchange.html", **shown)
