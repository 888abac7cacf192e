"""What all pages of the portal share: the frame, the visitor, the case, and whose exchange it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.responses import RedirectResponse, Response

from oots.model.clock import Clock, Ids
from oots.model.content import Content
from oots.model.identifiers import is_uuid
from oots.model.text import Text, in_language
from oots.requester.cases import Case, Piece, case_of, cases_of
from oots.requester.choices import COUNTRY, CodeLists, countries
from oots.requester.discovery import Discovery
from oots.requester.files import File
from oots.requester.service import EvidenceRequester, Progress
from oots.requester.visitor import Visitor, name_of, visitor_of
from oots.trust.seal_report import SealReport
from oots.web.behind import BehindTheScenes
from oots.web.countries import country
from oots.web.frame import LANGUAGE_COOKIE, ClosedError, Frame, language
from oots.web.origins import Origins
from oots.web.signin import SignIn

_TOKEN = re.compile("[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Portal:
    """The portal of `country`, which asks authorities of `provider_countries` for evidence.

    `check_seal` takes a document and its media type. `grace` is how much longer the portal waits than the provider,
    whose limits are the ones that people are told. `code_lists` are its copies of lists of the Semantic Repository.
    `behind` shows what happens behind the pages, where that is wanted.
    """

    requester: EvidenceRequester
    discovery: Discovery
    frame: Frame
    sign_in: SignIn
    origins: Origins
    check_seal: Callable[[Content, str], SealReport]
    ids: Ids
    clock: Clock
    grace: timedelta
    behind: BehindTheScenes | None
    country: str
    provider_countries: tuple[str, ...]
    code_lists: CodeLists

    def page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        t_or = " eller " if lang == "da" else " or "
        common: dict[str, object] = {
            "said": said,
            "visitor": visitor_of(request),
            "name_of": name_of,
            "portal": said(self.requester.authority.names),
            "here": country(self.country).in_(lang),
            "there": t_or.join(country(each).in_(lang) for each in self.provider_countries),
            "country_name": lambda code: country(code).in_(lang),
        }
        if self.behind:
            shown = _exchange_shown(context, visitor_of(request))
            common["behind"] = self.behind.of(request, lang, shown, context.get("shown_at"))
        return self.frame.page(request, name, status, **common, **context)

    def onward(self, request: Request, location: str) -> Response:
        """Redirect to another page, in the language that the address asked for if it did."""
        response = see_other(location)
        if "lang" in request.query_params:
            secure = request.url.scheme == "https"
            response.set_cookie(LANGUAGE_COOKIE, language(request), httponly=True, samesite="lax", secure=secure)
        return response

    def cases(self) -> tuple[Case, ...]:
        return cases_of(self.country)

    @property
    def lists(self) -> CodeLists:
        """The lists from which people choose their answers."""
        return {**self.code_lists, COUNTRY.identifier: countries(self.provider_countries)}

    def country_of(self, answers: Mapping[str, str], visitor: Visitor) -> str | None:
        """Where the evidence is fetched: in the only country, that of the answers, or the one that issued the eID; None
        where that has to be asked."""
        if len(self.provider_countries) == 1:
            return self.provider_countries[0]
        answer = answers.get(COUNTRY.identifier, visitor.eid_country)
        return answer if answer in self.provider_countries else None

    def case(self, key: str) -> Case:
        """The case with this key; HTTP 404 where this portal has none."""
        for case in self.cases():
            if case.key == key:
                return case
        raise HTTPException(HTTPStatus.NOT_FOUND)

    def piece(self, case: Case, key: str) -> Piece:
        """The piece of the case with this key, the first where none is named; HTTP 404 for an unknown one."""
        try:
            return case.piece(key) if key else case.pieces[0]
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def file(self, file_id: str) -> File:
        """The file with this name, whoever asks; HTTP 404 for an unknown one."""
        try:
            exchanges = self.requester.file(file_id)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return File(case_of(exchanges[0].case), exchanges, self.requester.joined(file_id))

    def own(self, request: Request, exchange_id: str) -> Progress:
        """The exchange, for the person who asked and is as surely signed in; HTTP 403 for her with a weaker sign-in."""
        visitor = visitor_of(request)
        progress = self.asked_for(visitor, exchange_id)
        if visitor is None or not visitor.is_as_sure(progress.request):
            raise ClosedError(HTTPStatus.FORBIDDEN, f"/evidence/{exchange_id}")
        return progress

    def asked_for(self, visitor: Visitor | None, exchange_id: str) -> Progress:
        """The exchange, for the person who asked; HTTP 404 for everybody else, as if there were none."""
        try:
            progress = self.requester.progress(exchange_id)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if visitor is None or not visitor.asked(progress.request):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return progress


def _exchange_shown(context: Mapping[str, object], visitor: Visitor | None) -> str | None:
    """The exchange that a page is about, the latest one on that of a case; the visitor's own, or none."""
    progress, file = context.get("progress"), context.get("file")
    exchanges = file.exchanges if isinstance(file, File) else (progress,)
    own = [each for each in exchanges if isinstance(each, Progress) and visitor and visitor.asked(each.request)]
    return own[-1].exchange_id if own else None


def see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)


def expect_id(text: str) -> str:
    """The id of an exchange; HTTP 404 for anything that has not its form."""
    if not is_uuid(text):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return text


def expect_token(text: str) -> str:
    """A name or secret that nobody can guess; HTTP 404 for anything that has not its form."""
    if not _TOKEN.fullmatch(text):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return text
