"""Who may act for whom: mandates (Digital Fuldmagt) and those who bind a company, out of a file of their own."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from oots.denmark.cpr import PersonId, Tekst
from oots.denmark.municipality import DIGSTORG
from oots.model.errors import ConfigurationError
from oots.model.person import LegalPerson

STANDARD_FILE = Path(__file__).parent / "data" / "representation.toml"
_RECORD = ConfigDict(extra="forbid")
_CVR = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])", re.ASCII)


class Rolle(StrEnum):
    """Why a person binds a company."""

    EJER = "EJER"
    DIREKTOER = "DIREKTOER"


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Fuldmagt:
    """A mandate: `fuldmaegtig` may fetch evidence of these types (classification URLs; None: of all) for
    `fuldmagtsgiver`, until the day before `gyldig_til` or `tilbagekaldt`."""

    fuldmagtsgiver: PersonId
    fuldmaegtig: PersonId
    gyldig_fra: date
    gyldig_til: date
    dokumentation: tuple[Tekst, ...] | None = None
    tilbagekaldt: date | None = None

    def __post_init__(self) -> None:
        if self.gyldig_til < self.gyldig_fra:
            raise ValueError("gyldig_til is before gyldig_fra")

    def covers(self, classification: str | None, day: date) -> bool:
        """Whether it is in force on `day` and for this evidence type."""
        ends = min(self.gyldig_til, self.tilbagekaldt or self.gyldig_til)
        return (self.gyldig_fra <= day < ends) & (self.dokumentation is None or classification in self.dokumentation)


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Tegningsberettiget:
    """Somebody who binds a company, from `virkning_fra` until the day before `virkning_til`."""

    person: PersonId
    rolle: Rolle
    virkning_fra: date
    virkning_til: date | None = None

    def in_force(self, day: date) -> bool:
        return self.virkning_fra <= day and (self.virkning_til is None or day < self.virkning_til)


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Virksomhed:
    """A company by its CVR number, eight digits, and who binds it."""

    cvr: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    navn: Tekst
    tegningsberettigede: tuple[Tegningsberettiget, ...]


@dataclass(frozen=True, slots=True, repr=False, config=_RECORD)
class Representation:
    """The whole file."""

    fuldmagt: tuple[Fuldmagt, ...] = ()
    virksomhed: tuple[Virksomhed, ...] = ()

    @classmethod
    def from_file(cls, path: Path | None = None) -> Representation:
        """The mandates and companies of a TOML file with `[[fuldmagt]]` and `[[virksomhed]]` tables, or of the
        packaged one; raises ConfigurationError that names every fault by place."""
        file = path or STANDARD_FILE
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise ConfigurationError(f"{file}: no readable TOML ({type(problem).__name__})") from None
        try:
            return _FILE.validate_python(content)
        except ValidationError as problem:
            faults = problem.errors(include_url=False, include_input=False, include_context=False)
            raise ConfigurationError(
                *(f"{file}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
            ) from None


_FILE = TypeAdapter(Representation)


def cvr_numbers(company: LegalPerson) -> frozenset[str]:
    """The CVR numbers that a legal person is given by: in a Danish eIDAS identifier (`DK/LT/12345678`), or among its
    others (EAS 0184, or a VAT number, which is the CVR number with DK before it)."""
    eidas, others = company.legal_person_identifier, company.identifiers
    written = [eidas] * eidas.startswith("DK")
    written += [each.value for each in others if each.scheme == DIGSTORG or each.value.startswith("DK")]
    return frozenset(number for each in written for number in _CVR.findall(each))
