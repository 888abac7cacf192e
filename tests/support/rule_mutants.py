"""One-change mutants of a document: something dropped, doubled, retyped, renamed, emptied, misplaced, or given a wrong
code or form."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

SDG = "http://data.europa.eu/p4s"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

WRONG_CODES = ("XX", "ERRP", "Low", "EN", "EDM:ERR:0009", "V1")
WRONG_FORMS = (
    "not as it must be",
    "2024-13-45",
    "http://example.org/y",
    "urn:uuid:4FFB5281-179D-4578-ADF2-39FD13CCC797",
)
TYPES = ("rim:BooleanValueType", "StringValueType", "rs:TimeoutExceptionType")


@dataclass(frozen=True)
class Mutant:
    """`change` says in one word what was done, `where` at which element of the original."""

    change: str
    where: str
    root: etree._Element


Change = Callable[[etree._Element], None]


def mutants(root: etree._Element) -> Iterator[Mutant]:
    """Every mutant of the document, in document order."""
    tree = root.getroottree()
    for position, element in enumerate(root.iter(etree.Element)):
        for name, change in _changes(element):
            mutated = copy.deepcopy(root)
            change(next(each for number, each in enumerate(mutated.iter(etree.Element)) if number == position))
            yield Mutant(name, tree.getpath(element), mutated)


def _changes(element: etree._Element) -> Iterator[tuple[str, Change]]:
    if element.getparent() is not None:
        yield "drop", _drop
        yield "duplicate", _duplicate
        yield "wrong place", _move_to_the_end
        yield "wrong place", _lift
    yield "rename", _rename
    yield "rename", _change_namespace
    yield "empty", _empty
    if not len(element):
        yield "wrong form", _put_a_child_in
        yield "wrong form", _pad
        for text in (*WRONG_CODES, *WRONG_FORMS):
            yield ("wrong code" if text in WRONG_CODES else "wrong form"), _set_text(text)
    for name in map(str, element.attrib):
        yield "drop", _drop_attribute(name)
        yield "empty", _set_attribute(name, "")
        values = TYPES if name == XSI_TYPE else (*WRONG_CODES, *WRONG_FORMS)
        for value in values:
            yield ("retype" if name == XSI_TYPE else "wrong code"), _set_attribute(name, value)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _drop(element: etree._Element) -> None:
    _parent(element).remove(element)


def _duplicate(element: etree._Element) -> None:
    element.addnext(copy.deepcopy(element))


def _move_to_the_end(element: etree._Element) -> None:
    element.getroottree().getroot().append(element)


def _lift(element: etree._Element) -> None:
    above = _parent(element).getparent()
    if above is not None:
        above.append(element)


def _rename(element: etree._Element) -> None:
    element.tag = f"{element.tag}X"


def _change_namespace(element: etree._Element) -> None:
    name = etree.QName(element)
    element.tag = f"{{{'urn:other' if name.namespace == SDG else SDG}}}{name.localname}"


def _empty(element: etree._Element) -> None:
    for child in element:
        element.remove(child)
    element.text = None


def _put_a_child_in(element: etree._Element) -> None:
    etree.SubElement(element, f"{{{SDG}}}Child").tail = "tail"


def _pad(element: etree._Element) -> None:
    element.text = f" {element.text or ''}\n"


def _set_text(text: str) -> Change:
    def change(element: etree._Element) -> None:
        element.text = text

    return change


def _drop_attribute(name: str) -> Change:
    def change(element: etree._Element) -> None:
        del element.attrib[name]

    return change


def _set_attribute(name: str, value: str) -> Change:
    def change(element: etree._Element) -> None:
        element.set(name, value)

    return change
