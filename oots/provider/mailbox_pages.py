"""The stand-in for Digital Post as a person reads it, after she has signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from oots.model.person import NaturalPerson
from oots.model.text import Text, in_language
from oots.own_log.log import Reader
from oots.own_log.pages import PATH as LOG
from oots.own_log.pages import OwnLogPages
from oots.provider import visitors
from oots.provider.checks import Refusal
from oots.provider.mailbox import Letter, PostOffice
from oots.provider.record import ProviderExchange
from oots.web.countries import authority_in
from oots.web.frame import ClosedError, Frame, language
from oots.web.procedures import procedure
from oots.web.sessions import session_of
from oots.web.signin import SignIn
from oots.web.words import Words

PATH = "/post"
OPENED = (PATH, LOG)
"""What one sign-in opens: the letters of a person and her own log."""


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter with what it takes to say it in words."""

    letter: Letter
    recipient: Words
    purpose: Words


class MailboxPages:
    """The pages below `/post`; the sign-in comes back at the callback of the preview."""

    def __init__(self, office: PostOffice, frame: Frame, sign_in: SignIn, *, digital_post: bool) -> None:
        self._digital_post = digital_post
        self._office = office
        self._frame = frame
        self._sign_in = sign_in

    def letters(self, request: Request) -> Response:
        owner = visitors.mailbox_of(request)
        if owner is None:
            return self._page(request, "mailbox_signin.html")
        views = [_view(letter) for letter in self._office.letters(owner)] if owner else []
        return self._page(request, "mailbox.html", letters=views, back=visitors.came_from(request))

    def sign_in(self, request: Request) -> Response:
        return self._begin(request, PATH)

    def sign_in_for_log(self, request: Request) -> Response:
        return self._begin(request, LOG)

    def _begin(self, request: Request, path: str) -> Response:
        session_of(request)["signing_in_for"] = path
        return self._sign_in.begin(request, path, prompt_login=True)

    def admit(self, request: Request, person: NaturalPerson, path: str) -> Response:
        """Open the mailbox, and the log, of who has signed in for one of OPENED; empty ones for whom the register does
        not know."""
        visitors.hand_over(request, person)
        try:
            visitors.open_mailbox(request, self._office.owner(person), person.level_of_assurance)
        except Refusal:
            raise ClosedError(HTTPStatus.SERVICE_UNAVAILABLE, path) from None
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)

    def sign_out(self, request: Request) -> Response:
        session_of(request).end()
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)

    def own_log(self) -> OwnLogPages[ProviderExchange]:
        """The person's own log, for whom the mailbox is open."""

        def reader(request: Request) -> Reader | None:
            owner, level = visitors.mailbox_of(request), visitors.level_of(request)
            if owner is None:
                return None
            return Reader((owner,) if owner else (), lambda asked: self._office.is_sure_enough(level, asked))

        return OwnLogPages(
            frame=self._frame,
            reader=reader,
            asked=lambda who: self._office.asked_about(who),
            purpose=lambda record: procedure(record.request.procedure),
            signout=f"{PATH}/signout",
        )

    def _page(self, request: Request, name: str, **context: object) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        return self._frame.page(request, name, HTTPStatus.OK, said=said, digital_post=self._digital_post, **context)


def _view(letter: Letter) -> LetterView:
    return LetterView(letter, authority_in(letter.requester, letter.requester_country), procedure(letter.procedure))
