"""The authority's door for machines: lists of revoked certificates, and answers about single ones."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from oots.model.clock import Clock
from oots.model.errors import ConfigurationError
from oots.trust.holdings import holdings
from oots.trust.keys import KeyPair
from oots.trust.register import REGISTER_FILE, RevocationRegister
from oots.trust.revocation_answers import ocsp_answer, revocation_list

LIST = "application/pkix-crl"
OCSP_REQUEST = "application/ocsp-request"
OCSP_RESPONSE = "application/ocsp-response"
MOST_REQUEST_BYTES = 4096

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Authorities:
    """What the answers are made of: the authorities' keys by the names of their files, the folder of all that they
    issued and revoked, and for how long (whole seconds) an answer is good."""

    keys: Mapping[str, KeyPair]
    directory: Path
    clock: Clock
    life: timedelta

    @property
    def register(self) -> RevocationRegister:
        return RevocationRegister(self.directory / REGISTER_FILE)


def router(authorities: Authorities) -> APIRouter:
    """`GET /crl/<authority>.crl` (RFC 5280) and `POST /ocsp` (RFC 6960), both signed when they are asked for.

    A broken register is answered with 503, so that nobody takes silence for good news.
    """
    routes = APIRouter()

    @routes.get("/crl/{name}.crl")
    def revoked(name: str) -> Response:
        key = authorities.keys.get(name)
        if key is None:
            raise HTTPException(404)
        return _answer(
            lambda: revocation_list(key, authorities.register, authorities.clock.now(), authorities.life), LIST
        )

    @routes.post("/ocsp")
    async def status(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != OCSP_REQUEST:
            raise HTTPException(415)
        body = await request.body()
        if len(body) > MOST_REQUEST_BYTES:
            raise HTTPException(413)
        return await run_in_threadpool(_answer, lambda: _status(authorities, body), OCSP_RESPONSE)

    return routes


def _status(authorities: Authorities, request: bytes) -> bytes:
    issued = [held.certificate for held in holdings(authorities.directory)]
    keys = tuple(authorities.keys.values())
    return ocsp_answer(request, keys, authorities.register, issued, authorities.clock.now(), authorities.life)


def _answer(make: Callable[[], bytes], media_type: str) -> Response:
    try:
        return Response(make(), media_type=media_type)
    except ConfigurationError as fault:
        _log.error("no answer about certificates: %s", fault)
        return Response("The register of revoked certificates cannot be read.\n", 503, media_type="text/plain")
