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
NO_FIRST_NAME = "-"
"""What stands for the first name of a person who has one name alone."""
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
PersonId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""The register's own key for a record, a UUID; it says nothing about the person."""
Kode = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Landekode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
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


class Foraeldremyndighedshaverrolle(StrEnum):
    FAR_MEDMOR = "FAR_MEDMOR"
    MOR = "MOR"
    ANDEN = "ANDEN"


class Vaergemaalstype(StrEnum):
    """Guardianship of an adult: over some affairs, or over all of them (then the guardian alone can act)."""

    DELVIS = "DELVIS"
    FULD = "FULD"


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

    @property
    def enkeltnavn(self) -> bool:
        """Whether the bearer has one name alone, which stands as the family name."""
        return self.fornavne == NO_FIRST_NAME


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


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Raekke:
    """A bitemporal row: true from `virkning_fra` until the day before `virkning_til`, and believed by the register from
    `registrering_fra` (None: longer than it has kept count) until `registrering_til`.

    The flags carry CPR's usikkerhedsmarkering. What was corrected or regretted stays, with the day it was withdrawn.
    """

    status: Raekkestatus
    virkning_fra: date
    virkning_fra_usikker: bool = False
    virkning_til: date | None = None
    virkning_til_usikker: bool = False
    registrering_fra: date | None = None
    registrering_til: date | None = None

    def __post_init__(self) -> None:
        if self.virkning_til is not None and self.virkning_til < self.virkning_fra:
            raise ValueError("virkning_til is before virkning_fra")
        if self.status is Raekkestatus.AKTUEL and self.virkning_til is not None:
            raise ValueError("a row that is AKTUEL has no virkning_til")
        if self.status is Raekkestatus.HISTORISK and self.virkning_til is None:
            raise ValueError("a row that is HISTORISK needs virkning_til")
        if self.registrering_til is not None:
            if self.registrering_fra is None or self.registrering_til < self.registrering_fra:
                raise ValueError("registrering_til is before registrering_fra, or without it")
            if self.counts:
                raise ValueError("a row with registrering_til is neither AKTUEL nor HISTORISK")

    @property
    def counts(self) -> bool:
        """Whether it is held to be true; rows that do not count stay for audit alone."""
        return self.status in (Raekkestatus.AKTUEL, Raekkestatus.HISTORISK)

    def in_force(self, day: date) -> bool:
        """Whether it is held to be true of this day."""
        return self.counts and self.virkning_fra <= day and (self.virkning_til is None or day < self.virkning_til)

    def believed(self, day: date) -> bool:
        """Whether the register took it for true on this day, right or wrong."""
        known = self.registrering_fra is None or self.registrering_fra <= day
        return known and (self.registrering_til is None or day < self.registrering_til)


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class TidligereNavn(Raekke):
    """A name that the person had before."""

    navn: Navn


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class TidligerePersonnummer(Raekke):
    """A number that the person had before: another date of birth, or another sex, was recorded then."""

    personnummer: Personnummer


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Civilstandsraekke(Raekke):
    """A civil status; the spouse or partner by key where CPR has a record, by name where it has none."""

    type: Civilstand
    aegtefaelle: PersonId | None = None
    aegtefaelle_navn: Tekst | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Statsborgerskab(Raekke):
    """A citizenship, one of several perhaps."""

    land: Tekst
    landekode: Landekode


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Foraeldremyndighed(Raekke):
    """Custody, in the record of the child: who holds it, and in which role."""

    rolle: Foraeldremyndighedshaverrolle
    indehaver: PersonId


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class DeltBopael(Raekke):
    """Delt bopæl, in the record of the child: with whom it lives besides the address under which it is registered."""

    hos: PersonId


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Vaergemaal(Raekke):
    """Guardianship, in the record of the person who has a guardian."""

    type: Vaergemaalstype
    vaerge: PersonId


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class Udrejse(Raekke):
    """Having left Denmark: for which country, and up to five lines of an address there."""

    land: Tekst
    landekode: Landekode
    adresselinjer: Annotated[tuple[Tekst, ...], Field(max_length=5)] = ()


@dataclass(frozen=True, slots=True, repr=False, kw_only=True, config=_RECORD)
class CprAdresse(Raekke):
    """One row of Adresseoplysninger: where the person lived.

    Codes have four digits, `etage` and `doer` are as in Danish addresses (`st`, `3`; `tv`, `mf`, `th`).
    """

    kommunekode: Kode
    vejkode: Kode
    vejnavn: Tekst
    conavn: Tekst | None = None
    husnummer: Tekst | None = None
    etage: Tekst | None = None
    doer: Tekst | None = None
    bynavn: Tekst | None = None
    postnummer: Kode | None = None
    postdistrikt: Tekst | None = None

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


