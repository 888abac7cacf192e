"""Messages with what they say of persons made unreadable, for whoever has no reason to read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from enum import Enum, auto
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from oots.model.errors import MessageError
from oots.model.person import LevelOfAssurance
from oots.wire.namespaces import RIM, RS, SDG, XLINK, XSI
from oots.wire.profile import PROFILES
from oots.wire.xml import parse

MASK: Final = "•••"
MOST_MASKED: Final = 512 * 1024
"""Bytes that are looked through, of a document or of all that belong together: more has no masked form."""

_PERSONS: Final = {f"{{{SDG}}}{name}" for name in ("Person", "NaturalPerson", "LegalPerson", "IsAbout")}
_PERSON_SLOTS: Final = {
    "NaturalPerson",
    "LegalPerson",
    "AuthorizedRepresentative",
    "AuthorizedRepresentativeLegalPerson",
}
_ANSWER: Final = f"{{{SDG}}}SupportedValue"
"""What a person answered to a question of the directory."""
_LINK_SLOTS: Final = {"PreviewLocation", "ReturnLocation"}
"""Links that open a person's pages."""
_WORDS_SLOTS: Final = {"PreviewDescription"}
"""What a provider writes freely for the person."""
_FREE_TEXT: Final = {f"{{{SDG}}}Title", f"{{{SDG}}}Description"}
"""In the metadata of evidence, beside the type; the type's own are the directory's words."""
_EXCEPTION: Final = f"{{{RS}}}Exception"
_WRITTEN_FREELY: Final = ("detail", "message")
"""Of an exception."""
_PUBLISHED: Final = {message for profile in PROFILES.values() for message in profile.messages.values()}
_SLOT: Final = f"{{{RIM}}}Slot"
_EVIDENCE: Final = f"{{{SDG}}}Evidence"
_ASSURANCE: Final = f"{{{SDG}}}LevelOfAssurance"
_LEVELS: Final = {level.value for level in LevelOfAssurance}
_LINK_TITLE: Final = f"{{{XLINK}}}title"
_STRUCTURE: Final = {"schemeID", "lang", "name", f"{{{XSI}}}type"}
"""Attributes that say of what kind a value is."""
_SHARED: Final = {
    f"{{{SDG}}}{name}"
    for name in (
        *("Gender", "Nationality", "PlaceOfBirth", "CountryOfBirth", "TownOfBirth", "CountryOfResidence"),
        *("AdminUnitLevel1", "AdminUnitLevel2", "PostCityName", "PostCode", "AttributeName", "AttributeURI"),
    )
}
"""Values that a person has in common with many, authorities among them: they are not looked for elsewhere."""
_LEAST: Final = 4
"""Characters of a value that is looked for elsewhere: shorter ones stand everywhere."""
_LONGEST: Final = 16
"""Words that are looked for in one: a longer value is looked for in pieces of so many."""
_WORD: Final = re.compile(r"\w+")


class Sought:
    """Values that are hidden wherever they stand as words: each as a whole, and each part of it between blanks; case
    and what stands between words do not count. A text is read once, however many values there are."""

    def __init__(self, values: Iterable[str]) -> None:
        self._first = _Node()
        for value in values:
            parts = value.split()
            for each in {" ".join(parts), *parts}:
                if len(each) >= _LEAST:
                    self._add([_folded(word) for word in _WORD.findall(each)])

    def _add(self, words: list[str]) -> None:
        for start in range(0, len(words), _LONGEST):
            node = self._first
            for word in words[start : start + _LONGEST]:
                node = node.after.setdefault(word, _Node())
            node.ends = True

    def hidden_in(self, text: str) -> str:
        """The text with MASK in place of each value."""
        words = list(_WORD.finditer(text)) if self._first.after else []
        folded = [_folded(word[0]) for word in words]
        shown: list[str] = []
        at = told = 0
        while at < len(words):
            count = self._longest(folded, at)
            if count:
                shown += (text[told : words[at].start()], MASK)
                told = words[at + count - 1].end()
            at += count or 1
        return "".join((*shown, text[told:]))

    def _longest(self, words: list[str], at: int) -> int:
        """How many words the longest value has that begins at this one; 0 for none."""
        node, longest = self._first, 0
        for count in range(1, min(_LONGEST, len(words) - at) + 1):
            after = node.after.get(words[at + count - 1])
            if after is None:
                break
            node, longest = after, count if after.ends else longest
        return longest


class _Node:
    """Which words may follow, and whether a value ends here."""

    __slots__ = ("after", "ends")

    def __init__(self) -> None:
        self.after: dict[str, _Node] = {}
        self.ends = False


def _folded(word: str) -> str:
    """Alike for words that differ in case alone, and in the dot of an i."""
    return word.upper().casefold().replace("\u0307", "")


