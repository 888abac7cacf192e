"""A sample of each document: what the first holder of it in the registers would get, without seals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from oots.denmark.document_model import Definition, definitions
from oots.denmark.evidence_types import OFFERS
from oots.denmark.holding import Case
from oots.denmark.issuing import Writing, issue
from oots.denmark.municipality import municipalities
from oots.denmark.records import STANDARD_FOLDER, Records, Virksomhed, load_records
from oots.denmark.register import CprRegister
from oots.model.content import whole
from oots.model.evidence import DocumentKind
from oots.model.issuing import Issued

CASE_NUMBER = "2026-0000A1B2"


def samples(at: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file, dated by `at` (aware); a type with several documents has several files."""
    register, records = CprRegister.from_file(None), load_records(STANDARD_FOLDER)
    for definition in definitions().values():
        if definition.root is not None and (piece := _first(definition, register, records, at)):
            for number, document in enumerate(piece.documents, 1):
                ending = document.distribution.format.partition("/")[2]
                yield f"{definition.id}-{number}.{ending}", whole(document.content)


def _first(definition: Definition, register: CprRegister, records: Records, at: datetime) -> Issued | None:
    form = replace(OFFERS[definition.url].distributions[0], associated_documents=(DocumentKind.HUMAN_READABLE_VERSION,))
    writing = Writing(form, CASE_NUMBER, at, lambda document: document, lambda pdf, _reason: pdf)
    for key in _keys(definition, register, records):
        for municipality in municipalities().values():
            asked = frozenset(definition.requirements)
            case = Case(municipality, register, records, key, asked, at.date(), at + timedelta(days=2))
            issued = issue(definition, case, writing)
            if isinstance(issued, tuple):
                return issued[0]
    return None


def _keys(definition: Definition, register: CprRegister, records: Records) -> list[str]:
    if definition.subject == "legal":
        return [entry.cvr for entry in records.entries if isinstance(entry, Virksomhed)]
    return [person.id for person in register.persons]
