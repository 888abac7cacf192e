"""A certificate of the registry abroad as XML, and as a letter that a person can read (PDF/UA-1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import typst
from lxml import etree

from oots.abroad.certificates import Certificate
from oots.abroad.records import Person, Records
from oots.wire.xml import canonical

_LABELS = {
    "LT": {"name": "Vardas ir pavardė", "born": "Gimimo data", "issued": "Išduota"},
    "DE": {"name": "Name", "born": "Geburtsdatum", "issued": "Ausgestellt am"},
}
_TEMPLATE = Path(__file__).parent / "templates" / "certificate.typ"


@dataclass(frozen=True, slots=True)
class Draft:
    """A certificate about a person, before it is sealed. `issued` is the day that stands on it."""

    certificate: Certificate
    person: Person
    records: Records
    issued: date
    case_number: str
    authority: str

    def as_xml(self) -> bytes:
        """Canonical bytes in the data model of the certificate."""
        root = etree.Element(self._q(self.certificate.root), nsmap={None: self.certificate.data_model})  # type: ignore[dict-item]  # lxml-stubs know no default namespace
        self._add(root, "CaseNumber", self.case_number)
        self._add(root, "IssuedOn", self.issued.isoformat())
        self._add(root, "IssuingAuthority", self.authority)
        person = etree.SubElement(root, self._q("Person"))
        self._add(person, "GivenName", self.person.given_name)
        self._add(person, "FamilyName", self.person.family_name)
        self._add(person, "DateOfBirth", self.person.date_of_birth.isoformat())
        for field, values in self.certificate.values(self.person, self.records):
            for value in values:
                self._add(root, field.element, value)
        return canonical(root)

    def as_pdf(self, at: datetime) -> bytes:
        """The letter; `at` (aware) is the time that stands in the PDF. Equal arguments give equal bytes."""
        fields = [
            {"own": field.own, "en": field.en, "lines": list(values)}
            for field, values in self.certificate.values(self.person, self.records)
        ]
        content = {
            "authority": self.authority,
            "lang": self.certificate.country.lower(),
            "heading": self.certificate.title,
            "heading_en": self.certificate.titles["EN"],
            "labels": _LABELS[self.certificate.country],
            "name": self.person.name,
            "born": self.person.date_of_birth.isoformat(),
            "issued": self.issued.isoformat(),
            "case_number": self.case_number,
            "fields": fields,
        }
        pdf: bytes = typst.compile(
            _template(),
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=at.replace(microsecond=0),
            sys_inputs={"certificate": json.dumps(content, ensure_ascii=False)},
            ignore_system_fonts=True,
        )
        return pdf

    def _q(self, name: str) -> str:
        return f"{{{self.certificate.data_model}}}{name}"

    def _add(self, parent: etree._Element, name: str, value: str) -> None:
        etree.SubElement(parent, self._q(name)).text = value


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
