"""Listens on the wire between access points: each message as it was sent, with the receipt that came back."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter

import httpx

from oots.exchange.api import PATH


@dataclass(frozen=True, slots=True)
class Overheard:
    """One AS4 message: the Content-Type and exact body of the HTTP request, and the body of its answer."""

    content_type: str
    body: bytes
    answer: bytes


Send = Callable[[httpx.Request], httpx.Response]
Meddler = Callable[[httpx.Request, Send], httpx.Response]
"""Takes an AS4 message and the way on; raises what httpx raises where nothing comes back."""


class Wiretap:
    """What several clients sent to AS4 endpoints and got an answer to, in the order of sending: the receipt of a
    request can come later than the message that answers it."""

    def __init__(self) -> None:
        self._sent = itertools.count()
        self._overheard: dict[int, Overheard] = {}
        self._turn = threading.Lock()
        self._meddler: Meddler | None = None

    def transport(self) -> httpx.BaseTransport:
        """A transport for a client that is to be listened to."""
        return _Listening(self)

    @contextlib.contextmanager
    def meddling(self, meddler: Meddler) -> Iterator[None]:
        """Until the block ends, `meddler` sends the messages in its own way."""
        self._meddler, before = meddler, self._meddler
        try:
            yield
        finally:
            self._meddler = before

    def send(self, request: httpx.Request, onward: Send) -> httpx.Response:
        return self._meddler(request, onward) if self._meddler else onward(request)

    def place(self) -> int:
        """The place of a message that is about to be sent."""
        return next(self._sent)

    def add(self, place: int, overheard: Overheard) -> None:
        with self._turn:
            self._overheard[place] = overheard

    @property
    def overheard(self) -> tuple[Overheard, ...]:
        with self._turn:
            return tuple(overheard for _place, overheard in sorted(self._overheard.items(), key=itemgetter(0)))


class _Listening(httpx.HTTPTransport):
    def __init__(self, tap: Wiretap) -> None:
        super().__init__(trust_env=False)
        self._tap = tap

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != PATH:
            return super().handle_request(request)
        request.read()  # before it is sent: what comes in pieces is there once
        return self._tap.send(request, self._onward)

    def _onward(self, request: httpx.Request) -> httpx.Response:
        place = self._tap.place()
        response = super().handle_request(request)
        self._tap.add(place, Overheard(request.headers["content-type"], request.read(), response.read()))
        return response
