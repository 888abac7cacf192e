"""Personal data at rest: encrypted with a key of the service's own (Fernet: AES-128-CBC with HMAC-SHA256)."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private, write_whole


class Vault:
    """Seals bytes under one key; what another key sealed cannot be opened."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    @classmethod
    def from_file(cls, path: Path) -> Vault:
        """The key in `path`, made at first use; raises ConfigurationError for one that is broken or not 0600."""
        if not path.exists():
            write_whole(path, Fernet.generate_key(), mode=0o600)
        expect_private(path)
        try:
            return cls(path.read_bytes())
        except ValueError:
            raise ConfigurationError(f"{path} holds no key for data at rest") from None

    def seal(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def open(self, data: bytes) -> bytes:
        """The bytes that were sealed; raises ConfigurationError when the key does not fit or the data was changed."""
        try:
            return self._fernet.decrypt(data)
        except InvalidToken:
            raise ConfigurationError("data at rest does not open with this key") from None
