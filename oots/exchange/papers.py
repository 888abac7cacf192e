"""What a service keeps beside its exchanges, sealed like them: cases, letters, and whatever belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update

from oots.exchange.dictionary import PackingVault
from oots.exchange.schema import PAPER, place
from oots.model.clock import iso


@dataclass(frozen=True, slots=True)
class Paper:
    """One of them: `kind` is what its service calls it, `about_hash` the hash of what it is about, for finding it; it
    is deleted after `until`. The content alone is sealed."""

    paper_id: str
    kind: str
    about_hash: str
    filed_at: datetime
    until: datetime
    content: bytes


class Papers:
    """The papers of a store, within one transaction."""

    def __init__(self, connection: Connection, vault: PackingVault, *, reading: bool) -> None:
        self._connection = connection
        self._vault = vault
        self._reading = reading

    def file(self, paper: Paper) -> None:
        """Keep a paper, in the place of an earlier one with the same id."""
        values = {
            "kind": paper.kind,
            "about_hash": paper.about_hash,
            "filed_at": iso(paper.filed_at),
            "until": iso(paper.until),
            "content": self._vault.seal(paper.content, place(PAPER, paper.paper_id)),
        }
        known = self._connection.execute(update(PAPER).where(PAPER.c.paper_id == paper.paper_id).values(values))
        if known.rowcount == 0:
            self._connection.execute(insert(PAPER).values(paper_id=paper.paper_id, **values))

    def find(self, paper_id: str) -> Paper | None:
        """The paper with this id."""
        return next(iter(self._found(PAPER.c.paper_id == paper_id)), None)

    def about(self, kind: str, about_hash: str) -> tuple[Paper, ...]:
        """All papers of a kind about one thing, latest first."""
        return self._found((PAPER.c.kind == kind) & (PAPER.c.about_hash == about_hash))

    def of_kind(self, kind: str) -> tuple[Paper, ...]:
        """All papers of a kind, latest first."""
        return self._found(PAPER.c.kind == kind)

    def throw_away(self, paper_id: str) -> None:
        """Delete a paper, if there is one with this id."""
        self._connection.execute(delete(PAPER).where(PAPER.c.paper_id == paper_id))

    def _found(self, condition: ColumnElement[bool]) -> tuple[Paper, ...]:
        query: Select[tuple[object, ...]] = select(PAPER).where(condition)
        query = query.order_by(PAPER.c.filed_at.desc(), PAPER.c.paper_id)
        rows = self._connection.execute(query if self._reading else query.with_for_update()).mappings().all()
        return tuple(
            Paper(
                row["paper_id"],
                row["kind"],
                row["about_hash"],
                datetime.fromisoformat(row["filed_at"]),
                datetime.fromisoformat(row["until"]),
                self._vault.open(row["content"], place(PAPER, row["paper_id"])),
            )
            for row in rows
        )
