"""A stopped service's folder as a stage for attacks on what is kept: by somebody who writes there but has no key."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType
from typing import Any, cast
from unittest.mock import patch

import httpx
import pytest
from typer.testing import CliRunner

from oots.cli.commands import app
from oots.database.sqlite import DATABASE
from oots.edelivery.header import PARTY_TYPE
from oots.exchange import ends, journal_report, outgoing, queue
from oots.exchange.access_point import AccessPoint
from oots.exchange.partners import Partner
from oots.exchange.purge import purge
from oots.exchange.store import Store
from oots.model.clock import FrozenClock, SequentialIds
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from oots.model.identifiers import Identifier
from oots.provider.preview import PreviewSpace
from oots.provider.record import ProviderExchange
from oots.provider.service import EvidenceProvider
from oots.trust.anchors import Trust
from oots.web.sessions import Session, SessionStore
from tests.support.attacks import Refused, caught_by
from tests.support.doors import specimen_key, specimen_keys
from tests.support.two_sides import DOCUMENT, SOLVEJ, START, TwoSides, two_sides

Change = Callable[[sqlite3.Connection], object]
Fault = journal_report.Fault
LATER = timedelta(days=400)
HOUR = timedelta(hours=1)
CLOCK = FrozenClock(START + LATER)
NOTHING_SHOWN = "an error alone"
SIGNED_OUT = "signed out"
TRIGGERS = ("journal_keeps_what_it_says", "journal_keeps_twelve_months", "journal_only_grows")


@dataclass(frozen=True)
class Pristine:
    """Both sides' folders: something purged, an exchange that is over, two in which evidence waits for its person and
    one in which it waits to be sent, two sessions.

    `earlier` is a copy of the provider's folder from before the last entries. `last` numbers the provider's last entry.
    """

    folder: Path
    earlier: Path
    waiting: str
    other: str
    token: str
    last: int
    sessions: tuple[str, str]


@cache
def pristine() -> Pristine:
    """Made once: each attack works on a copy."""
    folder = Path(mkdtemp(prefix="oots-at-rest-"))
    town = two_sides(folder, specimen_keys(), specimens=True)
    finish(town)
    town.clock.advance(LATER)
    assert purge(town.provider_store, town.clock.now()) is not None
    finish(town)
    waiting, other = town.ask(), town.ask()
    earlier = Path(shutil.copytree(folder / "provider", folder / "earlier"))
    with closing(sqlite3.connect(earlier / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    tokens = [town.to_preview(each) for each in (waiting, other)]
    assert all(town.space.admit(token, SOLVEJ) for token in tokens)
    sending = town.to_preview(town.ask())
    assert town.space.admit(sending, SOLVEJ)
    town.space.decide(sending, [0])
    store = town.provider_store
    sessions = SessionStore(store.database, store.vault, town.clock, HOUR)
    names = tuple(sessions.keep(session_of(who)) or "" for who in ("Solvej", "Mallory"))
    with store.engine.begin() as connection:
        last = connection.exec_driver_sql("SELECT max(number) FROM journal").scalar_one()
    town.provider_store.close()
    town.requester_store.close()
    return Pristine(folder, earlier, waiting, other, tokens[0], last, (names[0], names[1]))


def session_of(who: str) -> Session:
    session = Session({})
    session["person"] = who
    return session


def finish(town: TwoSides) -> None:
    """An exchange from its beginning to its end."""
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()


@dataclass
class AtRest:
    """Copies of the pristine folders, each changed in its own way; `shown` is what was shown to the wrong person."""

    folder: Path
    shown: list[object] = field(default_factory=list)
    _copies: int = 0

    def control(self) -> None:
        """The untouched folder is whole, the person whose evidence waits sees it, and each visitor is who she is."""
        folder = self.copy()
        assert self._verified(folder)[0] == 0
        with reopened(folder) as store:
            assert seen(store) == DOCUMENT
            loaded = [visitor(store, name) for name in pristine().sessions]
            assert [host for host, _ in sent(store)] == ["lt"]
        assert loaded == [{"person": "Solvej"}, {"person": "Mallory"}]

    def released(self) -> object:
        """What was shown to the wrong person, and the pristine folder itself."""
        files = sorted(path for path in pristine().folder.rglob("*") if path.is_file())
        return list(self.shown), [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]

    def copy(self) -> Path:
        """The provider's folder once more."""
        self._copies += 1
        return Path(shutil.copytree(pristine().folder / "provider", self.folder / f"copy-{self._copies}"))

    def changed(self, change: Change, *, triggers: bool = False) -> Path:
        """A copy after a change to its database, whose triggers are dropped first."""
        folder = self.copy()
        with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
            if not triggers:
                for name in TRIGGERS:
                    database.execute(f"DROP TRIGGER {name}")
            change(database)
        return folder

    # --- how it is noticed ---

    def noticed(self, folder: Path) -> Refused:
        """`oots journal verify` says what is wrong, and by its exit code that something is."""
        code, by, says = self._verified(folder)
        assert code != 0, "nobody noticed"
        return Refused(f"exit {code}", by, says)

    def _verified(self, folder: Path) -> tuple[int, str, str]:
        found: list[str] = []
        with patch.object(ends, "Fault", _noting(found)), patch.object(journal_report, "Fault", _noting(found)):
            done = CliRunner().invoke(app, ["journal", "verify", str(folder)])
        if not found and done.exit_code:
            found.append(_unread(folder))
        return done.exit_code, found[0] if found else "", " ".join(done.output.split())

    def shows_nothing(self, folder: Path) -> Refused:
        """The preview shows nothing of what was changed."""
        with reopened(folder) as store:
            try:
                self.shown.append(seen(store))
            except ConfigurationError as fault:
                return Refused(NOTHING_SHOWN, caught_by(fault), str(fault))
        raise AssertionError("it was shown")

    def sends_nothing(self, folder: Path) -> Refused:
        """The outbox stumbles over what it should send, and sends nothing."""
        with reopened(folder) as store:
            self.shown += sent(store)
            with store.begin() as unit:
                (waiting,) = queue.waiting(unit.connection)
            with pytest.raises(ConfigurationError) as fault:
                outgoing.opened(waiting.outgoing or b"", waiting.message_id, waiting.party_id, store.vault, store.files)
        return Refused("nothing is sent", caught_by(fault.value), str(fault.value))

    def knows_nobody(self, folder: Path) -> Refused:
        """The second visitor's session opens as nobody's."""
        with reopened(folder) as store:
            loaded = visitor(store, pristine().sessions[1])
        if loaded is not None:
            self.shown.append(loaded)
        return Refused(SIGNED_OUT, "web.sessions.SessionStore.load", f"the session is that of {loaded}")


