"""What the pages of the inspector stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import HTTPException

from oots.exchange.journals import Journals
from oots.inspector.access import Access
from oots.inspector.evidence import Known
from oots.inspector.laid_open import LaidOpen, lay_open
from oots.inspector.reader import Reader
from oots.model.clock import Clock
from oots.review.desk import Desk
from oots.trust.anchors import TrustAnchors
from oots.trust.register import RevocationRegister
from oots.web.frame import Frame
from oots.web.words import Words


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

    def exchange(self, exchange_id: str) -> LaidOpen:
        """Raises HTTPException 404 where no journal knows it."""
        found = lay_open(self.journals, exchange_id)
        if found is None:
            raise HTTPException(404)
        return found
