"""The bopælsattest as a letter that a person can read: a tagged PDF (PDF/UA-1) in Danish with English labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import typst

from oots.denmark.bopaelsattest import Bopael, Bopaelsattest
from oots.denmark.letter import address_lines, danish_date, english_date
from oots.denmark.municipality import Municipality, load_municipality

_TEMPLATE = Path(__file__).parent / "templates" / "bopaelsattest.typ"


def render(attest: Bopaelsattest, municipality: Municipality, at: datetime) -> bytes:
    """The letter; `at` (aware) is the time that stands in the PDF. Equal arguments give equal bytes.

    Raises typst.TypstError for a script that the bundled fonts lack (Latin, Greek and Cyrillic are there).
    """
    pdf: bytes = typst.compile(
        _template(),
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=at.replace(microsecond=0),
        sys_inputs={"attest": json.dumps(_content(attest, municipality), ensure_ascii=False)},
        ignore_system_fonts=True,
    )
    return pdf


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def _content(attest: Bopaelsattest, municipality: Municipality) -> dict[str, object]:
    history = attest.historik
    with_history = history is not None
    return {
        "title": f"Bopælsattest for {attest.person.fulde_navn}",
        "heading_da": "Bopælsattest med adressehistorik" if with_history else "Bopælsattest",
        "heading_en": "Residence certificate with address history" if with_history else "Residence certificate",
        "authority": municipality.authority_name,
        "cvr": attest.kommune_cvr,
        "case_number": attest.sagsnummer,
        "issued_long": danish_date(attest.udstedelsesdato),
        "issued_english": english_date(attest.udstedelsesdato),
        "fields": list(_fields(attest)),
        "history": None if history is None else [_former(place) for place in history],
        "has_uncertain_dates": any(
            place.tilflytningsdato_usikker or place.fraflytningsdato_usikker
            for place in (attest.bopael, *(history or ()))
        ),
    }


def _fields(attest: Bopaelsattest) -> Iterator[dict[str, object]]:
    person, place = attest.person, attest.bopael
    yield _field("Fulde navn", "Full name", person.fulde_navn)
    if person.adresseringsnavn != person.fulde_navn:
        yield _field("Adresseringsnavn", "Name used for addressing", person.adresseringsnavn)
    yield _field("Fødselsdato", "Date of birth", danish_date(person.foedselsdato))
    if person.foedested is not None:
        yield _field("Fødested", "Place of birth", person.foedested)
    yield {"da": "Nuværende bopæl", "en": "Present residence", **_residence(place)}
    yield _field("Kommune", "Municipality", f"{place.kommunenavn} ({place.kommunekode})")
    moved = _marked(place.tilflytningsdato, place.tilflytningsdato_usikker)
    yield _field("Boet dér siden", "Resident there since", moved)


def _field(da: str, en: str, value: str) -> dict[str, object]:
    return {"da": da, "en": en, "lines": [value], "english": None}


def _residence(place: Bopael, *last: str) -> dict[str, object]:
    """An address with `last` under it, or the municipality of a person without a fixed abode."""
    if place.uden_fast_bopael:
        where = load_municipality(place.kommunekode).authority_name
        return {"lines": [f"Uden fast bopæl i {where}"], "english": "No fixed abode"}
    return {"lines": [*_address(place), *last], "english": None}


def _address(place: Bopael) -> tuple[str, ...]:
    return address_lines(
        vejnavn=f"{place.vejnavn}",
        husnummer=f"{place.husnummer}",
        postnummer=f"{place.postnummer}",
        postdistrikt=f"{place.postdistrikt}",
        conavn=place.conavn,
        etage=place.etage,
        doer=place.doer,
        bynavn=place.bynavn,
    )


def _former(place: Bopael) -> dict[str, object]:
    left = place.fraflytningsdato
    return {
        "from": _marked(place.tilflytningsdato, place.tilflytningsdato_usikker),
        "until": _marked(left, place.fraflytningsdato_usikker) if left else "–",
        **_residence(place, load_municipality(place.kommunekode).authority_name),
    }


def _marked(day: date, uncertain: bool) -> str:
    return f"{danish_date(day)}{'*' if uncertain else ''}"
