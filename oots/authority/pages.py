"""The authority's door for people: every certificate, when it ends, and whether it has been revoked."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.authority.api import Authorities
from oots.trust.holdings import Status, holdings
from oots.web.frame import Frame
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"

STATUS = {
    Status.VALID: (Words("gyldigt", "valid"), "success"),
    Status.EXPIRES_SOON: (Words("udløber snart", "expires soon"), "warning"),
    Status.REPLACED: (Words("afløst", "replaced"), "info"),
    Status.NOT_YET: (Words("gælder ikke endnu", "not valid yet"), "warning"),
    Status.EXPIRED: (Words("udløbet", "expired"), "error"),
    Status.REVOKED: (Words("spærret", "revoked"), "error"),
}
"""How each status is called, and the kind of badge that it wears."""


def router(frame: Frame, authorities: Authorities) -> APIRouter:
    """`GET /`: the certificates, the lists, and how to ask about one."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def certificates(request: Request) -> Response:
        return frame.page(
            request,
            "certificates.html",
            held=holdings(authorities.directory),
            now=authorities.clock.now(),
            badges=STATUS,
            authorities=list(authorities.keys),
            seconds=int(authorities.life.total_seconds()),
        )

    return routes
