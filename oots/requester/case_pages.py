"""From the case to the explicit request: front page, the question who has the evidence, what will be fetched."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Form, HTTPException, Request
from starlette.responses import Response

from oots.exchange.envelope import UnsendableError
from oots.model.catalogue import ClassificationConcept
from oots.model.errors import PeerError
from oots.requester.attributes import attributes_sent
from oots.requester.cases import LIFE_EVENTS, Case, Piece
from oots.requester.choices import COUNTRY, codes_of, meant, suggestions
from oots.requester.discovery import WRONG_VALUE, Finding
from oots.requester.files import File, next_piece
from oots.requester.portal import Portal, see_other
from oots.requester.session_notes import answers_of, file_of, note_answers, open_file
from oots.requester.visitor import Visitor, visitor_of
from oots.wire.catalogue import AdditionalInputError, DirectoryError

_LONGEST_ATTEMPT = 64
_LONGEST_ANSWER = 200
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What the directories say: findings, a question, or that an answer was wrong; None of it while they are silent."""

    findings: tuple[Finding, ...] | None = None
    question: ClassificationConcept | None = None
    wrong: bool = False


class CasePages:
    """Pages before the exchange."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def front(self, request: Request) -> Response:
        cases = self._portal.cases()
        groups = [(event, [case for case in cases if case.life_event == event.key]) for event in LIFE_EVENTS]
        return self._portal.page(request, "cases.html", groups=[(event, held) for event, held in groups if held])

    def invite(self, request: Request, key: str) -> Response:
        """The beginning of a case: in the file that is open, unless that is whole already."""
        case, visitor = self._portal.case(key), visitor_of(request)
        if visitor is None:
            return self._portal.page(request, "signin.html", case=case)
        file = self._file(request, case, visitor)
        if file is None or case.exchanges == 1 or next_piece(file, visitor) is None:
            open_file(request, case, None)
        return self._portal.onward(request, f"/cases/{case.key}/request")

    def _file(self, request: Request, case: Case, visitor: Visitor) -> File | None:
        """The file of the case that is open, None for none."""
        file_id = file_of(request, case)
        try:
            file = self._portal.file(file_id) if file_id else None
        except HTTPException:  # deleted meanwhile
            return None
        return file if file and file.belongs_to(visitor) else None

    def _piece(self, request: Request, case: Case, visitor: Visitor, key: str) -> Piece:
        """The piece that is named, else the next that the file of the case lacks."""
        if key:
            return self._portal.piece(case, key)
        file = self._file(request, case, visitor)
        return (next_piece(file, visitor) if file else None) or case.pieces[0]

    # --- which provider? ---

    def where(self, request: Request, key: str, piece: str = "", about: str = "", wrong: bool = False) -> Response:
        """The question of the directory, or `about` the country; it is asked although it was answered before, so that
        the answer can be changed."""
        case, visitor = self._portal.case(key), visitor_of(request)
        if visitor is None:
            return see_other(f"/cases/{case.key}")
        wanted = self._piece(request, case, visitor, piece)
        given = answers_of(request, case, wanted)
        there = {name: value for name, value in given.items() if name == COUNTRY.identifier}
        chooses = about == COUNTRY.identifier and len(self._portal.provider_countries) > 1
        question = COUNTRY if chooses else self._find(case, wanted, there, visitor).question
        if question is None:
            return see_other(_request_path(case, wanted))
        return self._ask_where(request, case, wanted, question, "unknown" if wrong else None)

    def answer(
        self,
        request: Request,
        key: str,
        piece: Annotated[str, Form()] = "",
        concept: Annotated[str, Form()] = "",
        typed: Annotated[str, Form(max_length=_LONGEST_ANSWER)] = "",
    ) -> Response:
        """Take the answer; what means nothing is said at once, and what the directory refuses when it is asked."""
        case, visitor = self._portal.case(key), visitor_of(request)
        if visitor is None:
            return see_other(f"/cases/{case.key}")
        wanted = self._piece(request, case, visitor, piece)
        given = answers_of(request, case, wanted)
        question = self._question(case, wanted, given, concept, visitor)
        if question is None:
            return see_other(_request_path(case, wanted))
        value = meant(question, self._portal.lists, typed)
        if value is None:
            fault = "unknown" if typed.strip() else "missing"
            return self._ask_where(request, case, wanted, question, fault, typed.strip())
        note_answers(request, case, wanted, given | {question.identifier: value})
        return see_other(_request_path(case, wanted))

    def _question(
        self, case: Case, piece: Piece, given: dict[str, str], concept: str, visitor: Visitor
    ) -> ClassificationConcept | None:
        """The question that was answered, as the directory asks it; None where it is not asked."""
        others = {name: value for name, value in given.items() if name != concept}
        if concept == COUNTRY.identifier and len(self._portal.provider_countries) > 1:
            return COUNTRY
        question = self._find(case, piece, others, visitor).question
        return question if question and question.identifier == concept else None

    def _ask_where(
        self,
        request: Request,
        case: Case,
        piece: Piece,
        question: ClassificationConcept,
        fault: str | None = None,
        typed: str = "",
    ) -> Response:
        lists = self._portal.lists
        return self._portal.page(
            request,
            "where.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
            shown_at=f"/cases/{case.key}/where?piece={piece.key}",
            case=case,
            piece=piece,
            question=question,
            codes=codes_of(question, lists),
            suggested=suggestions(question, lists, typed) if fault == "unknown" else (),
            fault=fault,
            typed=typed,
        )

    # --- the explicit request ---

    def explain(self, request: Request, key: str, piece: str = "") -> Response:
        case, visitor = self._portal.case(key), visitor_of(request)
        if visitor is None:
            return self._portal.onward(request, f"/cases/{case.key}")
        return self._explain(request, case, self._piece(request, case, visitor, piece), visitor)

    def _explain(
        self,
        request: Request,
        case: Case,
        piece: Piece,
        visitor: Visitor,
        fault: str | None = None,
        attempt: str = "",
    ) -> Response:
        answers = answers_of(request, case, piece)
        found, shown_at = self._find(case, piece, answers, visitor), _request_path(case, piece)
        if found.question or found.wrong:
            where = f"/cases/{case.key}/where?piece={piece.key}" + ("&wrong=true" if found.wrong else "")
            return self._portal.onward(request, where)
        if not found.findings:
            silent = found.findings is None
            status = HTTPStatus.SERVICE_UNAVAILABLE if silent else HTTPStatus.OK
            context = {"case": case, "piece": piece, "silent": silent, "answered": bool(answers)}
            return self._portal.page(request, "directories.html", status, shown_at=shown_at, **context)
        return self._portal.page(
            request,
            "request.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
            shown_at=shown_at,
            case=case,
            piece=piece,
            findings={_key(finding): finding for finding in found.findings},
            formats_asked=self._portal.requester.formats_asked,
            who_is_shown=True,
            attributes=attributes_sent(visitor.person),
            attributes_acting=attributes_sent(visitor.representative) if visitor.representative else (),
            assured=_is_assured(visitor, found.findings[0]),
            answered=bool(answers.keys() - {COUNTRY.identifier}),
            several_countries=len(self._portal.provider_countries) > 1,
            fault=fault,
            attempt=attempt or secrets.token_urlsafe(12),
        )

    def _find(self, case: Case, piece: Piece, answers: dict[str, str], visitor: Visitor) -> Found:
        """Who can provide the evidence, as far as the directories can say; first of all, where."""
        there = self._portal.country_of(answers, visitor)
        if there is None:
            return Found(question=COUNTRY)
        given = {name: value for name, value in answers.items() if name != COUNTRY.identifier}
        try:
            findings = self._portal.discovery.find(case, there, piece, given)
        except AdditionalInputError as more:
            return Found(question=next(each for each in more.concepts if each.identifier not in answers))
        except PeerError as failure:
            if isinstance(failure, DirectoryError) and failure.code == WRONG_VALUE:
                return Found(wrong=True)
            _LOG.warning("the directories do not answer for the case %s: %s", case.key, type(failure).__name__)
            return Found()
        if not findings:
            _LOG.warning("the directories know nobody who provides for the case %s", case.key)
        return Found(findings)

    def ask(
        self,
        request: Request,
        key: str,
        piece: Annotated[str, Form()] = "",
        attempt: Annotated[str, Form(max_length=_LONGEST_ATTEMPT)] = "",
        service: Annotated[str, Form()] = "",
        explicit: Annotated[str, Form()] = "",
    ) -> Response:
        case, visitor = self._portal.case(key), visitor_of(request)
        if visitor is None:
            return see_other(f"/cases/{case.key}")
        wanted = self._piece(request, case, visitor, piece)
        findings = self._find(case, wanted, answers_of(request, case, wanted), visitor).findings or ()
        finding = next((each for each in findings if _key(each) == service), None)
        if finding is None or explicit != "given":
            return self._explain(request, case, wanted, visitor, "explicit" if finding else "service", attempt)
        try:
            exchange_id = self._send(request, case, finding, visitor, attempt)
        except UnsendableError as fault:
            _LOG.error("a request for the case %s is not sent, because it would break a rule: %s", case.key, fault)
            return self._explain(request, case, wanted, visitor, "service", attempt)
        return see_other(f"/evidence/{exchange_id}")

    def _send(self, request: Request, case: Case, finding: Finding, visitor: Visitor, attempt: str) -> str:
        """Ask, in the file of the case that is open; the first exchange opens one."""
        file = self._file(request, case, visitor)
        exchange_id = self._portal.requester.ask(
            case,
            finding,
            visitor.person,
            visitor.conversation_id,
            f"{visitor.conversation_id} {attempt}",
            representative=visitor.representative,
            file_id=file.file_id if file else None,
        )
        open_file(request, case, self._portal.requester.progress(exchange_id).file_id)
        return exchange_id


def _request_path(case: Case, piece: Piece) -> str:
    """Where a piece is asked for; a case with one alone needs not name it."""
    return f"/cases/{case.key}/request" + (f"?piece={piece.key}" if len(case.pieces) > 1 else "")


def _key(finding: Finding) -> str:
    """What the form calls a finding."""
    publisher = finding.access_service.publisher.identifier.value
    return f"{finding.service.identifier}@{finding.access_service.identifier.value}@{publisher}"


def _is_assured(visitor: Visitor, finding: Finding) -> bool:
    level = visitor.level_of_assurance
    return level is not None and level.reaches(finding.service.level_of_assurance)
