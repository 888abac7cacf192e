"""Who needs which file: an exchange its evidence, a message in the outbox what it carries."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, insert, select

from oots.exchange.schema import EVIDENCE_FILE


class Uses:
    """The uses of files that one transaction begins and ends. A file may have several; with the last it goes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, frozenset[str]] = {}
        self.begun: set[str] = set()
        self.ended: set[str] = set()

    def known(self, user: str, files: Collection[str]) -> None:
        """Note what a user is known to need, so that nobody asks the database for it."""
        self._known[user] = frozenset(files)

    def set(self, user: str, files: Collection[str]) -> None:
        """From now on the user needs these files and no others."""
        had, wanted = self._of(user), frozenset(files)
        if new := wanted - had:
            rows = [{"name": name, "used_by": user} for name in sorted(new)]
            self._connection.execute(_BEGIN, rows)
            self.begun |= new
            self.ended -= new
        self._end(user, had - wanted)
        self._known[user] = wanted

    def end(self, user: str) -> None:
        """The user needs nothing any more."""
        self._known.pop(user, None)
        self.set(user, ())

    def _of(self, user: str) -> frozenset[str]:
        if user not in self._known:
            self._known[user] = frozenset(self._connection.execute(_USED_BY, {"user": user}).scalars())
        return self._known[user]

    def _end(self, user: str, files: frozenset[str]) -> None:
        if files:
            named = {"names": sorted(files)}
            self._connection.execute(_END, named | {"user": user})
            self.ended |= files - frozenset(self._connection.execute(_STILL_USED, named).scalars())


_IS_NAMED = EVIDENCE_FILE.c.name.in_(bindparam("names", expanding=True))
_BEGIN = insert(EVIDENCE_FILE)
_USED_BY = select(EVIDENCE_FILE.c.name).where(EVIDENCE_FILE.c.used_by == bindparam("user"))
_END = delete(EVIDENCE_FILE).where(_IS_NAMED, EVIDENCE_FILE.c.used_by == bindparam("user"))
_STILL_USED = select(EVIDENCE_FILE.c.name).where(_IS_NAMED)


def in_use(connection: Connection) -> frozenset[str]:
    """The files that anybody needs."""
    return frozenset(connection.execute(select(EVIDENCE_FILE.c.name).distinct()).scalars())
