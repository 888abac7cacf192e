"""What registers other than CPR hold: stand-ins out of files, keyed by the person's record in CPR or by CVR number."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, model_validator

from oots.denmark.cpr import Folkekirke
from oots.denmark.document_model import DATA, Table, Uuid
from oots.denmark.municipality import municipalities
from oots.model.errors import ConfigurationError

Tekst = Annotated[str, Field(pattern=r"^\S(.*\S)?$", max_length=300)]
Afsnit = Annotated[str, Field(pattern=r"^\S[\s\S]*\S$", max_length=2000)]
Kode = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Cvr = Annotated[str, Field(pattern=r"^[0-9]{8}$")]
Bfe = Annotated[str, Field(pattern=r"^[0-9]{6,9}$")]
Beloeb = Annotated[Decimal, Field(ge=0, decimal_places=2)]


class Adresse(Table):
    """An address, written as in CPR."""

    vejnavn: Tekst
    husnummer: Annotated[str, Field(pattern=r"^[0-9]{1,3}[A-Z]?$")]
    postnummer: Kode
    postdistrikt: Tekst
    etage: Tekst | None = None
    doer: Tekst | None = None
    bynavn: Tekst | None = None
    conavn: Tekst | None = None


class Part(Table):
    """Somebody in a case: by key where CPR has a record, by name where it has none."""

    person: Uuid | None = None
    fornavne: Tekst | None = None
    efternavn: Tekst | None = None
    foedselsdato: date | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Part:
        named = (self.fornavne, self.efternavn, self.foedselsdato)
        if (self.person is None) != all(each is not None for each in named) or (self.person and any(named)):
            raise ValueError("is either a person or fornavne, efternavn and foedselsdato")
        return self


class Record(Table):
    """One entry; `kommunekode` is the municipality that keeps it."""

    kommunekode: Kode

    @model_validator(mode="after")
    def _known_municipality(self) -> Record:
        if self.kommunekode not in municipalities():
            raise ValueError("no Danish municipality has this kommunekode")
        return self

    @property
    def persons(self) -> tuple[str, ...]:
        """The keys of those it is about."""
        return (self.person,) if hasattr(self, "person") else ()


class Flytning(Record):
    """A move that was notified to the new municipality, accepted or not yet."""

    person: Uuid
    dato: date
    adresse: Adresse
    godkendt: bool
    medflyttende: tuple[Uuid, ...] = ()


class Vielsesform(StrEnum):
    """How a marriage was performed; it may betray religion (GDPR art. 9) and never leaves the register."""

    BORGERLIG = "BORGERLIG"
    KIRKELIG = "KIRKELIG"


class Viet(Part):
    efternavn_foer: Tekst
    efternavn_efter: Tekst


class Vielse(Record):
    """A marriage; the municipality certifies those that it performed itself."""

    parter: Annotated[tuple[Viet, ...], Field(min_length=2, max_length=2)]
    dato: date
    sted: Tekst
    form: Vielsesform

    @property
    def persons(self) -> tuple[str, ...]:
        return tuple(part.person for part in self.parter if part.person)


class Proevelse(Record):
    """That two persons meet the conditions of marriage; `myndighed` is who examined them."""

    parter: Annotated[tuple[Part, ...], Field(min_length=2, max_length=2)]
    proevet: date
    gyldig_til: date
    myndighed: str = "kommunen"

    @property
    def persons(self) -> tuple[str, ...]:
        return tuple(part.person for part in self.parter if part.person)


class Foedsel(Record):
    """A birth in the person register; `folkekirke` stands there too and never leaves it."""

    person: Uuid
    foedested: Tekst
    foraeldre: Annotated[tuple[Part, ...], Field(max_length=2)] = ()
    folkekirke: Folkekirke | None = None


class Indkomst(Record):
    """A person's income in a year; `samtykke` says that it may stand in the statement of others in the household."""

    person: Uuid
    aar: int
    beloeb: Beloeb
    samtykke: bool = False


class Graense(Table):
    """The threshold that a year's household income is measured against."""

    aar: int
    beloeb: Beloeb


class Plads(Record):
    """A child's place in day care or after-school care."""

    person: Uuid
    institution: Tekst
    type: str
    fra: date
    takst: Beloeb
    til: date | None = None


class Friplads(Record):
    """A decision on a free place: the subsidy in per cent, the words of the decision, and the income behind it."""

    person: Uuid
    procent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=1)]
    fra: date
    afgoerelse: tuple[Afsnit, ...]
    indkomstgrundlag: Beloeb
    til: date | None = None


class Indskrivning(Record):
    """A pupil's enrolment in a school."""

    person: Uuid
    skole: Tekst
    klassetrin: Annotated[int, Field(ge=0, le=10)]
    fra: date
    til: date | None = None


class Laan(Record):
    """A loan for a housing deposit; all borrowers are liable for all of it."""

    laantagere: Annotated[tuple[Uuid, ...], Field(min_length=1)]
    hovedstol: Beloeb
    restgaeld: Beloeb
    opgjort: date

    @property
    def persons(self) -> tuple[str, ...]:
        return self.laantagere


