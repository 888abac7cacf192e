"""The inspector's door for people: all pages of the room joined."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Depends

from oots.inspector import (
    access_pages,
    dossier_pages,
    evidence_pages,
    exchange_pages,
    list_pages,
    message_pages,
    named_pages,
    review_pages,
    rule_pages,
)
from oots.inspector.access import reviewer_of
from oots.inspector.access_pages import Doors
from oots.inspector.dossier_pages import DossierDesk
from oots.inspector.inspection import Inspection

TEMPLATES = Path(__file__).parent / "templates"


def router(inspection: Inspection, doors: Doors, dossiers: DossierDesk) -> APIRouter:
    """Every page; the service must carry the middleware `Sessions`. All but the sign-in are for reviewers alone."""
    routes = APIRouter(include_in_schema=False)
    routes.include_router(access_pages.door(inspection.frame, doors))
    for room in (
        access_pages.looking(inspection),
        list_pages.router(inspection),
        exchange_pages.router(inspection),
        evidence_pages.router(inspection),
        dossier_pages.router(inspection, dossiers),
        named_pages.router(inspection),
        message_pages.router(inspection),
        rule_pages.router(inspection.frame),
        review_pages.router(inspection),
    ):
        routes.include_router(room, dependencies=[Depends(reviewer_of)])
    return routes
