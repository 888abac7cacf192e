"""A transport that does not wait longer for the head of an answer than for any other step of it.

A time-out of httpx counts from one byte to the next: a peer that sends its head letter by letter would hold up whoever
waits for it, and everybody behind that, for as long as it likes.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

_CONNECTED: Final = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_HEAD_AWAITED: Final = "http11.receive_response_headers.started"
_HEAD_OVER: Final = ("http11.receive_response_headers.complete", "http11.receive_response_headers.failed")


class PromptTransport(httpx.HTTPTransport):
    """Ends a connection whose answer has no whole head after the read time-out of its request.

    Each request has a connection of its own. To the caller it is a connection that the peer has ended.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx does; raises httpx.TransportError where the head takes too long."""
        seconds = request.extensions.get("timeout", {}).get("read")
        if seconds is not None:
            request.extensions = {**request.extensions, "trace": _Wait(seconds).heard}
        return super().handle_request(request)


@dataclass
class _Wait:
    """Listens to one request (httpcore's extension `trace`)."""

    seconds: float
    connection: socket.socket | None = None
    timer: threading.Timer | None = field(default=None)

    def heard(self, event: str, told: dict[str, Any]) -> None:
        if event in _CONNECTED:
            self.connection = told["return_value"].get_extra_info("socket")
        elif event == _HEAD_AWAITED:
            self.timer = threading.Timer(self.seconds, self._end)
            self.timer.daemon = True
            self.timer.start()
        elif event in _HEAD_OVER and self.timer is not None:
            self.timer.cancel()

    def _end(self) -> None:
        if self.connection is not None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
