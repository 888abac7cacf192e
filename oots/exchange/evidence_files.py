"""Evidence and message bodies as files of their own, encrypted at rest and deleted on their own time."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from oots.trust.vault import Vault


class EvidenceFiles:
    """A folder of encrypted files under random names; a name is never taken from a message."""

    def __init__(self, directory: Path, vault: Vault) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self._vault = vault

    def put(self, content: bytes) -> str:
        """Store `content` durably and return the name of its file."""
        name = secrets.token_hex(16)
        descriptor = os.open(self._directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._vault.seal(content))
            file.flush()
            os.fsync(file.fileno())
        self._sync_directory()
        return name

    def get(self, name: str) -> bytes:
        return self._vault.open((self._directory / name).read_bytes())

    def delete(self, name: str) -> None:
        (self._directory / name).unlink(missing_ok=True)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self._directory.iterdir())

    def _sync_directory(self) -> None:
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
