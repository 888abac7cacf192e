"""One exchange as its person sees it: waiting, preview, what has arrived, and how it ended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Form, HTTPException, Request
from starlette.responses import Response

from oots.exchange.conversation import RequesterState
from oots.model.content import Content, whole
from oots.model.evidence import EvidenceDocument
from oots.requester.cases import Case, Piece, case_of
from oots.requester.choices import COUNTRY
from oots.requester.endings import ending_of
from oots.requester.files import next_piece
from oots.requester.portal import Portal, expect_id, see_other
from oots.requester.service import NotPossibleError, Progress
from oots.requester.session_notes import note_answers, open_file
from oots.requester.staleness import Staleness, staleness_of
from oots.requester.visitor import Visitor, visitor_of
from oots.trust.seal_report import SealReport
from oots.web.behind import carried_on
from oots.web.downloads import download
from oots.web.numbers import Number
from oots.web.page_images import UnreadablePdfError, render, texts_of
from oots.web.words import LOCAL
from oots.wire.readable import readable

REFRESH_SECONDS = 1
PDF, XML = "application/pdf", "application/xml"
MOST_SHOWN = 256 * 1024
"""Bytes of an XML document that is shown on its page; in a page each can become five, and a message has 100 MB."""


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """A document as the portal shows it: `pages` is the text of each page of a PDF, `source` that of an XML, unless
    it is too large; `staleness` is why the case cannot use it any more."""

    number: int
    document: EvidenceDocument
    length: int
    sha256: str
    seal: SealReport
    pages: tuple[str, ...]
    source: str | None
    staleness: Staleness | None


class EvidencePages:
    """Pages of one exchange."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def welcome_back(self, exchange_id: str) -> Response:
        return see_other(f"/evidence/{expect_id(exchange_id)}")

    def progress(self, request: Request, exchange_id: str, refresh: str = "on") -> Response:
        expect_id(exchange_id)
        visitor = visitor_of(request)
        if visitor is None:
            return self._sign_in_again(request, exchange_id)
        progress = self._portal.asked_for(visitor, exchange_id)
        if not visitor.is_as_sure(progress.request):
            return self._sign_in_again(request, exchange_id)
        shown = self._shown(progress, visitor)
        ending = ending_of(progress)
        if ending:
            return self._portal.page(request, "ending.html", ending=ending, **shown)
        if progress.state is RequesterState.PREVIEW_OFFERED:
            return self._portal.page(request, "offer.html", **shown)
        if progress.state is RequesterState.DELIVERED:
            return self._portal.page(request, "evidence.html", received=self._received(progress), **shown)
        if progress.state is RequesterState.FINISHED:
            return self._portal.page(request, "receipt.html", **shown)
        return self._waiting(request, refresh == "on", shown)

    def _shown(self, progress: Progress, visitor: Visitor) -> dict[str, object]:
        """`next_piece` is what this person has still to fetch for the case, `whole` whether all of it has arrived."""
        case = case_of(progress.case)
        file = self._portal.file(progress.file_id) if progress.file_id else None
        return {
            "progress": progress,
            "case": case,
            "piece": _piece(case, progress),
            "decide_by": progress.deadline and progress.deadline - self._portal.grace,
            "in_file": file is not None and (case.exchanges > 1 or len(file.exchanges) > 1),
            "next_piece": next_piece(file, visitor) if file else None,
            "whole": file is None or file.is_whole(visitor),
        }

    def _waiting(self, request: Request, refreshing: bool, shown: dict[str, object]) -> Response:
        """The header `Refresh` asks again without script; a visitor can turn it off (WCAG 2.2.2)."""
        page = self._portal.page(request, "waiting.html", refreshing=refreshing, **shown)
        if refreshing:
            page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    def _sign_in_again(self, request: Request, exchange_id: str) -> Response:
        return self._portal.page(request, "signin_again.html", HTTPStatus.FORBIDDEN, exchange_id=exchange_id)

    def _received(self, progress: Progress) -> list[ReceivedDocument]:
        """What has arrived, readable documents first."""
        received = [self._read(progress, number) for number in range(len(progress.documents))]
        return sorted(received, key=lambda shown: shown.document.distribution.format != PDF)

    def _read(self, progress: Progress, number: int) -> ReceivedDocument:
        document, content = self._portal.requester.evidence(progress.exchange_id, number)
        media_type = document.distribution.format
        part = next(part for part in progress.parts if part.content_id == document.content_id)
        piece = _piece(case_of(progress.case), progress)
        return ReceivedDocument(
            number,
            document,
            part.length,
            part.sha256,
            self._portal.check_seal(content, media_type),
            _pages(content) if media_type == PDF else (),
            readable(whole(content)) if media_type == XML and part.length <= MOST_SHOWN else None,
            staleness_of(document, piece, self._today()),
        )

    def _today(self) -> date:
        return self._portal.clock.now().astimezone(LOCAL).date()

    def again(self, request: Request, exchange_id: str) -> Response:
        """Ask for the same once more, of the same provider and in the same file of the case."""
        progress = self._portal.own(request, exchange_id)
        case = case_of(progress.case)
        piece = _piece(case, progress)
        answers = {answer.identifier: answer.value for answer in progress.request.provider_classification}
        issued_in = progress.request.evidence.evidence_type.classification.split("/")[-2]
        answers[COUNTRY.identifier] = issued_in
        note_answers(request, case, piece, answers)
        open_file(request, case, progress.file_id or None)
        return see_other(f"/cases/{case.key}/request?piece={piece.key}")

    def preview(self, request: Request, exchange_id: str) -> Response:
        self._portal.own(request, exchange_id)
        try:
            location = self._portal.requester.go_to_preview(exchange_id)
        except NotPossibleError:
            return see_other(f"/evidence/{exchange_id}")
        there = self._portal.origins.to_browser(location)
        return see_other(carried_on(request, there) if self._portal.behind else there)

    def finish(self, request: Request, exchange_id: str, then: Annotated[str, Form()] = "") -> Response:
        """Use the evidence; then the receipt, or with `then` the next piece that the case lacks."""
        progress = self._portal.own(request, exchange_id)
        with suppress(NotPossibleError):  # finished before: the receipt says so
            self._portal.requester.finish(exchange_id)
        if then != "next" or not progress.file_id:
            return see_other(f"/evidence/{exchange_id}")
        open_file(request, case_of(progress.case), progress.file_id)
        return see_other(f"/cases/{progress.case}/request")

    def document(self, request: Request, exchange_id: str, number: Number) -> Response:
        document, content = self._evidence(request, exchange_id, number)
        return download(content, document.distribution.format, document.title)

    def page_image(self, request: Request, exchange_id: str, number: Number, page: Number) -> Response:
        _, content = self._evidence(request, exchange_id, number)
        try:
            return Response(render(content, page), media_type="image/png")
        except (IndexError, UnreadablePdfError):
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _evidence(self, request: Request, exchange_id: str, number: int) -> tuple[EvidenceDocument, Content]:
        self._portal.own(request, exchange_id)
        try:
            return self._portal.requester.evidence(exchange_id, number)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _piece(case: Case, progress: Progress) -> Piece:
    return case.piece(progress.piece) if progress.piece else case.pieces[0]


def _pages(pdf: Content) -> tuple[str, ...]:
    """The text of each page; none if the document cannot be shown."""
    try:
        return texts_of(pdf)
    except UnreadablePdfError:
        return ()
