"""Writes long base64 and hexadecimal text as the bytes that it stands for, and known certificates as names; exactly."""

from __future__ import annotations

import hashlib
import re
import string
from base64 import b64decode, b64encode
from collections.abc import Callable, Container, Iterator
from uuid import UUID

MARK = b"\0"
"""Begins what is written shorter: its kind (one octet), its length (two) and its octets follow. In XML and JSON nothing
begins so."""
NAME_BYTES = 8

_LONG = b"x" * 32
_LETTERS = (string.ascii_letters + string.digits + "+/=-").encode()
_MASK = bytes(ord("x") if octet in _LETTERS else ord(" ") for octet in range(256))
_LONGEST = 1 << 16
_SHORTEST_CERTIFICATE = 200
_HEX = re.compile(rb"[0-9a-f]+")
_HEX_LENGTHS = (32, 64)
_UUID_LENGTH = 36
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\\n([A-Za-z0-9+/=\\]+)\\n-----END CERTIFICATE-----")
_PEM_LINE = 64


def name_of(piece: bytes) -> bytes:
    """The name of what is known: the beginning of its SHA-256."""
    return hashlib.sha256(piece).digest()[:NAME_BYTES]


def shorten(text: bytes, known: Container[bytes]) -> bytes:
    """`text`, without MARK in it, written shorter; of certificates (DER) the names are `known`."""
    if b"-----BEGIN CERTIFICATE-----" in text:
        text = _PEM.sub(lambda pem: _pem(pem, known), text)
    return b"".join(_shortened(text, known))


def _shortened(text: bytes, known: Container[bytes]) -> Iterator[bytes]:
    mask = text.translate(_MASK)
    done = 0
    while (start := mask.find(_LONG, done)) >= 0:
        end = mask.find(b" ", start)
        end = len(text) if end < 0 else end
        yield text[done:start]
        yield _run(text[start:end], known)
        done = end
    yield text[done:]


def _run(run: bytes, known: Container[bytes]) -> bytes:
    if len(run) == _UUID_LENGTH and _UUID.fullmatch(run):
        return _marked(b"u", bytes.fromhex(run.replace(b"-", b"").decode()))
    if len(run) in _HEX_LENGTHS and _HEX.fullmatch(run):
        return _marked(b"h", bytes.fromhex(run.decode()))
    octets = _stands_for(run)
    if octets is None:
        return run
    if len(octets) >= _SHORTEST_CERTIFICATE and (name := name_of(octets)) in known:
        return _marked(b"c", name)
    return _marked(b"b", octets)


def _pem(found: re.Match[bytes], known: Container[bytes]) -> bytes:
    octets = _stands_for(found[1].replace(rb"\n", b""))
    if octets is None or _as_pem(octets) != found[0] or name_of(octets) not in known:
        return found[0]
    return _marked(b"p", name_of(octets))


def _as_pem(octets: bytes) -> bytes:
    """A certificate in PEM as JSON quotes it."""
    text = b64encode(octets)
    lines = (text[at : at + _PEM_LINE] for at in range(0, len(text), _PEM_LINE))
    return rb"\n".join((b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----"))


def _stands_for(text: bytes) -> bytes | None:
    """None for what is not the one way to write those octets in base64."""
    if len(text) % 4 or len(text) > _LONGEST:
        return None
    try:
        octets = b64decode(text)
    except ValueError:
        return None
    return octets if b64encode(octets) == text else None


def _marked(kind: bytes, octets: bytes) -> bytes:
    return MARK + kind + len(octets).to_bytes(2, "big") + octets


def lengthen(short: bytes, piece: Callable[[bytes], bytes]) -> bytes:
    """The text that was shortened; `piece` gives what is known by its name.

    Raises ValueError for what was not shortened here.
    """
    return b"".join(_lengthened(short, piece))


def _lengthened(short: bytes, piece: Callable[[bytes], bytes]) -> Iterator[bytes]:
    done = 0
    while (start := short.find(MARK, done)) >= 0:
        yield short[done:start]
        kind, begins = short[start + 1 : start + 2], start + 4
        done = begins + int.from_bytes(short[start + 2 : begins], "big")
        yield _as_text(kind, short[begins:done], piece)
    yield short[done:]


def _as_text(kind: bytes, octets: bytes, piece: Callable[[bytes], bytes]) -> bytes:
    match kind:
        case b"u":
            return str(UUID(bytes=octets)).encode()
        case b"h":
            return octets.hex().encode()
        case b"b":
            return b64encode(octets)
        case b"c":
            return b64encode(piece(octets))
        case b"p":
            return _as_pem(piece(octets))
    raise ValueError("unknown kind of shortened text")
