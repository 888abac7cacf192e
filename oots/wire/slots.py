"""Slots of RegRep: named, typed values on a message (TDD 4.4), read by name under the rules of their message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from lxml import etree

from oots.model.clock import iso
from oots.model.errors import MessageError
from oots.model.text import Text
from oots.wire.moments import read_moment
from oots.wire.namespaces import RIM, SDG, XML, XSI
from oots.wire.reader import BLANK, DEFAULT_LANGUAGE, LANGUAGE, elements, local_name, text_of
from oots.wire.writer import rim

SET: Final = "urn:oasis:names:tc:ebxml-regrep:CollectionType:Set"
XSI_TYPE: Final = f"{{{XSI}}}type"
XML_LANG: Final = f"{{{XML}}}lang"
_SLOT: Final = f"{{{RIM}}}Slot"
_SLOT_VALUE: Final = f"{{{RIM}}}SlotValue"
_VALUE: Final = f"{{{RIM}}}Value"
_ELEMENT: Final = f"{{{RIM}}}Element"
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


class SlotType(StrEnum):
    """Local names of `rim:SlotValue/@xsi:type`."""

    STRING = "StringValueType"
    DATE_TIME = "DateTimeValueType"
    BOOLEAN = "BooleanValueType"
    INTERNATIONAL_STRING = "InternationalStringValueType"
    ANY = "AnyValueType"
    COLLECTION = "CollectionValueType"


@dataclass(frozen=True, slots=True)
class SlotRule:
    """One slot of a message: its type, the `sdg` element it holds, and the ids of the rules on it.

    `presence` is broken by a slot that is missing or there twice, `typed` by another `xsi:type`, `content` by another
    element inside, `value` by a value that its type does not allow, `member` by another type of a collection's element.
    """

    name: str
    type: SlotType
    presence: str | None = None
    typed: str | None = None
    holds: str = ""
    content: str | None = None
    member: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class SlotTable:
    """The slots of one element, with the rules on all of them alike (None where none was published).

    `open` belongs to a version that lets pass what none of its rules speaks of: collections of any type, moments
    without zone, texts without language.
    """

    rules: tuple[SlotRule, ...]
    unknown: str | None = None
    single_value: str | None = None
    empty: str | None = None
    no_member: str | None = None
    set_type: str | None = None
    open: bool = False
    by_name: Mapping[str, SlotRule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {rule.name: rule for rule in self.rules})

    def __getitem__(self, name: str) -> SlotRule:
        return self.by_name[name]

    def without(self, *names: str) -> SlotTable:
        """The table of a version that does not know the slots of these names."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.name not in names))

    def changed(self, *rules: SlotRule) -> SlotTable:
        """The table of a version that has other rules on slots of the same names."""
        others = {rule.name: rule for rule in rules}
        return replace(self, rules=tuple(others.get(rule.name, rule) for rule in self.rules))


def type_of(element: etree._Element) -> tuple[str, str]:
    """Namespace and local name of `@xsi:type`, whatever its prefix; two empty strings where it is absent or unbound."""
    prefix, _, name = element.get(XSI_TYPE, "").strip(BLANK).rpartition(":")
    if prefix and prefix == element.prefix:
        namespace: str | None = element.tag[1:].partition("}")[0]
    else:
        namespace = element.nsmap.get(prefix or None)
    return (namespace, name) if namespace and name else ("", "")


