"""A backup: a folder with a service's database and files as they were at one moment, and a list of what is in it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from oots import __version__
from oots.database.sqlite import DATABASE
from oots.exchange.standstill import HEAD, standstill
from oots.exchange.store import FILES, VAULT_KEY
from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private
from oots.trust.vault import sync_directory

MANIFEST: Final = "backup.json"
DUMP: Final = "store.dump"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a backup: its path in it, its length, and its SHA-256, hexadecimal."""

    path: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself, in `backup.json`, which is written last."""

    made_at: datetime
    made_by: str
    parts: tuple[Part, ...]
    form: Literal["oots-backup-1"] = "oots-backup-1"

    @property
    def has_key(self) -> bool:
        return self._holds(VAULT_KEY)

    @property
    def is_of_postgres(self) -> bool:
        return self._holds(DUMP)

    def _holds(self, name: str) -> bool:
        return any(part.path == name for part in self.parts)


_BACKUPS: Final = TypeAdapter(Backup)


def back_up(
    folder: Path, target: Path, now: datetime, *, key: Path | None = None, database_url: str | None = None
) -> Backup:
    """Back up the state in `folder`, and in the PostgreSQL at `database_url` if it is there, as the new folder
    `target`, also while its service runs; with the file of the vault's keys if `key` names it.

    Raises ConfigurationError, leaving nothing, where there is something at `target` already and where `folder` holds no
    store.
    """
    if target.exists():
        raise ConfigurationError(f"{target} exists already; a backup is always a new folder")
    if target.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{target} lies in the folder that it is to be a backup of")
    with _whole(target) as unfinished:
        with standstill(folder, database_url) as still:
            database = DUMP if database_url else DATABASE
            still.write_database(unfinished / database)
            parts = [_noted(unfinished, database)]
            parts += [copied(still.pins / name, unfinished, str(name)) for name in still.files]
        if key is not None:
            expect_private(key)
            parts.append(copied(key, unfinished, VAULT_KEY))
        backup = Backup(now, f"OOTS-DK {__version__}", tuple(parts))
        (unfinished / MANIFEST).write_bytes(_BACKUPS.dump_json(backup, indent=1))
        _noted(unfinished, MANIFEST)
    return backup


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A folder that becomes `target` when the block ends, and nothing when it raises."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        yield unfinished
        for directory, _, _ in os.walk(unfinished):
            sync_directory(Path(directory))
        unfinished.rename(target)
    except BaseException:  # an interruption, too, must leave no half of a backup
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    sync_directory(target.parent)


def read_backup(folder: Path) -> Backup:
    """What a backup says of itself; raises ConfigurationError for what is none, and for one of another form."""
    try:
        backup = _BACKUPS.validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ConfigurationError(f"{folder} is no whole backup: it has no {MANIFEST}") from None
    except ValidationError:
        raise ConfigurationError(f"{folder / MANIFEST} is damaged, or of a version that is not known here") from None
    for part in backup.parts:
        if not _is_lawful(part.path):
            raise ConfigurationError(f"{folder / MANIFEST} names {part.path!r}, which is no part of a backup")
    return backup


def _is_lawful(path: str) -> bool:
    parts = Path(path).parts
    inside = len(parts) > 1 and parts[0] == FILES and ".." not in parts
    return path in (DATABASE, DUMP, HEAD, VAULT_KEY) or inside


def take_out(backup: Path, part: Part, target: Path) -> None:
    """Copy a part of a backup to the same path below `target`; raises ConfigurationError, naming it, unless it is what
    the backup says."""
    source = backup / part.path
    if not source.is_file():
        raise ConfigurationError(f"{source} is missing from the backup")
    if copied(source, target, part.path) != part:
        raise ConfigurationError(f"{source} is damaged: it is not what {MANIFEST} says")


def copied(source: Path, target: Path, name: str) -> Part:
    """Copy a file to `name` below `target`, readable for its owner alone and on disk when this returns."""
    destination = target / name
    destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    descriptor = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as original:
        while chunk := original.read(_CHUNK):
            digest.update(chunk)
            length += copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    return Part(name, length, digest.hexdigest())


def _noted(folder: Path, name: str) -> Part:
    """A file that is there already, on disk when this returns."""
    path = folder / name
    path.chmod(0o600)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return Part(name, path.stat().st_size, digest)
