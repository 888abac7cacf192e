"""Where a rule looks: a path of element names, matched against a whole document in one walk.

`QueryRequest/{Procedure}/Value` is any `rim:Value` in the value of the slot Procedure of a `query:QueryRequest`; a path
that begins with `/` begins at the root. Names without prefix belong to the vocabulary in which the specification uses
them; `{X}` is `rim:Slot[@name='X']/rim:SlotValue`. A step may be narrowed by `[@attribute=value]` or `[{X}]` (has the
slot). `/` alone is the root element, whatever it is. The last step may be an attribute: `@id`, `@xml:lang`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from lxml import etree

from oots.wire.namespaces import EB, QUERY, RIM, RS, SDG, XLINK, XML, XSI
from oots.wire.slots import type_of

Condition = Callable[[etree._Element], bool]
Item = TypeVar("Item")

NAMESPACES: Final = {"query": QUERY, "rim": RIM, "rs": RS, "sdg": SDG, "eb": EB, "xsi": XSI, "xlink": XLINK, "xml": XML}
_VOCABULARY: Final = {
    **dict.fromkeys(("QueryRequest", "QueryResponse", "Query", "ResponseOption"), QUERY),
    **dict.fromkeys(("Slot", "SlotValue", "Element", "Value", "LocalizedString", "RegistryObjectList"), RIM),
    **dict.fromkeys(("RegistryObject", "RepositoryItemRef"), RIM),
    "Exception": RS,
}
_SLOT: Final = f"{{{RIM}}}Slot"
_STEP: Final = re.compile(r"(?P<name>[\w:]+)(?:\[(?P<condition>[^\]]+)\])?")
_NARROWED: Final = re.compile(r"@(?P<attribute>[\w:]+)=(?P<value>.+)")
_PARTS: Final = re.compile(r"/(?![^\[]*\])")


def tag(name: str) -> str:
    """The Clark name of an element as rules write it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix] if prefix else _VOCABULARY.get(local, SDG)}}}{local}"


def attribute(name: str) -> str:
    """The Clark name of an attribute as rules write it: without prefix it has no namespace."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local


@dataclass(slots=True)
class _State(Generic[Item]):
    """What has been matched so far: which steps may follow, and what looks at the element reached."""

    steps: dict[str, list[tuple[Condition | None, _State[Item]]]] = field(default_factory=dict)
    items: list[tuple[str | None, Item]] = field(default_factory=list)


class Places(Generic[Item]):
    """Many paths, each with an item; one walk through a document finds every node of every path."""

    def __init__(self, entries: Iterable[tuple[str, Item]]) -> None:
        self._anywhere: _State[Item] = _State()
        self._root: _State[Item] = _State()
        known: dict[tuple[int, str, str], _State[Item]] = {}
        for path, item in entries:
            start = self._root if path.startswith("/") else self._anywhere
            steps, last = _split(path.removeprefix("/"))
            state = start
            for name, condition in steps:
                key = (id(state), name, condition)
                if key not in known:
                    known[key] = _State()
                    state.steps.setdefault(name, []).append((_condition(condition), known[key]))
                state = known[key]
            state.items.append((last, item))

    def walk(self, root: etree._Element) -> list[tuple[etree._Element, str | None, Item]]:
        """Element, attribute (as rules write it, None for the element itself) and item of every match, in document
        order."""
        found: list[tuple[etree._Element, str | None, Item]] = [(root, None, item) for _, item in self._root.items]
        self._descend(root, [self._anywhere, self._root], found)
        return found

    def _descend(
        self,
        element: etree._Element,
        states: list[_State[Item]],
        found: list[tuple[etree._Element, str | None, Item]],
    ) -> None:
        reached = [self._anywhere]
        name = element.tag
        keys = (name, f"{name}={element.get('name')}") if name == _SLOT else (name,)
        for state in states:
            for key in keys:
                for condition, target in state.steps.get(key, ()):
                    if condition is None or condition(element):
                        reached.append(target)
                        found += [
                            (element, last, item)
                            for last, item in target.items
                            if last is None or element.get(attribute(last)) is not None
                        ]
        for child in element:
            if child.tag.__class__ is str:
                self._descend(child, reached, found)


def _split(path: str) -> tuple[list[tuple[str, str]], str | None]:
    """The steps as keys with their conditions, and the attribute at the end."""
    steps: list[tuple[str, str]] = []
    if not path:
        return steps, None
    for part in _PARTS.split(path):
        if part.startswith("@"):
            return steps, part[1:]
        if part.startswith("{"):
            steps += [(f"{_SLOT}={part[1:-1]}", ""), (tag("SlotValue"), "")]
            continue
        step = _STEP.fullmatch(part)
        if step is None:
            raise ValueError(f"{part} is no step of a path")
        steps.append((tag(step["name"]), step["condition"] or ""))
    return steps, None


def _condition(text: str) -> Condition | None:
    if not text:
        return None
    if text.startswith("{"):
        name = text[1:-1]
        return lambda element: any(slot.get("name") == name for slot in element.iterchildren(_SLOT))
    narrowed = _NARROWED.fullmatch(text)
    if narrowed is None:
        raise ValueError(f"{text} is no condition of a step")
    value = narrowed["value"]
    if narrowed["attribute"] == "xsi:type":
        prefix, _, local = value.rpartition(":")
        return lambda element: type_of(element) == (NAMESPACES[prefix], local)
    wanted = attribute(narrowed["attribute"])
    return lambda element: element.get(wanted) == value


def in_words(path: str) -> str:
    """The place as the beginning of a sentence: `lang of Title of DataServiceEvidenceType in EvidenceRequest`."""
    names: list[str] = []
    slot = ""
    for part in _PARTS.split(path.removeprefix("/")):
        if part.startswith("{"):
            slot, names = part[1:-1], []
        else:
            names.append(_STEP.match(part.lstrip("@"))["name"].rpartition(":")[2])  # type: ignore[index]  # a step
    kept = [name for name in names if name not in ("Element", "Value", "LocalizedString")] if slot else names[-3:]
    if not kept:
        holder = names[-1].lower() + " of the " if names else ""
        return f"the {holder}slot {slot}"
    return " of ".join(reversed(kept)) + (f" in the slot {slot}" if slot else "")
