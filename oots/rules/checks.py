"""The vocabulary of rules: what an element or an attribute can be asked.

The meaning is that of the XPath in the published assertions: a function of one value fails when there are several.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lxml import etree

from oots.rules.codelists import CodeList
from oots.rules.place import NAMESPACES, attribute, tag
from oots.rules.rule import Check, Node
from oots.wire.namespaces import RIM
from oots.wire.reader import BLANK
from oots.wire.slots import XSI_TYPE, type_of

UUID: Final = "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}"
EAS: Final = "urn:cef.eu:names:identifier:EAS:"
UNREGISTERED: Final = "urn:oasis:names:tc:ebcore:partyid-type:unregistered"
NONSENSE: Final = "no such value"
"""What a spoilt value is replaced by: it is in no code list and of no form."""

WALLET_GENDERS: Final = ("0", "1", "2", "9")
"""Codes of the wallet profile (ISO/IEC 5218)."""

_BLANKS: Final = re.compile(f"[{BLANK}]+")
_SLOT: Final = tag("Slot")
_SLOT_VALUE: Final = tag("SlotValue")
_VALUE: Final = tag("Value")
_LONGEST_QUOTE: Final = 80


def string(node: Node) -> str:
    """The XPath string value: all text inside, or the attribute's value."""
    if isinstance(node, str):
        return node
    return "".join(map(str, node.itertext())) if len(node) else node.text or ""


def tidy(text: str) -> str:
    """XPath's normalize-space."""
    return _BLANKS.sub(" ", text).strip(" ")


def quoted(text: str) -> str:
    """A value as a finding shows it."""
    shown = tidy(text)
    return f"'{shown}'" if len(shown) <= _LONGEST_QUOTE else f"'{shown[:_LONGEST_QUOTE]}…'"


def _element(node: Node) -> etree._Element:
    if isinstance(node, str):
        raise TypeError("this check is for elements")
    return node


def _children(node: Node, name: str) -> list[etree._Element]:
    return list(_element(node).iterchildren(tag(name)))


def slots(node: Node, name: str) -> list[etree._Element]:
    """The slots of that name right below the element."""
    return [slot for slot in _element(node).iterchildren(_SLOT) if slot.get("name") == name]


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _holds(found: bool, instead: Callable[[], str]) -> str | None:
    return None if found else instead()


# --- spoiling: the smallest change after which a check fails ---


def _set_text(text: str) -> Callable[[Node], str | None]:
    def spoil(node: Node) -> str | None:
        if isinstance(node, str):
            return text
        for child in node:
            node.remove(child)
        node.text = text
        return None

    return spoil


def _set_attribute(name: str, value: str | None) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        element = _element(node)
        if value is None:
            del element.attrib[attribute(name)]
        else:
            element.set(attribute(name), value)

    return spoil


