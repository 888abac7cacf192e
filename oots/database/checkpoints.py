"""SQLite's checkpoints, made beside those who write instead of by one of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, suppress
from sqlite3 import Error
from threading import Lock, Thread

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

_COMMITS = 100
MOST_PAGES = 4000
"""From here on whoever commits moves them after all: about four times what a hundred commits are wont to write."""
_MOVE = "PRAGMA wal_checkpoint(PASSIVE)"


class Checkpoints:
    """Moves what was committed from the log into the file of the database, after every hundred commits.

    Most is moved while others write, the little that they add meanwhile in a moment in which `nobody_writes`: a log is
    begun anew only when all of it has been moved, and grows until then.
    """

    def __init__(self, engine: Engine, nobody_writes: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine = engine
        self._nobody_writes = nobody_writes
        self._counting = Lock()
        self._commits = 0
        self._moving: Thread | None = None

    def committed(self) -> None:
        """One commit more; whoever says so does not wait."""
        with self._counting:
            self._commits += 1
            if self._commits < _COMMITS or (self._moving and self._moving.is_alive()):
                return
            self._commits = 0
            self._moving = Thread(target=self._move, name="checkpoint", daemon=True)
            self._moving.start()

    def _move(self) -> None:
        """What cannot be moved now stays in the log, where it is read as well, until the next time."""
        with suppress(Error, SQLAlchemyError), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(_MOVE)
            with self._nobody_writes():
                connection.cursor().execute(_MOVE)

    def wait(self) -> None:
        """Until none is under way; nobody may commit meanwhile."""
        if self._moving:
            self._moving.join()
