"""Evidence and message bodies as they lay before tables 0003: sealed whole by the vault, for name and addressee."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oots.model.errors import ConfigurationError
from oots.trust.files import write_whole
from oots.trust.vault import Vault, sync_directory


def bind(folder: Path, vault: Vault, addressees: Mapping[str, str]) -> None:
    """Seal for its own name, and its addressee if it has one, every file that an earlier version sealed for none.

    Raises ConfigurationError naming a file that no key opens.
    """
    for path in folder.iterdir():
        if path.name.startswith("."):
            path.unlink(missing_ok=True)  # an unfinished copy of a killed process
            continue
        sealed = path.read_bytes()
        try:
            bound = vault.bound(sealed, _place(path.name, addressees.get(path.name, "")))
        except ConfigurationError:
            raise ConfigurationError(f"no key opens {path}") from None
        if bound != sealed:
            write_whole(path, bound, mode=0o600)
    sync_directory(folder)


def opened(folder: Path, vault: Vault, name: str, addressee: str = "") -> bytes | None:
    """What the file holds; None where it has been deleted. Raises ConfigurationError where it does not open."""
    path = folder / name
    try:
        return vault.open(path.read_bytes(), _place(name, addressee))
    except FileNotFoundError:
        return None
    except ConfigurationError as fault:
        raise ConfigurationError(f"{path}: {fault}") from None


def _place(name: str, addressee: str) -> str:
    return f"file {name} to {addressee}" if addressee else f"file {name}"
