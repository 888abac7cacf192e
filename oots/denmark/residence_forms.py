"""A certificate of residence as others write one: the facts that their forms ask for, out of ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from oots.denmark.document_xml import Facts, RegisteredDate
from oots.denmark.letter import street_line
from oots.denmark.municipality import Municipality, load_municipality

ABSENT = "—"
"""What the European forms want where the document says nothing (2016/1191, note for the issuing authority)."""
EXTRACT = "Administrative document: extract from the population register"
MONTHS_VALID = 6
"""How long a wallet may show a certificate of residence; the prototype's own choice."""


def as_forms_ask(facts: Facts, issuer: Municipality) -> dict[str, Any]:
    """`facts` of a certificate with person, residence, authority and day, and what forms want beside them."""
    person, place, issued = facts["person"], facts["bopael"], facts["udstedelsesdato"]
    address = place["adresse"]
    born: date = person["foedselsdato"]
    moved: RegisteredDate = place["tilflytningsdato"]
    number = _number(address) if address else None
    return {
        **facts,
        "land": "DK",
        "myndighed": {**facts["myndighed"], "nuts": issuer.nuts3, "kommunenavn": issuer.name},
        "nuts": load_municipality(place["kommunekode"]).nuts3,
        "dokumentart": EXTRACT,
        "stilling": "Folkeregisteret",
        "segl": "XAdES",
        "foedested_eller_streg": person["foedested"] or ABSENT,
        "gade_eller_streg": f"{address['vejnavn']} {number}" if address else ABSENT,
        "postnummer_eller_streg": address["postnummer"] if address else ABSENT,
        "sted": address["postdistrikt"] if address else load_municipality(place["kommunekode"]).authority_name,
        "nummer": number,
        "adresselinje": f"{address['vejnavn']} {number}, {address['postnummer']} {address['postdistrikt']}"
        if address
        else None,
        "foedt": {"aar": born.year, "maaned": born.month, "dag": born.day},
        "sikker_tilflytningsdato": None if moved.uncertain else moved.day,
        "udloebsdato": _months_later(issued, MONTHS_VALID),
    }


def _number(address: Facts) -> str:
    return street_line("", address["husnummer"], address["etage"], address["doer"]).strip()


def _months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one that the month has up to the 28th."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))