class Tegning(Table):
    """A drawing that was scanned, of so many pixels; they are bytes in the file, nearly."""

    titel: Tekst
    bredde: Annotated[int, Field(ge=200, le=20000)]
    hoejde: Annotated[int, Field(ge=200, le=20000)]


class Byggesag(Record):
    """A building permit, with its conditions and drawings."""

    person: Uuid
    bfe: Bfe
    adresse: Adresse
    sag: Tekst
    art: str
    afgjort: date
    vilkaar: tuple[Afsnit, ...] = ()
    tegninger: tuple[Tegning, ...] = ()


class Bygning(Table):
    nummer: Annotated[int, Field(ge=1)]
    anvendelse: str
    opfoert: Annotated[int, Field(ge=1000, le=2999)]
    areal: Annotated[int, Field(ge=0)]


class Ejendom(Record):
    """A property in BBR, with its owners and buildings."""

    bfe: Bfe
    adresse: Adresse
    ejere: tuple[Uuid, ...]
    bygninger: tuple[Bygning, ...]

    @property
    def persons(self) -> tuple[str, ...]:
        return self.ejere


class Forsyning(Table):
    """The utility company that runs the waste scheme where the municipality does not."""

    navn: Tekst
    cvr: Cvr


class Tilknytning(Record):
    """Who owns or rents a property, for the waste scheme."""

    person: Uuid
    adresse: Adresse
    rolle: str
    fra: date
    fra_usikker: bool = False
    forsyning: Forsyning | None = None


class Enhed(Table):
    p_nummer: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    navn: Tekst
    adresse: Adresse


class Virksomhed(Record):
    """A business; the municipality is that of its address. Who may act for it stands in representation.toml."""

    cvr: Cvr
    navn: Tekst
    form: Tekst
    status: str
    startdato: date
    adresse: Adresse
    enheder: tuple[Enhed, ...] = ()


class Attest(Record):
    """A certificate that was issued before; `type` is the id of its evidence type."""

    person: Uuid
    type: str
    udstedt: date


STANDARD_FOLDER = DATA / "registers"

AnyRecord = TypeVar("AnyRecord", bound=Record)

KINDS: dict[str, type[Table]] = {
    "flytning": Flytning,
    "vielse": Vielse,
    "proevelse": Proevelse,
    "foedsel": Foedsel,
    "indkomst": Indkomst,
    "graense": Graense,
    "plads": Plads,
    "friplads": Friplads,
    "indskrivning": Indskrivning,
    "laan": Laan,
    "byggesag": Byggesag,
    "ejendom": Ejendom,
    "tilknytning": Tilknytning,
    "virksomhed": Virksomhed,
    "attest": Attest,
}


@dataclass(frozen=True, slots=True)
class Records:
    """All entries of all files, in their order."""

    entries: tuple[Table, ...]

    def of(self, kind: type[AnyRecord], kommunekode: str, person: str | None = None) -> tuple[AnyRecord, ...]:
        """The entries of a kind that a municipality keeps, about one person or about anybody."""
        return tuple(
            entry
            for entry in self.entries
            if isinstance(entry, kind)
            and entry.kommunekode == kommunekode
            and (person is None or person in entry.persons)
        )

    def about(self, kind: type[AnyRecord], person: str) -> tuple[AnyRecord, ...]:
        """The entries of a kind about one person, whoever keeps them."""
        return tuple(entry for entry in self.entries if isinstance(entry, kind) and person in entry.persons)

    def threshold(self, year: int) -> Decimal | None:
        """The threshold of a year."""
        found = (entry.beloeb for entry in self.entries if isinstance(entry, Graense) and entry.aar == year)
        return next(found, None)

    def business(self, cvr: str) -> Virksomhed | None:
        """The business with this CVR number."""
        found = (entry for entry in self.entries if isinstance(entry, Virksomhed) and entry.cvr == cvr)
        return next(found, None)


def load_records(folder: Path) -> Records:
    """The entries of all `*.toml` files of a folder.

    Raises ConfigurationError that names every fault by file, place and field, and never by content.
    """
    entries: list[Table] = []
    faults: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            faults.append(f"{file}: no readable TOML ({type(problem).__name__})")
            continue
        for place, kind, table in _tables(content):
            if kind is None:
                faults.append(f"{file}: {place}: known are [[{']], [['.join(KINDS)}]]")
                continue
            try:
                entries.append(kind.model_validate(table))
            except ValidationError as problem:
                faults.extend(f"{file}: {place}: {fault}" for fault in _faults(problem))
    if faults:
        raise ConfigurationError(*faults)
    return Records(tuple(entries))


def _tables(content: dict[str, Any]) -> Iterator[tuple[str, type[Table] | None, object]]:
    for name, tables in content.items():
        if name not in KINDS or not isinstance(tables, list):
            yield name, None, tables
            continue
        for number, table in enumerate(tables, 1):
            yield f"{name} {number}", KINDS[name], table


def _faults(problem: ValidationError) -> Iterator[str]:
    for error in problem.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(map(str, error["loc"]))
        yield f"{place}: {error['msg']}" if place else error["msg"]
