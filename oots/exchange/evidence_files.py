"""Evidence and message bodies as files of their own, encrypted at rest and deleted on their own time."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping
from copy import copy
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
        self._put: list[str] = []

    def apart(self) -> EvidenceFiles:
        """The same folder for one transaction, which can take back what it has put there."""
        apart = copy(self)
        apart._put = []
        return apart

    def take_back(self) -> None:
        """Delete what was put here: nothing names it, since the transaction was undone."""
        for name in self._put:
            self.delete(name)

    def put(self, content: bytes, addressee: str = "") -> str:
        """Store `content` durably and return the name of its file; what is sent opens for its addressee only."""
        name = secrets.token_hex(16)
        write_whole(self._directory / name, self._vault.seal(content, _place(name, addressee)), mode=0o600)
        self._put.append(name)
        sync_directory(self._directory)
        return name

    def get(self, name: str, addressee: str = "") -> bytes:
        return self._vault.open((self._directory / name).read_bytes(), _place(name, addressee))

    def delete(self, name: str) -> None:
        (self._directory / name).unlink(missing_ok=True)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self._directory.iterdir())

    def untouched(self, seconds: float) -> frozenset[str]:
        """The names of files that nobody has written for so long."""
        latest = time.time() - seconds
        return frozenset(path.name for path in self._directory.iterdir() if _written_at(path) <= latest)

    def bind(self, addressees: Mapping[str, str]) -> None:
        """Seal for its own name, and its addressee if it has one, every file that an earlier version sealed for none.

        Raises ConfigurationError naming a file that no key opens.
        """
        self._replace(lambda name, sealed: self._vault.bound(sealed, _place(name, addressees.get(name, ""))))

    def reseal(self) -> int:
        """Seal every file under the newest key of the vault; returns for how many that was needed.

        Raises ConfigurationError naming a file that no key opens.
        """
        return self._replace(lambda _, sealed: sealed if self._vault.is_current(sealed) else self._vault.reseal(sealed))

    def _replace(self, anew: Callable[[str, bytes], bytes]) -> int:
        replaced = 0
        for path in self._directory.iterdir():
            if path.name.startswith("."):
                path.unlink(missing_ok=True)  # an unfinished copy of a killed process, or one taken over just now
                continue
            sealed = path.read_bytes()
            try:
                content = anew(path.name, sealed)
            except ConfigurationError:
                raise ConfigurationError(f"no key opens {path}") from None
            if content != sealed:
                write_whole(path, content, mode=0o600)
                replaced += 1
        sync_directory(self._directory)
        return replaced


def _written_at(path: Path) -> float:
    """Never, for a file that somebody else has just deleted."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _place(name: str, addressee: str) -> str:
    return f"file {name} to {addressee}" if addressee else f"file {name}"
