"""Bytes that may be many: held in memory, or kept somewhere else and read piece by piece."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Protocol

CHUNK = 64 * 1024
"""How many bytes are in memory at a time of what is kept somewhere else."""


class Readable(Protocol):
    """What bytes come out of, in their order."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


class Source(Protocol):
    """Bytes that are kept somewhere else."""

    def open(self) -> BinaryIO:
        """A reader at the first of them, which the caller closes."""
        ...


class Sized(Source, Protocol):
    """Bytes that are kept somewhere else, or made when they are read; how many there are is known beforehand."""

    @property
    def length(self) -> int: ...


class Measured(Sized, Protocol):
    """Bytes that are kept somewhere else and known beforehand; the reader can seek. `sha256` is hexadecimal."""

    @property
    def sha256(self) -> str: ...


Content = bytes | Measured
"""Small contents are bytes, large ones may be kept elsewhere."""


def length_of(content: bytes | Sized) -> int:
    return len(content) if isinstance(content, bytes) else content.length


def sha256_of(content: Content) -> str:
    """The SHA-256 of the content, hexadecimal."""
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256


def opened(content: bytes | Source) -> BinaryIO:
    """A reader of the content, which the caller closes."""
    return BytesIO(content) if isinstance(content, bytes) else content.open()


def whole(content: bytes | Source) -> bytes:
    """All of the content in memory: for what is known to be small, and what nobody can read piece by piece."""
    if isinstance(content, bytes):
        return content
    with content.open() as reader:
        return reader.read()


def chunks(content: bytes | Source, size: int = CHUNK) -> Iterator[bytes]:
    """The content in pieces of `size` bytes, the last of which may be shorter."""
    with opened(content) as reader:
        yield from chunks_of(reader, size)


def chunks_of(reader: Readable, size: int = CHUNK) -> Iterator[bytes]:
    """What is left in a reader, in pieces of at most `size` bytes."""
    while chunk := reader.read(size):
        yield chunk


class Hashed:
    """A reader that knows how much was read through it, and its SHA-256."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self.length = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        self.length += len(data)
        return data

    @property
    def sha256(self) -> str:
        """Of what was read so far, hexadecimal."""
        return self._digest.hexdigest()
