"""Any document as a letter that a person can read: a tagged PDF (PDF/UA-1) that tells what its XML tells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import typst
from lxml import etree

from oots.denmark.document_model import EMPTY, UNCERTAIN_DATE, DataModel, Field, vocabulary
from oots.denmark.letter import NON_BREAKING, address_lines, amount, danish_date, english_date
from oots.wire.xml import parse

_TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
_MOST_COLUMNS = 5
_PARTICULARS = {"da": "Oplysninger", "en": "Particulars"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who issues the document, and through whom: `passed_on_by` is the municipality where it is not the issuer."""

    authority: str
    cvr: str
    register: str
    passed_on_by: str | None = None


def render(document: bytes, model: DataModel, sender: Sender, *, case_number: str, day: date, at: datetime) -> bytes:
    """The letter of an XML document of `model`; `day` is its date of issue, `at` (aware) the time that stands in the
    PDF. Equal arguments give equal bytes.

    Raises typst.TypstError for a script that the bundled fonts lack (Latin, Greek and Cyrillic are there).
    """
    root = parse(document)
    content = {
        "title": model.titles.da,
        "heading": _worded(model.titles),
        "authority": sender.authority,
        "cvr": sender.cvr,
        "register": sender.register,
        "passed_on_by": sender.passed_on_by,
        "case_number": case_number,
        "issued_long": danish_date(day),
        "issued_english": english_date(day),
        "sections": list(_sections(root, model.fields)),
        "has_uncertain_dates": any(_uncertain(each) for each in root.iter(etree.Element)),
    }
    return compiled(_template(), content, at)


def compiled(template: bytes, content: object, at: datetime, folder: str | None = None) -> bytes:
    """The PDF that a Typst template makes of `content`, and of the files in `folder` that it names."""
    pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stubs want template and folder of one type
        template,
        root=folder,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=at.replace(microsecond=0),
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
        ignore_system_fonts=True,
    )
    return pdf


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def _worded(worded: Any) -> dict[str, str]:
    return {"da": worded.da, "en": worded.en}


def _sections(element: etree._Element, fields: Iterable[Field]) -> Iterator[dict[str, object]]:
    """A section for each group that is there, and one for what stands between groups."""
    loose: list[dict[str, object]] = []
    for field in fields:
        if not _is_section(field):
            loose.extend(_rows(element, (field,)))
            continue
        found = _children(element, field)
        if loose and found:
            yield {"heading": _PARTICULARS, "rows": loose}
            loose = []
        yield from _section(field, found)
    if loose:
        yield {"heading": _PARTICULARS, "rows": loose}


def _is_section(field: Field) -> bool:
    return bool(vocabulary().members(field)) and not _is_address(field)


def _is_address(field: Field) -> bool:
    composite = vocabulary().composite_type(field.type) if field.type else None
    return composite is not None and composite.shown == "address"


def _section(field: Field, found: Sequence[etree._Element]) -> Iterator[dict[str, object]]:
    members = vocabulary().members(field)
    if field.many and len(members) <= _MOST_COLUMNS:
        if found:
            cells = [[_cell(each, member) for member in members] for each in found]
            yield {"heading": _worded(field), "columns": [_worded(member) for member in members], "table": cells}
        return
    for number, each in enumerate(found, 1):
        heading = _worded(field)
        if field.many:
            heading = {language: f"{words} {number}" for language, words in heading.items()}
        yield {"heading": heading, "rows": list(_rows(each, members))}


def _rows(element: etree._Element, fields: Iterable[Field]) -> Iterator[dict[str, object]]:
    for field in fields:
        found = _children(element, field)
        if not found:
            continue
        if _is_section(field):
            for each in found:
                yield from _rows(each, vocabulary().members(field))
        else:
            yield {**_worded(field), **_shown(field, found)}


def _cell(element: etree._Element, field: Field) -> dict[str, object]:
    """What stands in a table for one field; the parts of a group stand under each other."""
    found = _children(element, field)
    if not _is_section(field):
        return _shown(field, found)
    inner = [_shown(member, _children(each, member)) for each in found for member in vocabulary().members(field)]
    return {"lines": [line for shown in inner for line in shown["lines"]], "english": None}


def _children(element: etree._Element, field: Field) -> list[etree._Element]:
    return element.findall(f"{{{etree.QName(element).namespace}}}{field.element}")


def _shown(field: Field, found: Sequence[etree._Element]) -> dict[str, Any]:
    """The lines in Danish, and the same in English where the words differ."""
    if not found:
        return {"lines": ["–"], "english": None}
    if _is_address(field):
        return {"lines": [line for each in found for line in _address(each)], "english": None}
    danish, english = zip(*(_said(field.type or "", each) for each in found), strict=True)
    return {"lines": list(danish), "english": None if danish == english else ", ".join(english)}


def _said(type_name: str, element: etree._Element) -> tuple[str, str]:
    text = element.text or ""
    codes = vocabulary().code_list(type_name)
    if codes is not None:
        code = next(each for each in codes.code if each.value == text)
        return code.da, code.en
    if type_name == UNCERTAIN_DATE:
        words = danish_date(date.fromisoformat(text)) + ("*" if _uncertain(element) else "")
        return words, words
    if type_name == EMPTY:
        return "Ja", "Yes"
    return _simply_said(type_name, text)


def _simply_said(type_name: str, text: str) -> tuple[str, str]:
    simple = vocabulary().simple_type(type_name)
    shown = simple.shown if simple else "text"
    if shown == "yes-no":
        return ("Ja", "Yes") if text == "true" else ("Nej", "No")
    words = {
        "date": lambda: danish_date(date.fromisoformat(text)),
        "money": lambda: amount(Decimal(text)),
        "percent": lambda: f"{text.replace('.', ',')}{NON_BREAKING}%",
        "area": lambda: f"{text}{NON_BREAKING}m²",
    }.get(shown, lambda: text)()
    return words, words


def _uncertain(element: etree._Element) -> bool:
    return element.get("usikker") == "true"


def _address(element: etree._Element) -> tuple[str, ...]:
    composite = vocabulary().composite_type("Adresse")
    parts = {
        str(member.value): found[0].text
        for member in (composite.field if composite else ())
        if (found := _children(element, member))
    }
    return address_lines(**parts)  # type: ignore[arg-type]  # the schema demands what an address must have
