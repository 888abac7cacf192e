"""The inspector's door for people: all pages of the room joined."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Depends

from oots.inspector.access.reviewers import reviewer_of
from oots.inspector.inspection import Inspection
from oots.inspector.pages import access as access_pages
from oots.inspector.pages import dossier as dossier_pages
from oots.inspector.pages import evidence as evidence_pages
from oots.inspector.pages import exchange as exchange_pages
from oots.inspector.pages import exchanges as list_pages
from oots.inspector.pages import message as message_pages
from oots.inspector.pages import named as named_pages
from oots.inspector.pages import reviews as review_pages
from oots.inspector.pages import rules as rule_pages
from oots.inspector.pages.access import Doors
from oots.inspector.pages.dossier import DossierDesk

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
