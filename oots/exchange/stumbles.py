"""What a service stumbles over is told once, without the words of the error, which may be personal."""

from __future__ import annotations

import logging
import traceback

_LOG = logging.getLogger(__name__)
_MOST_REMEMBERED = 10_000


class Stumbles:
    """One line in the log for each occasion."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, over: str, fault: Exception) -> None:
        """Tell the kind of the error and its place in the code."""
        if over in self._told:
            return
        if len(self._told) >= _MOST_REMEMBERED:
            self._told.clear()
        self._told.add(over)
        place = traceback.extract_tb(fault.__traceback__)[-1]
        _LOG.error("stumbled over %s: %s in %s:%s", over, type(fault).__name__, place.filename, place.lineno)
