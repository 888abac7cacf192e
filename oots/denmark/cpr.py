"""A person as the civil register CPR holds her: a stand-in, with the terms and traps of the real record."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

REPLACEMENT_OFFSET = 60
"""An erstatningspersonnummer, for people outside CPR, has 60 added to the day of birth."""
FIRST_HIGH_ROAD_CODE = "9900"
"""From this vejkode on a row of CPR names no ordinary address."""

_RECORD = ConfigDict(extra="forbid")
_FORM = re.compile(r"[0-9]{10}", re.ASCII)


def birth_date(personnummer: str) -> date:
    """The date of birth that a personnummer (ten digits, DDMMYY and four more) tells; ValueError if it tells none.

    Position 7 and the year give the century. There is no check digit to rely on: numbers without modulus 11 have been
    given out since 2007. The error never repeats the number.
    """
    if not _FORM.fullmatch(personnummer):
        raise ValueError("a personnummer has ten digits and nothing else")
    day, month, year, seventh = (int(personnummer[at]) for at in (slice(0, 2), slice(2, 4), slice(4, 6), slice(6, 7)))
    try:
        return date(_century(seventh, year) + year, month, day % REPLACEMENT_OFFSET)
    except ValueError:
        raise ValueError("a personnummer begins with a date, or with one whose day has 60 added") from None


def _century(seventh: int, year: int) -> int:
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800


def _well_formed(personnummer: str) -> str:
    birth_date(personnummer)
    return personnummer


Personnummer = Annotated[str, AfterValidator(_well_formed)]
Kode = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Tekst = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]


class Personstatus(StrEnum):
    BOPAEL_I_DANMARK = "BOPAEL_I_DANMARK"
    BOPAEL_I_DANMARK_HOEJ_VEJKODE = "BOPAEL_I_DANMARK_HOEJ_VEJKODE"
    BOPAEL_I_GROENLAND = "BOPAEL_I_GROENLAND"
    BOPAEL_I_GROENLAND_HOEJ_VEJKODE = "BOPAEL_I_GROENLAND_HOEJ_VEJKODE"
    EJ_BOPAEL = "EJ_BOPAEL"
    UDREJST = "UDREJST"
    FORSVUNDET = "FORSVUNDET"
    DOED = "DOED"
    ANNULLERET = "ANNULLERET"
    NEDLAGT_PERSON = "NEDLAGT_PERSON"


class Koen(StrEnum):
    KVINDE = "KVINDE"
    MAND = "MAND"


class Civilstand(StrEnum):
    UGIFT = "UGIFT"
    GIFT = "GIFT"
    FRASKILT = "FRASKILT"
    ENKE_ENKEMAND = "ENKE_ENKEMAND"
    REGISTRERET_PARTNERSKAB = "REGISTRERET_PARTNERSKAB"
    OPHOERT_PARTNERSKAB = "OPHOERT_PARTNERSKAB"
    LAENGSTLEVENDE_PARTNER = "LAENGSTLEVENDE_PARTNER"
    DOED = "DOED"


class Beskyttelsestype(StrEnum):
    """CPR-loven: name and address protection (§ 28), marketing (§ 29(2)), credit warning (§ 29(3))."""

    NAVNE_OG_ADRESSE = "NAVNE_OG_ADRESSE"
    LOKAL_VEJVISER = "LOKAL_VEJVISER"
    MARKEDSFOERING = "MARKEDSFOERING"
    KREDITADVARSEL = "KREDITADVARSEL"


class Folkekirke(StrEnum):
    """Religion (GDPR art. 9): stands in every record and never leaves it."""

    MEDLEM_AF_FOLKEKIRKEN = "MEDLEM_AF_FOLKEKIRKEN"
    UDEN_FOR_FOLKEKIRKEN = "UDEN_FOR_FOLKEKIRKEN"
    AFVENTER = "AFVENTER"


class Navnemarkering(StrEnum):
    """Why the stored name is not the whole name."""

    FORKORTET = "FORKORTET"
    INDEHOLDER_TEGN_DER_IKKE_KAN_INDRAPPORTERES_TIL_CPR = "INDEHOLDER_TEGN_DER_IKKE_KAN_INDRAPPORTERES_TIL_CPR"
    UTILSTRAEKKELIGT_DOKUMENTERET = "UTILSTRAEKKELIGT_DOKUMENTERET"


class Raekkestatus(StrEnum):
    """Status of a bitemporal row; corrected, regretted and technical rows stay for audit alone."""

    AKTUEL = "AKTUEL"
    HISTORISK = "HISTORISK"
    RETTET = "RETTET"
    FORTRUDT = "FORTRUDT"
    TEKNISK_AENDRING = "TEKNISK_AENDRING"


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class FuldtNavn:
    """A name as its bearer writes it, where CPR cannot."""

    fornavne: Tekst
    efternavn: Tekst
    mellemnavn: Tekst | None = None


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Navn:
    """A name as CPR stores it; `fuldt` is the name behind a reduced form that `markering` explains."""

    fornavne: Tekst
    efternavn: Tekst
    adresseringsnavn: Annotated[Tekst, Field(max_length=34)]
    mellemnavn: Tekst | None = None
    markering: Navnemarkering | None = None
    fuldt: FuldtNavn | None = None

    def __post_init__(self) -> None:
        if self.fuldt and not self.markering:
            raise ValueError("a full form needs a markering that says why CPR stores another")

    @property
    def former(self) -> tuple[FuldtNavn, ...]:
        """Every form of the name, the one to be printed first."""
        stored = FuldtNavn(self.fornavne, self.efternavn, self.mellemnavn)
        return (self.fuldt, stored) if self.fuldt else (stored,)


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Beskyttelse:
    """A protection in force from `virkning_fra` until the day before `virkning_til`, or until further notice."""

    type: Beskyttelsestype
    virkning_fra: date
    virkning_til: date | None = None

    def in_force(self, day: date) -> bool:
        return self.virkning_fra <= day and (self.virkning_til is None or day < self.virkning_til)


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class CprAdresse:
    """One row of Adresseoplysninger: where the person lived from `virkning_fra` until `virkning_til`.

    The flags carry CPR's usikkerhedsmarkering. Codes have four digits, `etage` and `doer` are as in Danish addresses
    (`st`, `3`; `tv`, `mf`, `th`).
    """

    status: Raekkestatus
    virkning_fra: date
    kommunekode: Kode
    vejkode: Kode
    vejnavn: Tekst
    virkning_fra_usikker: bool = False
    virkning_til: date | None = None
    virkning_til_usikker: bool = False
    conavn: Tekst | None = None
    husnummer: Tekst | None = None
    etage: Tekst | None = None
    doer: Tekst | None = None
    bynavn: Tekst | None = None
    postnummer: Kode | None = None
    postdistrikt: Tekst | None = None

    def __post_init__(self) -> None:
        if self.virkning_til is not None and self.virkning_til < self.virkning_fra:
            raise ValueError("virkning_til is before virkning_fra")
        if self.status is Raekkestatus.AKTUEL and self.virkning_til is not None:
            raise ValueError("an address that is AKTUEL has no virkning_til")
        if self.status is Raekkestatus.HISTORISK and self.virkning_til is None:
            raise ValueError("an address that is HISTORISK needs virkning_til")

    @property
    def hoej_vejkode(self) -> bool:
        return self.vejkode >= FIRST_HIGH_ROAD_CODE


_WITH_CURRENT_ADDRESS = frozenset(
    {
        Personstatus.BOPAEL_I_DANMARK,
        Personstatus.BOPAEL_I_DANMARK_HOEJ_VEJKODE,
        Personstatus.BOPAEL_I_GROENLAND,
        Personstatus.BOPAEL_I_GROENLAND_HOEJ_VEJKODE,
    }
)


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class CprPerson:
    """A whole record. `id` is the register's own key, a UUID; it says nothing about the person.

    `paragraf_6_stk_6` marks a threatened person registered without a fixed abode (CPR-loven § 6(6));
    `bopaelsundersoegelse` says that a caseworker is looking into where the person really lives.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    personnummer: Personnummer
    navn: Navn
    foedselsdato: date
    koen: Koen
    personstatus: Personstatus
    civilstand: Civilstand
    folkekirke: Folkekirke
    adresser: tuple[CprAdresse, ...]
    foedested: Tekst | None = None
    statsborgerskab: tuple[Tekst, ...] = ()
    beskyttelse: tuple[Beskyttelse, ...] = ()
    paragraf_6_stk_6: bool = False
    bopaelsundersoegelse: bool = False

    def __post_init__(self) -> None:
        if birth_date(self.personnummer) != self.foedselsdato:
            raise ValueError("personnummer and foedselsdato disagree")
        current = sum(row.status is Raekkestatus.AKTUEL for row in self.adresser)
        wanted = int(self.personstatus in _WITH_CURRENT_ADDRESS)
        if current != wanted:
            raise ValueError(f"{self.personstatus} goes with {wanted} address(es) that are AKTUEL, not {current}")

    @property
    def aktuel_adresse(self) -> CprAdresse | None:
        return next((row for row in self.adresser if row.status is Raekkestatus.AKTUEL), None)

    @property
    def tidligere_adresser(self) -> tuple[CprAdresse, ...]:
        """Former residences, newest first, without rows that stay for audit alone."""
        former = (row for row in self.adresser if row.status is Raekkestatus.HISTORISK)
        return tuple(sorted(former, key=lambda row: row.virkning_fra, reverse=True))

    def protected(self, day: date) -> bool:
        """Whether name and address protection (§ 28) is in force on `day`."""
        return any(each.type is Beskyttelsestype.NAVNE_OG_ADRESSE and each.in_force(day) for each in self.beskyttelse)
