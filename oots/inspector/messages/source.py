"""A document as numbered lines: what is signed shaded, what is not outlined, broken rules in the margin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from oots.edelivery.coverage import Cover, Coverage
from oots.web.words import Words
from oots.wire.laid_out import LaidOut, Piece, Stretch

MOST_LINES: Final = 5000
"""Lines that a page shows; nobody reads more, and a browser could not."""
COVER_NAMES: Final = {
    Cover.SIGNED: Words("Underskrevet", "Signed"),
    Cover.CHANGED: Words("Henvist til, men ikke det, der blev underskrevet", "Referred to, but not what was signed"),
    Cover.SIGNATURE: Words("Underskriften selv", "The signature itself"),
    Cover.WRAPPER: Words("Ikke underskrevet: konvoluttens ramme", "Not signed: the frame of the envelope"),
    Cover.UNSIGNED: Words("Ikke underskrevet af nogen", "Signed by nobody"),
    Cover.LEFT_OUT: Words(
        "Ikke underskrevet: kommentarer og ubrugte navnerum. De udelades, før fingeraftrykket beregnes",
        "Not signed: comments and unused namespaces. They are left out before the digest is computed",
    ),
}
CoverOf = Callable[[Piece], Cover | None]
"""How a piece of a document stands to the signature; None where nothing was judged."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A broken rule in the margin of a line; `href` leads to what was found."""

    rule: str
    severity: str
    href: str


@dataclass(frozen=True, slots=True)
class Span:
    """Letters of one kind of XML (`oots.wire.laid_out.Stretch`); `cover` only where the line has several."""

    text: str
    stretch: str
    cover: str | None


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    spans: tuple[Span, ...]
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines that stand alike to the signature; `cover` is None where a line is of several kinds, and where
    nothing was judged."""

    cover: Cover | None
    lines: tuple[Line, ...]

    @property
    def name(self) -> Words | None:
        return None if self.cover is None else COVER_NAMES[self.cover]


def as_covered(coverage: Coverage) -> CoverOf:
    """As the signature in the same document covers it."""

    def cover_of(piece: Piece) -> Cover | None:
        if piece.element is None or piece.element >= len(coverage.covers):
            return None
        cover = coverage.covers[piece.element]
        unused = piece.stretch is Stretch.UNUSED and piece.declares not in coverage.inclusive[piece.element]
        left_out = unused or piece.stretch is Stretch.COMMENT
        return Cover.LEFT_OUT if left_out and cover in (Cover.SIGNED, Cover.CHANGED) else cover

    return cover_of


def runs_of(
    laid: LaidOut,
    cover_of: CoverOf,
    markers: Mapping[int, Sequence[Marker]],
    most: int | None = None,
) -> tuple[Run, ...]:
    """The lines of a document; `cover_of` says how a piece stands to the signature, and `markers` has the broken rules
    by line. No more than `most` lines are given."""
    judged = [(_cover(line, cover_of), number, line) for number, line in enumerate(laid.lines[:most], start=1)]
    return tuple(
        Run(cover, tuple(_line(number, line, cover, cover_of, markers) for _, number, line in lines))
        for cover, lines in groupby(judged, key=lambda each: each[0])
    )


def _cover(line: Sequence[Piece], cover_of: CoverOf) -> Cover | None:
    """The one cover of all that is visible in a line."""
    found = {cover_of(piece) for piece in line if piece.text.strip()}
    return next(iter(found)) if len(found) == 1 else None


def _line(
    number: int,
    line: Sequence[Piece],
    whole: Cover | None,
    cover_of: CoverOf,
    markers: Mapping[int, Sequence[Marker]],
) -> Line:
    spans = tuple(
        Span(
            piece.text.replace("\r", "␍"),
            piece.stretch.value,
            None if whole is not None else (cover_of(piece) or None),
        )
        for piece in line
    )
    return Line(number, spans, tuple(markers.get(number, ())))
