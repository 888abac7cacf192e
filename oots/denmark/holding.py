"""One case before a municipality, the pieces of evidence it gives, and how facts about persons and places are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from oots.denmark.authorities import Authority
from oots.denmark.bopaelsattest import Bopael
from oots.denmark.cpr import CprPerson, Personstatus
from oots.denmark.document_xml import Facts, RegisteredDate
from oots.denmark.municipality import Municipality
from oots.denmark.projection import attested
from oots.denmark.records import (
    Adresse,
    Part,
    Records,
    Tegning,
)
from oots.denmark.register import CprRegister
from oots.model.issuing import ByHand, NothingHeld
from oots.model.text import Text

CASEWORK = timedelta(days=2)
"""How long a caseworker may take."""
ADULT = 18
"""The age from which somebody is an adult."""
OLD = 65
"""The age from which a household certificate counts somebody as old."""
_NO_RESIDENCE = {
    Personstatus.EJ_BOPAEL: "has no residence in Denmark",
    Personstatus.UDREJST: "has left Denmark",
    Personstatus.DOED: "has died",
}
ELSEWHERE = NothingHeld("is registered in another municipality")
NOTHING = NothingHeld("nothing of this kind is registered")


@dataclass(frozen=True, slots=True)
class Annex:
    """A document that comes along: paragraphs of text, or a drawing."""

    titles: tuple[Text, ...]
    content: tuple[str, ...] | Tegning


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence; `issuer` is None for the municipality, `issued` the day of an earlier certificate."""

    facts: Facts
    titles: tuple[Text, ...] = ()
    issuer: Authority | None = None
    issued: date | None = None
    annexes: tuple[Annex, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of one municipality: about whom (CPR record, or CVR number), when, and out of which registers.

    `requirements` are the UUIDs of the requirements that the evidence is to meet, `later` is when casework is done,
    `approved` says that it is.
    """

    municipality: Municipality
    register: CprRegister
    records: Records
    person_key: str
    requirements: frozenset[str]
    day: date
    later: datetime
    approved: bool = False

    @property
    def person(self) -> CprPerson:
        """The record; raises LookupError for a key that is not one of a person."""
        return self.register.person(self.person_key)

    @property
    def kommunekode(self) -> str:
        return self.municipality.kommunekode


Held = Sequence[Piece] | NothingHeld | ByHand
Holding = Callable[[Case], Held]


def resident(case: Case) -> NothingHeld | ByHand | None:
    """Why nothing can be certified of where the person lives now; the last known address decides who is responsible."""
    person = case.person
    if reason := _NO_RESIDENCE.get(person.personstatus):
        return NothingHeld(reason)
    if not _last_in(person, case.kommunekode):
        return ELSEWHERE
    return by_hand(case)


def by_hand(case: Case) -> ByHand | None:
    """Why a caseworker must look before anything is certified."""
    if case.approved:
        return None
    if case.person.personstatus is Personstatus.FORSVUNDET:
        return ByHand(case.later, "Personen er registreret som forsvundet.")
    return ByHand(case.later, "Kommunen undersøger, hvor personen bor.") if case.person.bopaelsundersoegelse else None


def registered(case: Case) -> NothingHeld | None:
    """Why the municipality has no word on a person, wherever she lives now."""
    return None if _last_in(case.person, case.kommunekode) else ELSEWHERE


def _last_in(person: CprPerson, kommunekode: str) -> bool:
    last = person.aktuel_adresse or next(iter(person.tidligere_adresser), None)
    return last is not None and last.kommunekode == kommunekode


def household_of(case: Case) -> list[CprPerson]:
    """All who are registered at the person's address, the person first; hidden persons are at no address."""
    person = case.person
    others = [
        each
        for each in case.register.persons
        if each is not person and not _nowhere(each) and _same_address(each, person)
    ]
    return [person, *others]


def _nowhere(person: CprPerson) -> bool:
    """Whether nobody may be found at the address of this record."""
    return (
        person.aktuel_adresse is None
        or person.paragraf_6_stk_6
        or person.personstatus is not Personstatus.BOPAEL_I_DANMARK
    )


def _same_address(one: CprPerson, other: CprPerson) -> bool:
    return _address_key(one) == _address_key(other)


def _address_key(person: CprPerson) -> tuple[str | None, ...] | None:
    row = person.aktuel_adresse
    return (row.kommunekode, row.vejkode, row.husnummer, row.etage, row.doer) if row else None


def age(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def plain(entry: Any, *names: str) -> dict[str, Any]:
    """Some attributes, as facts of the same names."""
    return {name: getattr(entry, name) for name in names}


def person_facts(person: CprPerson) -> dict[str, Any]:
    """The person as certificates name her."""
    return asdict(attested(person))


def party_facts(case: Case, part: Part) -> Facts:
    """Somebody in a case, out of CPR where there is a record."""
    if part.person:
        return person_facts(case.register.person(part.person))
    return plain(part, "fornavne", "efternavn", "foedselsdato")


def other_party(parts: Iterable[Any], person_key: str) -> Any:
    """The one of two parties who is not this person."""
    return next(part for part in parts if part.person != person_key)


def address_facts(address: Adresse) -> Facts:
    """An address of a register, as CPR writes one."""
    return address.model_dump()


_ADDRESS = ("conavn", "vejnavn", "husnummer", "etage", "doer", "bynavn", "postnummer", "postdistrikt")


def residence_facts(place: Bopael) -> Facts:
    """The facts of a residence: an address, or that there is none."""
    left = place.fraflytningsdato
    return {
        "kommunekode": place.kommunekode,
        "kommunenavn": place.kommunenavn,
        "adresse": None if place.uden_fast_bopael else plain(place, *_ADDRESS),
        "uden_fast_bopael": place.uden_fast_bopael,
        "tilflytningsdato": RegisteredDate(place.tilflytningsdato, place.tilflytningsdato_usikker),
        "fraflytningsdato": RegisteredDate(left, place.fraflytningsdato_usikker) if left else None,
    }
