"""Ports on which nobody listens, below those that the system gives to outgoing connections: a server that is started
again finds its own still free."""

from __future__ import annotations

import os
import socket
from itertools import count

_FIRST, _MANY = 11000, 8900
_next = count(os.getpid() * 97)


def free_port() -> int:
    """A port of the loopback interface, another one at each call; two processes look in places that lie apart."""
    for _ in range(_MANY):
        port = _FIRST + next(_next) % _MANY
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("no free port")
