"""Where in a TOML file a value stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Place = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=\s*(.*)$""")
_WITHIN = re.compile(r"([A-Za-z0-9_-]+)\s*=")
_LONG = ('"""', "'''")


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) of the key at `place`, or of the nearest table or key around it that stands in the file."""
    found = dict(_keys(text))
    for length in range(len(place), 0, -1):
        if line := found.get(tuple(place[:length])):
            return line
    return 1


def _keys(text: str) -> Iterator[tuple[Place, int]]:
    """Each key and table with its line, as far as lines alone can tell it."""
    table: Place = ()
    counted: dict[str, int] = {}
    array: Place | None = None
    item, long = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if long:
            long = "" if long in line else long
        elif array is not None:
            if line.strip().startswith("]"):
                array = None
            elif line.strip() and not line.strip().startswith("#"):
                yield (*array, item), number
                yield from (((*array, item, key), number) for key in _WITHIN.findall(line))
                item += 1
        elif header := _TABLE.match(line):
            table = _table(header[2], counted, is_array=header[1] == "[[")
            yield table, number
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
            yield path, number
            value = key[2].strip()
            if value.startswith("{"):
                yield from (((*path, inner), number) for inner in _WITHIN.findall(value))
            long = next((mark for mark in _LONG if value.startswith(mark) and mark not in value[3:]), "")
            if value == "[" or value.startswith("[ #"):
                array, item = path, 0


def _table(name: str, counted: dict[str, int], *, is_array: bool) -> Place:
    if not is_array:
        return _parts(name)
    index = counted[name] = counted.get(name, -1) + 1
    return (*_parts(name), index)


def _parts(key: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in key.split("."))
