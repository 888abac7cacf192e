"""Messages with what they say of persons made unreadable, for whoever has no reason to read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from oots.wire.namespaces import RIM, SDG, XLINK, XSI
from oots.wire.xml import parse

MASK: Final = "•••"

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
_FREE_TEXT: Final = {f"{{{SDG}}}Title", f"{{{SDG}}}Description"}
"""In the metadata of evidence, beside the type; the type's own are the directory's words."""
_SLOT: Final = f"{{{RIM}}}Slot"
_EVIDENCE: Final = f"{{{SDG}}}Evidence"
_ASSURANCE: Final = f"{{{SDG}}}LevelOfAssurance"
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


def masked(document: bytes, values: Collection[str] = ()) -> bytes:
    """The document with every element in its place. MASK stands for each value of a person or a representative, for
    what a person answered, for the free text about evidence and, of links for persons, for all after the host. Kept
    are the level of assurance and the kinds of identifiers. Wherever else one of those values, or of `values`, stands
    as a word, MASK stands too.

    Raises MessageError for what cannot be parsed.
    """
    root = parse(document)
    known = {*values, *_values_in(root)}
    for element in root.iter():
        _mask(element)
    words = _words(known)
    if words is not None:
        for element in root.iter():
            _sweep(element, words)
    return etree.tostring(root, encoding="UTF-8")


def values_of(document: bytes) -> frozenset[str]:
    """What the document says of persons, for `masked` and `masked_text` of what belongs to the same exchange. Raises
    MessageError for what cannot be parsed."""
    return frozenset(_values_in(parse(document)))


def masked_text(text: str, values: Collection[str]) -> str:
    """The text with MASK wherever one of the values stands as a word."""
    words = _words(values)
    return text if words is None else words.sub(MASK, text)


def _values_in(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in _SHARED and _is_personal(element):
            yield from (text for text in (element.text, element.tail) if text and text.strip())
            yield from (value for name, value in _personal_attributes(element))


def _mask(element: etree._Element) -> None:
    if not isinstance(element.tag, str):
        element.text = MASK  # a processing instruction may say anything
        return
    if _is_personal(element):
        _hide(element)
        for name, _value in _personal_attributes(element):
            element.set(name, MASK)
    elif _is_link(element) and element.text:
        element.text = _host_of(element.text)
    if element.get(_LINK_TITLE):
        element.set(_LINK_TITLE, MASK)


def _hide(element: etree._Element) -> None:
    """Layout stays: it says nothing."""
    if element.text and element.text.strip():
        element.text = MASK
    if element.tail and element.tail.strip():
        element.tail = MASK


def _is_personal(element: etree._Element) -> bool:
    """Whether the element stands in what is said of a person; the level of assurance is no value of hers."""
    if element.tag == _ASSURANCE:
        return False
    above = (element, *element.iterancestors())
    return any(_holds_a_person(each) for each in above) or _is_free_text(element)


def _holds_a_person(element: etree._Element) -> bool:
    return element.tag in _PERSONS or element.tag == _ANSWER or _slot_named(element, _PERSON_SLOTS)


def _is_free_text(element: etree._Element) -> bool:
    parent = element.getparent()
    return element.tag in _FREE_TEXT and parent is not None and parent.tag == _EVIDENCE


def _is_link(element: etree._Element) -> bool:
    return any(_slot_named(each, _LINK_SLOTS) for each in element.iterancestors())


def _slot_named(element: etree._Element, names: Collection[str]) -> bool:
    return element.tag == _SLOT and element.get("name") in names


def _personal_attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    yield from ((str(name), str(value)) for name, value in element.items() if name not in _STRUCTURE)


def _host_of(link: str) -> str:
    parts = urlsplit(link.strip())
    return f"{parts.scheme}://{parts.netloc}/{MASK}" if parts.netloc else MASK


def _words(values: Collection[str]) -> re.Pattern[str] | None:
    """A pattern of the values and, of names with several parts, of each part; None where there is none to look for."""
    whole = {" ".join(value.split()) for value in values}
    parts = {part for value in whole for part in value.split()}
    wanted = sorted((each for each in whole | parts if len(each) >= _LEAST), key=len, reverse=True)
    if not wanted:
        return None
    listed = "|".join(re.escape(each) for each in wanted)
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE)


def _sweep(element: etree._Element, words: re.Pattern[str]) -> None:
    if not isinstance(element.tag, str):
        return
    if element.text and element.tag != _ASSURANCE:
        element.text = words.sub(MASK, element.text)
    if element.tail:
        element.tail = words.sub(MASK, element.tail)
    for name, value in element.items():
        if name not in _STRUCTURE:
            element.set(name, words.sub(MASK, str(value)))
