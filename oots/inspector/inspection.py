"""What the pages of the inspector stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import HTTPException, Request

from oots.exchange.journals import Journals
from oots.inspector.access.looks import Access
from oots.inspector.access.reviewers import shown_by
from oots.inspector.evidence import Known
from oots.inspector.laid_open import LaidOpen, lay_open
from oots.inspector.listing.reader import Reader
from oots.model.clock import Clock
from oots.review.desk import Desk
from oots.trust.anchors import TrustAnchors
from oots.trust.register import RevocationRegister
from oots.web.frame import Frame
from oots.web.words import Words


class CalledOtherwiseError(HTTPException):
    """HTTP 303 to the same page, or to that of the form, under the name by which the exchange goes here."""

    def __init__(self, request: Request, asked: str, name: str) -> None:
        below = shown_by(request).removeprefix(f"/exchanges/{asked}")
        super().__init__(303, headers={"Location": quote(f"/exchanges/{name}{below}", safe="/?&=%")})


@dataclass(frozen=True, slots=True)
class Inspection:
    """The journals that are looked at, by whom their messages are believed, how each service is called on pages, what
    is `known` of the fields of evidence types, and the `register` of revoked certificates. Reviews are kept at the
    `desk`."""

    journals: Journals
    anchors: TrustAnchors
    frame: Frame
    clock: Clock
    names: Mapping[str, Words]
    access: Access
    reader: Reader
    known: Known
    desk: Desk
    register: RevocationRegister

    def exchange(self, request: Request, exchange_id: str) -> LaidOpen:
        """Raises HTTPException 404 where no journal knows it, and CalledOtherwiseError."""
        found = self.find(request, exchange_id)
        if found is None:
            raise HTTPException(404)
        return found

    def find(self, request: Request, exchange_id: str) -> LaidOpen | None:
        """None where no journal knows it. Raises CalledOtherwiseError for another name than that of its pages, before
        anything is looked at or written down under it."""
        found = lay_open(self.journals, exchange_id)
        if found is not None and found.exchange_id != exchange_id:
            raise CalledOtherwiseError(request, exchange_id, found.exchange_id)
        return found
