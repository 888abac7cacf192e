"""Personal data at rest: encrypted with keys of the service's own (Fernet: AES-128-CBC with HMAC-SHA256).

What is sealed is sealed for a place, such as one row or one file, and opens there only: who can write to the database
but has no key cannot put one person's data where another's were.
"""

from __future__ import annotations

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private, write_whole

_MARK_BYTES = hashlib.sha256().digest_size
_VERSION = b"\x80"
"""The first byte of every Fernet token; earlier versions kept tokens in base64, where it is a letter."""


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

    def seal(self, data: bytes, place: str) -> bytes:
        return urlsafe_b64decode(self._newest.encrypt(_mark(place) + data))

    def open(self, sealed: bytes, place: str) -> bytes:
        """The bytes that were sealed for `place`; raises ConfigurationError when no key fits, and for what was changed
        or comes from another place."""
        content = self._decrypted(sealed)
        if not content.startswith(_mark(place)):
            raise ConfigurationError("data at rest is not in the place that it was sealed for")
        return content[_MARK_BYTES:]

    def open_anywhere(self, sealed: bytes) -> bytes:
        """The bytes that were sealed, for whatever place; raises ConfigurationError as `open` does."""
        return self._decrypted(sealed)[_MARK_BYTES:]

    def bound(self, sealed: bytes, place: str) -> bytes:
        """For `place` what an earlier version has sealed for none; what is sealed for it already stays as it is."""
        content = self._decrypted(sealed)
        return sealed if content.startswith(_mark(place)) else self.seal(content, place)

    def _decrypted(self, sealed: bytes) -> bytes:
        try:
            return self._any.decrypt(_token(sealed))
        except InvalidToken:
            raise _unopened() from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key opens it, so that no older one is needed for it."""
        try:
            self._newest.decrypt(_token(sealed))
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: bytes) -> bytes:
        """The same bytes, sealed under the newest key; raises ConfigurationError as `open` does."""
        try:
            return urlsafe_b64decode(self._any.rotate(_token(sealed)))
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


def _token(sealed: bytes) -> bytes:
    """In base64, as the library takes it."""
    return urlsafe_b64encode(sealed) if sealed.startswith(_VERSION) else sealed


def _mark(place: str) -> bytes:
    return hashlib.sha256(place.encode()).digest()


def _derived(key: bytes, purpose: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"oots at rest: {purpose}".encode()).derive(
        urlsafe_b64decode(key)
    )
    return urlsafe_b64encode(derived)


def _unopened() -> ConfigurationError:
    return ConfigurationError("data at rest does not open with this key")
