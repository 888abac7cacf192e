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
from functools import cache
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


@cache
def tag(name: str) -> str:
    """The Clark name of an element as rules write it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix] if prefix else _VOCABULARY.get(local, SDG)}}}{local}"


@cache
def attribute(name: str) -> str:
    """The Clark name of an attribute as rules write it: without prefix it has no namespace."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local


Found = tuple[etree._Element, str | None, Item]
"""Element, attribute (as rules write it, None for the element itself) and item of a match."""


@dataclass(slots=True, eq=False)
class _State(Generic[Item]):
    """One step of one or more paths: which steps may follow, and what looks at the element reached."""

    steps: dict[str, list[tuple[Condition | None, _State[Item]]]] = field(default_factory=dict)
    items: list[tuple[str | None, Item]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Reached(Generic[Item]):
    """All steps reached at one element at once, and what follows there; filled while documents are walked."""

    states: tuple[_State[Item], ...]
    looking: tuple[tuple[str | None, str, Item], ...]
    """What looks at the element: the attribute as rules write it, its Clark name, the item."""
    following: dict[str, tuple[_Reached[Item], list[tuple[Condition, _State[Item]]]]] = field(default_factory=dict)
    """By the key of a child: what it reaches surely, and what it reaches on a condition."""


class Places(Generic[Item]):
    """Many paths, each with an item; one walk through a document finds every node of every path."""

    def __init__(self, entries: Iterable[tuple[str, Item]]) -> None:
        self._anywhere: _State[Item] = _State()
        self._root: _State[Item] = _State()
        self._keys = {_SLOT}
        self._reached: dict[tuple[_State[Item], ...], _Reached[Item]] = {}
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
                    self._keys.add(name)
                state = known[key]
            state.items.append((last, item))

    def walk(self, root: etree._Element) -> list[Found[Item]]:
        """Every match, in document order."""
        found: list[Found[Item]] = [(root, None, item) for _, item in self._root.items]
        self._descend(root, self._reach((self._anywhere, self._root)), found)
        return found

    def _descend(self, element: etree._Element, above: _Reached[Item], found: list[Found[Item]]) -> None:
        key = self._key(element)
        reached, conditional = above.following.get(key) or self._follow(above, key)
        if conditional:
            fulfilled = tuple(state for condition, state in conditional if condition(element))
            if fulfilled:
                reached = self._reach(reached.states + fulfilled)
        for last, name, item in reached.looking:
            if last is None or element.get(name) is not None:
                found.append((element, last, item))
        for child in element:
            if child.tag.__class__ is str:
                self._descend(child, reached, found)

    def _key(self, element: etree._Element) -> str:
        """What steps call the element; empty for every element that no step calls by its name."""
        name = element.tag
        if name == _SLOT:
            named = f"{_SLOT}={element.get('name')}"
            return named if named in self._keys else _SLOT
        return name if name in self._keys else ""

    def _follow(self, above: _Reached[Item], key: str) -> tuple[_Reached[Item], list[tuple[Condition, _State[Item]]]]:
        """What a child of that key reaches; remembered, since the same places come again in every document."""
        names = (_SLOT, key) if key.startswith(f"{_SLOT}=") else (key,)
        steps = [step for state in above.states for name in names for step in state.steps.get(name, ())]
        reached = self._reach((self._anywhere, *(state for condition, state in steps if condition is None)))
        conditional = [(condition, state) for condition, state in steps if condition is not None]
        return above.following.setdefault(key, (reached, conditional))

    def _reach(self, states: tuple[_State[Item], ...]) -> _Reached[Item]:
        if states not in self._reached:
            looking = tuple((last, attribute(last or ""), item) for state in states for last, item in state.items)
            self._reached[states] = _Reached(states, looking)
        return self._reached[states]


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


def _called(step: str) -> str:
    """The name of a step, and the name that it must bear: `Property ExchangeId`."""
    found = _STEP.match(step)
    if found is None:
        raise ValueError(f"{step} is no step of a path")
    _, named, bearing = (found["condition"] or "").partition("@name=")
    return found["name"].rpartition(":")[2] + (f" {bearing}" if named else "")


def in_words(path: str) -> str:
    """The place as the beginning of a sentence: `lang of Title of DataServiceEvidenceType in EvidenceRequest`."""
    names: list[str] = []
    slot = ""
    for part in _PARTS.split(path.removeprefix("/")):
        if part.startswith("{"):
            slot, names = part[1:-1], []
        else:
            names.append(_called(part.lstrip("@")))
    kept = [name for name in names if name not in ("Element", "Value", "LocalizedString")] if slot else names[-3:]
    if not kept:
        holder = names[-1].lower() + " of the " if names else ""
        return f"the {holder}slot {slot}"
    return " of ".join(reversed(kept)) + (f" in the slot {slot}" if slot else "")
