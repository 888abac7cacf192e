"""Reading an element by the names of its children, with the published rule that each of them obeys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.model.text import Text
from oots.wire.moments import read_date
from oots.wire.namespaces import SDG

BLANK: Final = " \t\r\n"
LANGUAGE: Final = re.compile(r"[A-Z]{2}")
COUNTRY: Final = re.compile(r"[A-Z]{2}")

SHAPE: Final = ""
"""Key of the rule that says which children an element has."""
EMPTY: Final = "*"
"""Key of the rule against empty values."""
OPEN: Final = "+"
"""Key that is there where a version lets pass what none of its rules speaks of."""
DEFAULT_LANGUAGE: Final = "EN"
"""What a text without language is in where none is demanded (TDD 1.0, chapter 4.5)."""

_ANY_CASE: Final = re.compile(r"[A-Za-z]{2}")

Rules = Mapping[str, str]
"""Rule ids by what they speak of: `Name` (its presence), `Name=` (its value), `Name/@lang` (its attribute)."""


def local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def elements(parent: etree._Element) -> list[etree._Element]:
    """The child elements, without processing instructions."""
    return list(parent.iterchildren(etree.Element))


def text_of(element: etree._Element, rule: str | None) -> str:
    """The text of an element that has no children, without surrounding blanks; `rule` forbids that it is empty."""
    if len(element):
        raise MessageError(f"{local_name(element)} holds more than text")
    text = (element.text or "").strip(BLANK)
    if not text:
        raise MessageError(f"{local_name(element)} is empty", rule=rule)
    return text


@cache
def _sdg(name: str) -> str:
    return f"{{{SDG}}}{name}"


@dataclass(slots=True)
class Reader:
    """One `sdg` element under a set of rules; every fault is a `MessageError` naming the rule that is broken."""

    element: etree._Element
    rules: Rules
    _found: dict[str, list[etree._Element]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def _children(self) -> dict[str, list[etree._Element]]:
        """The child elements by name."""
        if self._found is None:
            self._found = {}
            for child in self.element.iterchildren(etree.Element):
                self._found.setdefault(child.tag, []).append(child)
        return self._found

    @property
    def name(self) -> str:
        return local_name(self.element)

    def fault(self, key: str, why: str) -> MessageError:
        """The error for a broken `key`; a value without rule of its own falls back on the presence, then the shape."""
        named = self.rules.get(key) or self.rules.get(key.rstrip("=")) or self.rules.get(SHAPE)
        return MessageError(why, rule=named)

    def bound(self, key: str) -> bool:
        """Whether `key` is demanded: by a rule, or because this version lets nothing pass without one."""
        return key in self.rules or OPEN not in self.rules

    def only(self, *names: str, unruled: tuple[str, ...] = ()) -> None:
        """Refuses children of any other name; `unruled` ones are passed over in a version without rule on them."""
        allowed = {_sdg(name) for name in (*names, *(unruled if OPEN in self.rules else ()))}
        for name in self._children:
            if name not in allowed:
                raise self.fault(SHAPE, f"{name.rpartition('}')[2]} has no place in {self.name}")

    def many(self, name: str) -> tuple[Reader, ...]:
        return tuple(Reader(child, self.rules) for child in self.element.iterchildren(f"{{{SDG}}}{name}"))

    def some(self, name: str) -> tuple[Reader, ...]:
        """At least one child of the name."""
        return self.many(name) or self._missing(name)

    def optional(self, name: str) -> Reader | None:
        found = self._children.get(_sdg(name), ())
        if len(found) > 1:
            raise self.fault(SHAPE, f"{self.name} has more than one {name}")
        return Reader(found[0], self.rules) if found else None

    def one(self, name: str) -> Reader:
        return self.optional(name) or self._missing(name)[0]

    def _missing(self, name: str) -> tuple[Reader, ...]:
        raise self.fault(name, f"{self.name} has no {name}")

    @property
    def value(self) -> str:
        text = (self.element.text or "").strip(BLANK)
        if text and not len(self.element):
            return text
        return text_of(self.element, self.rules.get(EMPTY) or self.rules.get(self.name))

    def text(self, name: str) -> str:
        return self.one(name).value

    def optional_text(self, name: str) -> str | None:
        found = self.optional(name)
        return found.value if found else None

    def attribute(self, name: str) -> str:
        """An attribute without namespace that is there and not empty."""
        value = self.element.get(name, "").strip(BLANK)
        if not value:
            raise self.fault(f"{self.name}/@{name}", f"{self.name} has no {name}")
        return value

    def attribute_like(self, name: str, form: re.Pattern[str]) -> str:
        value = self.attribute(name)
        if not form.fullmatch(value):
            raise self.fault(f"{self.name}/@{name}=", f"{name} of {self.name} has another form than allowed")
        return value

    def value_like(self, form: re.Pattern[str]) -> str:
        value = self.value
        if not form.fullmatch(value):
            raise self.fault(f"{self.name}=", f"{self.name} has another form than allowed")
        return value

    def text_like(self, name: str, form: re.Pattern[str]) -> str:
        return self.one(name).value_like(form)

    def optional_text_like(self, name: str, form: re.Pattern[str]) -> str | None:
        found = self.optional(name)
        return found.value_like(form) if found else None

    def day(self, name: str) -> date:
        return self.one(name)._day()

    def optional_day(self, name: str) -> date | None:
        found = self.optional(name)
        return found._day() if found else None

    def _day(self) -> date:
        try:
            return read_date(self.value)
        except ValueError:
            raise self.fault(f"{self.name}=", f"{self.name} is not a date YYYY-MM-DD") from None

    def texts(self, name: str) -> tuple[Text, ...]:
        """The children of the name with their `lang`."""
        return tuple(Text(child._language(), child.value) for child in self.many(name))

    def _language(self) -> str:
        if not self.bound(f"{self.name}/@lang") and not self.element.get("lang", "").strip(BLANK):
            return DEFAULT_LANGUAGE
        return self.attribute_like("lang", LANGUAGE if self.bound(f"{self.name}/@lang=") else _ANY_CASE).upper()

    def some_texts(self, name: str) -> tuple[Text, ...]:
        self.some(name)
        return self.texts(name)
