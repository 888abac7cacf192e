"""What both databases do for a service: transactions, a clock for leases, and word of new work."""

from __future__ import annotations

import errno
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from oots.model.clock import Clock
from oots.model.errors import UnavailableError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})


class Database(ABC):
    """One database of one service; `is_shared` says whether other processes may be writing to it."""

    engine: Engine
    is_shared: bool

    @abstractmethod
    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction that may write: on disk when the block has ended, undone when it raises.

        Raises UnavailableError, with nothing done, where the database cannot be reached or written.
        """

    @abstractmethod
    def look(self) -> AbstractContextManager[Connection]:
        """A snapshot that is read and never written; raises UnavailableError as `begin` does."""

    @abstractmethod
    def alone(self, connection: Connection) -> None:
        """Until this transaction ends, no other process changes the tables themselves."""

    @abstractmethod
    def now(self, connection: Connection, clock: Clock) -> datetime:
        """The time by which leases count: one clock for all who share the database, else that of the service."""

    @abstractmethod
    def announce(self, connection: Connection) -> None:
        """Tell every listener, once this transaction is committed, that there is something to send."""

    @abstractmethod
    def listen(self, heard: Callable[[], None], stop: threading.Event) -> None:
        """Call `heard` at each announcement, of whatever process, until `stop` is set.

        Raises UnavailableError when the database is lost.
        """

    @abstractmethod
    def undisturbed(self) -> AbstractContextManager[None]:
        """Nobody else uses the database meanwhile; raises ConfigurationError where somebody does."""

    @abstractmethod
    def leave_no_trace(self) -> None:
        """Nothing that was deleted or replaced stays in space that is not in use.

        Raises ConfigurationError where somebody who reads keeps it there.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""


@contextmanager
def told_apart() -> Iterator[None]:
    """A database that fails is told apart from a statement that is wrong: the one passes, the other is our fault. So
    does a disk that is full or cannot be written."""
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, NoConnectionError) as fault:
        raise UnavailableError(said_by(fault)) from fault
    except DBAPIError as fault:
        if fault.connection_invalidated:
            raise UnavailableError(said_by(fault)) from fault
        raise
    except OSError as fault:
        if fault.errno in _NO_ROOM:
            raise UnavailableError(os.strerror(fault.errno)) from fault
        raise


def said_by(fault: Exception) -> str:
    """The driver's own words on one line, without statement and parameters, which may be personal."""
    words = str(getattr(fault, "orig", None) or type(fault).__name__)
    return " ".join(words.split())[:200]
