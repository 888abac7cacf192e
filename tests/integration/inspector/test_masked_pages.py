"""Every page about an exchange: for reviewers alone, in the journal, and without its person until a reason is given."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select
from starlette.routing import BaseRoute

from oots.database.reading import reading
from oots.exchange.schema import JOURNAL
from tests.support.inspector import (
    SIGNER,
    Browser,
    ToldTown,
)
from tests.support.two_sides import SOLVEJ

OPEN = {"/signin", "/signin/account", "/signout", "/healthz", "/livez", "/readyz"}
PERSONAL = ("Solvej", "Prøvesen", SOLVEJ.date_of_birth.isoformat(), str(SOLVEJ.identifier), "Åboulevarden")
ALIKE = re.compile(r"/steps/([3-9]|1\d)|/review/parts/(?!styring)|/messages/[34]/.*\?part=")
"""Pages of which there are more that are made in the same way."""
OK = 200


@dataclass(frozen=True)
class Seen:
    """What a page said, and whether looking at it was written down."""

    status: int
    text: str
    noted: bool


@pytest.fixture(scope="module")
def masked(app: FastAPI, town: ToldTown) -> dict[str, Seen]:
    """Each page about the exchange that a reviewer comes to by its links."""
    browser = Browser(app)
    browser.sign_in(SIGNER)
    found: dict[str, Seen] = {}
    ahead = deque([f"/exchanges/{town.exchange_id}", "/exchanges"])
    while ahead:
        path = ahead.popleft()
        if path in found or ALIKE.search(path):
            continue
        before = noted(town)
        answer = browser.client.get(path)
        found[path] = Seen(answer.status_code, answer.text, noted(town) > before)
        links = (unescape(link).partition("#")[0] for link in re.findall(r'(?:href|src|action)="([^"]+)"', answer.text))
        ahead.extend(link for link in links if town.exchange_id in link)
    return found


def noted(town: ToldTown) -> int:
    """How many entries the inspector's journal has."""
    with reading(town.folder / "inspector") as connection:
        return connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one()


def test_no_page_about_an_exchange_shows_anything_of_its_person(masked: dict[str, Seen], town: ToldTown) -> None:
    documents = b"".join(line.document or b"" for line in town.town.provider_log(town.exchange_id)).decode()
    link = re.search(r"/p/([\w-]+)", documents)
    assert link is not None
    hidden = (*PERSONAL, link[1])
    shown = {path: [value for value in hidden if value in seen.text] for path, seen in masked.items()}
    assert {path: values for path, values in shown.items() if values} == {}
    assert len(masked) > 10
    assert all(value in documents for value in hidden[:4])


def test_with_a_reason_the_same_pages_show_the_person(app: FastAPI, masked: dict[str, Seen], town: ToldTown) -> None:
    browser = Browser(app)
    browser.sign_in(SIGNER)
    browser.unmask(town.exchange_id)
    pages = [f"/exchanges/{town.exchange_id}/messages/1{page}" for page in ("", "/xml")]
    assert set(pages) <= set(masked)
    assert all("Prøvesen" in browser.client.get(page).text for page in pages)


def test_every_page_about_an_exchange_stands_in_the_journal(masked: dict[str, Seen], town: ToldTown) -> None:
    of_exchange = {path: seen for path, seen in masked.items() if path.startswith(f"/exchanges/{town.exchange_id}")}
    assert [path for path, seen in of_exchange.items() if seen.status == OK and not seen.noted] == []
    assert sum(seen.noted for seen in of_exchange.values()) > 10


def gettable(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """The path of each page that can be opened, in routers within routers too."""
    for route in routes:
        if isinstance(route, APIRoute) and "GET" in route.methods:
            yield route.path
        elif included := getattr(route, "original_router", None):
            yield from gettable(included.routes)


def test_every_page_but_the_sign_in_sends_a_stranger_there(app: FastAPI, town: ToldTown) -> None:
    stranger, reviewer = Browser(app), Browser(app)
    reviewer.sign_in(SIGNER)
    paths = list(gettable(app.routes))
    assert len(paths) > 10
    for path in set(paths) - OPEN:
        address = re.sub(r"\{exchange_id[^}]*\}", town.exchange_id, path)
        address = re.sub(r"\{[^}]*\}", "1", address)
        refused = stranger.client.get(address)
        assert (refused.status_code, refused.headers.get("location", "")[:13]) == (303, "/signin?next="), path
