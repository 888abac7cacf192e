"""How many may listen to the live list at once: each of them holds a connection, and is served anew every second."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request

from oots.model.errors import BusyError
from oots.web.sessions import session_of

MOST: Final = 100
MOST_OF_A_SESSION: Final = 4
"""Windows in which one reviewer keeps the list open; a browser itself opens six connections to one host."""


class TooManyListenersError(BusyError):
    """So many listen already, in this session or in all, that nobody else may at present."""


class Listeners:
    """Those who listen at present, by session."""

    def __init__(self) -> None:
        self._open: Counter[str | None] = Counter()

    async def join(self, request: Request) -> AsyncIterator[None]:
        """FastAPI dependency of a stream: counted until its answer has ended. Raises TooManyListenersError."""
        session = session_of(request).name
        if self._open[session] >= MOST_OF_A_SESSION or self._open.total() >= MOST:
            raise TooManyListenersError("too many listen to the list already")
        self._open[session] += 1
        try:
            yield
        finally:
            self._open[session] -= 1
            self._open += Counter()  # drops who is no more there
