"""A small disk under a state folder, which can be full for a while."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 384 * 1024 * 1024


class NoDiskError(Exception):
    """This machine lets nobody mount anything here."""


@dataclass(frozen=True)
class SmallDisk:
    """A file system of a few hundred megabytes, mounted at `folder`."""

    folder: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """No byte is free until the block ends."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as file:
            _fill(file.fileno())
            try:
                yield
            finally:
                filler.unlink()


def _fill(file: int) -> None:
    """Write until nothing goes in any more, at last in pages, the smallest that the file system gives away."""
    for size in (1024 * 1024, 4096):
        try:
            while True:
                os.write(file, bytes(size))
        except OSError as full:
            if full.errno != errno.ENOSPC:
                raise


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mounted until the block ends; raises NoDiskError where that is not allowed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = f"size={SIZE},mode=0700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "oots-chaos", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        raise NoDiskError(mounted.stderr.strip())
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
