"""Two messages beside each other: field by field, and line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from oots.inspector.fields import Field, Group, veiled
from oots.inspector.masking import Veil
from oots.web.words import Words

MOST_LINES: Final = 1000
"""Lines of a document up to which it is compared: the time grows with the square."""
_AROUND: Final = 3
_NOTHING: Final = Words("–", "–")


@dataclass(frozen=True, slots=True)
class Row:
    """A field in both messages. `alike` is told of what they really say, also where that is masked."""

    heading: Words
    label: Words
    left: Words
    right: Words
    alike: bool


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of one message (`left` or `right` is its number there), or of both."""

    left: int | None
    right: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """Neighbouring lines, some of which differ."""

    lines: tuple[DiffLine, ...]


def rows_of(left: Iterable[Group], right: Iterable[Group], veils: Sequence[Veil]) -> tuple[Row, ...]:
    """Every field that one of the two has, in the order of the first and then of the second; a veil for each."""
    one, other = dict(_placed(left)), dict(_placed(right))
    return tuple(_row(place, one.get(place), other.get(place), veils) for place in one | other)


_Place = tuple[Words, Words, int]


def _placed(groups: Iterable[Group]) -> Iterator[tuple[_Place, Field]]:
    """Each field under its heading, its label, and how many of that label came before."""
    seen: dict[tuple[Words, Words], int] = {}
    for group in groups:
        for field in group.fields:
            number = seen.get((group.heading, field.label), 0)
            seen[group.heading, field.label] = number + 1
            yield (group.heading, field.label, number), field


def _row(place: _Place, left: Field | None, right: Field | None, veils: Sequence[Veil]) -> Row:
    alike = left is not None and right is not None and (left.value, left.hint) == (right.value, right.hint)
    return Row(place[0], place[1], _told(left, veils[0]), _told(right, veils[1]), alike)


def _told(field: Field | None, veil: Veil) -> Words:
    return _NOTHING if field is None else veiled(field, veil).value


def hunks_of(left: Sequence[str], right: Sequence[str], shown: Mapping[str, Sequence[str]]) -> tuple[Hunk, ...] | None:
    """Where two documents differ, with the lines around; None for more lines than are compared.

    `shown` has what is shown of each line, under `left` and `right`: lines that differ in something masked differ.
    """
    if max(len(left), len(right)) > MOST_LINES:
        return None
    groups = SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(_AROUND)
    return tuple(Hunk(tuple(_lines(group, shown))) for group in groups)


def _lines(group: Iterable[tuple[str, int, int, int, int]], shown: Mapping[str, Sequence[str]]) -> Iterator[DiffLine]:
    for kind, from_left, to_left, from_right, to_right in group:
        if kind == "equal":
            yield from (
                DiffLine(one + 1, other + 1, shown["left"][one])
                for one, other in zip(range(from_left, to_left), range(from_right, to_right), strict=True)
            )
            continue
        yield from (DiffLine(number + 1, None, shown["left"][number]) for number in range(from_left, to_left))
        yield from (DiffLine(None, number + 1, shown["right"][number]) for number in range(from_right, to_right))
