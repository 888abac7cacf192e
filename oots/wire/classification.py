"""`sdg:EvidenceProviderClassification`: the user's answers to questions of the Data Service Directory (TDD 3.1)."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.request import ClassificationAnswer
from oots.wire.evidence import read_uuid
from oots.wire.reader import Reader
from oots.wire.writer import optional, sdg, sdg_identifier

_TYPE: Final = re.compile("string|boolean|codelist")
_BOOLEAN: Final = re.compile("true|false|1|0")


def write_answer(answer: ClassificationAnswer) -> etree._Element:
    kind = "BooleanValue" if answer.type == "boolean" else "StringValue"
    return sdg(
        "EvidenceProviderClassification",
        sdg_identifier("Identifier", answer.scheme, answer.identifier),
        sdg("Type", answer.type),
        *optional("ValueExpression", answer.value_expression),
        sdg("SupportedValue", sdg(kind, answer.value)),
    )


def read_answer(reader: Reader) -> ClassificationAnswer:
    """The answer; descriptions of the question are allowed and left out."""
    reader.only("Identifier", "Type", "ValueExpression", "Description", "SupportedValue")
    kind = reader.text_like("Type", _TYPE)
    return ClassificationAnswer(
        identifier=read_uuid(reader),
        scheme=reader.one("Identifier").attribute("schemeID"),
        type=kind,
        value=_read_value(reader.one("SupportedValue"), kind),
        value_expression=reader.optional_text("ValueExpression"),
    )


def _read_value(supported: Reader, kind: str) -> str:
    """The one value, of the element that its type demands; booleans are `true` or `false`."""
    if kind != "boolean":
        supported.only("StringValue")
        return supported.text("StringValue")
    supported.only("BooleanValue")
    return "true" if supported.text_like("BooleanValue", _BOOLEAN) in ("true", "1") else "false"
