"""An inspector over the journals of two sides, and reviewers who sign in to it; no sockets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from oots.database.reading import reading
from oots.deployment.apps import Surroundings
from oots.deployment.inspector import inspector_app
from oots.deployment.settings import InspectorSettings, read
from oots.exchange.dictionary import Dictionary
from oots.exchange.journal import JournalEntry, read_again
from oots.exchange.schema import JOURNAL, place
from oots.exchange.store import VAULT_KEY
from oots.model.clock import Clock, FrozenClock, RandomIds
from oots.trust.vault import Vault
from tests.support.doors import specimen_keys
from tests.support.two_sides import SOLVEJ, START, TwoSides, two_sides
from tests.support.web import client_of

ORIGIN = "http://inspector.localhost:8410"
READER, REVIEWER, SIGNER = "leif", "rigmor", "signe"
REASON = "Prepares the meeting of 1 September"


@dataclass
class ToldTown:
    """Two sides between which one exchange has come to its end; their journals lie in `folder`."""

    folder: Path
    town: TwoSides
    exchange_id: str


@contextmanager
def told_town(folder: Path) -> Iterator[ToldTown]:
    """Solvej asks, sees and accepts."""
    town = two_sides(folder, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        exchange_id = town.ask()
        token = town.to_preview(exchange_id)
        assert town.space.admit(token, SOLVEJ)
        town.space.decide(token, [0])
        town.run()
        yield ToldTown(folder, town, exchange_id)


def inspector_settings(folder: Path, **changes: Any) -> InspectorSettings:
    """An inspector of its own state in `folder`, over the sides there."""
    values = {
        "port": 8410,
        "keys": specimen_keys(),
        "state": folder / "inspector",
        "journals": {side: {"state": folder / side} for side in ("requester", "provider")},
        "origins": {"https://inspector.localhost": ORIGIN},
        "stand_in_reviewers": True,
    }
    return read(InspectorSettings, values | changes)


def inspector_over(
    settings: InspectorSettings, clock: Clock | None = None, issuer: httpx.Client | None = None
) -> FastAPI:
    """The app; its store is closed with its process."""
    with httpx.Client() as unused:
        around = Surroundings(clock or FrozenClock(START), RandomIds(), unused, specimens=True)
        return inspector_app(settings, around, issuer)


class Browser:
    """A reviewer's browser, which follows no redirects by itself."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.client = client_of(app, ORIGIN)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(path, params=query)

    def csrf(self, page: str) -> str:
        """The token of the forms of a page that is open."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page).text)
        assert found, f"{page} has no form"
        return found[1]

    def post(self, path: str, page: str, **fields: str) -> httpx.Response:
        """Send the form of `page`."""
        return self.client.post(path, data={"csrf": self.csrf(page)} | fields)

    def sign_in(self, account: str, next: str = "/exchanges") -> httpx.Response:
        """Choose a stand-in account."""
        return self.post("/signin/account", "/signin", account=account, next=next)

    def unmask(self, exchange_id: str, reason: str = REASON) -> httpx.Response:
        return self.post(f"/exchanges/{exchange_id}/unmask", f"/exchanges/{exchange_id}", reason=reason)


def journal_of(folder: Path) -> list[JournalEntry]:
    """Every entry of the journal of one service, first to last, read beside it."""
    with reading(folder) as connection:
        vault = Vault.from_file(folder / VAULT_KEY, create=False)
        packing = Dictionary.opened(connection, vault).packing(connection, vault)
        rows = connection.execute(select(JOURNAL.c.number, JOURNAL.c.content).order_by(JOURNAL.c.number)).all()
        return [read_again(packing.open(content, place(JOURNAL, number))) for number, content in rows]
