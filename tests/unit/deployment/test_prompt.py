"""A peer that gives or takes letter by letter is not waited for."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from oots.deployment.participants import TLS, participants
from oots.deployment.prompt import PromptTransport
from oots.model.clock import SystemClock
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.keys import certificate_path, key_path

SECONDS = 0.5
BODY = b"the whole question"
HONEST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    init_keys(folder, [each for each in participants("0751") if each.name == TLS], SystemClock().now())
    return folder


def honest(peer: socket.socket, over: threading.Event) -> None:
    peer.sendall(HONEST)


def dripping(peer: socket.socket, over: threading.Event) -> None:
    """A letter now and then, well within the time-out, and the rest in the end."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Letters: ")
    now_and_then(peer, over, b"a", HONEST.partition(b"OK")[2])


def promising(peer: socket.socket, over: threading.Event) -> None:
    """Says again and again that an answer will come (RFC 9110 15.2), which it does in the end."""
    now_and_then(peer, over, b"HTTP/1.1 102 Processing\r\n\r\n", HONEST)


def now_and_then(peer: socket.socket, over: threading.Event, piece: bytes, rest: bytes) -> None:
    with suppress(OSError):
        for _ in range(10):
            if over.wait(SECONDS / 5):
                return
            peer.sendall(piece)
        peer.sendall(rest)


@contextmanager
def served(by: Callable[[socket.socket, threading.Event], None], context: ssl.SSLContext | None) -> Iterator[int]:
    """The port at which somebody serves one connection so, until the block ends."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            peer, _ = door.accept()
            with context.wrap_socket(peer, server_side=True) if context else peer as connection:
                question = b""
                while not question.endswith(BODY):  # what is left unread when a connection ends resets it
                    question += connection.recv(65536)
                by(connection, over)

        server = threading.Thread(target=serve)
        server.start()
        try:
            yield door.getsockname()[1]
        finally:
            over.set()
            server.join()


def asked(by: Callable[[socket.socket, threading.Event], None], keys: Path | None) -> httpx.Response:
    context, verify, scheme = None, True, "http"
    if keys is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate_path(keys, TLS), key_path(keys, TLS))
        verify = ssl.create_default_context(cafile=str(keys / TRUST_FILE))
        scheme = "https"
    with (
        served(by, context) as port,
        httpx.Client(transport=PromptTransport(verify=verify), timeout=SECONDS) as client,
    ):
        return client.post(f"{scheme}://127.0.0.1:{port}/as4", content=BODY)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("late", [dripping, promising])
def test_a_head_without_end_is_given_up(
    late: Callable[[socket.socket, threading.Event], None], tls: bool, keys: Path
) -> None:
    assert asked(honest, keys if tls else None).text == "ok"
    with pytest.raises(httpx.TransportError):
        asked(late, keys if tls else None)


LARGE = 16 * 1024 * 1024  # more than the system keeps on its way


def test_a_question_that_is_taken_bit_by_bit_is_given_up() -> None:
    with sipped(fast=True) as port:
        assert sent(port).text == "ok"
    with sipped(fast=False) as port, pytest.raises(httpx.TransportError):
        sent(port)


def sent(port: int) -> httpx.Response:
    with httpx.Client(transport=PromptTransport(sending=2 * SECONDS), timeout=60.0) as client:
        return client.post(f"http://127.0.0.1:{port}/as4", content=bytes(LARGE) + BODY)


@contextmanager
def sipped(*, fast: bool) -> Iterator[int]:
    """The port at which somebody takes a question in small sips, the rest of it later, and answers."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def sip() -> None:
            peer, _ = door.accept()
            with peer, suppress(OSError):
                for _ in range(0 if fast else 7):
                    peer.recv(100_000)
                    threading.Event().wait(SECONDS * 2 / 5)
                end = b""
                while not end.endswith(BODY):
                    piece = peer.recv(1_000_000)
                    if not piece:
                        return
                    end = end[-len(BODY) :] + piece
                peer.sendall(HONEST)

        server = threading.Thread(target=sip)
        server.start()
        try:
            yield door.getsockname()[1]
        finally:
            server.join()