_ONE_PER_PERSON = {"adresser": "address(es)", "civilstand": "civil status(es)", "udrejse": "departure(s)"}


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class CprPerson:
    """A whole record, under the key `id`.

    `paragraf_6_stk_6` marks a threatened person registered without a fixed abode (CPR-loven § 6(6));
    `bopaelsundersoegelse` says that a caseworker is looking into where the person really lives. `doedsdato` and
    `forsvundet` are the days on which a person died or was last known of.
    """

    id: PersonId
    personnummer: Personnummer
    navn: Navn
    foedselsdato: date
    koen: Koen
    personstatus: Personstatus
    civilstand: tuple[Civilstandsraekke, ...]
    folkekirke: Folkekirke
    adresser: tuple[CprAdresse, ...]
    foedested: Tekst | None = None
    statsborgerskab: tuple[Statsborgerskab, ...] = ()
    beskyttelse: tuple[Beskyttelse, ...] = ()
    paragraf_6_stk_6: bool = False
    bopaelsundersoegelse: bool = False
    tidligere_navne: tuple[TidligereNavn, ...] = ()
    tidligere_personnumre: tuple[TidligerePersonnummer, ...] = ()
    foraeldremyndighed: tuple[Foraeldremyndighed, ...] = ()
    delt_bopael: tuple[DeltBopael, ...] = ()
    vaergemaal: tuple[Vaergemaal, ...] = ()
    udrejse: tuple[Udrejse, ...] = ()
    doedsdato: date | None = None
    doedsdato_usikker: bool = False
    forsvundet: date | None = None

    def __post_init__(self) -> None:
        if birth_date(self.personnummer) != self.foedselsdato:
            raise ValueError("personnummer and foedselsdato disagree")
        self._expect_one_current("adresser", self.adresser, self.personstatus in _WITH_CURRENT_ADDRESS)
        self._expect_one_current("civilstand", self.civilstand, True)
        self._expect_one_current("udrejse", self.udrejse, self.personstatus is Personstatus.UDREJST)
        for dated, status in (("doedsdato", Personstatus.DOED), ("forsvundet", Personstatus.FORSVUNDET)):
            if (getattr(self, dated) is not None) is not (self.personstatus is status):
                raise ValueError(f"{dated} goes with {status} and with nothing else")

    def _expect_one_current(self, field: str, rows: tuple[Raekke, ...], wanted: bool) -> None:
        current = sum(row.status is Raekkestatus.AKTUEL for row in rows)
        if current != wanted:
            raise ValueError(
                f"{self.personstatus} goes with {int(wanted)} {_ONE_PER_PERSON[field]} that are AKTUEL, not {current}"
            )

    @property
    def aktuel_adresse(self) -> CprAdresse | None:
        return next((row for row in self.adresser if row.status is Raekkestatus.AKTUEL), None)

    @property
    def tidligere_adresser(self) -> tuple[CprAdresse, ...]:
        """Former residences, newest first, without rows that stay for audit alone."""
        former = (row for row in self.adresser if row.status is Raekkestatus.HISTORISK)
        return tuple(sorted(former, key=lambda row: row.virkning_fra, reverse=True))

    @property
    def aktuel_civilstand(self) -> Civilstandsraekke:
        return next(row for row in self.civilstand if row.status is Raekkestatus.AKTUEL)

    @property
    def tidligere_civilstande(self) -> tuple[Civilstandsraekke, ...]:
        """Former civil statuses, newest first, without rows that stay for audit alone."""
        former = (row for row in self.civilstand if row.status is Raekkestatus.HISTORISK)
        return tuple(sorted(former, key=lambda row: row.virkning_fra, reverse=True))

    @property
    def aktuel_udrejse(self) -> Udrejse | None:
        return next((row for row in self.udrejse if row.status is Raekkestatus.AKTUEL), None)

    @property
    def navne(self) -> tuple[Navn, ...]:
        """The present name and every former one that counts."""
        return (self.navn, *(row.navn for row in self.tidligere_navne if row.counts))

    def has_erstatningspersonnummer(self) -> bool:
        """Whether the number was given to somebody outside CPR (day of birth with 60 added)."""
        return int(self.personnummer[:2]) > REPLACEMENT_OFFSET

    def custody_holders(self, day: date) -> tuple[PersonId, ...]:
        """Who has custody of this child on `day`."""
        return tuple(row.indehaver for row in self.foraeldremyndighed if row.in_force(day))

    def fuldt_vaergemaal(self, day: date) -> bool:
        """Whether a guardian alone can act for this person on `day`."""
        return sum(row.in_force(day) and row.type is Vaergemaalstype.FULD for row in self.vaergemaal) > 0

    def protected(self, day: date) -> bool:
        """Whether name and address protection (§ 28) is in force on `day`."""
        return any(each.type is Beskyttelsestype.NAVNE_OG_ADRESSE and each.in_force(day) for each in self.beskyttelse)
