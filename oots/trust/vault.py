"""Personal data at rest: encrypted with keys of the service's own (Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private, write_whole


class Vault:
    """Seals bytes under the first of its keys, and opens what any of them has sealed."""

    def __init__(self, *keys: bytes) -> None:
        self._keys = keys
        self._newest = Fernet(keys[0])
        self._any = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def from_file(cls, path: Path, *, create: bool = True) -> Vault:
        """The keys in `path`, one a line and the newest first; a first one is made where `create` allows it.

        Raises ConfigurationError for a file that is missing, broken or not 0600.
        """
        if create and not path.exists():
            _write_keys(path, (Fernet.generate_key(),))
        return cls(*read_keys(path))

    def apart(self, purpose: str) -> Vault:
        """A vault of the same keys for one purpose: neither opens what the other has sealed (HKDF, RFC 5869)."""
        return Vault(*(_derived(key, purpose) for key in self._keys))

    def seal(self, data: bytes) -> bytes:
        return self._newest.encrypt(data)

    def open(self, data: bytes) -> bytes:
        """The bytes that were sealed; raises ConfigurationError when no key fits or the data was changed."""
        try:
            return self._any.decrypt(data)
        except InvalidToken:
            raise _unopened() from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key opens it, so that no older one is needed for it."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: bytes) -> bytes:
        """The same bytes, sealed under the newest key; raises ConfigurationError as `open` does."""
        try:
            return self._any.rotate(sealed)
        except InvalidToken:
            raise _unopened() from None


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, newest first; raises ConfigurationError for one that is missing, broken or not 0600."""
    if not path.is_file():
        raise ConfigurationError(f"{path}, the key for data at rest, is missing")
    expect_private(path)
    keys = tuple(path.read_bytes().split())
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        keys = ()
    if not keys:
        raise ConfigurationError(f"{path} holds no key for data at rest")
    return keys


def add_key(path: Path) -> None:
    """Put a new key before those in `path`; what is sealed from now on is sealed under it."""
    _write_keys(path, (Fernet.generate_key(), *read_keys(path)))


def drop_older_keys(path: Path) -> None:
    """Leave the newest key alone in `path`: what an older one has sealed is lost for good."""
    _write_keys(path, read_keys(path)[:1])


def _write_keys(path: Path, keys: tuple[bytes, ...]) -> None:
    """On disk before it returns: nothing may be sealed under a key that a power cut takes away."""
    write_whole(path, b"\n".join(keys) + b"\n", mode=0o600)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Names that were made, replaced or deleted in `directory` survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _derived(key: bytes, purpose: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"oots at rest: {purpose}".encode()).derive(
        urlsafe_b64decode(key)
    )
    return urlsafe_b64encode(derived)


def _unopened() -> ConfigurationError:
    return ConfigurationError("data at rest does not open with this key")
