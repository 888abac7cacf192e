"""Evidence and message bodies as files of their own, encrypted at rest and deleted on their own time."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from oots.model.errors import ConfigurationError
from oots.trust.files import write_whole
from oots.trust.vault import Vault, sync_directory


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
        sync_directory(self._directory)
        return name

    def get(self, name: str) -> bytes:
        return self._vault.open((self._directory / name).read_bytes())

    def delete(self, name: str) -> None:
        (self._directory / name).unlink(missing_ok=True)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self._directory.iterdir())

    def reseal(self) -> int:
        """Seal every file under the newest key of the vault; returns for how many that was needed.

        Raises ConfigurationError naming a file that no key opens.
        """
        resealed = 0
        for path in self._directory.iterdir():
            if path.name.startswith("."):
                path.unlink()  # an unfinished copy of a killed process
                continue
            sealed = path.read_bytes()
            if not self._vault.is_current(sealed):
                write_whole(path, self._reseal(path, sealed), mode=0o600)
                resealed += 1
        sync_directory(self._directory)
        return resealed

    def _reseal(self, path: Path, sealed: bytes) -> bytes:
        try:
            return self._vault.reseal(sealed)
        except ConfigurationError:
            raise ConfigurationError(f"no key opens {path}") from None
