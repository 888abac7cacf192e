"""Many persons at once, who ask until they are heard, and faults in the middle of it."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError

from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.queue import WAITING
from oots.exchange.schema import EXCHANGE, OUTBOX
from tests.support.replicas import ReplicaTown

ASKING = 6
"""How many persons ask at the same time."""
MOST_OPEN = 150
"""How many exchanges may be on their way at the same time."""
PREVIEW_EACH = 20
"""One in so many is previewed by its person, and every second of those is declined."""
_PAUSE = 0.2
"""Between two looks at other processes, which nothing but looking tells about; nothing is asserted of its length."""
_PATIENCE = 90.0
_WAITING = select(func.count()).where(OUTBOX.c.state == WAITING)


@dataclass(frozen=True)
class Story:
    """What a person wants."""

    number: int

    @property
    def is_previewed(self) -> bool:
        return self.number % PREVIEW_EACH == 0

    @property
    def case(self) -> str:
        return "change-of-address" if self.is_previewed else "test"

    @property
    def choice(self) -> str:
        return "decline" if self.number % (2 * PREVIEW_EACH) == 0 else "accept"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong once this part of the exchanges has ended."""

    at: float
    happen: Callable[[], None]


class Door:
    """A service's driving door, through HAProxy; a connection for each thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lines = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        for line in self._opened:
            line.close()

    def post(self, path: str) -> str | None:
        """The answer, None if it is not a success or does not come."""
        line = self._line()
        try:
            line.request("POST", f"/chaos/{path}", headers={"Content-Length": "0"})
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self._lines.line.close()
            self._lines.line = None
            return None
        return json.loads(said) or "" if answer.status == http.client.OK else None

    def _line(self) -> http.client.HTTPConnection:
        if getattr(self._lines, "line", None) is None:
            self._lines.line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            self._opened.append(self._lines.line)
        return self._lines.line


@dataclass
class Run:
    """A run of so many exchanges. `accepted` maps the exchanges whose id was given away to what was wanted; `unheard`
    are attempts that were not answered, which may have become exchanges or not; `waiting`: messages without receipt."""

    town: ReplicaTown
    databases: dict[str, Engine]
    number: int
    faults: Sequence[Fault]
    accepted: dict[str, Story] = field(default_factory=dict)
    unheard: int = 0
    seconds: float = 0.0
    states: dict[str, dict[str, str]] = field(default_factory=lambda: {"requester": {}, "provider": {}})
    waiting: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._requester = Door(self.town.doors.portal)
        self._provider = Door(self.town.doors.preview)
        self._turn = threading.Lock()
        self._numbers = count()
        self._begun: set[tuple[str, str]] = set()
        self._failed: list[BaseException] = []
        self._stood, self._moved = "", time.monotonic()
        self._ended = 0

    def __call__(self) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(ASKING + 6) as persons, self._going_wrong():
            asking = [persons.submit(self._ask) for _ in range(ASKING)]
            while not self._is_over() or not all(each.done() for each in asking):
                self._expect_progress()
                assert not self._failed, self._failed
                self._look()
                self._go_on(persons)
                time.sleep(_PAUSE)
            for each in asking:
                each.result()
        for door in (self._requester, self._provider):
            door.close()
        self.seconds = time.monotonic() - began

    def _expect_progress(self) -> None:
        now = time.monotonic()
        if self.standing != self._stood:
            self._stood, self._moved = self.standing, now
        assert now < self._moved + _PATIENCE, f"nothing has moved for {_PATIENCE:.0f} s: {self.standing}"

    @property
    def standing(self) -> str:
        """Where the exchanges stand, for whoever waits in vain."""
        tallies = [
            f"{service}: {sorted((state, list(known.values()).count(state)) for state in set(known.values()))}"
            for service, known in self.states.items()
        ]
        return "; ".join([*tallies, f"without receipt: {self.waiting}"])

    # --- persons ---

    def _ask(self) -> None:
        while (number := next(self._numbers)) < self.number:
            story = Story(number)
            while self._open() > MOST_OPEN:
                time.sleep(_PAUSE)
            while (exchange := self._requester.post(f"ask/{story.case}/{uuid.uuid4()}")) is None:
                with self._turn:
                    self.unheard += 1
                time.sleep(_PAUSE)
            with self._turn:
                self.accepted[exchange] = story

    def _open(self) -> int:
        return len(self.accepted) - self._ended

    def _go_on(self, persons: ThreadPoolExecutor) -> None:
        """Whoever has been offered a preview looks and decides, and whoever has got evidence uses it."""
        for exchange, state in self.states["requester"].items():
            story = self.accepted.get(exchange, Story(PREVIEW_EACH))
            if state in (RequesterState.PREVIEW_OFFERED, RequesterState.PREVIEWING):
                self._once(persons, self._preview, exchange, story)
            elif state == RequesterState.DELIVERED and story.is_previewed:
                self._once(persons, self._finish, exchange, story)

    def _once(
        self, persons: ThreadPoolExecutor, act: Callable[[str, Story], None], exchange: str, story: Story
    ) -> None:
        if (exchange, act.__name__) not in self._begun:
            self._begun.add((exchange, act.__name__))
            persons.submit(act, exchange, story)

    def _preview(self, exchange: str, story: Story) -> None:
        token = self._insist(self._requester, f"preview/{exchange}")
        self._insist(self._provider, f"decide/{token}/{story.choice}")

    def _finish(self, exchange: str, _story: Story) -> None:
        """A second time is refused, so a lost answer is seen by the state that it led to."""
        while self.states["requester"][exchange] != RequesterState.FINISHED:
            self._requester.post(f"finish/{exchange}")
            time.sleep(_PAUSE)

    def _insist(self, door: Door, path: str) -> str:
        while (answer := door.post(path)) is None:
            time.sleep(_PAUSE)
        return answer

    # --- what is seen from outside ---

    def _look(self) -> None:
        """Read where the exchanges stand; a database that is down is looked at later."""
        for service, engine in self.databases.items():
            with suppress(DBAPIError), engine.connect() as connection:
                rows = connection.execute(select(EXCHANGE.c.exchange_id, EXCHANGE.c.state)).all()
                self.states[service] = {row.exchange_id: row.state for row in rows}
                self.waiting[service] = connection.execute(_WAITING).scalar_one()
        self._ended = sum(1 for state in self.states["provider"].values() if state in PROVIDER_ENDS)

    def _is_over(self) -> bool:
        requester, provider = self.states["requester"], self.states["provider"]
        return (
            len(self.accepted) == self.number
            and self.accepted.keys() <= requester.keys() == provider.keys()
            and all(self._is_final(exchange, state) for exchange, state in requester.items())
            and all(state in PROVIDER_ENDS for state in provider.values())
            and not any(self.waiting.values())
        )

    def _is_final(self, exchange: str, state: str) -> bool:
        if state == RequesterState.DELIVERED:
            return exchange in self.accepted and not self.accepted[exchange].is_previewed
        return state in REQUESTER_ENDS

    # --- faults ---

    @contextmanager
    def _going_wrong(self) -> Iterator[None]:
        stop = threading.Event()
        worker = threading.Thread(target=self._go_wrong, args=(stop,), name="faults")
        worker.start()
        try:
            yield
        finally:
            stop.set()
            worker.join()
        assert not self._failed, self._failed

    def _go_wrong(self, stop: threading.Event) -> None:
        try:
            for fault in sorted(self.faults, key=lambda fault: fault.at):
                while self._ended < fault.at * self.number:
                    if stop.wait(_PAUSE / 4):
                        return
                fault.happen()
        except BaseException as failure:  # told by the thread that runs the test
            self._failed.append(failure)


REQUESTER_ENDS = frozenset(RequesterState) - {
    RequesterState.NEW,
    RequesterState.REQUESTED,
    RequesterState.PREVIEW_OFFERED,
    RequesterState.PREVIEWING,
}
"""Where nothing more will happen, whether one likes it or not."""
PROVIDER_ENDS = frozenset({ProviderState.CLOSED, ProviderState.UNDELIVERABLE})
