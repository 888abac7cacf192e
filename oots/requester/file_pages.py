"""A person's case as a whole, on one page: all its exchanges, and what is next."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.responses import Response

from oots.requester.cases import case_of
from oots.requester.files import File, next_piece
from oots.requester.portal import Portal, expect_id
from oots.requester.session_notes import open_file
from oots.requester.visitor import visitor_of


class FilePages:
    """The page of a case file."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def show(self, request: Request, file_id: str) -> Response:
        """For the persons of the case, and for one who is still to join it; HTTP 404 for everybody else."""
        expect_id(file_id)
        visitor = visitor_of(request)
        if visitor is None:
            return self._portal.page(request, "file_signin.html", HTTPStatus.FORBIDDEN, file_id=file_id)
        file = self._file(file_id)
        if not (file.belongs_to(visitor) or file.has_room):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        open_file(request, file.case, file.file_id)
        return self._portal.page(
            request,
            "file.html",
            file=file,
            case=file.case,
            lines=file.lines(visitor),
            next_piece=next_piece(file, visitor),
            link=f"{self._portal.origins.to_browser(self._portal.requester.return_base)}/files/{file.file_id}",
        )

    def _file(self, file_id: str) -> File:
        try:
            exchanges = self._portal.requester.file(file_id)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if exchanges[0].file_id != file_id:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return File(case_of(exchanges[0].case), exchanges)
