"""What the other registers hold, kind by kind, without what must never leave them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from oots.denmark.cpr import Folkekirke
from oots.denmark.records import Record, Vielsesform
from oots.denmark.registers import Registers
from oots.registers.record import Fact, hides_address
from oots.web.words import Words

_TELLS_RELIGION = (Folkekirke, Vielsesform)
"""Kinds of values that tell religion or may betray it (GDPR art. 9)."""
RELIGION = Words("skjult: kan røbe religion", "hidden: may betray religion")
PROTECTED = Words(
    "skjult: handler om en person, hvis adresse er beskyttet", "hidden: about a person whose address is protected"
)


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A field under its own name; `hidden` says why its value is not shown, without a name: the whole entry."""

    fact: Fact
    hidden: Words | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """All entries of a kind, as they are called in the file."""

    name: str
    entries: tuple[tuple[ShownFact, ...], ...]


def kinds(registers: Registers, today: date) -> list[Kind]:
    """Every entry of the registers beside CPR."""
    persons = registers.cpr_file.content.persons
    names = {person.id: person.navn.adresseringsnavn for person in persons}
    hidden = frozenset(person.id for person in persons if hides_address(person, today))
    representation = registers.representation_file.content
    held: dict[str, list[object]] = {"fuldmagt": list(representation.fuldmagt)}
    held["tegningsret"] = list(representation.virksomhed)
    for entry in registers.records_folder.content.entries:
        held.setdefault(type(entry).__name__.lower(), []).append(entry)
    return [
        Kind(name, tuple(tuple(_facts(entry, names, hidden)) for entry in entries)) for name, entries in held.items()
    ]


def _facts(entry: object, names: Mapping[str, str], hidden: frozenset[str]) -> Iterator[ShownFact]:
    if isinstance(entry, Record) and _speaks_of(entry, hidden):
        yield ShownFact(Fact("", ""), PROTECTED)
        return
    for name, value in _fields(entry):
        if value is None or value == ():
            continue
        if isinstance(value, _TELLS_RELIGION):
            yield ShownFact(Fact(name, ""), RELIGION)
        else:
            known = value if isinstance(value, str) and value in names else None
            yield ShownFact(Fact(name, _said(value, names), known))


def _speaks_of(value: object, persons: frozenset[str]) -> bool:
    """Whether one of the persons, by key, stands anywhere in it: owner, parent, child or companion."""
    if isinstance(value, str):
        return value in persons
    inner = value if isinstance(value, tuple) else [each for _, each in _fields(value)]
    return any(_speaks_of(each, persons) for each in inner)


def _fields(entry: object) -> Sequence[tuple[str, Any]]:
    if isinstance(entry, BaseModel):
        return [(name, getattr(entry, name)) for name in type(entry).model_fields]
    if is_dataclass(entry):
        return [(field.name, getattr(entry, field.name)) for field in fields(entry)]
    return []


def _said(value: object, names: Mapping[str, str]) -> str:
    if isinstance(value, _TELLS_RELIGION):
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "; ".join(_said(each, names) for each in value)
    if inner := _fields(value):
        told = [f"{name} {_said(each, names)}" for name, each in inner if each not in (None, ())]
        return ", ".join(told)
    return names.get(str(value), str(value))
