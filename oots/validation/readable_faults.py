"""The faults of a document in the words of a validator that can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Final

from lxml import etree
from xmlschema import XMLSchema10, XMLSchemaException, XMLSchemaValidationError
from xmlschema.validators import XMLSchemaChildrenValidationError, XMLSchemaDecodeError

from oots.wire.schema import Fault, schema_file

MOST_FAULTS: Final = 100
"""How many faults of one document are told; a broken document of megabytes has more than anybody reads."""


def readable_faults(root: etree._Element, schema: str) -> tuple[Fault, ...]:
    """The faults by a schema, a key of `oots.wire.schema.PROFILES`; nothing where the validator finds or can say
    nothing."""
    try:
        return tuple(islice(_readable_faults(root, schema), MOST_FAULTS))
    except (XMLSchemaException, RecursionError):  # an undeclared xsi:type or a very deep document ends its walk
        return ()


def _readable_faults(root: etree._Element, schema: str) -> Iterator[Fault]:
    for error in _readable(schema).iter_errors(root):
        yield Fault(_line(error), error.path or "/", _reason(error))


@cache
def _readable(schema: str) -> XMLSchema10:
    return XMLSchema10(str(schema_file(schema)), allow="local", defuse="always")


def _line(error: XMLSchemaValidationError) -> int | None:
    child = error.invalid_child if isinstance(error, XMLSchemaChildrenValidationError) else None
    line: int | None = error.sourceline if child is None else getattr(child, "sourceline", None)
    return line


def _reason(error: XMLSchemaValidationError) -> str:
    """The validator's words without the value found, and without its own class names."""
    reason = error.reason or "invalid"
    attribute = re.match(r"attribute ([^\s=]+)=", reason)
    where = f"attribute {attribute[1]}: " if attribute else ""
    if isinstance(error, XMLSchemaDecodeError):
        return f"{where}value is not of the type {getattr(error.validator, 'prefixed_name', None) or 'declared'}"
    if isinstance(error.obj, str):
        reason = reason.rpartition(f"={error.obj!r}: ")[2].replace(repr(error.obj), "value")
    return where + re.sub(r"Xsd\w+\(name='([^']+)'[^)]*\)", r"type \1", reason)
