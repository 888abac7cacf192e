"""Files that appear whole or not at all, files that only their owner may read, folders that one process changes."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from oots.model.errors import ConfigurationError


def write_whole(path: Path, data: bytes, *, mode: int) -> None:
    """Replace `path` by a file with `data` and permissions `mode`; a killed process leaves the old state.

    An unfinished copy may stay beside it as `.<name>.new`; the next call takes it over.
    """
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # the disk is full: what is of no use takes no room
        unfinished.unlink()
        raise
    unfinished.replace(path)


def write_public(path: Path, data: bytes) -> None:
    """As `write_whole` with mode 0644, unless `path` holds `data` already."""
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data, mode=0o644)


def expect_private(path: Path) -> None:
    """Raises ConfigurationError when group or world may do anything with `path`."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} has mode {mode:04o}; a secret must be 0600")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold `directory` against other processes that change keys in it; the lock dies with its process."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
