"""Certificates for tests: one with everything in it and one of a person without a fixed abode."""

from __future__ import annotations

from datetime import date

from oots.denmark.bopaelsattest import Attesteret, Bopael, Bopaelsattest

FULL = Bopaelsattest(
    sagsnummer="2026-0000A1B2",
    udstedelsesdato=date(2026, 11, 24),
    kommunekode="0751",
    kommunenavn="Aarhus",
    kommune_cvr="55133018",
    person=Attesteret("Łucja Żaneta", "Đurić-Ærøskøbing", "Lucja Zaneta Duric-Ærøskøbing", date(1990, 2, 3), "Łódź"),
    bopael=Bopael(
        kommunekode="0751",
        kommunenavn="Aarhus",
        tilflytningsdato=date(2019, 8, 15),
        conavn="Sønderkjær-Thøgersen",
        vejnavn="Professor Ærenlund-Sørensens Allé",
        husnummer="152B",
        etage="3",
        doer="th",
        bynavn="Åbyhøj",
        postnummer="8230",
        postdistrikt="Åbyhøj",
    ),
    historik=(
        Bopael(
            kommunekode="0461",
            kommunenavn="Odense",
            tilflytningsdato=date(2004, 5, 6),
            fraflytningsdato=date(2019, 8, 15),
            vejnavn="Thorslundsvej",
            husnummer="20",
            postnummer="5000",
            postdistrikt="Odense C",
        ),
        Bopael(
            kommunekode="0607",
            kommunenavn="Fredericia",
            tilflytningsdato=date(1999, 1, 2),
            tilflytningsdato_usikker=True,
            fraflytningsdato=date(2004, 5, 6),
            fraflytningsdato_usikker=True,
        ),
    ),
)
WITHOUT_FIXED_ABODE = Bopaelsattest(
    sagsnummer="2026-0000A1B3",
    udstedelsesdato=date(2026, 11, 24),
    kommunekode="0607",
    kommunenavn="Fredericia",
    kommune_cvr="69116418",
    person=Attesteret("Uffe", "Udenbo", "Uffe Udenbo", date(1968, 2, 28)),
    bopael=Bopael("0607", "Fredericia", date(2020, 3, 4), tilflytningsdato_usikker=True),
)
