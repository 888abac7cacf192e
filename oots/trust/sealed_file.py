"""A large file at rest under a key of its own, written and read chunk by chunk (AES-256-GCM, STREAM construction).

Each chunk is sealed for its position and for being the last one or not, so that none can be changed, moved, left out or
added (Hoang, Reyhanitabar, Rogaway, Vizár 2015, as libsodium and age use it). No two files have the same key, so a
position is a safe nonce. A key belongs into something that the vault has sealed: who forgets it has deleted the file
in every copy.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from oots.model.content import CHUNK
from oots.model.errors import ConfigurationError
from oots.trust.vault import sync_directory

_TAG_BYTES = 16
_KEY_BITS = 256


@dataclass(frozen=True, slots=True)
class Stored:
    """A sealed file as a record keeps it: its name, which is the hexadecimal SHA-256 of its sealed bytes, its key in
    hexadecimal digits, and length and hexadecimal SHA-256 of what it holds."""

    name: str
    key: str = field(repr=False)
    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file in its folder (a `Measured` content); `stored` says how it opens."""

    folder: Path
    stored: Stored

    @property
    def length(self) -> int:
        return self.stored.length

    @property
    def sha256(self) -> str:
        return self.stored.sha256

    def open(self) -> BinaryIO:
        """A reader of the content that can seek and has one chunk in memory.

        Raises ConfigurationError, here or while it is read, where the file is missing or not the one that was sealed.
        """
        return io.BufferedReader(_Reader(self.folder / self.stored.name, self.stored), CHUNK)


class Sealing:
    """A sealed file while it is written. It appears in `folder` under its name once it is finished and on disk; until
    then it is a file whose name begins with a dot, which is gone when the block ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = AESGCM.generate_key(_KEY_BITS)
        self._cipher = AESGCM(self._key)
        self._unfinished = folder / f".{os.urandom(16).hex()}"
        self._file = os.fdopen(os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._pending = bytearray()
        self._position = 0
        self._length = 0
        self._plain = hashlib.sha256()
        self._sealed = hashlib.sha256()
        self.finished: SealedFile | None = None

    def __enter__(self) -> Sealing:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        self._plain.update(data)
        self._length += len(data)
        self._pending += data
        while len(self._pending) > CHUNK:  # the last chunk is sealed as such, so one stays until it is known
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]

    def finish(self) -> SealedFile:
        """Seal what is left, and return once the file survives a power cut."""
        self._seal(bytes(self._pending), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        name = self._sealed.hexdigest()
        self._unfinished.rename(self._folder / name)
        sync_directory(self._folder)
        self.finished = SealedFile(self._folder, Stored(name, self._key.hex(), self._plain.hexdigest(), self._length))
        return self.finished

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._position, last=last), chunk, None)
        self._position += 1
        self._sealed.update(sealed)
        self._file.write(sealed)


class _Reader(io.RawIOBase):
    """Opens one chunk after the other, or the one that is sought."""

    def __init__(self, path: Path, stored: Stored) -> None:
        self._stored = stored
        self._last = max(stored.length - 1, 0) // CHUNK
        self._cipher = AESGCM(bytes.fromhex(stored.key))
        self._at = 0
        self._open: tuple[int, bytes] = (-1, b"")
        try:
            self._file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise ConfigurationError(f"the evidence file {stored.name} is missing") from None
        if os.fstat(self._file.fileno()).st_size != stored.length + _TAG_BYTES * (self._last + 1):
            self.close()
            raise _changed(stored)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._stored.length}[whence]
        if start + offset < 0:
            raise ValueError("a negative place in a file")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed wants more than is ever given
        chunk = self._chunk(min(self._at // CHUNK, self._last))
        start = self._at - self._open[0] * CHUNK
        piece = chunk[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        if self._open[0] != number:
            self._file.seek(number * (CHUNK + _TAG_BYTES))
            sealed = self._file.read(CHUNK + _TAG_BYTES)
            try:
                chunk = self._cipher.decrypt(_nonce(number, last=number == self._last), sealed, None)
            except InvalidTag:
                raise _changed(self._stored) from None
            self._open = (number, chunk)
        return self._open[1]

    def close(self) -> None:
        self._file.close()
        super().close()


def _nonce(position: int, *, last: bool) -> bytes:
    return position.to_bytes(11) + bytes([last])


def _changed(stored: Stored) -> ConfigurationError:
    return ConfigurationError(f"the evidence file {stored.name} does not open with its key: it was changed")
