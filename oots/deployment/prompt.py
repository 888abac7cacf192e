"""A transport that waits for whole steps, not for bytes.

A time-out of httpx counts from one byte to the next: a peer that takes a question or gives the head of its answer
letter by letter would hold up whoever talks to it, and everybody behind that, for as long as it likes.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

MOST_SENDING_SECONDS: Final = 120.0
"""How long a question may be on its way; the door of an access point here takes none that comes more slowly."""
_CONNECTED: Final = ("connection.connect_tcp.complete", "connection.start_tls.complete")
_SENDING: Final = "http11.send_request_body"
_HEAD: Final = "http11.receive_response_headers"


class PromptTransport(httpx.HTTPTransport):
    """Ends a connection whose question is not taken in time, or whose answer has no whole head after the read time-out
    of its request.

    Each request has a connection of its own. To the caller it is a connection that the peer has ended.
    """

    def __init__(self, *, sending: float = MOST_SENDING_SECONDS, **settings: Any) -> None:
        super().__init__(**settings, limits=httpx.Limits(max_keepalive_connections=0))
        self._sending = sending

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx does; raises httpx.TransportError where a step takes too long."""
        reading = request.extensions.get("timeout", {}).get("read")
        steps = {_SENDING: self._sending} | ({} if reading is None else {_HEAD: reading})
        request.extensions = {**request.extensions, "trace": _Wait(steps).heard}
        return super().handle_request(request)


@dataclass
class _Wait:
    """Listens to one request (httpcore's extension `trace`) and times those steps that have their seconds."""

    seconds: dict[str, float]
    connection: socket.socket | None = None
    timer: threading.Timer | None = field(default=None)

    def heard(self, event: str, told: dict[str, Any]) -> None:
        step, _, what = event.rpartition(".")
        if event in _CONNECTED:
            self.connection = told["return_value"].get_extra_info("socket")
        elif step in self.seconds and what == "started":
            self.timer = threading.Timer(self.seconds[step], self._end)
            self.timer.daemon = True
            self.timer.start()
        elif step in self.seconds and self.timer is not None:
            self.timer.cancel()

    def _end(self) -> None:
        if self.connection is not None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
