"""Two messages beside each other: field by field, and line by line. What is masked is not compared."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import chain
from typing import Final

from oots.inspector.masking import Veil
from oots.inspector.messages.fields import Field, Group, veiled
from oots.web.words import Words
from oots.wire.masking import MASK

MOST_FIELDS: Final = 500
"""Fields of two messages that are compared; nobody reads more."""
MOST_LINES: Final = 1000
"""Lines of a document up to which it is compared: the time grows with the square."""
_AROUND: Final = 3
_NOTHING: Final = Words("–", "–")


class Result(StrEnum):
    """What came of comparing two fields; NOT_COMPARED where something of either is masked."""

    ALIKE = "alike"
    DIFFERENT = "different"
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True, slots=True)
class Row:
    """A field in both messages, as it may be shown."""

    heading: Words
    label: Words
    left: Words
    right: Words
    result: Result


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of one message (`left` or `right` is its number there), or of both; `whole` tells that nothing of it is
    masked."""

    left: int | None
    right: int | None
    text: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines, some of which differ."""

    lines: tuple[DiffLine, ...]


def rows_of(left: Iterable[Group], right: Iterable[Group], veils: tuple[Veil, Veil]) -> tuple[Row, ...]:
    """Every field that one of the two has, in the order of the first and then of the second; a veil for each."""
    one, other = dict(_placed(left, veils[0])), dict(_placed(right, veils[1]))
    return tuple(_row(place, one.get(place), other.get(place)) for place in one | other)


_Place = tuple[Words, Words, int]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of a field may be shown, and whether that is all of it."""

    field: Field
    whole: bool


def _placed(groups: Iterable[Group], veil: Veil) -> Iterator[tuple[_Place, _Shown]]:
    """Each field under its heading, its label, and how many of that label came before."""
    seen: dict[tuple[Words, Words], int] = {}
    for group in groups:
        for field in group.fields:
            number = seen.get((group.heading, field.label), 0)
            seen[group.heading, field.label] = number + 1
            yield (group.heading, field.label, number), _shown(field, veil)


def _shown(field: Field, veil: Veil) -> _Shown:
    shown = veiled(field, veil)
    as_it_is = not field.personal and (shown.value, shown.hint) == (field.value, field.hint)
    return _Shown(shown, veil.lifted or as_it_is)


def _row(place: _Place, left: _Shown | None, right: _Shown | None) -> Row:
    return Row(place[0], place[1], _told(left), _told(right), _result(left, right))


def _result(left: _Shown | None, right: _Shown | None) -> Result:
    if left is None or right is None:
        return Result.DIFFERENT
    if not (left.whole and right.whole):
        return Result.NOT_COMPARED
    alike = (left.field.value, left.field.hint) == (right.field.value, right.field.hint)
    return Result.ALIKE if alike else Result.DIFFERENT


def _told(shown: _Shown | None) -> Words:
    return _NOTHING if shown is None else shown.field.value


def hunks_of(left: Sequence[str], right: Sequence[str], *, masked: bool) -> tuple[Hunk, ...] | None:
    """Where two documents differ as they are shown, with the lines around; None for more lines than are compared.

    What is masked is alike here whatever it is: lines that differ in nothing else do not differ.
    """
    if max(len(left), len(right)) > MOST_LINES:
        return None
    groups = _Longest(left, right).get_grouped_opcodes(_AROUND)
    return tuple(Hunk(tuple(_lines(group, left, right, masked=masked))) for group in groups)


class _Longest(SequenceMatcher[str]):
    """Finds as many lines in common as there are, in a time that grows with the square of the lines. The library's own
    search takes the third power where many lines are alike."""

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        super().__init__(None, left, right, autojunk=False)
        self._both = left, right

    def get_matching_blocks(self) -> list[Match]:
        numbers = {line: number for number, line in enumerate(dict.fromkeys(chain(*self._both)))}
        left, right = ([numbers[line] for line in lines] for lines in self._both)
        blocks: list[Match] = []
        for one, other in _in_common(left, right):
            last = blocks[-1] if blocks else Match(-1, -1, 0)
            if (one, other) == (last.a + last.size, last.b + last.size):
                blocks[-1] = last._replace(size=last.size + 1)
            else:
                blocks.append(Match(one, other, 1))
        return [*blocks, Match(len(left), len(right), 0)]


def _in_common(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The places, in each, of the longest that both have in this order."""
    longest = _lengths(left, right)
    one = other = 0
    while one < len(left) and other < len(right):
        if left[one] == right[other]:
            yield one, other
            one, other = one + 1, other + 1
        elif longest[one + 1][other] >= longest[one][other + 1]:
            one += 1
        else:
            other += 1


def _lengths(left: Sequence[int], right: Sequence[int]) -> list[array[int]]:
    """How much both have in common from each place in the one and each place in the other to their ends."""
    rows = [array("H", bytes(2 * (len(right) + 1)))]
    for each in reversed(left):
        below, row = rows[-1], array("H", rows[0])
        for place in range(len(right) - 1, -1, -1):
            after, under = row[place + 1], below[place]
            row[place] = below[place + 1] + 1 if each == right[place] else after if after > under else under
        rows.append(row)
    return rows[::-1]


def _lines(
    group: Iterable[tuple[str, int, int, int, int]], left: Sequence[str], right: Sequence[str], *, masked: bool
) -> Iterator[DiffLine]:
    def line(one: int | None, other: int | None, text: str) -> DiffLine:
        return DiffLine(one, other, text, not (masked and MASK in text))

    for kind, from_left, to_left, from_right, to_right in group:
        if kind == "equal":
            yield from (
                line(one + 1, other + 1, left[one])
                for one, other in zip(range(from_left, to_left), range(from_right, to_right), strict=True)
            )
            continue
        yield from (line(number + 1, None, left[number]) for number in range(from_left, to_left))
        yield from (line(None, number + 1, right[number]) for number in range(from_right, to_right))
