"""XML in numbered lines for human eyes: what each stretch of a line is, and to which element it belongs.

Never for what is signed, sent or stored.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final
from xml.parsers import expat

from lxml import etree

from oots.model.errors import MessageError
from oots.wire.xml import parse

_ANY: Final = "*"
MOST_LAID_OUT: Final = 128 * 1024
"""Bytes of a document up to which it is taken apart; a larger one is shown in lines and no more."""
_MOST_GROWN: Final = 4
"""How many times longer indentation may make a document: deep elements can make a hundred bytes of one."""
_VALUE: Final = re.compile(rb"\"[^\"]*\"|'[^']*'")


class Stretch(StrEnum):
    """What a piece of XML is: markup, the value of an attribute with its quotes, or text."""

    MARKUP = "markup"
    VALUE = "value"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of one line. `element` counts the elements of the document from 0 on, in document order; None for
    what stands outside the root element, and in a document that was not taken apart."""

    text: str
    stretch: Stretch
    element: int | None


@dataclass(frozen=True)
class LaidOut:
    """A document in lines; `begins` says in which of them (from 1 on) each element begins."""

    lines: tuple[tuple[Piece, ...], ...]
    begins: tuple[int, ...] = ()
    root: etree._Element | None = None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {} if self.root is None else {path: number for number, path in enumerate(_paths(self.root))}

    def line_at(self, xpath: str) -> int | None:
        """The line on which the element at a path begins, or the one with the attribute there; None for a path that
        leads nowhere. A path may begin below the root."""
        path = xpath.partition("/@")[0]
        found = self._places.get(path)
        if found is None and path.strip("/"):
            found = next((number for place, number in self._places.items() if place.endswith(path)), None)
        return None if found is None else self.begins[found]


def _paths(root: etree._Element) -> Iterator[str]:
    """The path of each element in document order, as lxml's `getpath` writes them. To ask that for every element takes
    a time that grows with the square of the siblings."""
    waiting = [(root, f"/{_step(root)}")]
    while waiting:
        element, path = waiting.pop()
        yield path
        children = [child for child in element if isinstance(child.tag, str)]
        times = Counter(map(_step, children))
        seen: Counter[str] = Counter()
        below = []
        for place, child in enumerate(children, start=1):
            step = _step(child)
            seen[step] += 1
            number, of = (place, len(children)) if step == _ANY else (seen[step], times[step])
            below.append((child, f"{path}/{step}[{number}]" if of > 1 else f"{path}/{step}"))
        waiting += reversed(below)


def _step(element: etree._Element) -> str:
    """The name with the document's own prefix; in a default namespace there is none to write."""
    name = etree.QName(element)
    if element.prefix is not None:
        return f"{element.prefix}:{name.localname}"
    return _ANY if name.namespace else name.localname


def lay_out(content: bytes, *, indented: bool) -> LaidOut:
    """The document with each element on a line of its own, or else byte for byte as it is.

    What cannot be parsed, or is larger than anybody reads, is given in its own lines and not taken apart.
    """
    if len(content) > MOST_LAID_OUT:
        return _untouched(content)
    try:
        root = parse(content)
    except MessageError:
        return _untouched(content)
    if indented:
        etree.indent(root)
        grown: bytes = etree.tostring(root, encoding="utf-8")
        content = grown if len(grown) <= _MOST_GROWN * MOST_LAID_OUT else content
    try:
        begins, events = _taken_apart(content)
    except expat.ExpatError:
        return _untouched(content)
    return LaidOut(tuple(map(tuple, _in_lines(_pieces(content, events)))), begins, root)


def _untouched(content: bytes) -> LaidOut:
    lines = content.decode("utf-8", "replace").split("\n")
    return LaidOut(tuple((Piece(line, Stretch.TEXT, None),) if line else () for line in lines))


@dataclass(slots=True)
class _Event:
    """Where a stretch begins, in bytes, what it is, and to which element it belongs."""

    at: int
    stretch: Stretch
    element: int | None


def _taken_apart(content: bytes) -> tuple[tuple[int, ...], list[_Event]]:
    """The line on which each element begins, and every stretch; expat says where in the bytes things are."""
    events: list[_Event] = []
    begins: list[int] = []
    ends_of_lines = [found.start() for found in re.finditer(b"\n", content)]
    around: list[int] = []
    parser = expat.ParserCreate("utf-8")

    def inside() -> int | None:
        return around[-1] if around else None

    def begin(_name: str, _attributes: object) -> None:
        around.append(len(begins))
        begins.append(1 + bisect_left(ends_of_lines, parser.CurrentByteIndex))
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, inside()))

    def end(_name: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, around.pop()))

    def text(_data: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.TEXT, inside()))

    def other(_data: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, inside()))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.DefaultHandler = text, other
    parser.Parse(content, True)
    return tuple(begins), events


def _pieces(content: bytes, events: list[_Event]) -> Iterator[Piece]:
    ends = [event.at for event in events[1:]] + [len(content)]
    for event, end in zip(events, ends, strict=True):
        stretch = content[event.at : end]
        if event.stretch is Stretch.TEXT:
            yield Piece(stretch.decode("utf-8"), Stretch.TEXT, event.element)
            continue
        last = 0
        for value in _VALUE.finditer(stretch):
            yield Piece(stretch[last : value.start()].decode("utf-8"), Stretch.MARKUP, event.element)
            yield Piece(value[0].decode("utf-8"), Stretch.VALUE, event.element)
            last = value.end()
        yield Piece(stretch[last:].decode("utf-8"), Stretch.MARKUP, event.element)


def _in_lines(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """The pieces cut at the ends of lines, alike neighbours joined."""
    line: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n")
        _add(line, first, piece)
        for other in others:
            yield line
            line = []
            _add(line, other, piece)
    yield line


def _add(line: list[Piece], text: str, like: Piece) -> None:
    if not text:
        return
    if line and (line[-1].stretch, line[-1].element) == (like.stretch, like.element):
        line[-1] = Piece(line[-1].text + text, like.stretch, like.element)
    else:
        line.append(Piece(text, like.stretch, like.element))
