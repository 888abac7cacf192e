"""`sdg:EvidenceProviderClassification`: the user's answers to questions of the Data Service Directory (TDD 3.1)."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.catalogue import ClassificationConcept, SupportedConcept
from oots.model.request import ClassificationAnswer
from oots.wire.evidence import read_uuid
from oots.wire.profile import Profile
from oots.wire.reader import BLANK, Reader
from oots.wire.writer import optional, sdg, sdg_identifier, texts

_TYPE: Final = re.compile("string|boolean|codelist")
_BOOLEAN: Final = re.compile("true|false|1|0")
_ELEMENTS: Final = {"boolean": "BooleanValue", "date": "DateValue"}
"""Where an answer stands, by what its type begins with; every other one is a string."""


def write_answer(answer: ClassificationAnswer, profile: Profile) -> etree._Element:
    """The answer; what its type begins with says in which element its value stands."""
    expression = None if answer.value_expression is None else profile.outward(answer.value_expression)
    return sdg(
        "EvidenceProviderClassification",
        _write_identifier(answer, profile),
        sdg("Type", answer.type),
        *optional("ValueExpression", expression),
        *texts("Description", answer.descriptions),
        sdg("SupportedValue", sdg(_element_of(answer.type), answer.value)),
    )


def read_answer(reader: Reader, profile: Profile) -> ClassificationAnswer:
    """The answer, with its question as far as the message repeats it."""
    reader.only("Identifier", "Type", "ValueExpression", "Description", "SupportedValue")
    scheme, expression = _read_scheme(reader), reader.optional_text("ValueExpression")
    kind = reader.text_like("Type", _TYPE) if reader.bound("Type=") else reader.text("Type")
    return ClassificationAnswer(
        identifier=read_uuid(reader),
        scheme=None if scheme is None else profile.inward(scheme),
        type=kind,
        value=_read_value(reader.one("SupportedValue"), kind),
        value_expression=None if expression is None else profile.inward(expression),
        descriptions=reader.texts("Description"),
    )


def write_concept(concept: ClassificationConcept) -> etree._Element:
    """The question as the Data Service Directory asks it, without any value."""
    return sdg("EvidenceProviderClassification", *_write_question(concept))


def read_concept(reader: Reader) -> ClassificationConcept:
    """A question of the Data Service Directory; identifiers are read as they stand."""
    scheme = reader.one("Identifier").element.get("schemeID", "").strip(BLANK)
    return ClassificationConcept(
        identifier=read_uuid(reader),
        scheme=scheme,
        type=reader.text("Type").lower(),
        descriptions=reader.texts("Description"),
        value_expression=reader.optional_text("ValueExpression"),
    )


def write_supported(supported: SupportedConcept) -> etree._Element:
    """`sdg:ClassificationConcept` of a publisher: the question with the answers for which it is the right one."""
    name = _element_of(supported.concept.type)
    values = sdg("SupportedValue", *(sdg(name, value) for value in supported.values))
    return sdg("ClassificationConcept", *_write_question(supported.concept), values)


def read_supported(reader: Reader) -> SupportedConcept:
    concept = read_concept(reader)
    return SupportedConcept(concept, tuple(found.value for found in _values(reader.one("SupportedValue"))))


def _values(supported: Reader) -> tuple[Reader, ...]:
    return tuple(value for name in ("StringValue", *_ELEMENTS.values()) for value in supported.many(name))


def _write_question(concept: ClassificationConcept) -> list[etree._Element]:
    return [
        sdg_identifier("Identifier", concept.scheme, concept.identifier),
        sdg("Type", concept.type),
        *optional("ValueExpression", concept.value_expression),
        *texts("Description", concept.descriptions),
    ]


def _write_identifier(answer: ClassificationAnswer, profile: Profile) -> etree._Element:
    if answer.scheme is None:
        return sdg("Identifier", answer.identifier)
    return sdg_identifier("Identifier", profile.outward(answer.scheme), answer.identifier)


def _read_scheme(reader: Reader) -> str | None:
    found = reader.one("Identifier")
    if reader.bound("Identifier/@schemeID"):
        return found.attribute("schemeID")
    return found.element.get("schemeID", "").strip(BLANK) or None


def _element_of(kind: str) -> str:
    """The element in which an answer to a question of that type stands."""
    return next((name for begin, name in _ELEMENTS.items() if kind.lower().startswith(begin)), "StringValue")


def _read_value(supported: Reader, kind: str) -> str:
    """The one value, booleans as `true` or `false`; in the element of its type where a rule has types listed."""
    expected = _element_of(kind)
    names = (expected,) if supported.bound("Type=") else ("StringValue", *_ELEMENTS.values())
    supported.only(*names)
    name = next((name for name in names if supported.many(name)), expected)
    if name == "BooleanValue":
        return "true" if supported.text_like(name, _BOOLEAN) in ("true", "1") else "false"
    return supported.text(name)
