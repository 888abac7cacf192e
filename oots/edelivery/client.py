"""Pushing a sealed message to the other access point and taking its receipt from the HTTP answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from time import monotonic

import httpx

from oots.edelivery.signal import Signal, SignalKind, read_signal
from oots.model.content import Sized, chunks, length_of
from oots.model.errors import PeerError, TransportError

MOST_ANSWER_BYTES = 1024 * 1024
MOST_ANSWER_SECONDS = 60.0


class RefusedByPeerError(PeerError):
    """The other access point answered with an error signal; sending the same message again is of no use.

    `ebms` is the first error code of the signal.
    """

    def __init__(self, ebms: str) -> None:
        self.ebms = ebms
        super().__init__(f"refused with {ebms}")


def deliver(client: httpx.Client, endpoint: str, content_type: str, pieces: Sequence[bytes | Sized]) -> bytes:
    """Post a message, piece by piece and chunk by chunk, and return the receipt, which is yet to be checked.

    Raises RefusedByPeerError for an error signal, PeerError when the answer is not a receipt or does not come.
    """
    status, answer = _post(client, endpoint, content_type, pieces)
    signal = _signal(answer)
    if signal is not None and signal.kind is SignalKind.ERROR:
        raise RefusedByPeerError(signal.codes[0])
    if status != httpx.codes.OK:
        raise PeerError(f"the access point answered with HTTP status {status}")
    if signal is None:
        raise PeerError("the access point answered with neither receipt nor error signal")
    return answer


def _post(client: httpx.Client, endpoint: str, content_type: str, pieces: Sequence[bytes | Sized]) -> tuple[int, bytes]:
    body = chain.from_iterable(map(chunks, pieces))
    headers = _headers(content_type, sum(map(length_of, pieces)))
    try:
        with client.stream("POST", endpoint, content=body, headers=headers) as response:
            return response.status_code, _capped(response)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise PeerError(f"the access point cannot be reached ({type(fault).__name__})") from fault


def _headers(content_type: str, length: int) -> dict[str, str]:
    return {"Content-Type": content_type, "Content-Length": str(length), "Accept-Encoding": "identity"}


def _capped(response: httpx.Response) -> bytes:
    """The body; a compressed one would have no bounds, and one that drips would hold up all sending."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PeerError("the access point compressed its answer unasked")
    answer = bytearray()
    latest = monotonic() + MOST_ANSWER_SECONDS
    for chunk in response.iter_bytes():
        answer += chunk
        if len(answer) > MOST_ANSWER_BYTES:
            raise PeerError("the access point answered with more than a signal")
        if monotonic() > latest:
            raise PeerError(f"the access point took more than {MOST_ANSWER_SECONDS:.0f} seconds to answer")
    return bytes(answer)


def _signal(answer: bytes) -> Signal | None:
    try:
        return read_signal(answer)
    except TransportError:
        return None
