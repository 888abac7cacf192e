"""A case as a whole: which pieces of evidence have been asked for, by whom, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oots.exchange.conversation import RequesterState
from oots.requester.cases import Case, Piece
from oots.requester.own_log import called
from oots.requester.service import Progress
from oots.requester.visitor import Visitor

OVER = frozenset(
    {
        RequesterState.NOTHING,
        RequesterState.DEFERRED,
        RequesterState.REFUSED,
        RequesterState.LAPSED,
        RequesterState.UNDELIVERABLE,
    }
)
"""Where an exchange has ended without evidence: its piece is still wanted."""

ARRIVED = frozenset({RequesterState.DELIVERED, RequesterState.FINISHED})


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of evidence of a case and where its latest exchange stands; None where nobody has asked yet.

    `own` says whether the visitor is the one who asked, or may ask.
    """

    piece: Piece
    progress: Progress | None
    own: bool

    @property
    def is_wanted(self) -> bool:
        """Whether it has still to be asked for, or asked for anew."""
        return self.progress is None or self.progress.state in OVER


@dataclass(frozen=True, slots=True)
class File:
    """The exchanges of one case, in their order; `joined` is the mark of who came by invitation, None for nobody."""

    case: Case
    exchanges: tuple[Progress, ...]
    joined: str | None = None

    @property
    def file_id(self) -> str:
        return self.exchanges[0].file_id

    def belongs_to(self, visitor: Visitor) -> bool:
        """Whether this person has asked for any of it, or has joined by invitation."""
        return self.joined == visitor.mark(self.file_id) or any(
            visitor.asked(progress.request) for progress in self.exchanges
        )

    @property
    def has_room(self) -> bool:
        """Whether a further person may be invited."""
        subjects = {called(progress.request.subject) for progress in self.exchanges}
        return self.joined is None and len(subjects) < self.case.persons

    def lines(self, visitor: Visitor) -> tuple[Line, ...]:
        """What the case is made of: for each piece what every person of it has asked for, or has still to ask for."""
        return tuple(line for piece in self.case.pieces for line in self._lines_of(piece, visitor))

    def _lines_of(self, piece: Piece, visitor: Visitor) -> Iterator[Line]:
        latest: dict[tuple[str, ...] | None, Progress] = {}
        for progress in self.exchanges:
            if (progress.piece or self.case.pieces[0].key) == piece.key:
                latest[called(progress.request.subject) if piece.each_person else None] = progress
        own = [progress for progress in latest.values() if visitor.asked(progress.request)]
        others = [progress for progress in latest.values() if progress not in own]
        wanted = self.case.persons if piece.each_person else 1
        yield from (Line(piece, progress, True) for progress in own)
        if not own and len(latest) < wanted:
            yield Line(piece, None, True)
        yield from (Line(piece, progress, False) for progress in others)
        if len(others) + 1 < wanted:
            yield Line(piece, None, False)

    def is_whole(self, visitor: Visitor) -> bool:
        """Whether everything that the case is made of has arrived."""
        return all(line.progress and line.progress.state in ARRIVED for line in self.lines(visitor))


def next_piece(file: File, visitor: Visitor) -> Piece | None:
    """What the visitor has still to fetch for the case; None where nothing is left to this person."""
    return next((line.piece for line in file.lines(visitor) if line.own and line.is_wanted), None)
