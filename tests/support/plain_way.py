"""The citizen's way without a browser, in the steps between which a process can be killed."""

from __future__ import annotations

import hashlib
from typing import Protocol

from oots.scenarios.citizen import Citizen, Page

CASE = "/cases/change-of-address"


class Town(Protocol):
    """Where the citizen finds portal and preview."""

    @property
    def portal(self) -> str: ...

    @property
    def preview(self) -> str: ...


def ask(citizen: Citizen, town: Town, persona: str = "solvej") -> Page:
    """From the portal's front page to the offer of a preview."""
    page = citizen.open(f"{town.portal}/")
    page = citizen.follow(page, CASE)
    page = citizen.follow(page, f"{CASE}/signin")
    page = citizen.submit(page, "/authorize", persona=persona)
    page = citizen.submit(page, f"{CASE}/request", explicit="given")
    return citizen.wait(page, lambda shown: shown.form("/preview") is not None)


def open_preview(citizen: Citizen, page: Page, persona: str = "solvej") -> Page:
    """From the page behind the preview link through the renewed sign-in."""
    page = citizen.follow(page, r"/p/[^/]+/signin")
    page = citizen.submit(page, "/authorize", persona=persona)
    return citizen.wait(page, lambda shown: shown.form("/decision") is not None)


def approve(citizen: Citizen, page: Page) -> Page:
    return citizen.submit(page, "/decision", **{"package-0": "accept"})


def wait_for_evidence(citizen: Citizen, page: Page) -> Page:
    return citizen.wait(page, lambda shown: shown.form("/finish") is not None)


def digests(citizen: Citizen, page: Page) -> set[str]:
    """The SHA-256 of everything that the page offers for download."""
    links = page.links(r"/p/[^/]+/\d+/\d+|/evidence/[^/]+/documents/\d+")
    return {hashlib.sha256(citizen.download(link)[1]).hexdigest() for link in links}