@contextmanager
def reopened(folder: Path) -> Iterator[Store[ProviderExchange]]:
    """The service on what lies in the folder now."""
    with closing(Store(folder, ProviderExchange, clock=CLOCK)) as store:
        yield store


def seen(store: Store[ProviderExchange]) -> bytes:
    """What the link shows to the person who was admitted; the register behind it is not asked."""
    space = PreviewSpace(store, cast(EvidenceProvider, None), CLOCK)
    return whole(space.content(pristine().token, 0, 0)[1])


def sent(store: Store[ProviderExchange]) -> list[tuple[str, bytes]]:
    """What the outbox sends when it is due, and to which host; nobody receipts it."""
    heard: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append((request.url.host, request.read()))
        return httpx.Response(503)

    partners = {party: Partner(party, f"http://{party[3:5].lower()}/as4") for party in ("AP_LT_01", "AP_XX_09")}
    point = AccessPoint(
        party=Identifier(PARTY_TYPE, "AP_DK_01"),
        key=specimen_key("ap-dk-01"),
        trust=cast(Trust, None),
        partners=partners,
        store=store,
        client=httpx.Client(transport=httpx.MockTransport(answer)),
        clock=CLOCK,
        ids=SequentialIds(1),
    )
    point.tick()
    return heard


def visitor(store: Store[ProviderExchange], name: str) -> Session | None:
    return SessionStore(store.database, store.vault, CLOCK, HOUR).load(name)


def _noting(found: list[str]) -> Callable[..., Any]:
    """`Fault`, noting the function that found it."""

    def heard(*said: Any) -> Any:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_name in ("_fault", "_cut_off", "_joined"):
            frame = frame.f_back
        assert frame is not None
        module = str(frame.f_globals["__name__"]).removeprefix("oots.")
        found.append(f"{module}.{frame.f_code.co_qualname}")
        return Fault(*said)

    return heard


def _unread(folder: Path) -> str:
    """The function that keeps the journal from being read at all."""
    try:
        journal_report.examine_journal(folder)
    except ConfigurationError as fault:
        return caught_by(fault)
    raise AssertionError("it can be read")


@contextmanager
def at_rest(folder: Path) -> Iterator[AtRest]:
    """A service that is stopped, with evidence waiting."""
    yield AtRest(folder)
