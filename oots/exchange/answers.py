"""What authorities said about revocation, kept for as long as the journal: as it was believed when a message came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, inspect, select

from oots.database.inserting import insert_if_new
from oots.exchange.schema import ANSWER
from oots.model.clock import iso
from oots.model.content import sha256_of
from oots.trust.kept_answers import read_answer
from oots.trust.revocation import CLOCKS_DIFFER


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table; both times are written so that they sort."""

    name: str
    about: str
    since: str
    until: str
    content: bytes


class BelievedAnswers:
    """Answers that were believed and are not written yet. They come from any thread, also out of a transaction, and are
    written with the next one that ends."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Row] = {}
        self._turn = Lock()

    def add(self, content: bytes, at: datetime) -> None:
        """An answer (DER) that is believed from `at` on."""
        answer = read_answer(content)
        row = _Row(sha256_of(content), answer.about, iso(at), iso(answer.ends), content)
        with self._turn:
            self._waiting.setdefault(row.name, row)

    def write(self, connection: Connection) -> tuple[str, ...]:
        """Write them in this transaction; returns their names, for when it has been committed."""
        with self._turn:
            rows = [self._waiting[name] for name in sorted(self._waiting)]
        for row in rows:
            insert_if_new(connection, ANSWER, asdict(row))
        return tuple(row.name for row in rows)

    def written(self, names: Collection[str]) -> None:
        """They need not be written again."""
        if names:
            with self._turn:
                self._waiting = {name: row for name, row in self._waiting.items() if name not in names}


def believed_at(connection: Connection, moments: Collection[datetime]) -> Iterator[bytes]:
    """The answers that were believed at these moments; none where an earlier version has kept the store."""
    if not moments or not inspect(connection).has_table(ANSWER.name):
        return
    reach = ANSWER.c.until > iso(min(moments)), ANSWER.c.since <= iso(max(moments) + CLOCKS_DIFFER)
    by_subject: dict[str, list[_Row]] = {}
    for values in connection.execute(select(ANSWER).where(*reach).order_by(ANSWER.c.since, ANSWER.c.name)):
        row = _Row(*values)
        by_subject.setdefault(row.about, []).append(row)
    chosen = {row for rows in by_subject.values() for at in moments for row in _believed(rows, at)}
    yield from (row.content for row in sorted(chosen, key=lambda row: row.name))


def _believed(rows: Sequence[_Row], at: datetime) -> Sequence[_Row]:
    """Of answers about one subject, oldest first, the last that was known; or the one that another thread had asked for
    a moment earlier."""
    good = [row for row in rows if iso(at) < row.until and row.since <= iso(at + CLOCKS_DIFFER)]
    known = [row for row in good if row.since <= iso(at)]
    return known[-1:] or good[:1]
