"""The inspector's door for people: all pages of the room joined."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from oots.inspector import exchange_pages
from oots.inspector.inspection import Inspection

TEMPLATES = Path(__file__).parent / "templates"


def router(inspection: Inspection) -> APIRouter:
    """Every page; the service must carry the middleware `Sessions`."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(exchange_pages.router(inspection))
    return routes