def _remove(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        for child in _children(node, name):
            _element(node).remove(child)

    return spoil


def _insert(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        etree.SubElement(_element(node), tag(name))

    return spoil


def _remove_slot(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        for slot in slots(node, name):
            _element(node).remove(slot)

    return spoil


# --- the root ---


def root_is(name: str) -> Check:
    """The root element has this local name."""

    def spoil(node: Node) -> None:
        element = _element(node)
        element.tag = f"{{{etree.QName(element).namespace}}}Other"

    return Check(
        f"must have the local name {name}",
        lambda node: _holds(
            etree.QName(_element(node)).localname == name, lambda: etree.QName(_element(node)).localname
        ),
        spoil,
    )


def root_in(prefix: str) -> Check:
    """The root element is in this namespace."""
    namespace = NAMESPACES[prefix]

    def spoil(node: Node) -> None:
        element = _element(node)
        element.tag = f"{{urn:other}}{etree.QName(element).localname}"

    return Check(
        f"must be in the namespace {namespace}",
        lambda node: _holds(
            etree.QName(_element(node)).namespace == namespace,
            lambda: str(etree.QName(_element(node)).namespace or "no namespace"),
        ),
        spoil,
    )


# --- slots ---


def one_slot(name: str) -> Check:
    """The element has the slot exactly once."""
    return Check(
        f"must have the slot {name} exactly once",
        lambda node: _holds(len(slots(node, name)) == 1, lambda: f"{len(slots(node, name))} slots {name}"),
        _remove_slot(name),
    )


def at_most_one_slot(name: str) -> Check:
    """The element has the slot once or not at all."""

    def spoil(node: Node) -> None:
        for _ in range(2):
            etree.SubElement(_element(node), _SLOT, {"name": name})

    return Check(
        f"may have the slot {name} at most once",
        lambda node: _holds(len(slots(node, name)) < 2, lambda: f"{len(slots(node, name))} slots {name}"),
        spoil,
    )


def has_slot(name: str) -> Check:
    """The element has the slot, perhaps several times."""
    return Check(
        f"must have the slot {name}",
        lambda node: _holds(bool(slots(node, name)), lambda: f"no slot {name}"),
        _remove_slot(name),
    )


def slots_in_all(number: int, *names: str) -> Check:
    """The element has so many slots of these names together."""

    def count(node: Node) -> int:
        return sum(len(slots(node, name)) for name in names)

    def spoil(node: Node) -> None:
        for name in names:
            _remove_slot(name)(node)

    return Check(
        f"must have {number} of the slots {_listed(names)}",
        lambda node: _holds(count(node) == number, lambda: f"{count(node)} of them"),
        spoil,
    )


def named_in(*names: str) -> Check:
    """The slot has one of these names."""
    return Check(
        f"must be one of {', '.join(names)}",
        lambda node: _holds(_element(node).get("name") in names, lambda: f"the slot {_element(node).get('name')}"),
        _set_attribute("name", "Unknown"),
    )


def local_type(element: etree._Element) -> str:
    """The local name in `xsi:type`, whatever its prefix; without prefix it must be in the default namespace."""
    lexical = element.get(XSI_TYPE, "")
    _, colon, name = lexical.partition(":")
    if colon:
        return name
    return type_of(element)[1] if type_of(element)[0] == RIM else ""


def typed(name: str) -> Check:
    """The value has this RegRep type."""
    other = "StringValueType" if name != "StringValueType" else "BooleanValueType"
    return Check(
        f"must be of the type {name}",
        lambda node: _holds(local_type(_element(node)) == name, lambda: _element(node).get(XSI_TYPE) or "no type"),
        _set_attribute("xsi:type", f"rim:{other}"),
    )


def value_is(value: str) -> Check:
    """The value of the slot is exactly this."""

    def found(node: Node) -> list[str]:
        return [string(child) for child in _children(node, "Value")]

    def spoil(node: Node) -> None:
        for child in _element(node).findall(_VALUE):
            child.text = NONSENSE

    return Check(
        f"must be {value}",
        lambda node: _holds(value in found(node), lambda: ", ".join(map(quoted, found(node))) or "no value"),
        spoil,
    )


def value_like(pattern: str, form: str) -> Check:
    """The one value of the slot matches."""
    expression = re.compile(pattern)

    def found(node: Node) -> str | None:
        values = [string(child) for child in _children(node, "Value")]
        if len(values) > 1:
            return f"{len(values)} values"
        value = values[0] if values else ""
        return _holds(expression.search(value) is not None, lambda: quoted(value))

    def spoil(node: Node) -> None:
        for child in _element(node).findall(_VALUE):
            child.text = NONSENSE

    return Check(f"must be {form}", found, spoil)


# --- children ---


def has(*names: str, without: tuple[str, ...] = ()) -> Check:
    """The element has each of the children, and none of those `without`."""

    def found(node: Node) -> str | None:
        missing = [name for name in names if not _children(node, name)]
        wrong = [name for name in without if _children(node, name)]
        return _holds(
            not missing and not wrong, lambda: "; ".join([f"no {n}" for n in missing] + [f"a {n}" for n in wrong])
        )

    says = f"must have {_listed(names)}" + (f" and no {', '.join(without)}" if without else "")
    return Check(says, found, _remove(names[0]))


def only(*names: str) -> Check:
    """The element has no children but these."""
    allowed = {tag(name) for name in names}

    def found(node: Node) -> str | None:
        others = [
            etree.QName(child).localname
            for child in _element(node).iterchildren(etree.Element)
            if child.tag not in allowed
        ]
        return _holds(not others, lambda: ", ".join(others))

    return Check(f"may have {_listed(names)} only", found, _insert("Unknown"))


def counts(name: str, least: int, most: int | None = None) -> Check:
    """The element has between `least` and `most` children of that name (no upper limit when None)."""

    def right(number: int) -> bool:
        return number >= least and (most is None or number <= most)

    def spoil(node: Node) -> None:
        if least:
            _remove(name)(node)
        else:
            for _ in range((most or 0) + 1):
                _insert(name)(node)

    if most == 0:
        says = f"must have no {name}"
    elif most is None:
        says = f"must have at least {least} {name}"
    else:
        says = f"must have {least} {name}" if least == most else f"may have {least} to {most} {name}"
    return Check(
        says,
        lambda node: _holds(right(len(_children(node, name))), lambda: f"{len(_children(node, name))} {name}"),
        spoil,
    )


def filled(name: str) -> Check:
    """The element has the child once at most, and it is not blank."""

    def found(node: Node) -> str | None:
        values = [tidy(string(child)) for child in _children(node, name)]
        if len(values) > 1:
            return f"{len(values)} {name}"
        return _holds(bool(values and values[0]), lambda: f"an empty {name}" if values else f"no {name}")

    def spoil(node: Node) -> None:
        _remove(name)(node)

    return Check(f"must have a {name} that is not empty", found, spoil)


def not_empty(name: str) -> Check:
    """No child of that name is without any text."""

    def spoil(node: Node) -> None:
        _insert(name)(node)

    return Check(
        f"must have no empty {name}",
        lambda node: _holds("" not in [string(child) for child in _children(node, name)], lambda: f"an empty {name}"),
        spoil,
    )


def child_is(name: str, value: str) -> Check:
    """One of the children of that name is exactly this."""

    def spoil(node: Node) -> None:
        for child in _children(node, name):
            child.text = NONSENSE

    return Check(
        f"must have the {name} {value}",
        lambda node: _holds(
            value in [string(child) for child in _children(node, name)],
            lambda: ", ".join(quoted(string(child)) for child in _children(node, name)) or f"no {name}",
        ),
        spoil,
    )


# --- attributes of an element ---


def has_attribute(name: str) -> Check:
    """The element has the attribute, perhaps empty."""
    wanted = attribute(name)
    return Check(
        f"must have the attribute {name}",
        lambda node: _holds(_element(node).get(wanted) is not None, lambda: f"no {name}"),
        _set_attribute(name, None),
    )


def attribute_filled(name: str) -> Check:
    """The element has the attribute, and it is not blank."""
    wanted = attribute(name)
    return Check(
        f"must have the attribute {name}, not empty",
        lambda node: _holds(bool(tidy(_element(node).get(wanted, ""))), lambda: f"no {name}"),
        _set_attribute(name, None),
    )


def attribute_in(name: str, *values: str) -> Check:
    """The attribute is one of these values."""
    wanted = attribute(name)
    return Check(
        f"must have the {name} {' or '.join(values)}",
        lambda node: _holds(_element(node).get(wanted) in values, lambda: quoted(_element(node).get(wanted, ""))),
        _set_attribute(name, NONSENSE),
    )


def attribute_like(name: str, pattern: str, form: str) -> Check:
    """The attribute, or nothing where it is missing, matches."""
    wanted, expression = attribute(name), re.compile(pattern)
    return Check(
        f"must have a {name} that is {form}",
        lambda node: _holds(
            expression.search(_element(node).get(wanted, "")) is not None,
            lambda: quoted(_element(node).get(wanted, "")) if _element(node).get(wanted) is not None else f"no {name}",
        ),
        _set_attribute(name, NONSENSE),
    )


def scheme_in(codes: CodeList) -> Check:
    """`schemeID` is an electronic address scheme of the list, or the ebCore fallback for unregistered parties."""

    def found(node: Node) -> str | None:
        scheme = _element(node).get("schemeID", "")
        listed = scheme.partition(EAS)[2] in codes if EAS in scheme else False
        return _holds(listed or scheme.startswith(UNREGISTERED), lambda: quoted(scheme))

    return Check(
        f"must have a schemeID of the list {codes.name} ({EAS}…), or {UNREGISTERED}:…",
        found,
        _set_attribute("schemeID", EAS + NONSENSE),
    )


# --- the value itself, of an element or of an attribute ---


def like(pattern: str, form: str) -> Check:
    """All text, with blanks tidied, matches somewhere (case does not matter)."""
    expression = re.compile(pattern, re.IGNORECASE)
    return Check(
        f"must be {form}",
        lambda node: _holds(expression.search(tidy(string(node))) is not None, lambda: quoted(string(node))),
        _set_text(NONSENSE),
    )


def text_like(pattern: str, form: str, *, case: bool = False) -> Check:
    """The one text of the element matches somewhere (`case`: whether case matters)."""
    expression = re.compile(pattern, 0 if case else re.IGNORECASE)

    def found(node: Node) -> str | None:
        element = _element(node)
        texts = [text for text in (element.text, *(child.tail for child in element)) if text]
        if len(texts) > 1:
            return f"{len(texts)} texts"
        text = tidy(texts[0]) if texts else ""
        return _holds(expression.search(text) is not None, lambda: quoted(text))

    return Check(f"must be {form}", found, _set_text(NONSENSE))


def code_of(codes: CodeList) -> Check:
    """The value is a code of the list, with nothing around it."""
    return Check(
        f"must be a code of the list {codes.name}",
        lambda node: _holds(string(node) in codes, lambda: quoted(string(node))),
        _set_text(NONSENSE),
    )


# --- what few rules ask ---


def occurring_in(codes: CodeList) -> Check:
    """The value occurs somewhere in the list written in one line, with DEL between codes: one published slip."""
    between = "\x7f\x7f"
    joined = f"\x7f{between.join(codes.codes)}\x7f"
    return Check(
        f"must be a code of the list {codes.name}",
        lambda node: _holds(string(node) in joined, lambda: quoted(string(node))),
        _set_text(NONSENSE),
    )


def has_inside(name: str, inner: str) -> Check:
    """One of the children `name` has a child `inner`."""

    def spoil(node: Node) -> None:
        for child in _children(node, name):
            _remove(inner)(child)

    return Check(
        f"must have a {name} with {inner}",
        lambda node: _holds(any(_children(child, inner) for child in _children(node, name)), lambda: f"no {inner}"),
        spoil,
    )


def counts_inside(name: str, inner: str, number: int) -> Check:
    """The children `name` have so many children `inner` together."""

    def count(node: Node) -> int:
        return sum(len(_children(child, inner)) for child in _children(node, name))

    def spoil(node: Node) -> None:
        for child in _children(node, name):
            _remove(inner)(child)

    return Check(
        f"must have {number} {inner} in {name}",
        lambda node: _holds(count(node) == number, lambda: f"{count(node)} {inner}"),
        spoil,
    )


def has_slots_or(alternative: str, *names: str) -> Check:
    """The element has all these slots, or the alternative one."""

    def missing(node: Node) -> list[str]:
        there = {slot.get("name") for slot in _element(node).iterchildren(_SLOT)}
        return [] if alternative in there else [name for name in names if name not in there]

    def spoil(node: Node) -> None:
        _remove_slot(names[-1])(node)
        _remove_slot(alternative)(node)

    return Check(
        f"must have the slots {_listed(names)}, or {alternative}",
        lambda node: _holds(not missing(node), lambda: f"no {_listed(missing(node))}"),
        spoil,
    )


def attribute_unlike(name: str, part: str) -> Check:
    """The attribute does not contain this."""
    wanted = attribute(name)
    return Check(
        f"must have another {name} than {part}",
        lambda node: _holds(part not in _element(node).get(wanted, ""), lambda: quoted(_element(node).get(wanted, ""))),
        _set_attribute(name, part),
    )


def data_model_for(kind: str) -> Check:
    """A format of that kind (`xml`, `json`) comes with the data model it conforms to."""

    def found(node: Node) -> str | None:
        formats = [string(child) for child in _children(node, "Format")]
        return _holds(
            not any(kind in each for each in formats) or bool(_children(node, "ConformsTo")), lambda: formats[0]
        )

    def spoil(node: Node) -> None:
        for child in _children(node, "Format"):
            child.text = f"application/{kind}"
        _remove("ConformsTo")(node)

    return Check(f"must have ConformsTo where its Format is {kind}", found, spoil)


def transforms_a_data_model() -> Check:
    """A transformation comes with the data model that it transforms."""

    def found(node: Node) -> str | None:
        alone = len(_children(node, "Transformation")) == 1 and not _children(node, "ConformsTo")
        return "a Transformation alone" if alone else None

    def spoil(node: Node) -> None:
        _remove("Transformation")(node)
        _remove("ConformsTo")(node)
        _insert("Transformation")(node)

    return Check("must have ConformsTo where it has a Transformation", found, spoil)


def type_in(codes: CodeList) -> Check:
    """`xsi:type`, if it is there, is a type of the list, under whatever prefix the document uses."""
    allowed = {(NAMESPACES[prefix], name) for prefix, _, name in (code.partition(":") for code in codes.codes)}
    return Check(
        f"must be of a type of the list {codes.name}",
        lambda node: _holds(
            not _element(node).get(XSI_TYPE) or type_of(_element(node)) in allowed,
            lambda: quoted(_element(node).get(XSI_TYPE, "")),
        ),
        _set_attribute("xsi:type", "rs:UnknownExceptionType"),
    )


def some_slot(*names: str) -> Check:
    """The element has at least one of these slots."""

    def spoil(node: Node) -> None:
        for name in names:
            _remove_slot(name)(node)

    return Check(
        f"must have one of the slots {_listed(names)}",
        lambda node: _holds(any(slots(node, name) for name in names), lambda: "none of them"),
        spoil,
    )


def enough_supported_values() -> Check:
    """A data service knows at least as many values of its publishers as it asks questions."""

    concepts = "/".join(map(tag, ("AccessService", "Publisher", "ClassificationConcept", "SupportedValue")))

    def found(node: Node) -> str | None:
        values = len(_element(node).findall(concepts))
        questions = len(_children(node, "EvidenceProviderClassification"))
        return _holds(values >= questions, lambda: f"{values} for {questions}")

    def spoil(node: Node) -> None:
        for _ in range(len(_element(node).findall(concepts)) + 1):
            _insert("EvidenceProviderClassification")(node)

    return Check(
        "must have a SupportedValue at a Publisher for each EvidenceProviderClassification",
        found,
        spoil,
    )


def no_slot_without_exception() -> Check:
    """A failure without any exception has no slots either."""

    def alone(node: Node) -> bool:
        return not _children(node, "Exception") and bool(_children(node, "Slot"))

    def spoil(node: Node) -> None:
        _remove("Exception")(node)
        _insert("Slot")(node)

    return Check(
        "must have no Slot where it has no Exception",
        lambda node: _holds(not alone(node), lambda: "slots and no exception"),
        spoil,
    )


def request_id_unless_unreadable() -> Check:
    """An answer names the request it answers, unless it says that the request could not be read."""
    unreadable = (NAMESPACES["rs"], "InvalidRequestExceptionType")

    def right(node: Node) -> bool:
        return _element(node).get("requestId") is not None or any(
            type_of(exception) == unreadable for exception in _children(node, "Exception")
        )

    return Check(
        "must have the attribute requestId unless an exception is of the type InvalidRequestExceptionType",
        lambda node: _holds(right(node), lambda: "no requestId"),
        _set_attribute("requestId", None),
    )


def holds(name: str) -> Check:
    """The element has one child, which is this one."""

    def find(node: Node) -> str | None:
        inside = [etree.QName(child).localname for child in _element(node).iterchildren(etree.Element)]
        right = len(inside) == 1 and _element(node)[0].tag == tag(name)
        return _holds(right, lambda: ", ".join(inside) or "nothing")

    return Check(f"must hold one {name} and nothing else", find, _remove(name))


def together(first: str, second: str) -> Check:
    """The element has both slots or none."""

    def spoil(node: Node) -> None:
        if slots(node, first):
            _remove_slot(first)(node)
        else:
            etree.SubElement(_element(node), _SLOT, {"name": first})

    def find(node: Node) -> str | None:
        return _holds(bool(slots(node, first)) == bool(slots(node, second)), lambda: f"{first} or {second} alone")

    return Check(f"must have the slots {first} and {second} together or not at all", find, spoil)


def one_child_is(name: str, value: str, others: CodeList, within: tuple[str, ...]) -> Check:
    """Of the descendants reached by `within`, exactly one has the child `name` with that value."""
    path = "/".join(map(tag, (*within, name)))

    def count(node: Node) -> int:
        return sum(string(child) == value for child in _element(node).findall(path))

    def spoil(node: Node) -> None:
        for child in _element(node).findall(path):
            child.text = next(code for code in others.codes if code != value)

    return Check(
        f"must have exactly one {within[-1]} whose {name} is {value}",
        lambda node: _holds(count(node) == 1, lambda: f"{count(node)} of them"),
        spoil,
    )


def no_empty_values() -> Check:
    """No `rim:Value` and no element of the OOTS vocabulary below is without text and children."""

    def empty(node: Node) -> list[str]:
        found = _element(node).iter(f"{{{NAMESPACES['sdg']}}}*", _VALUE)
        return [etree.QName(child).localname for child in found if not len(child) and not tidy(child.text or "")]

    def spoil(node: Node) -> None:
        for child in _element(node).iter(_VALUE):
            if not len(child):
                child.text = None
                return

    return Check(
        "must have no empty values",
        lambda node: _holds(not empty(node), lambda: f"empty: {', '.join(empty(node))}"),
        spoil,
    )


def texts_long_enough(least: int, *but: str) -> Check:
    """Every text of the OOTS vocabulary below has so many characters at least, those elements aside."""

    def short(node: Node) -> list[str]:
        found = _element(node).iter(f"{{{NAMESPACES['sdg']}}}*")
        return [
            etree.QName(child).localname
            for child in found
            if not len(child) and 0 < len(tidy(child.text or "")) < least and etree.QName(child).localname not in but
        ]

    def spoil(node: Node) -> None:
        next(_element(node).iter(tag("Name"), tag("FamilyName"))).text = "x"

    return Check(
        f"must have no text shorter than {least} characters",
        lambda node: _holds(not short(node), lambda: f"shorter: {', '.join(short(node))}"),
        spoil,
    )


def optional_code_of(name: str, codes: CodeList) -> Check:
    """The attribute, if it is there, is a code of the list."""
    wanted = attribute(name)
    return Check(
        f"must have a {name} of the list {codes.name}",
        lambda node: _holds(
            _element(node).get(wanted) is None or _element(node).get(wanted) in codes,
            lambda: quoted(_element(node).get(wanted, "")),
        ),
        _set_attribute(name, NONSENSE),
    )


def scheme_exactly_in(codes: CodeList) -> Check:
    """`schemeID` is a whole code of the list, or the ebCore fallback with a country or `oots`."""
    fallback = re.compile(f"{UNREGISTERED}:[A-Za-z][A-Za-z0-9-]*")

    def find(node: Node) -> str | None:
        scheme = _element(node).get("schemeID", "")
        listed = scheme.startswith(EAS) and scheme.removeprefix(EAS) in codes
        return _holds(listed or fallback.fullmatch(scheme) is not None, lambda: quoted(scheme))

    return Check(
        f"must have a schemeID of the list {codes.name} ({EAS}…), or {UNREGISTERED}:…",
        find,
        _set_attribute("schemeID", EAS + NONSENSE),
    )


def one_supported_value() -> Check:
    """A concept has one supported value, which holds one value."""

    def count(node: Node) -> int:
        return sum(len(supported) for supported in _children(node, "SupportedValue"))

    def spoil(node: Node) -> None:
        for supported in _children(node, "SupportedValue"):
            supported.append(copy.deepcopy(supported[0]))

    return Check(
        "must have exactly one supported value", lambda node: _holds(count(node) == 1, lambda: str(count(node))), spoil
    )


def value_for_type(kind: str, element: str) -> Check:
    """A concept of that type has values of that element only."""
    names = ("StringValue", "BooleanValue")

    def find(node: Node) -> str | None:
        if kind not in [string(child) for child in _children(node, "Type")]:
            return None
        values = [etree.QName(value).localname for each in _children(node, "SupportedValue") for value in each]
        return _holds(all(value == element for value in values), lambda: ", ".join(values))

    def spoil(node: Node) -> None:
        for child in _children(node, "Type"):
            child.text = kind
        for value in [value for each in _children(node, "SupportedValue") for value in each]:
            value.tag = tag(next(name for name in names if name != element))

    return Check(f"must have a {element} if its Type is {kind}", find, spoil)


def code_list_is_named() -> Check:
    """A concept whose values are codes says where the list of them is."""

    def find(node: Node) -> str | None:
        coded = "codelist" in [string(child) for child in _children(node, "Type")]
        return _holds(not coded or bool(_children(node, "ValueExpression")), lambda: "no ValueExpression")

    def spoil(node: Node) -> None:
        for child in _children(node, "Type"):
            child.text = "codelist"
        _remove("ValueExpression")(node)

    return Check("must have a ValueExpression if its Type is codelist", find, spoil)


def one_environment() -> Check:
    """All addresses in the Semantic Repository are of the same environment."""
    address = re.compile(r"https://sr(?P<acc>\.acc)?\.oots\.tech\.")

    def find(node: Node) -> str | None:
        found = {match["acc"] for text in _element(node).itertext() for match in address.finditer(str(text))}
        return _holds(len(found) < 2, lambda: "both environments")

    def spoil(node: Node) -> None:
        for child in _element(node).iter(tag("Identifier"), tag("EvidenceTypeClassification")):
            if (child.text or "").startswith("https://sr.oots."):
                child.text = (child.text or "").replace("https://sr.", "https://sr.acc.")
                return

    return Check("must not mix production and acceptance addresses of the Semantic Repository", find, spoil)


def address_of_the_requester() -> Check:
    """The agent that is the requester has an address with a country."""

    def find(node: Node) -> str | None:
        is_requester = "ER" in [string(child) for child in _children(node, "Classification")]
        country = _element(node).find(f"{tag('Address')}/{tag('AdminUnitLevel1')}")
        return _holds(not is_requester or country is not None, lambda: "no country")

    return Check("must have an Address with AdminUnitLevel1 if it is the requester (ER)", find, _remove("Address"))


def _scheme(person: Node) -> str:
    identifier = _element(person).find(tag("Identifier"))
    return "" if identifier is None else identifier.get("schemeID", "")


def assured_in_a_wallet() -> Check:
    """Whoever identifies with a wallet (scheme `eidas2`) does so with the level High."""

    def find(node: Node) -> str | None:
        levels = [string(child) for child in _children(node, "LevelOfAssurance")]
        return _holds(_scheme(node) != "eidas2" or levels == ["High"], lambda: ", ".join(levels) or "no level")

    def spoil(node: Node) -> None:
        for child in _children(node, "Identifier"):
            child.set("schemeID", "eidas2")
        for child in _children(node, "LevelOfAssurance"):
            child.text = "Low"

    return Check("must have the LevelOfAssurance High if its identifier is of the scheme eidas2", find, spoil)


def birth_names_in_a_wallet() -> Check:
    """The name at birth of whoever identifies with a wallet is two values joined by `#`."""

    def find(node: Node) -> str | None:
        names = [string(child) for child in _children(node, "BirthName")]
        wrong = [name for name in names if name.count("#") != 1]
        return _holds(_scheme(node) != "eidas2" or not wrong, lambda: quoted(wrong[0]))

    def spoil(node: Node) -> None:
        for child in _children(node, "Identifier"):
            child.set("schemeID", "eidas2")
        for child in _children(node, "BirthName"):
            child.text = "Holm"

    return Check(
        "must have a BirthName of two values joined by # if its identifier is of the scheme eidas2", find, spoil
    )


def gender_by_scheme(codes: CodeList) -> Check:
    """The gender is a code of the list; of the wallet's numeric list for the scheme `eidas2`."""

    def find(node: Node) -> str | None:
        genders = [string(child) for child in _children(node, "Gender")]
        allowed = WALLET_GENDERS if _scheme(node) == "eidas2" else codes.codes
        return _holds(all(each in allowed for each in genders), lambda: ", ".join(genders))

    def spoil(node: Node) -> None:
        for child in _children(node, "Gender"):
            child.text = NONSENSE

    return Check(f"must have a Gender of the list {codes.name}", find, spoil)


def a_code_for_each_type(codes: Mapping[str, str]) -> Check:
    """The exception's `code` belongs to its `xsi:type`; `codes` maps codes to types."""

    def find(node: Node) -> str | None:
        named = codes.get(_element(node).get("code", ""))
        if named is None:
            return None
        prefix, _, name = named.partition(":")
        return _holds(type_of(_element(node)) == (NAMESPACES[prefix], name), lambda: _element(node).get(XSI_TYPE, ""))

    def spoil(node: Node) -> None:
        other = next(code for code in codes if code != _element(node).get("code"))
        _element(node).set("code", other)

    return Check("must have the code that belongs to its type", find, spoil)


def preview_is_required(severity: str) -> Check:
    """An exception has a preview location exactly when it says that a preview is required, and is EDM:ERR:0002 then."""

    def find(node: Node) -> str | None:
        element = _element(node)
        required, offered = element.get("severity") == severity, bool(slots(node, "PreviewLocation"))
        right = required == offered and (not offered or element.get("code") == "EDM:ERR:0002")
        return _holds(right, lambda: "a PreviewLocation" if offered else "no PreviewLocation")

    return Check(
        f"must have a PreviewLocation exactly when its severity is {severity}, and be EDM:ERR:0002 then",
        find,
        _set_attribute("severity", NONSENSE),
    )


def severity_without_preview(severity: str) -> Check:
    """An exception of any other code than EDM:ERR:0002 is an error."""

    def find(node: Node) -> str | None:
        element = _element(node)
        right = element.get("code") == "EDM:ERR:0002" or element.get("severity") == severity
        return _holds(right, lambda: quoted(element.get("severity", "")))

    def spoil(node: Node) -> None:
        _element(node).set("code", "EDM:ERR:0004")
        _element(node).set("severity", NONSENSE)

    return Check(f"must have the severity {severity} unless its code is EDM:ERR:0002", find, spoil)


def no_slot(name: str) -> Check:
    """The element does not have the slot."""

    def spoil(node: Node) -> None:
        etree.SubElement(_element(node), _SLOT, {"name": name})

    return Check(f"must not have the slot {name}", lambda node: f"a slot {name}" if slots(node, name) else None, spoil)


def no_attribute(name: str) -> Check:
    """The element does not have the attribute."""
    unwanted = attribute(name)
    return Check(
        f"must not have the attribute {name}",
        lambda node: _holds(_element(node).get(unwanted) is None, lambda: quoted(_element(node).get(unwanted, ""))),
        _set_attribute(name, "DA"),
    )


def coded_attribute(name: str, codes: CodeList) -> Check:
    """The attribute is there and a code of the list."""
    wanted = attribute(name)
    return Check(
        f"must have a {name} of the list {codes.name}",
        lambda node: _holds(_element(node).get(wanted) in codes, lambda: quoted(_element(node).get(wanted, ""))),
        _set_attribute(name, NONSENSE),
    )


def requester_unless_unreadable() -> Check:
    """An error names the requester, unless it says that the request could not be read."""
    unreadable = (NAMESPACES["rs"], "InvalidRequestExceptionType")

    def find(node: Node) -> str | None:
        number = len(slots(node, "EvidenceRequester"))
        excused = any(type_of(exception) == unreadable for exception in _children(node, "Exception"))
        return _holds(number == 1 or (number == 0 and excused), lambda: f"{number} slots EvidenceRequester")

    def spoil(node: Node) -> None:
        for _ in range(2):
            etree.SubElement(_element(node), _SLOT, {"name": "EvidenceRequester"})

    return Check(
        "must have the slot EvidenceRequester exactly once, unless an exception is of the type "
        "InvalidRequestExceptionType",
        find,
        spoil,
    )


def child_like(name: str, pattern: str, form: str) -> Check:
    """One of the children of that name is of this form."""
    expression = re.compile(pattern)

    def find(node: Node) -> str | None:
        values = [string(child) for child in _children(node, name)]
        return _holds(
            any(expression.fullmatch(value) for value in values), lambda: ", ".join(map(quoted, values)) or f"no {name}"
        )

    def spoil(node: Node) -> None:
        for child in _children(node, name):
            child.text = NONSENSE

    return Check(f"must have a {name} that is {form}", find, spoil)


def has_one_of(*names: str) -> Check:
    """The element has at least one of the children."""

    def spoil(node: Node) -> None:
        for name in names:
            _remove(name)(node)

    return Check(
        f"must have {' or '.join(names)}",
        lambda node: _holds(any(_children(node, name) for name in names), lambda: "none of them"),
        spoil,
    )
