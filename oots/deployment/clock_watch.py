"""A clock that jumps: what is told of it, since every deadline is a time of day."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from oots.model.clock import Clock

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0
SMALLEST_JUMP = timedelta(seconds=5)
"""Less than this is how clocks are set right."""


class ClockWatch:
    """Compares the service's clock with one that only counts seconds."""

    def __init__(self, clock: Clock, counted: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted = counted
        self._ahead = self._difference()

    def look(self) -> timedelta:
        """By how much the clock jumped since the last look (backward: less than nothing), told in one line if that is
        much."""
        ahead = self._difference()
        jump, self._ahead = ahead - self._ahead, ahead
        if abs(jump) >= SMALLEST_JUMP:
            _LOG.error(
                "the clock jumped %s by %s; deadlines count by it, so that what was open may end too %s",
                "forward" if jump > timedelta() else "backward",
                timedelta(seconds=round(abs(jump).total_seconds())),
                "early" if jump > timedelta() else "late",
            )
        return jump

    def _difference(self) -> timedelta:
        return timedelta(seconds=self._clock.now().timestamp() - self._counted())

    def work(self, stop: threading.Event) -> None:
        """Look every second until `stop` is set."""
        while not stop.wait(_PAUSE_SECONDS):
            self.look()