class Slots:
    """The slots below one element. Each method reads one; `enforce` looks at all of them."""

    def __init__(self, parent: etree._Element, table: SlotTable) -> None:
        self._table = table
        self._values: dict[str, etree._Element | None] = {}
        self._named: dict[str | None, list[etree._Element]] = {}
        for slot in parent.iterchildren(f"{{{RIM}}}Slot"):
            self._named.setdefault(slot.get("name"), []).append(slot)

    def enforce(self) -> None:
        """Refuses unknown names, repeated slots and wrong types."""
        if self._named.keys() - self._table.by_name.keys():
            raise MessageError("a slot has a name that is unknown here", rule=self._table.unknown)
        self._values = {rule.name: self._value(rule) for rule in self._table.rules}

    def has(self, name: str) -> bool:
        return name in self._named

    def string(self, name: str) -> str:
        return text_of(self._text(name), self._table.empty)

    def moment(self, name: str) -> datetime:
        """A point in time, in UTC."""
        try:
            return read_moment(self.string(name), zoned=not self._table.open)
        except ValueError:
            raise MessageError(f"{name} is not a date and time with zone", rule=self._table[name].value) from None

    def boolean(self, name: str) -> bool:
        value = _BOOLEANS.get(self.string(name))
        if value is None:
            raise MessageError(f"{name} is neither true nor false", rule=self._table[name].typed)
        return value

    def texts(self, name: str) -> tuple[Text, ...]:
        """An international string; its `xml:lang` is an ISO 639-1 code in upper case."""
        rule = self._table[name]
        strings = list(self._text(name).iterchildren(f"{{{RIM}}}LocalizedString"))
        if not strings:
            raise MessageError(f"{name} says nothing in any language", rule=self._table.empty)
        return tuple(self._localized(string, rule) for string in strings)

    def code(self, name: str) -> str:
        """The code that an international string says, the same in every language."""
        codes = {text.value for text in self.texts(name)}
        if len(codes) != 1:
            raise MessageError(f"{name} says several things at once", rule=self._table[name].value)
        return codes.pop()

    def any(self, name: str) -> etree._Element:
        """The one `sdg` element inside."""
        return self._content(self._required(name), self._table[name])

    def collection(self, name: str) -> tuple[etree._Element, ...]:
        """The `sdg` elements of a Set, at least one."""
        rule, value = self._table[name], self._required(name)
        if value.get("collectionType") != SET and not self._table.open:
            raise MessageError(f"{name} is not a collection of type Set", rule=self._table.set_type or rule.typed)
        members = list(value.iterchildren(_ELEMENT))
        if not members:
            raise MessageError(f"{name} has no element", rule=self._table.no_member or rule.content)
        return tuple(self._member(member, rule) for member in members)

    def _member(self, member: etree._Element, rule: SlotRule) -> etree._Element:
        if type_of(member) != (RIM, SlotType.ANY):
            raise MessageError(f"an element of {rule.name} is not of type {SlotType.ANY}", rule=rule.member)
        return self._content(member, rule)

    def _content(self, holder: etree._Element, rule: SlotRule) -> etree._Element:
        inside = elements(holder)
        if len(inside) != 1 or inside[0].tag != f"{{{SDG}}}{rule.holds}":
            raise MessageError(f"{rule.name} does not hold exactly one sdg:{rule.holds}", rule=rule.content)
        return inside[0]

    def _text(self, name: str) -> etree._Element:
        values = list(self._required(name).iterchildren(_VALUE))
        if len(values) != 1:
            raise MessageError(f"{name} does not have one value", rule=self._table.empty)
        return values[0]

    def _required(self, name: str) -> etree._Element:
        rule = self._table[name]
        value = self._values[name] if name in self._values else self._value(rule)
        if value is None:
            raise MessageError(f"the slot {name} is missing", rule=rule.presence)
        return value

    def _value(self, rule: SlotRule) -> etree._Element | None:
        """The SlotValue of the one slot of that name, if there is one."""
        named = self._named.get(rule.name)
        if named is None:
            return None
        if len(named) > 1:
            raise MessageError(f"the slot {rule.name} is there more than once", rule=rule.presence)
        values = list(named[0].iterchildren(_SLOT_VALUE))
        if len(values) != 1:
            raise MessageError(f"the slot {rule.name} does not have one SlotValue", rule=self._table.single_value)
        if type_of(values[0]) != (RIM, rule.type):
            raise MessageError(f"the slot {rule.name} is not of type {rule.type}", rule=rule.typed)
        return values[0]

    def _localized(self, string: etree._Element, rule: SlotRule) -> Text:
        lang = string.get(XML_LANG, DEFAULT_LANGUAGE if self._table.open else "")
        value = string.get("value", "").strip(BLANK)
        if not LANGUAGE.fullmatch(lang):
            raise MessageError(f"a text of {rule.name} names no language", rule=rule.value)
        if not value:
            raise MessageError(f"a {local_name(string)} of {rule.name} is empty", rule=rule.value)
        return Text(lang, value)


def string_slot(name: str, value: str) -> etree._Element:
    return _slot(name, SlotType.STRING, rim("Value", {}, value))


def date_time_slot(name: str, moment: datetime) -> etree._Element:
    return _slot(name, SlotType.DATE_TIME, rim("Value", {}, iso(moment)))


def boolean_slot(name: str, value: bool) -> etree._Element:
    return _slot(name, SlotType.BOOLEAN, rim("Value", {}, "true" if value else "false"))


def texts_slot(name: str, texts: Iterable[Text]) -> etree._Element:
    strings = [rim("LocalizedString", {XML_LANG: text.lang, "value": text.value}) for text in texts]
    return _slot(name, SlotType.INTERNATIONAL_STRING, rim("Value", {}, *strings))


def any_slot(name: str, content: etree._Element) -> etree._Element:
    return _slot(name, SlotType.ANY, content)


def collection_slot(name: str, contents: Iterable[etree._Element]) -> etree._Element:
    members = [rim("Element", {XSI_TYPE: f"rim:{SlotType.ANY}"}, content) for content in contents]
    return _slot(name, SlotType.COLLECTION, *members, collectionType=SET)


def _slot(name: str, kind: SlotType, *inside: etree._Element, **attributes: str) -> etree._Element:
    return rim("Slot", {"name": name}, rim("SlotValue", {XSI_TYPE: f"rim:{kind}", **attributes}, *inside))
