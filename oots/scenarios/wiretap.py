"""Listens on the wire between access points: each message as it was sent, with the receipt that came back."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import httpx

from oots.exchange.api import PATH


@dataclass(frozen=True, slots=True)
class Overheard:
    """One AS4 message: the Content-Type and exact body of the HTTP request, and the body of its answer."""

    content_type: str
    body: bytes
    answer: bytes


class Wiretap:
    """What several clients sent to AS4 endpoints, in the order of the answers."""

    def __init__(self) -> None:
        self._overheard: list[Overheard] = []
        self._turn = threading.Lock()

    def transport(self) -> httpx.BaseTransport:
        """A transport for a client that is to be listened to."""
        return _Listening(self)

    def add(self, overheard: Overheard) -> None:
        with self._turn:
            self._overheard.append(overheard)

    @property
    def overheard(self) -> tuple[Overheard, ...]:
        with self._turn:
            return tuple(self._overheard)


class _Listening(httpx.HTTPTransport):
    def __init__(self, tap: Wiretap) -> None:
        super().__init__(trust_env=False)
        self._tap = tap

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != PATH:
            return super().handle_request(request)
        body = request.read()  # before it is sent: what comes in pieces is there once
        response = super().handle_request(request)
        self._tap.add(Overheard(request.headers["content-type"], body, response.read()))
        return response
