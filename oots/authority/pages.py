"""The authority's door for people: every certificate, when it ends, and whether it has been revoked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import ReasonFlags
from fastapi import APIRouter, Request
from starlette.responses import Response

from oots.authority.api import Authorities
from oots.trust.certificates import Role
from oots.trust.holdings import Holding, Status, holdings, in_order, without_file
from oots.trust.issuing import ORIGIN
from oots.web.frame import Frame
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Shown:
    """How a status is called, of one certificate and of `several`, the kind of badge that it wears, and what the moment
    at which the certificate stops counting means then."""

    one: Words
    several: Words
    badge: str
    moment: Words


_UNTIL = Words("gælder til", "counts until")
_SINCE = Words("siden", "since")

STATUS = {
    Status.REVOKED: Shown(Words("spærret", "revoked"), Words("spærrede", "revoked"), "error", _SINCE),
    Status.EXPIRED: Shown(Words("udløbet", "expired"), Words("udløbne", "expired"), "error", _SINCE),
    Status.NOT_YET: Shown(
        Words("gælder ikke endnu", "not valid yet"), Words("gælder ikke endnu", "not valid yet"), "warning", _UNTIL
    ),
    Status.EXPIRES_SOON: Shown(
        Words("udløber snart", "expires soon"), Words("udløber snart", "expire soon"), "warning", _UNTIL
    ),
    Status.REPLACED: Shown(Words("afløst", "replaced"), Words("afløste", "replaced"), "info", _UNTIL),
    Status.VALID: Shown(Words("gyldigt", "valid"), Words("gyldige", "valid"), "success", _UNTIL),
}
"""In the order in which they are counted: what is wrong comes first."""

ROLES_IN_DANISH = {
    Role.ACCESS_POINT: "adgangspunkt",
    Role.SEAL: "segl",
    Role.DIRECTORY: "katalog",
    Role.TLS: "krypterede forbindelser",
    Role.REVIEWER: "bedømmer",
}
"""A dossier is called so in both languages."""
REASONS_IN_DANISH = {
    ReasonFlags.key_compromise: "nøglen er kompromitteret",
    ReasonFlags.ca_compromise: "udstederen er kompromitteret",
    ReasonFlags.affiliation_changed: "tilhørsforholdet er ændret",
    ReasonFlags.superseded: "afløst af et nyt",
    ReasonFlags.cessation_of_operation: "ophørt",
    ReasonFlags.privilege_withdrawn: "retten er trukket tilbage",
}


def router(frame: Frame, authorities: Authorities) -> APIRouter:
    """`GET /`: the certificates, what wants attention first, the lists, and how to ask about one."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def certificates(request: Request) -> Response:
        now = authorities.clock.now()
        held = in_order(holdings(authorities.directory), now)
        return frame.page(
            request,
            "certificates.html",
            held=held,
            counted=list(_counted(held, now)),
            gone=without_file(authorities.directory),
            now=now,
            shown=STATUS,
            roles=ROLES_IN_DANISH,
            reasons=REASONS_IN_DANISH,
            authorities=list(authorities.keys),
            origin=ORIGIN,
            seconds=int(authorities.life.total_seconds()),
        )

    return routes


def _counted(held: Sequence[Holding], now: datetime) -> Iterator[tuple[int, Words]]:
    """How many certificates stand how; none is left out."""
    statuses = [each.status(now) for each in held]
    for status, shown in STATUS.items():
        if number := statuses.count(status):
            yield number, shown.one if number == 1 else shown.several
