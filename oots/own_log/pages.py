"""The page of the log, and the same as a file for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Generic

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from oots.model.clock import iso
from oots.model.text import Text, in_language
from oots.own_log.log import AskedAboutMe, Reader, RecordT
from oots.web.countries import authority_in
from oots.web.frame import Frame, language
from oots.web.words import Words

PATH = "/log"


class OwnLogPages(Generic[RecordT]):
    """The pages below `/log`. `reader` says who is signed in, None for nobody; `asked` is what such a person's log
    tells; `purpose` names what the evidence was asked for; `signout` is where the form posts with which one leaves."""

    def __init__(
        self,
        *,
        frame: Frame,
        reader: Callable[[Request], Reader | None],
        asked: Callable[[Reader], Sequence[AskedAboutMe[RecordT]]],
        purpose: Callable[[RecordT], Words],
        signout: str,
    ) -> None:
        self._frame = frame
        self._reader = reader
        self._asked = asked
        self._purpose = purpose
        self._signout = signout

    def routes(self, sign_in: Callable[[Request], Response]) -> APIRouter:
        """`/log`, `/log.json` and `/log/signin`, which is `sign_in`."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.show)
        routes.add_api_route(f"{PATH}.json", self.as_json)
        routes.add_api_route(f"{PATH}/signin", sign_in)
        return routes

    def show(self, request: Request) -> Response:
        reader, lang = self._reader(request), language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        if reader is None:
            return self._frame.page(request, "own_log_signin.html")
        return self._frame.page(
            request,
            "own_log.html",
            asked=self._asked(reader),
            purpose=self._purpose,
            requester=_requester,
            said=said,
            signout=self._signout,
        )

    def as_json(self, request: Request) -> Response:
        """The same, to be saved; whoever is not signed in is led to the page."""
        reader = self._reader(request)
        if reader is None:
            return RedirectResponse(PATH, 303)
        told = {"exchanges": [self._written(each) for each in self._asked(reader)]}
        headers = {"Content-Disposition": 'attachment; filename="who-asked-about-me.json"'}
        content = json.dumps(told, ensure_ascii=False, indent=2, default=_plain)
        return Response(content, media_type="application/json", headers=headers)

    def _written(self, asked: AskedAboutMe[RecordT]) -> dict[str, object]:
        request = asked.request
        address, purpose = request.requester.address, self._purpose(asked.record)
        return {
            "exchange_id": asked.exchange_id,
            "asked_at": asked.asked_at,
            "requester": {
                "identifier": str(request.requester.identifier),
                "names": _names(request.requester.names),
                "country": address.country if address else None,
            },
            "provider": {"identifier": str(request.provider.identifier), "names": _names(request.provider.names)},
            "evidence_type": request.evidence.evidence_type.classification,
            "titles": _names(request.evidence.evidence_type.titles),
            "requirements": [each.identifier for each in request.requirements],
            "procedure": request.procedure,
            "purpose": {"DA": purpose.danish, "EN": purpose.english},
            "explicit_request": request.explicit_request_given,
            "possibility_for_preview": request.possibility_for_preview,
            "by_representative": asked.by_other,
            "steps": [asdict(step) for step in asked.steps],
        }


def _requester(asked: AskedAboutMe[Any]) -> Words:
    agent = asked.request.requester
    return authority_in(agent.names, agent.address.country if agent.address else None)


def _names(texts: Sequence[Text]) -> dict[str, str]:
    return {text.lang: text.value for text in texts}


def _plain(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)
