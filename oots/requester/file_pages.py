"""A person's case as a whole, on one page: all its exchanges, what is next, and the way in for a further person."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.responses import Response

from oots.requester.files import File, next_piece
from oots.requester.portal import Portal, expect_token, see_other
from oots.requester.session_notes import invitation_of, note_invitation, open_file
from oots.requester.visitor import Visitor, visitor_of


class FilePages:
    """The page of a case file, and those of an invitation into it."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def show(self, request: Request, file_id: str) -> Response:
        """For the persons of the case; HTTP 404 for everybody else, as if there were none."""
        visitor = visitor_of(request)
        if visitor is None:
            return self._sign_in_first(request, f"/files/{expect_token(file_id)}/signin")
        file = self._own(visitor, file_id)
        open_file(request, file.case, file_id)
        secret = invitation_of(request, file_id) if file.has_room else None
        here = self._portal.origins.to_browser(self._portal.requester.return_base)
        return self._portal.page(
            request,
            "file.html",
            file=file,
            case=file.case,
            lines=file.lines(visitor),
            next_piece=next_piece(file, visitor),
            secret=secret,
            link=f"{here}/invitations/{secret}",
        )

    def invite(self, request: Request, file_id: str) -> Response:
        """Make a link for a further person, in the place of the one before; HTTP 404 where nobody may join."""
        file = self._own(visitor_of(request), file_id)
        if not file.has_room:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        note_invitation(request, file_id, self._portal.requester.invite(file_id))
        return see_other(f"/files/{file_id}")

    def invitation(self, request: Request, secret: str) -> Response:
        """What the person with the link is asked; HTTP 404 where the link is unknown or was used."""
        visitor, file = visitor_of(request), self._invited(secret)
        if visitor is None:
            return self._sign_in_first(request, f"/invitations/{secret}/signin", HTTPStatus.OK)
        if file.belongs_to(visitor):
            return see_other(f"/files/{file.file_id}")
        return self._portal.page(request, "invitation.html", secret=secret, case=file.case)

    def join(self, request: Request, secret: str) -> Response:
        """Take the seat of the invitation, which is used up by that."""
        visitor, file = visitor_of(request), self._invited(secret)
        if visitor is None:
            return see_other(f"/invitations/{secret}")
        if not file.belongs_to(visitor):
            try:
                self._portal.requester.join(secret, visitor.mark(file.file_id))
            except LookupError:
                raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(f"/files/{file.file_id}")

    def _sign_in_first(self, request: Request, path: str, status: int = HTTPStatus.FORBIDDEN) -> Response:
        return self._portal.page(request, "file_signin.html", status, path=path)

    def _own(self, visitor: Visitor | None, file_id: str) -> File:
        file = self._portal.file(expect_token(file_id))
        if visitor is None or not file.belongs_to(visitor):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return file

    def _invited(self, secret: str) -> File:
        try:
            file = self._portal.file(self._portal.requester.invited_to(expect_token(secret)))
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if not file.has_room:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return file
