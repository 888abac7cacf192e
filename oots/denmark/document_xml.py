"""Any document as XML: the fields of its data model, filled with facts, and nothing that no requirement releases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import reduce
from typing import Any

from lxml import etree

from oots.denmark.document_model import EMPTY, DataModel, Field, vocabulary
from oots.wire import schema
from oots.wire.xml import canonical

Facts = Mapping[str, Any]
"""By name: text, numbers, dates and flags, further facts, or sequences of either."""


@dataclass(frozen=True, slots=True)
class RegisteredDate:
    """A date with the register's word on whether it is certain."""

    day: date
    uncertain: bool = False


def opening_fields(model: DataModel) -> tuple[Field, ...]:
    """The fields with which every document of ours begins; the models of others say such things in their own place."""
    return vocabulary().opening if model.name.startswith("dk-") else ()


def encode(model: DataModel, facts: Facts, requirements: Collection[str] = ()) -> bytes:
    """Canonical bytes, valid against the schema; `requirements` (UUIDs) are those that fields are released for.

    Raises MessageError for facts that the schema forbids.
    """
    root = etree.Element(f"{{{model.url}}}{model.root}", nsmap={None: model.url})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
    _fill(root, (*opening_fields(model), *model.fields), facts, requirements)
    document = canonical(root)
    schema.enforce(document, model.name)
    return document


def _fill(parent: etree._Element, fields: Iterable[Field], facts: Facts, requirements: Collection[str]) -> None:
    for field in fields:
        if field.released(requirements):
            for fact in _facts_of(field, facts):
                _add(parent, field, fact, requirements)


def _facts_of(field: Field, facts: Facts) -> Iterable[Any]:
    found = facts if field.value is None else reduce(_below, field.value.split("."), facts)
    if found is None or (field.type == EMPTY and not found):
        return ()
    return found if field.many else (found,)


def _below(facts: Any, name: str) -> Any:
    return None if facts is None else facts.get(name)


def _add(parent: etree._Element, field: Field, fact: Any, requirements: Collection[str]) -> None:
    element = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{field.element}")
    members = vocabulary().members(field)
    if members:
        _fill(element, members, fact, requirements)
        if not len(element) and field.optional:
            parent.remove(element)
    elif field.type != EMPTY:
        element.text = _written(fact)
        if isinstance(fact, RegisteredDate) and fact.uncertain:
            element.set("usikker", "true")


def _written(fact: Any) -> str:
    if isinstance(fact, RegisteredDate):
        return fact.day.isoformat()
    if isinstance(fact, date):
        return fact.isoformat()
    if isinstance(fact, Enum):
        return str(fact.value)
    if isinstance(fact, bool):
        return "true" if fact else "false"
    if isinstance(fact, Decimal):
        return f"{fact:f}"
    return str(fact)
