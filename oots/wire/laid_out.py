"""XML in numbered lines for human eyes: what each stretch of a line is, and to which element it belongs.

Never for what is signed, sent or stored.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
_ATTRIBUTE: Final = re.compile(rb"(?<=\s)([^\s=<>\"']++)\s*+=\s*+(\"[^\"]*\"|'[^']*')")
_DECLARATION: Final = "xmlns"
DEFAULT: Final = "#default"
"""How the namespace of names without a prefix is called, as in a PrefixList of exclusive canonical XML."""


class Stretch(StrEnum):
    """What a piece of XML is: markup, the value of an attribute with its quotes, text, a comment, or the declaration of
    a namespace in which no element or attribute within its reach is."""

    MARKUP = "markup"
    VALUE = "value"
    TEXT = "text"
    COMMENT = "comment"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of one line. `element` counts the elements of the document from 0 on, in document order; None for
    what stands outside the root element, and in a document that was not taken apart. `declares` is the prefix of an
    unused declaration, or DEFAULT."""

    text: str
    stretch: Stretch
    element: int | None
    declares: str | None = None


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
class _Declared:
    """A declaration of a namespace, and whether any name within its reach is in it."""

    used: bool = False


class _Namespaces:
    """The declarations that hold where a parser is."""

    def __init__(self) -> None:
        self._around: list[dict[str, _Declared]] = []
        self._reaching: dict[str, list[_Declared]] = {}

    def begin(self, name: str, attributes: Iterable[str]) -> dict[str, _Declared]:
        """What an element declares, by prefix; its own names are in what they are declared in here or above."""
        names = [each.partition(":") for each in attributes]
        own = {after if colon else DEFAULT: _Declared() for before, colon, after in names if before == _DECLARATION}
        self._around.append(own)
        for prefix, declared in own.items():
            self._reaching.setdefault(prefix, []).append(declared)
        used = {before for before, colon, _ in names if colon and before != _DECLARATION}
        before, colon, _ = name.partition(":")
        for prefix in (*used, before if colon else DEFAULT):
            if reaching := self._reaching.get(prefix):
                reaching[-1].used = True
        return own

    def end(self) -> None:
        for prefix in self._around.pop():
            self._reaching[prefix].pop()


@dataclass(slots=True)
class _Event:
    """Where a stretch begins, in bytes, what it is, to which element it belongs, and what that declares here."""

    at: int
    stretch: Stretch
    element: int | None
    declared: Mapping[str, _Declared] = field(default_factory=dict)


def _taken_apart(content: bytes) -> tuple[tuple[int, ...], list[_Event]]:
    """The line on which each element begins, and every stretch; expat says where in the bytes things are."""
    events: list[_Event] = []
    begins: list[int] = []
    ends_of_lines = [found.start() for found in re.finditer(b"\n", content)]
    around: list[int] = []
    namespaces = _Namespaces()
    parser = expat.ParserCreate("utf-8")

    def inside() -> int | None:
        return around[-1] if around else None

    def begin(name: str, attributes: Iterable[str]) -> None:
        around.append(len(begins))
        begins.append(1 + bisect_left(ends_of_lines, parser.CurrentByteIndex))
        declared = namespaces.begin(name, attributes)
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, inside(), declared))

    def end(_name: str) -> None:
        namespaces.end()
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, around.pop()))

    def text(_data: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.TEXT, inside()))

    def comment(_data: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.COMMENT, inside()))

    def other(_data: str) -> None:
        events.append(_Event(parser.CurrentByteIndex, Stretch.MARKUP, inside()))

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.CommentHandler, parser.DefaultHandler = text, comment, other
    parser.Parse(content, True)
    return tuple(begins), events


def _pieces(content: bytes, events: list[_Event]) -> Iterator[Piece]:
    ends = [event.at for event in events[1:]] + [len(content)]
    for event, end in zip(events, ends, strict=True):
        stretch = content[event.at : end]
        if event.stretch is Stretch.MARKUP:
            yield from _markup(stretch, event)
        else:
            yield Piece(stretch.decode("utf-8"), event.stretch, event.element)


def _markup(stretch: bytes, event: _Event) -> Iterator[Piece]:
    last = 0
    for found in _ATTRIBUTE.finditer(stretch):
        before, colon, after = found[1].decode("utf-8").partition(":")
        prefix = (after if colon else DEFAULT) if before == _DECLARATION else None
        declared = None if prefix is None else event.declared.get(prefix)
        unused = declared is not None and not declared.used
        begin = found.start() if unused else found.start(2)
        yield Piece(stretch[last:begin].decode("utf-8"), Stretch.MARKUP, event.element)
        text = stretch[begin : found.end()].decode("utf-8")
        kind = Stretch.UNUSED if unused else Stretch.VALUE
        yield Piece(text, kind, event.element, prefix if unused else None)
        last = found.end()
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
    if line and replace(line[-1], text="") == replace(like, text=""):
        line[-1] = replace(like, text=line[-1].text + text)
    else:
        line.append(replace(like, text=text))
