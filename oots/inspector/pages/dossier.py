"""The dossier of an exchange: made here, signed by the inspector, taken away and verified elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from oots.dossier.export import COUNCIL, export
from oots.dossier.from_journal import Criteria, material_of
from oots.dossier.review_record import signing_times
from oots.exchange.evidence_files import EvidenceFiles
from oots.inspector.access.looks import expect_unmasked
from oots.inspector.inspection import Inspection
from oots.model.content import chunks, sha256_of
from oots.model.errors import ConfigurationError
from oots.review.record import State
from oots.review.signing import report_of
from oots.trust.certificates import bound_party
from oots.trust.keys import KeyPair
from oots.trust.sealed_file import Stored
from oots.web.sessions import check_csrf, session_of

_MADE = "dossier"
_POSTED = [Depends(check_csrf)]


class Extent(StrEnum):
    """All of an exchange, or without documents and evidence, of which the digests stay."""

    FOR_THE_COUNCIL = COUNCIL
    FULL = "full"


@dataclass(frozen=True, slots=True)
class DossierDesk:
    """With what dossiers are made: the key that signs them (None where the folder of keys is older than that), where a
    finished one lies sealed until it is taken away, what has to come of portals' cases, and the inspector's own
    settings, without secrets."""

    key: KeyPair | None
    files: EvidenceFiles
    criteria: Criteria = lambda case, piece: {}
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A dossier that this session has made; only the session knows the key of its file."""

    exchange_id: str
    extent: str
    sha256: str
    stored: Stored

    @property
    def name(self) -> str:
        return f"dossier-{self.exchange_id}{'' if self.extent == Extent.FULL else '-council'}.zip"


def router(inspection: Inspection, desk: DossierDesk) -> APIRouter:
    """`GET` and `POST /exchanges/{exchange_id}/dossier`, and the file below it."""
    pages = _DossierPages(inspection, desk)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges/{exchange_id}/dossier", pages.shown)
    routes.add_api_route("/exchanges/{exchange_id}/dossier/make", pages.make, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/exchanges/{exchange_id}/dossier/file", pages.file)
    return routes


class _DossierPages:
    def __init__(self, inspection: Inspection, desk: DossierDesk) -> None:
        self._inspection = inspection
        self._desk = desk

    def shown(self, request: Request, exchange_id: str) -> Response:
        exchange = self._inspection.exchange(request, exchange_id)
        looking = self._inspection.access.look(request, exchange.exchange_id, "dossier")
        made = _made(request, exchange.exchange_id)
        return self._inspection.frame.page(
            request,
            "dossier.html",
            exchange=exchange,
            exchange_id=exchange.exchange_id,
            made=made if made and (made.extent != Extent.FULL or not looking.masked) else None,
            looking=looking,
            signer=bound_party(self._desk.key.certificate).party_id if self._desk.key else None,
            has_messages=bool(exchange.messages),
        )

    def make(self, request: Request, exchange_id: str, extent: Annotated[Extent, Form()]) -> Response:
        """The finished file waits, sealed, for the page to which this leads back."""
        self._inspection.exchange(request, exchange_id)
        looking = self._inspection.access.look(request, exchange_id, f"dossier, {extent.value}: made")
        if extent is Extent.FULL:
            expect_unmasked(looking)
        try:
            data = self._exported(exchange_id, None if extent is Extent.FULL else COUNCIL)
        except ConfigurationError as fault:
            raise HTTPException(409) from fault
        self._forget(request)
        stored = self._desk.files.put(data).stored
        made = Made(exchange_id, extent.value, sha256_of(data), stored)
        session_of(request)[_MADE] = asdict(made)
        return RedirectResponse(f"/exchanges/{exchange_id}/dossier", 303)

    def _exported(self, exchange_id: str, redaction: str | None) -> bytes:
        about, desk, key = self._inspection, self._desk, self._desk.key
        if key is None:
            raise ConfigurationError("the inspector has no key for dossiers")
        kept, made_at = about.desk.find(exchange_id), about.clock.now()
        review = report_of(State(kept.state), kept.record) if kept else None
        material = material_of(
            exchange_id,
            about.journals,
            about.anchors,
            lambda _parties: key,
            desk.criteria,
            (made_at, *signing_times(review)),
        )
        return export(replace(material, settings=desk.settings, review=review), made_at, redaction)

    def _forget(self, request: Request) -> None:
        """One at a time for each session; what nobody took away is deleted with the next one that anybody makes."""
        before = session_of(request).pop(_MADE, None)
        if before is not None:
            self._desk.files.delete(_read(before).stored.name)
        for name in tuple(self._desk.files.orphans(())):
            self._desk.files.delete(name)

    def file(self, request: Request, exchange_id: str) -> Response:
        made = _made(request, exchange_id)
        if made is None:
            raise HTTPException(404)
        looking = self._inspection.access.look(request, exchange_id, f"dossier, {made.extent}: taken away")
        if made.extent == Extent.FULL:
            expect_unmasked(looking)
        return StreamingResponse(
            self._octets(made),
            media_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{made.name}"',
                "Content-Length": str(made.stored.length),
            },
        )

    def _octets(self, made: Made) -> Iterator[bytes]:
        yield from chunks(self._desk.files.get(made.stored))


def _made(request: Request, exchange_id: str) -> Made | None:
    """What this session has made of the exchange last."""
    kept = session_of(request).get(_MADE)
    made = _read(kept) if kept else None
    return made if made and made.exchange_id == exchange_id else None


def _read(kept: Mapping[str, Any]) -> Made:
    return Made(**{**kept, "stored": Stored(**kept["stored"])})
