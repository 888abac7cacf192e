"""The other way: a document that a person uploads by hand."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from oots.requester.cases import Case
from oots.requester.portal import Portal, see_other
from oots.requester.upload import MOST_BYTES, uploaded
from oots.web.uploads import Fault


class UploadPages:
    """The form, its faults, and the thanks."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def offer(self, request: Request, key: str) -> Response:
        return self._form(request, self._portal.case(key), None)

    def take(self, request: Request, key: str, fault: Annotated[Fault | None, Depends(uploaded)]) -> Response:
        case = self._portal.case(key)
        return self._form(request, case, fault) if fault else see_other(f"/cases/{case.key}/uploaded")

    def _form(self, request: Request, case: Case, fault: Fault | None) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        most = MOST_BYTES // 1024 // 1024
        shown_at = f"/cases/{case.key}/upload"
        return self._portal.page(request, "upload.html", status, shown_at=shown_at, case=case, fault=fault, most=most)

    def thank(self, request: Request, key: str) -> Response:
        return self._portal.page(request, "uploaded.html", case=self._portal.case(key))
