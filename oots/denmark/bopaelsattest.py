"""The bopælsattest: the field set of a municipal residence certificate, with terms as in CPR."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Bopael:
    """A place of residence. Without `vejnavn` the person is registered as "uden fast bopæl" in the municipality.

    `tilflytningsdato` is when the person moved there, `fraflytningsdato` when she left (None: lives there);
    the flags say that CPR marks a date as uncertain (usikkerhedsmarkering).
    """

    kommunekode: str
    kommunenavn: str
    tilflytningsdato: date
    tilflytningsdato_usikker: bool = False
    fraflytningsdato: date | None = None
    fraflytningsdato_usikker: bool = False
    conavn: str | None = None
    vejnavn: str | None = None
    husnummer: str | None = None
    etage: str | None = None
    doer: str | None = None
    bynavn: str | None = None
    postnummer: str | None = None
    postdistrikt: str | None = None

    @property
    def uden_fast_bopael(self) -> bool:
        return self.vejnavn is None


@dataclass(frozen=True, slots=True)
class Attesteret:
    """The person whom the certificate is about."""

    fornavne: str
    efternavn: str
    adresseringsnavn: str
    foedselsdato: date
    foedested: str | None = None

    @property
    def fulde_navn(self) -> str:
        return f"{self.fornavne} {self.efternavn}"


@dataclass(frozen=True, slots=True)
class Bopaelsattest:
    """The certificate; `historik` holds former residences, newest first, and is None when it was not asked for."""

    sagsnummer: str
    udstedelsesdato: date
    kommunekode: str
    kommunenavn: str
    kommune_cvr: str
    person: Attesteret
    bopael: Bopael
    historik: tuple[Bopael, ...] | None = None
