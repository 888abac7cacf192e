"""The gate that every message passes on its way in and out: valid against its schema, or refused."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final

from lxml import etree

from oots.model.errors import ConfigurationError, MessageError
from oots.wire.namespaces import EB
from oots.wire.xml import MOST_DECLARATIONS, parse

XSD_DIR: Final = Path(__file__).resolve().parents[2] / "xsd"
"""The project's own schemas."""

PROFILES: Final = {
    "edm-v1.0": "v1.0/driver.xsd",
    "edm-v1.2": "v1.2/driver.xsd",
    "edm-v2.0": "v2.0/driver.xsd",
    "ebms": "ebms/driver.xsd",
    "bopaelsattest": "bopaelsattest.xsd",
    **{file.stem: f"dk/{file.name}" for file in sorted((XSD_DIR / "dk").glob("*-[0-9].[0-9].xsd"))},
}
"""Profile name → the schema that loads all of it; the `edm` profiles hold the directories' answers too, and each Danish
document has a profile called as its data model."""

_BLANKS: Final = " \t\r\n"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"

LARGE: Final = 5_000
"""A document of more elements is told its first fault without the place."""

_NAMESPACE: Final = re.compile(r"\{[^{}]*\}(?=\w)")
_VALUE: Final = re.compile(
    r"(?:(?<=: )|[Tt]he (?:actual |QName )?value )'(?:.*' (?=is |has |does |of the )|.*\Z)", re.DOTALL
)
"""A value with its quotes; libxml2 cuts long sentences off, so that one may have no end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: 1-based line, XPath with the document's prefixes, a sentence without the value found."""

    line: int | None
    path: str
    reason: str


def enforce(data: bytes, profile: str, *, declarations: int = MOST_DECLARATIONS) -> None:
    """Raise `MessageError` with line and reason unless `data` is valid against `profile`, a key of `PROFILES`.

    `ebms` takes a bare `eb:Messaging` or the SOAP envelope around it. `declarations` is that of `parse`. The reason
    names elements and types and never quotes a value, so it may be sent and logged.
    """
    fault = first_fault(subject(parse(data, declarations=declarations)), profile)
    if fault is not None:
        where = f" at line {fault.line}" if fault.line else ""
        raise MessageError(f"invalid against schema {profile}{where}: {fault.reason}")


def first_fault(element: etree._Element, profile: str) -> Fault | None:
    """What libxml2 finds wrong first with `element` as the root of its document; None when it is valid.

    Line and path are not told of a document of more than `LARGE` elements.
    """
    return _gate(profile).fault(element)


def subject(root: etree._Element) -> etree._Element:
    """What a schema is asked about: the only `eb:Messaging` in the header of a SOAP envelope, else the root."""
    if root.tag != f"{{{SOAP}}}Envelope":
        return root
    headers = root.findall(f"{{{SOAP}}}Header/{{{EB}}}Messaging")
    return headers[0] if len(headers) == 1 else root


def schema_file(profile: str) -> Path:
    """Where the schema of a profile lies; raises `ConfigurationError` when there is none."""
    path = XSD_DIR / PROFILES.get(profile, "unknown profile")
    if not path.is_file():
        raise ConfigurationError(f"no schema for profile {profile} in {XSD_DIR}")
    return path


class _Gate:
    """A compiled schema and its lock: lxml keeps one error log per schema object, which two threads would share."""

    def __init__(self, path: Path) -> None:
        self._schema = etree.XMLSchema(file=str(path))
        self._lock = Lock()

    def fault(self, element: etree._Element) -> Fault | None:
        with self._lock:
            if next(islice(element.iter(), LARGE, None), None) is not None:
                return self._fault_of_large(element)
            if self._schema.validate(element):
                return None
            log: Any = self._schema.error_log  # lxml-stubs keep it opaque
            fault = _fault(log[0])
            tidied = _with_bare_dates(element)
            return None if tidied is not None and self._schema.validate(tidied) else fault

    def _fault_of_large(self, element: etree._Element) -> Fault | None:
        """The same verdict out of reading the document once more: libxml2 then looks for no place of any fault, which
        takes it the longer, the more elements and faults there are."""
        parser = etree.XMLParser(schema=self._schema, resolve_entities=False, no_network=True)
        try:
            etree.fromstring(etree.tostring(element, with_tail=False), parser)
        except etree.XMLSyntaxError:
            log: Any = parser.error_log
            return Fault(None, "/", _without_values(log[0].message))
        return None


_compiling: Final = Lock()


def _gate(profile: str) -> _Gate:
    with _compiling:
        return _compiled(profile)


@cache
def _compiled(profile: str) -> _Gate:
    return _Gate(schema_file(profile))


def _with_bare_dates(element: etree._Element) -> etree._Element | None:
    """A copy whose dates and times have no blanks around them, None where none has any.

    Blanks there mean nothing (XML Schema part 2, whiteSpace collapse), but libxml2 refuses them.
    """
    copied = deepcopy(element)
    found = False
    for leaf in copied.iter():
        bare = (leaf.text or "").strip(_BLANKS)
        if bare != leaf.text and _DATE.fullmatch(bare):
            leaf.text, found = bare, True
    return copied if found else None


def _fault(entry: Any) -> Fault:
    return Fault(entry.line, entry.path or "/", _without_values(entry.message))


def _without_values(message: str) -> str:
    return _NAMESPACE.sub("", _VALUE.sub("the value ", message)).strip()
