"""Who needs which file: an exchange its evidence, a message in the outbox what it carries."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

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
            self._connection.execute(insert(EVIDENCE_FILE), rows)
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
            rows = self._connection.execute(select(EVIDENCE_FILE.c.name).where(EVIDENCE_FILE.c.used_by == user))
            self._known[user] = frozenset(rows.scalars())
        return self._known[user]

    def _end(self, user: str, files: frozenset[str]) -> None:
        if files:
            names = EVIDENCE_FILE.c.name.in_(files)
            self._connection.execute(delete(EVIDENCE_FILE).where(names, EVIDENCE_FILE.c.used_by == user))
            still = self._connection.execute(select(EVIDENCE_FILE.c.name).where(names)).scalars()
            self.ended |= files - frozenset(still)


def in_use(connection: Connection) -> frozenset[str]:
    """The files that anybody needs."""
    return frozenset(connection.execute(select(EVIDENCE_FILE.c.name).distinct()).scalars())
