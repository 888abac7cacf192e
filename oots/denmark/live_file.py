"""A file or folder that one may edit while a service runs: read again when it has changed, never left half read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from oots.model.errors import ConfigurationError

Content = TypeVar("Content")


class LiveFile(Generic[Content]):
    """What `read` makes of the file or folder at `path`; raises ConfigurationError if it is faulty at the start.

    A faulty edit afterwards changes nothing but `faults`: what was last read well goes on to serve.
    """

    def __init__(self, path: Path, read: Callable[[Path], Content]) -> None:
        self.path = path
        self._read = read
        self._turn = Lock()
        self._stamp = _stamp(path)
        self._content = read(path)
        self._faults: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """What the file says now, or last said well."""
        self._look()
        return self._content

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the file as it is now, by place; empty if nothing is."""
        self._look()
        return self._faults

    def _look(self) -> None:
        with self._turn:
            stamp = _stamp(self.path)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                self._content, self._faults = self._read(self.path), ()
            except ConfigurationError as faulty:
                self._faults = faulty.faults


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What tells one state of a file, or of a folder's TOML files, from another; None while there is none."""
    try:
        states = [file.stat() for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    except OSError:
        return None
    return tuple(part for state in states for part in (state.st_mtime_ns, state.st_size, state.st_ino))
