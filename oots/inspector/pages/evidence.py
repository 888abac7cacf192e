"""The evidence of one exchange: which fields came how far and why, the documents, their seals, and their digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.exchange.held_evidence import HeldEvidence
from oots.inspector.access.looks import Looking, expect_unmasked
from oots.inspector.evidence import DocumentTold, Piece, pieces_of, received_as_released
from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen
from oots.inspector.stayed import why_stayed
from oots.model.content import Content, whole
from oots.model.errors import ConfigurationError
from oots.model.fields import KnownFields
from oots.model.text import Text, in_language
from oots.trust.evidence_seal import check_seal
from oots.trust.seal_report import SealReport
from oots.web.downloads import download
from oots.web.frame import language
from oots.web.numbers import Number
from oots.web.page_images import UnreadablePdfError, render, texts_of
from oots.wire.readable import readable

_PDF, _XML = "application/pdf", "application/xml"
_MOST_SHOWN = 256 * 1024
"""Bytes of an XML document that is shown on its page."""


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as the page shows it. Of one that no service holds any more there is no `seal`; `pages` (the text of
    each of a PDF) and `source` (an XML) are there for somebody to whom it is unmasked."""

    told: DocumentTold
    seal: SealReport | None
    pages: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PieceView:
    piece: Piece
    documents: tuple[DocumentView, ...]


def router(inspection: Inspection) -> APIRouter:
    """`GET /exchanges/{exchange_id}/evidence` and the documents below it."""
    pages = _EvidencePages(inspection)
    routes = APIRouter(include_in_schema=False)
    base = "/exchanges/{exchange_id}/evidence"
    routes.add_api_route(base, pages.told)
    routes.add_api_route(base + "/{evidence_id}", pages.document)
    routes.add_api_route(base + "/{evidence_id}/pages/{page}", pages.page_image)
    return routes


class _EvidencePages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def told(self, request: Request, exchange_id: str) -> Response:
        exchange = self._inspection.exchange(request, exchange_id)
        looking = self._inspection.access.look(request, exchange_id, "evidence")
        lang, known = language(request), self._fields_of(exchange)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        pieces = pieces_of(exchange, known, self._held(exchange), masked=looking.masked)
        views = [
            PieceView(piece, tuple(self._view(document, looking) for document in piece.documents)) for piece in pieces
        ]
        return self._inspection.frame.page(
            request,
            "exchange_evidence.html",
            exchange_id=exchange_id,
            exchange=exchange,
            looking=looking,
            views=views,
            known=known,
            released=any(piece.released for piece in pieces),
            stayed=why_stayed(exchange),
            agree=received_as_released(exchange),
            names=self._inspection.names,
            said=said,
        )

    def _fields_of(self, exchange: LaidOpen) -> KnownFields | None:
        types = (line.entry.evidence_type for line in exchange.lines)
        first = next((each for each in types if each), None)
        return self._inspection.known(first) if first else None

    def _held(self, exchange: LaidOpen) -> tuple[HeldEvidence, ...]:
        return self._inspection.journals.held(exchange.lines)

    def _view(self, document: DocumentTold, looking: Looking) -> DocumentView:
        if not document.held:
            return DocumentView(document, None)
        content, media_type = document.held[0].content, document.part.media_type
        try:
            seal = check_seal(content, media_type, self._inspection.anchors, self._inspection.clock.now())
            if looking.masked:
                return DocumentView(document, seal)
            shown = media_type == _XML and content.length <= _MOST_SHOWN
            source = readable(whole(content)) if shown else None
            return DocumentView(document, seal, _pages(content) if media_type == _PDF else (), source)
        except ConfigurationError:  # deleted meanwhile
            return DocumentView(document, None)

    def document(self, request: Request, exchange_id: str, evidence_id: str) -> Response:
        """The file itself; HTTP 403 while the exchange is masked."""
        held = self._unmasked(request, exchange_id, evidence_id)
        return download(whole(held.content), held.part.media_type, f"evidence {evidence_id}")

    def page_image(self, request: Request, exchange_id: str, evidence_id: str, page: Number) -> Response:
        held = self._unmasked(request, exchange_id, evidence_id)
        try:
            return Response(render(held.content, page), media_type="image/png")
        except (IndexError, UnreadablePdfError):
            raise HTTPException(404) from None

    def _unmasked(self, request: Request, exchange_id: str, evidence_id: str) -> HeldEvidence:
        exchange = self._inspection.exchange(request, exchange_id)
        looking = self._inspection.access.look(request, exchange_id, "evidence, a document")
        expect_unmasked(looking)
        for piece in pieces_of(exchange, None, self._held(exchange), masked=False):
            for document in piece.documents:
                if document.part.evidence_id == evidence_id and document.held:
                    return document.held[0]
        raise HTTPException(404)


def _pages(pdf: Content) -> tuple[str, ...]:
    """The text of each page; none if the document cannot be shown."""
    try:
        return texts_of(pdf)
    except UnreadablePdfError:
        return ()
