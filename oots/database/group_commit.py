"""Several transactions, one after the other, that reach the disk with one commit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import OperationalError, SQLAlchemyError

_MOST = 32
_LEFT_SECONDS = 1.0


@dataclass
class _Group:
    """Transactions that stand or fall together: `lost` is why none of them was committed."""

    transaction: RootTransaction
    size: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lost: BaseException | None = None


class GroupCommit:
    """One connection, used in turns. Whoever ends while others wait leaves the commit to them, and returns when it is
    done: nothing counts before it is on disk, but ten who come at the same time wait for the disk once.

    Whoever comes after another works in a savepoint, so that one who fails takes nothing from the others.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._connection: Connection | None = None
        self._group: _Group | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed when the block has ended and undone when it raises."""
        with self._my_turn():
            connection, group = self._join()
            try:
                with connection.begin_nested() if group.size else nullcontext():
                    yield connection
                group.size += 1
            finally:
                self._leave(connection, group)
        while not group.over.wait(_LEFT_SECONDS):
            self._end_what_was_left(group)
        if group.lost is not None:
            raise OperationalError(None, None, group.lost) from group.lost

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        with ExitStack() as ends:
            with self._counted():
                ends.enter_context(self._turn)
            yield

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """As one of those who wait."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, one: int) -> None:
        with self._counting:
            self._waiting += one

    def _join(self) -> tuple[Connection, _Group]:
        connection = self._connection = self._connection or self._engine.connect()
        if self._group is None:
            try:
                self._group = _Group(connection.begin())
            except SQLAlchemyError:
                self._start_anew(connection)
                raise
        return connection, self._group

    def _leave(self, connection: Connection, group: _Group) -> None:
        """Commit, unless somebody waits who will; a full disk may have undone everything already."""
        alive = connection.connection.dbapi_connection.in_transaction  # type: ignore[union-attr]  # sqlite3's own
        if not group.size:
            self._undo(connection, group)
        elif not (alive and self._waiting and group.size < _MOST):
            self._end(connection, group, alive=alive)

    def _end_what_was_left(self, group: _Group) -> None:
        """Whoever waited for its turn was interrupted, and will not commit."""
        with self._my_turn():
            if self._group is group and self._connection is not None:
                self._end(self._connection, group, alive=True)

    def _end(self, connection: Connection, group: _Group, *, alive: bool) -> None:
        self._group = None
        try:
            if not alive:
                raise OperationalError(None, None, Exception("the transaction was undone by the database"))
            group.transaction.commit()
        except BaseException as fault:  # an interruption, too, takes it from all of them
            group.lost = fault
            self._give_up(connection, fault)
        finally:
            group.over.set()

    def _undo(self, connection: Connection, group: _Group) -> None:
        """Of what nobody has ended nothing stays."""
        self._group = None
        try:
            group.transaction.rollback()
        except BaseException as fault:
            self._give_up(connection, fault)

    def _give_up(self, connection: Connection, fault: BaseException) -> None:
        self._start_anew(connection)
        if not isinstance(fault, SQLAlchemyError):
            raise fault

    def _start_anew(self, connection: Connection) -> None:
        self._connection = None
        with suppress(SQLAlchemyError):  # it is given up anyway
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Let go of the connection; nobody may be in a transaction."""
        if self._connection is not None:
            self._connection.close()
