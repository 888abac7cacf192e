"""Evidence as files of their own, each sealed under its own key and deleted on its own time."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from copy import copy
from pathlib import Path
from tempfile import TemporaryFile

from oots.model.content import Source, chunks
from oots.trust.sealed_file import SealedFile, Sealing, Stored

ORPHANED_SECONDS = 3600.0
"""For how long a file may lie there that no transaction has committed yet: longer than any message arrives."""


class EvidenceFiles:
    """A folder of sealed files, which the replicas of a service share; a name is never taken from a message."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory = directory
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

    def sealing(self) -> Sealing:
        """A new file to write to."""
        return Sealing(self.directory)

    def put(self, content: bytes | Source) -> SealedFile:
        """Store content durably, chunk by chunk; what is a file here already stays the same one."""
        if isinstance(content, SealedFile):
            return content
        with self.sealing() as file:
            for chunk in chunks(content):
                file.write(chunk)
            finished = file.finish()
        self._put.append(finished.stored.name)
        return finished

    def get(self, stored: Stored) -> SealedFile:
        return SealedFile(self.directory, stored)

    def delete(self, name: str) -> None:
        (self.directory / name).unlink(missing_ok=True)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self.directory.iterdir())

    def orphans(self, used: Collection[str]) -> Iterator[str]:
        """The files that nobody uses and that nobody can be about to use, unfinished ones among them."""
        latest = self._present() - ORPHANED_SECONDS
        for path in self.directory.iterdir():
            if path.name not in used and _changed_at(path) < latest:
                yield path.name

    def _present(self) -> float:
        """By the clock of the folder, which may be another machine's."""
        with TemporaryFile(dir=self.directory) as file:
            return os.fstat(file.fileno()).st_mtime

    def arriving(self) -> Arriving:
        return Arriving(self)


class Arriving:
    """The files of one message that is arriving, of which it is not known yet whether it will be believed."""

    def __init__(self, files: EvidenceFiles) -> None:
        self._files = files
        self._sealings: list[Sealing] = []

    def sealing(self) -> Sealing:
        """A new file to write to."""
        self._sealings.append(self._files.sealing())
        return self._sealings[-1]

    def delete(self, *, except_for: Collection[str] = ()) -> None:
        """Delete the files that were finished, but for those of these names."""
        for finished in (sealing.finished for sealing in self._sealings):
            if finished is not None and finished.stored.name not in except_for:
                self._files.delete(finished.stored.name)


def _changed_at(path: Path) -> float:
    """When a file was last written; one that another replica deletes meanwhile was never an orphan."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
