"""What a service does by itself while it runs: act on deadlines, and send what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from sqlalchemy import Connection

from oots.exchange import queue
from oots.exchange.handler import Handler, NotAgainError
from oots.exchange.outbox import Outbox
from oots.exchange.queue import Waiting
from oots.exchange.store import Store
from oots.exchange.stumbles import Stumbles
from oots.exchange.uses import in_use
from oots.model.about import about
from oots.model.clock import Clock
from oots.model.errors import UnavailableError

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
_HOUR_SECONDS = 60 * 60.0
_AT_ONCE = 100


class Worker(Generic[RecordT]):
    """Drives one outbox and the deadlines of its exchanges; every replica has one, and none needs to know of others."""

    def __init__(self, store: Store[RecordT], outbox: Outbox[RecordT], clock: Clock, stumbles: Stumbles) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._stumbles = stumbles
        self._handler: Handler[RecordT]
        self._wake = threading.Event()
        self._lengths: Mapping[str, int] = {}
        self._next_sweep = 0.0
        self._next_tidying = 0.0
        self._put_off: set[str] = set()

    def serve(self, handler: Handler[RecordT]) -> None:
        """Name the service that acts on deadlines."""
        self._handler = handler
        self._outbox.serve(handler)

    def wake(self) -> None:
        """Let the worker look at once."""
        self._wake.set()

    def has_room(self, party_id: str) -> bool:
        """Whether something more may wait for this partner, as far as was known a moment ago."""
        return self._lengths.get(party_id, 0) < self._outbox.limits.queue

    def tick(self) -> None:
        """Act on deadlines and send what is due, in this thread. Safe to call at any time and from any thread."""
        self._sweep()
        self._outbox.bring_forward()
        while claimed := self._outbox.claim():
            for waiting in claimed:
                self._outbox.send(waiting)
        self._outbox.wait_until_idle()

    def work(self, stop: threading.Event, pause: float = _PAUSE_SECONDS) -> None:
        """Until `stop` is set: sweep and send, at once when there is work, otherwise every `pause` seconds. What is
        being sent then is sent to its end."""
        listener = threading.Thread(target=self._listen, args=(stop,), name="outbox-listener")
        listener.start()
        self.wake()
        with ThreadPoolExecutor(self._outbox.lanes, "outbox") as lanes:
            while not stop.is_set():
                self._wake.wait(pause)
                self._wake.clear()
                self._attempt("the outbox", lambda: self._hand_out(lanes))
                if time.monotonic() >= self._next_sweep:
                    self._next_sweep = time.monotonic() + pause
                    self._attempt("deadlines", self._sweep)
                    self._attempt("claims", self._outbox.renew)
                    self._attempt("what a clock has put off", self._outbox.bring_forward)
                    self._attempt("the end of the journal", self._store.note_head)
                if time.monotonic() >= self._next_tidying:
                    self._next_tidying = time.monotonic() + _HOUR_SECONDS
                    self._attempt("what killed processes have left", self._remove_orphans)
            self._outbox.stop_claiming()
        listener.join()

    def _hand_out(self, lanes: ThreadPoolExecutor) -> None:
        for waiting in self._outbox.claim():
            lanes.submit(self._send, waiting)

    def _send(self, waiting: Waiting) -> None:
        self._outbox.send(waiting)
        self.wake()

    def _listen(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._attempt("announcements", lambda: self._store.database.listen(self.wake, stop))
            stop.wait(_PAUSE_SECONDS)

    def _attempt(self, what: str, duty: Callable[[], None]) -> None:
        """A loop outlives whatever happens in it, a lost database above all, which is told of once and once when it is
        over."""
        try:
            duty()
        except UnavailableError as trouble:
            if what not in self._put_off:
                _LOG.warning("%s must wait: %s", what, trouble)
            self._put_off.add(what)
        except Exception as fault:
            self._stumbles.tell(f"{what} ({type(fault).__name__})", fault)
        else:
            if what in self._put_off:
                _LOG.info("%s must wait no longer", what)
            self._put_off.discard(what)

    # --- deadlines ---

    def _sweep(self) -> None:
        now = self._clock.now()
        with self._store.look() as unit:
            connection = unit.connection
            overdue = unit.overdue(now, _AT_ONCE)
            summary = queue.summary(connection)
            late = self._late(connection, now) if summary.is_late(now) else ()
            self._lengths = summary.lengths
        for exchange_id in overdue:
            self._expire(exchange_id, now)
        for waiting in late:
            give_up = partial(self._outbox.give_up, waiting, waiting.why or "its turn did not come in time")
            self._attempt(f"message {waiting.message_id}", give_up)
        if summary.wanted_again:
            self._attempt("messages that are wanted again", lambda: self._send_again(now))

    def _late(self, connection: Connection, now: datetime) -> tuple[Waiting, ...]:
        claimed_by = self._store.database.now(connection, self._clock)
        return queue.out_of_time(connection, now, claimed_by, _AT_ONCE)

    def _expire(self, exchange_id: str, now: datetime) -> None:
        """In a transaction of its own: one exchange that cannot be handled keeps no other from ending."""

        def expire() -> None:
            with about(exchange_id=exchange_id), self._store.begin() as unit:
                self._handler.expire(unit, exchange_id, now)

        self._attempt(f"the deadline of exchange {exchange_id}", expire)

    def _send_again(self, now: datetime) -> None:
        with self._store.look() as unit:
            wanted = queue.wanted_again(unit.connection)
        for waiting in wanted:
            self._attempt(f"message {waiting.message_id} once more", partial(self._send_once_more, waiting, now))

    def _send_once_more(self, waiting: Waiting, now: datetime) -> None:
        """In a transaction of its own: one that cannot be sent again keeps no other from it, and says why."""
        try:
            with self._store.begin() as unit:
                if queue.take_wanted(unit.connection, waiting.message_id):
                    self._handler.again(unit, waiting, now)
        except UnavailableError:
            raise
        except Exception as fault:
            why = str(fault) if isinstance(fault, NotAgainError) else "it could not be handled"
            with self._store.begin() as unit:
                queue.keep_failed(unit.connection, waiting.message_id, why)
            if not isinstance(fault, NotAgainError):
                raise

    def _remove_orphans(self) -> None:
        """Files that a killed process wrote for a transaction that never was committed are of no use to anybody."""
        with self._store.look() as unit:
            needed = in_use(unit.connection)
        for name in self._store.files.orphans(needed):
            self._store.files.delete(name)
