"""The user of the measured exchanges: clicks through all pages, and looks again at a page that waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from oots.requester.evidence_pages import REFRESH_SECONDS
from oots.scenarios.citizen import AstrayError, Citizen, Page

CASE: Final = "/cases/change-of-address"
PERSONA: Final = "solvej"
_PATIENCE_SECONDS: Final = 60.0
_DOCUMENTS: Final = r"/p/[^/]+/\d+/\d+|/evidence/[^/]+/documents/\d+"


class Visitor(Citizen):
    """A person whose browser asks again as often as a waiting page says, or every `pause` seconds."""

    def __init__(self, pause: float = REFRESH_SECONDS) -> None:
        super().__init__()
        self._pause = pause

    def wait(self, page: Page, arrived: Callable[[Page], bool]) -> Page:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not arrived(page):
            if not page.is_refreshing or time.monotonic() > end:
                raise AstrayError(f"{page.path} (HTTP {page.status}) stands at “{page.heading}”")
            time.sleep(self._pause)
            page = self.open(page.url)
        return page


def exchange(visitor: Visitor, portal: str) -> None:
    """A whole exchange: case, sign-in, request, preview with a second sign-in, approval, evidence, end."""
    page = ask(visitor, portal)
    page = visitor.submit(page, "/preview")
    page = visitor.follow(page, r"/p/[^/]+/signin")
    page = visitor.submit(page, "/authorize", persona=PERSONA)
    page = visitor.wait(page, lambda shown: shown.form("/decision") is not None)
    page = visitor.submit(page, "/decision", **{"package-0": "accept"})
    page = visitor.wait(page, lambda shown: shown.form("/finish") is not None)
    visitor.submit(page, "/finish")


def ask(visitor: Visitor, portal: str) -> Page:
    """From the portal's front page to the offer of a preview."""
    page = visitor.open(f"{portal}/")
    page = visitor.follow(page, CASE)
    page = visitor.follow(page, f"{CASE}/signin")
    page = visitor.submit(page, "/authorize", persona=PERSONA)
    page = visitor.submit(page, f"{CASE}/request", explicit="given")
    return visitor.wait(page, lambda shown: shown.form("/preview") is not None)
