"""How letters write dates, addresses and amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

NON_BREAKING = "\u00a0"
_MONTHS_DA = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def danish_date(day: date) -> str:
    return f"{day.day}.{NON_BREAKING}{_MONTHS_DA[day.month - 1]} {day.year}"


def english_date(day: date) -> str:
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def street_line(vejnavn: str, husnummer: str, etage: str | None, doer: str | None) -> str:
    """Street and number, with storey and door where there are any: `Ærøgade 27, 3. th`."""
    floor = " ".join(part for part in (f"{etage}." if etage else None, doer) if part)
    return f"{vejnavn} {husnummer}, {floor}" if floor else f"{vejnavn} {husnummer}"


def address_lines(
    *,
    vejnavn: str,
    husnummer: str,
    postnummer: str,
    postdistrikt: str,
    conavn: str | None = None,
    etage: str | None = None,
    doer: str | None = None,
    bynavn: str | None = None,
) -> tuple[str, ...]:
    """The lines of an address as they stand on a letter."""
    lines = (
        conavn and f"c/o {conavn}",
        street_line(vejnavn, husnummer, etage, doer),
        bynavn,
        f"{postnummer}{NON_BREAKING}{postdistrikt}",
    )
    return tuple(line for line in lines if line)


def amount(kroner: Decimal) -> str:
    """An amount in Danish kroner: `12.345,50 kr.`"""
    whole = f"{kroner:,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{whole}{NON_BREAKING}kr."