def masked(document: bytes, values: Iterable[str] = ()) -> bytes:
    """The document with every element in its place. MASK stands for each value of a person or a representative, for
    what a person answered, for the free text about evidence and errors and, of links for persons, for all after the
    host. Kept are the level of assurance, the kinds of identifiers and the published messages of errors. Wherever else
    one of the values of persons, or of `values`, stands as a word, MASK stands too.

    Raises MessageError for what cannot be parsed, and for more than MOST_MASKED bytes.
    """
    if len(document) > MOST_MASKED:
        raise MessageError(f"more than {MOST_MASKED} bytes are not masked")
    root = parse(document)
    sought = Sought({*values, *_values_in(root)})
    for place in _places(root):
        _mask(place)
        _sweep(place.element, sought)
    return etree.tostring(root, encoding="UTF-8")


def values_of(document: bytes) -> frozenset[str]:
    """What the document says of persons, to be sought in what belongs to the same exchange. Raises MessageError for
    what cannot be parsed."""
    return frozenset(_values_in(parse(document)))


def host_of(link: str) -> str | None:
    """Scheme and host of a link, which everybody may see; None for what is no link."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:  # no address within brackets
        return None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else None


class _Kind(Enum):
    """Of what something is a piece: of what is said of a person, of a link for her, of words that are written freely,
    or of nothing that is to be hidden."""

    PERSON = auto()
    LINK = auto()
    WORDS = auto()
    OPEN = auto()


class _Place(NamedTuple):
    """An element or a processing instruction; `around` is where its tail stands."""

    element: etree._Element
    kind: _Kind
    around: _Kind


def _places(root: etree._Element) -> Iterator[_Place]:
    """In document order; what stands after the root is none."""
    waiting = [(root, _Kind.OPEN)]
    while waiting:
        element, around = waiting.pop()
        kind, below = _kinds(element, around)
        yield _Place(element, kind, around)
        waiting += [(child, below) for child in reversed(element)]


def _kinds(element: etree._Element, around: _Kind) -> tuple[_Kind, _Kind]:
    """Of the element itself, and of all in it."""
    if around is _Kind.PERSON or _begins_a_person(element):
        return _Kind.OPEN if _is_level(element) else _Kind.PERSON, _Kind.PERSON
    if _slot_named(element, _LINK_SLOTS):
        return around, _Kind.LINK
    if _slot_named(element, _WORDS_SLOTS):
        return around, _Kind.WORDS
    return around, around


def _begins_a_person(element: etree._Element) -> bool:
    named = element.tag in _PERSONS or element.tag == _ANSWER or _slot_named(element, _PERSON_SLOTS)
    return named or _is_free_text(element)


def _is_level(element: etree._Element) -> bool:
    """The level of assurance is no value of the person."""
    return element.tag == _ASSURANCE and (element.text or "").strip() in _LEVELS


def _is_free_text(element: etree._Element) -> bool:
    parent = element.getparent()
    return element.tag in _FREE_TEXT and parent is not None and parent.tag == _EVIDENCE


def _slot_named(element: etree._Element, names: Collection[str]) -> bool:
    return element.tag == _SLOT and element.get("name") in names


def _values_in(root: etree._Element) -> Iterator[str]:
    """A value with a processing instruction in it counts as a whole."""
    for element, kind, around in _places(root):
        if kind is _Kind.PERSON and element.tag not in _SHARED and isinstance(element.tag, str):
            yield "".join(filter(None, (element.text, *(child.tail for child in element))))
            yield from (value for _name, value in _personal_attributes(element))
        if kind is _Kind.PERSON and around is not _Kind.PERSON and element.tail:
            yield element.tail


def _mask(place: _Place) -> None:
    element, kind, around = place
    if element.tail and element.tail.strip() and (kind is _Kind.PERSON or around is not _Kind.OPEN):
        element.tail = MASK
    if not isinstance(element.tag, str):
        _hide_instruction(element)
        return
    if kind is not _Kind.OPEN:
        if element.text and element.text.strip():
            host = host_of(element.text) if kind is _Kind.LINK else None
            element.text = f"{host}/{MASK}" if host else MASK
        for name, _value in _personal_attributes(element):
            element.set(name, MASK)
    if element.tag == _EXCEPTION:
        for name in _WRITTEN_FREELY:
            if element.get(name) and element.get(name) not in _PUBLISHED:
                element.set(name, MASK)
    if element.get(_LINK_TITLE):
        element.set(_LINK_TITLE, MASK)


def _hide_instruction(element: etree._Element) -> None:
    """It may say anything, also by its name."""
    element.target, element.text = "masked", MASK  # type: ignore[attr-defined] # an instruction alone has a target


def _personal_attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield from ((str(name), str(value)) for name, value in element.items() if name not in _STRUCTURE)


def _sweep(element: etree._Element, sought: Sought) -> None:
    if element.tail:
        element.tail = sought.hidden_in(element.tail)
    if not isinstance(element.tag, str):
        return
    if element.text and not _is_level(element):
        element.text = sought.hidden_in(element.text)
    for name, value in element.items():
        if name not in _STRUCTURE:
            element.set(name, sought.hidden_in(str(value)))
