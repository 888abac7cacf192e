"""Reads the journals into the index: all of them at the start of the service, and what they grow by from then on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Condition, Event, Lock, Thread
from time import perf_counter
from typing import Final

from oots.exchange.journals import Journals
from oots.inspector.listing.index import Index
from oots.model.errors import ConfigurationError

_LOG = logging.getLogger(__name__)

AT_ONCE: Final = 500
"""Lines of a journal that are read at once: so many that opening it does not count, so few that memory does not."""
PAUSE: Final = 1.0
"""Seconds between two looks at the journals, where a look takes no longer than a twentieth of that."""
_SHARE: Final = 20
PATIENCE: Final = 1.0
"""Seconds that a page waits for what has just been written to be read."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the journals have been read: lines read, lines there are, and the services whose journal cannot be read
    at present."""

    read: int
    there: int
    caught_up: bool
    unreadable: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Of the lines there are; 100 only when all have been read."""
        if self.caught_up:
            return 100
        return min(99, 100 * self.read // max(1, self.there))


class Reader:
    """Keeps `index` up to date with `journals` in a thread of its own."""

    def __init__(self, journals: Journals, pause: float = PAUSE) -> None:
        self.index = Index()
        self._journals = journals.each()
        self._pause = pause
        self._numbers: dict[str, int] = {}
        self._begins: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._unreadable: set[str] = set()
        self._reading = Lock()
        self._passed = Condition()
        self._passes = 0
        self._wake = Event()
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._work, name="journal-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def works(self) -> bool:
        """Whether the thread is there."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def progress(self) -> Progress:
        read = sum(self._numbers.values())
        caught_up = self._passes > 0
        return Progress(read, max(read, sum(self._ends.values())), caught_up, tuple(sorted(self._unreadable)))

    def catch_up(self) -> None:
        """Read until nothing is left; a journal that cannot be read is left for the next time."""
        with self._reading:
            for journal in self._journals:
                self._read(journal)
        with self._passed:
            self._passes += 1
            self._passed.notify_all()

    def refresh(self) -> None:
        """Have the thread look at once, and wait for it, though not for longer than `PATIENCE`; look here where there
        is no thread."""
        if not self.works:
            self.catch_up()
            return
        with self._passed:
            begun = self._passes + (2 if self._reading.locked() else 1)
            self._wake.set()
            self._passed.wait_for(lambda: self._passes >= begun, PATIENCE)

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            began = perf_counter()
            try:
                self.catch_up()
            except Exception as fault:  # a page that shows what is known beats none, and the next look may succeed
                _LOG.warning("the journals were not read: %s", type(fault).__name__)
            self._wake.wait(max(self._pause, _SHARE * (perf_counter() - began)))

    def _read(self, journal: Journals) -> None:
        service = journal.services[0]
        try:
            self._ends |= journal.ends()
            while self._numbers.get(service, 0) < self._ends[service] and not self._stop.is_set():
                lines = journal.after(self._numbers, AT_ONCE)
                self.index.add(lines)
                last = lines[-1].number if lines else 0
                self._numbers[service] = last if len(lines) == AT_ONCE else max(last, self._ends[service])
            self._forget(journal)
        except ConfigurationError as fault:
            if service not in self._unreadable:
                _LOG.warning("the journal of %s cannot be read: %s", service, fault)
            self._unreadable.add(service)
        else:
            self._unreadable.discard(service)

    def _forget(self, journal: Journals) -> None:
        """What has been purged since the last look."""
        for service, first in journal.begins().items():
            if first > self._begins.get(service, 0):
                self.index.forget(service, first)
            self._begins[service] = first
