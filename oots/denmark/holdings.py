"""What a municipality holds of each evidence type: the facts of its pieces, out of CPR and other registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from oots.denmark.authorities import Authority, authorities
from oots.denmark.bopaelsattest import Bopael
from oots.denmark.cpr import Civilstand, Civilstandsraekke, CprPerson, Foraeldremyndighed, Personstatus, Udrejse
from oots.denmark.document_xml import Facts, RegisteredDate
from oots.denmark.municipality import Municipality, load_municipality
from oots.denmark.projection import attested, present_residence, residence
from oots.denmark.records import (
    Adresse,
    Attest,
    Byggesag,
    Ejendom,
    Flytning,
    Foedsel,
    Friplads,
    Indkomst,
    Indskrivning,
    Laan,
    Part,
    Plads,
    Proevelse,
    Records,
    Tegning,
    Tilknytning,
    Vielse,
    Vielsesform,
    Viet,
    Virksomhed,
)
from oots.denmark.register import CprRegister
from oots.model.issuing import ByHand, NothingHeld
from oots.model.text import Text

CASEWORK = timedelta(days=2)
ADULT = 18
OLD = 65
_NO_RESIDENCE = {
    Personstatus.EJ_BOPAEL: "has no residence in Denmark",
    Personstatus.UDREJST: "has left Denmark",
    Personstatus.DOED: "has died",
}
_MARRIED = (Civilstand.GIFT, Civilstand.REGISTRERET_PARTNERSKAB)
_PRESENT = (Text("DA", "Nuværende civilstand"), Text("EN", "Present marital status"))
_ELSEWHERE = NothingHeld("is registered in another municipality")
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
        return _ELSEWHERE
    return by_hand(case)


def by_hand(case: Case) -> ByHand | None:
    """Why a caseworker must look before anything is certified."""
    if case.approved:
        return None
    if case.person.personstatus is Personstatus.FORSVUNDET:
        return ByHand(case.later, "Personen er registreret som forsvundet.")
    return ByHand(case.later, "Kommunen undersøger, hvor personen bor.") if case.person.bopaelsundersoegelse else None


def _registered(case: Case) -> NothingHeld | None:
    """Why the municipality has no word on a person, wherever she lives now."""
    person = case.person
    if person.personstatus is Personstatus.DOED:
        return NothingHeld(_NO_RESIDENCE[Personstatus.DOED])
    return None if _last_in(person, case.kommunekode) else _ELSEWHERE


def _last_in(person: CprPerson, kommunekode: str) -> bool:
    last = person.aktuel_adresse or next(iter(person.tidligere_adresser), None)
    return last is not None and last.kommunekode == kommunekode


def residence_alone(case: Case) -> Held:
    """bopaelsattest-aktuel and bopaelsattest-historik, for the data models of others."""
    if missing := resident(case):
        return missing
    return (Piece({"person": _person(case.person), "bopael": _residence(present_residence(case.person))}),)


def residence_and_status(case: Case) -> Held:
    """bopaelsattest-samlet"""
    if missing := resident(case):
        return missing
    person = case.person
    status = person.aktuel_civilstand
    return (
        Piece(
            {
                "person": _person(person),
                "bopael": _residence(present_residence(person)),
                "civilstand": _civil_status(case, status),
                "statsborgerskab": [row.land for row in person.statsborgerskab if row.in_force(case.day)],
            }
        ),
    )


def move_in(case: Case) -> Held:
    """tilflytningsbevis"""
    person = case.person
    notified = case.records.of(Flytning, case.kommunekode, case.person_key)
    waiting = [move for move in notified if not move.godkendt]
    if waiting and person.personstatus is Personstatus.BOPAEL_I_DANMARK:
        return tuple(Piece(_notified(case, move)) for move in waiting)
    if missing := resident(case):
        return missing
    children = [child for move in notified for child in _along(case, move)]
    place = _residence(present_residence(person))
    return (Piece({"person": _person(person), "bopael": place, "status": "GODKENDT", "medflyttende": children}),)


def _notified(case: Case, move: Flytning) -> Facts:
    place = {
        "kommunekode": move.kommunekode,
        "kommunenavn": load_municipality(move.kommunekode).name,
        "adresse": _address(move.adresse),
        "tilflytningsdato": RegisteredDate(move.dato),
    }
    return {
        "person": _person(case.person),
        "bopael": place,
        "status": "FORELOEBIG",
        "medflyttende": _along(case, move),
    }


def _along(case: Case, move: Flytning) -> list[Facts]:
    children = (case.register.person(child) for child in move.medflyttende)
    return [_person(child) for child in children if case.person_key in child.custody_holders(case.day)]


def move_out(case: Case) -> Held:
    """fraflytningsbevis"""
    person = case.person
    if person.personstatus is Personstatus.DOED:
        return NothingHeld(_NO_RESIDENCE[Personstatus.DOED])
    last = next(iter(person.tidligere_adresser), None)
    if last is None or last.kommunekode != case.kommunekode:
        return NothingHeld("did not move away from here last")
    if person.aktuel_adresse is not None and person.aktuel_adresse.kommunekode == case.kommunekode:
        return NothingHeld("has moved within the municipality")
    left = person.aktuel_udrejse
    facts = {"person": _person(person), "bopael": _residence(residence(last))}
    return (Piece({**facts, "udrejse": _departure(left)} if left else facts),)


def _departure(row: Udrejse) -> Facts:
    return {
        "land": row.land,
        "landekode": row.landekode,
        "udrejsedato": RegisteredDate(row.virkning_fra, row.virkning_fra_usikker),
        "adresse": row.adresselinjer,
    }


def civil_status(case: Case) -> Held:
    """civilstandsattest: the present status, each former marriage, and certificates issued before."""
    if missing := _registered(case):
        return missing
    person = case.person
    present = person.aktuel_civilstand
    pieces = [
        _status_piece(
            case, present, "NUVAERENDE", (Text("DA", "Nuværende civilstand"), Text("EN", "Present marital status"))
        )
    ]
    for row in person.tidligere_civilstande:
        if row.type in _MARRIED:
            years = (
                f"{row.virkning_fra.year}–{row.virkning_til.year}" if row.virkning_til else f"{row.virkning_fra.year}"
            )
            titles = (Text("DA", f"Tidligere ægteskab {years}"), Text("EN", f"Former marriage {years}"))
            pieces.append(_status_piece(case, row, "TIDLIGERE", titles))
    pieces.extend(_issued_before(case))
    return pieces


def _issued_before(case: Case) -> Iterator[Piece]:
    for attest in case.records.of(Attest, case.kommunekode, case.person_key):
        row = next((row for row in case.person.civilstand if row.in_force(attest.udstedt)), None)
        if attest.type == "civilstandsattest" and attest.udstedt < case.day and row is not None:
            day = attest.udstedt.strftime("%d.%m.%Y")
            titles = (Text("DA", f"Attest udstedt {day}"), Text("EN", f"Certificate issued on {day}"))
            piece = _status_piece(case, row, "NUVAERENDE", titles)
            yield Piece(piece.facts, titles, issued=attest.udstedt)


def _status_piece(case: Case, row: Civilstandsraekke, kind: str, titles: tuple[Text, ...]) -> Piece:
    return Piece({"person": _person(case.person), "oplysning": kind, **_civil_status(case, row)}, titles)


def _civil_status(case: Case, row: Civilstandsraekke) -> Facts:
    ended = row.virkning_til
    return {
        "type": row.type,
        "virkningsdato": RegisteredDate(row.virkning_fra, row.virkning_fra_usikker),
        "ophoersdato": RegisteredDate(ended, row.virkning_til_usikker) if ended else None,
        "aegtefaelle": _spouse(case, row),
    }


def _spouse(case: Case, row: Civilstandsraekke) -> str | None:
    """The name, as far as CPR knows it, of a spouse whose name is not protected."""
    if row.aegtefaelle is None:
        return row.aegtefaelle_navn
    spouse = case.register.person(row.aegtefaelle)
    return None if spouse.protected(case.day) else attested(spouse).fulde_navn


def household(case: Case) -> Held:
    """husstandsattest"""
    if missing := resident(case):
        return missing
    place = present_residence(case.person)
    if place.uden_fast_bopael:
        return NothingHeld("there is no address whose residents could be counted")
    residents = _residents(case)
    ages = [_age(each.foedselsdato, case.day) for each in residents]
    nobody_protected = not any(each.protected(case.day) for each in residents)
    children = (each for each in residents if case.person_key in each.custody_holders(case.day))
    return (
        Piece(
            {
                "person": _person(case.person),
                "bopael": _residence(place),
                "antal": len(residents),
                "aldersgrupper": {
                    "under_18": sum(age < ADULT for age in ages),
                    "fra_18_til_64": sum(ADULT <= age < OLD for age in ages),
                    "fra_65": sum(age >= OLD for age in ages),
                },
                "egne_boern": [_person(each) for each in children] if nobody_protected else [],
            }
        ),
    )


def _residents(case: Case) -> list[CprPerson]:
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


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def custody(case: Case) -> Held:
    """foraeldremyndighed: of a child who holds custody, in which roles; of a parent for which children."""
    if missing := _registered(case):
        return missing
    person = case.person
    holders = [row for row in person.foraeldremyndighed if row.in_force(case.day)]
    children = [(child, row) for child in case.register.persons for row in _held_by(case, child)]
    if not holders and not children:
        return NOTHING
    shared = any(row.in_force(case.day) for row in person.delt_bopael)
    return (
        Piece(
            {
                "person": _person(person),
                "indehavere": [_role(row) for row in holders],
                "delt_bopael": shared if holders else None,
                "boern": [
                    {
                        "barn": _person(child),
                        **_role(row),
                        "faelles": len(child.custody_holders(case.day)) > 1,
                    }
                    for child, row in children
                ],
            }
        ),
    )


def _held_by(case: Case, child: CprPerson) -> Iterator[Foraeldremyndighed]:
    return (row for row in child.foraeldremyndighed if row.indehaver == case.person_key and row.in_force(case.day))


def _role(row: Foraeldremyndighed) -> dict[str, Any]:
    return {"rolle": row.rolle, "fra": RegisteredDate(row.virkning_fra, row.virkning_fra_usikker)}


def capacity_to_marry(case: Case) -> Held:
    """proevelsesattest: valid ones only."""
    found = case.records.of(Proevelse, case.kommunekode, case.person_key)
    return [
        Piece(
            {
                "person": _person(case.person),
                "anden_part": _party(case, _other(entry.parter, case.person_key)),
                "proevet": entry.proevet,
                "gyldig_til": entry.gyldig_til,
            },
            issuer=authorities().get(entry.myndighed),
        )
        for entry in found
        if entry.proevet <= case.day <= entry.gyldig_til
    ] or NOTHING


def marriage(case: Case) -> Held:
    """vielsesattest: of marriages that the municipality performed."""
    found = case.records.of(Vielse, case.kommunekode, case.person_key)
    pieces = [_marriage(case, entry) for entry in found if entry.form is Vielsesform.BORGERLIG]
    return pieces or (NothingHeld("another authority has it") if found else NOTHING)


def _marriage(case: Case, entry: Vielse) -> Piece:
    own = next(part for part in entry.parter if part.person == case.person_key)
    other = _other(entry.parter, case.person_key)
    facts = {
        "person": _person(case.person),
        "navne": _names(own),
        "aegtefaelle": _party(case, other),
        "aegtefaelles_navne": _names(other),
        "dato": entry.dato,
        "sted": entry.sted,
    }
    titles = (Text("DA", f"Vielse {entry.dato.year}"), Text("EN", f"Marriage {entry.dato.year}"))
    return Piece(facts, titles)


def _names(part: Viet) -> Facts:
    return {"foer": part.efternavn_foer, "efter": part.efternavn_efter}


def birth(case: Case) -> Held:
    """personattest"""
    if missing := _registered(case):
        return missing
    return [
        Piece(
            {
                "person": _person(case.person),
                "foedested": entry.foedested,
                "foraeldre": [_party(case, parent) for parent in entry.foraeldre],
            }
        )
        for entry in case.records.about(Foedsel, case.person_key)
    ] or NOTHING


def business(case: Case) -> Held:
    """virksomhed-cvr"""
    found = case.records.business(case.person_key)
    if found is None or found.kommunekode != case.kommunekode:
        return NOTHING
    return (Piece({"virksomhed": _business(found), "enheder": [_unit(each) for each in found.enheder]}),)


def _business(found: Virksomhed) -> Facts:
    return {
        "cvr": found.cvr,
        "navn": found.navn,
        "form": found.form,
        "status": found.status,
        "startdato": found.startdato,
        "adresse": _address(found.adresse),
    }


def _unit(unit: Any) -> Facts:
    return {"p_nummer": unit.p_nummer, "navn": unit.navn, "adresse": _address(unit.adresse)}


def enrolment(case: Case) -> Held:
    """skoleindskrivning"""
    return [
        Piece({**_plain(entry, "skole", "klassetrin", "fra", "til"), "person": _person(case.person)})
        for entry in case.records.of(Indskrivning, case.kommunekode, case.person_key)
    ] or NOTHING


def income(case: Case) -> Held:
    """husstandsindkomst: of the latest year, measured against that year's threshold."""
    if missing := resident(case):
        return missing
    latest = max((entry.aar for entry in case.records.about(Indkomst, case.person_key)), default=None)
    threshold = None if latest is None else case.records.threshold(latest)
    if latest is None or threshold is None:
        return NOTHING
    alone = present_residence(case.person).uden_fast_bopael
    residents = [case.person] if alone else _residents(case)
    adults = [each for each in residents if _age(each.foedselsdato, case.day) >= ADULT]
    incomes = [entry for each in adults for entry in _incomes(case, each.id, latest)]
    total = sum((entry.beloeb for entry in incomes), Decimal())
    return (
        Piece(
            {
                "person": _person(case.person),
                "aar": latest,
                "antal": len(residents),
                "egen": sum((entry.beloeb for entry in _incomes(case, case.person_key, latest)), Decimal()),
                "andre": [entry.beloeb for entry in incomes if entry.person != case.person_key and entry.samtykke],
                "interval": _band(total),
                "graense": {"beloeb": threshold, "under": total < threshold},
            }
        ),
    )


def _incomes(case: Case, person: str, year: int) -> list[Indkomst]:
    return [entry for entry in case.records.about(Indkomst, person) if entry.aar == year]


def _band(total: Decimal) -> str:
    bands = ((750_000, "FRA_750000"), (500_000, "FRA_500000"), (250_000, "FRA_250000"))
    return next((name for least, name in bands if total >= least), "UNDER_250000")


def free_place(case: Case) -> Held:
    """fripladsbevilling, with the words of the decision as an annex."""
    titles = (Text("DA", "Afgørelsen"), Text("EN", "The decision"))
    return [
        Piece(
            {**_plain(entry, "procent", "fra", "til"), "person": _person(case.person)},
            annexes=(Annex(titles, entry.afgoerelse),),
        )
        for entry in case.records.of(Friplads, case.kommunekode, case.person_key)
    ] or NOTHING


def place(case: Case) -> Held:
    """pladsbekraeftelse: of places that the child has or had."""
    found = case.records.of(Plads, case.kommunekode, case.person_key)
    return [
        Piece(
            {**_plain(entry, "institution", "type", "fra", "til", "takst"), "person": _person(case.person)},
            (Text("DA", entry.institution), Text("EN", entry.institution)) if len(found) > 1 else (),
        )
        for entry in found
    ] or NOTHING


def loan(case: Case) -> Held:
    """beboerindskudslaan"""
    return [
        Piece(
            {
                **_plain(entry, "hovedstol", "restgaeld", "opgjort"),
                "person": _person(case.person),
                "antal": len(entry.laantagere),
            }
        )
        for entry in case.records.of(Laan, case.kommunekode, case.person_key)
    ] or NOTHING


def building_permit(case: Case) -> Held:
    """byggetilladelse, with its conditions and drawings as annexes."""
    return [_permit(case, entry) for entry in case.records.of(Byggesag, case.kommunekode, case.person_key)] or NOTHING


def _permit(case: Case, entry: Byggesag) -> Piece:
    annexes = [Annex((Text("DA", each.titel), Text("EN", each.titel)), each) for each in entry.tegninger]
    if entry.vilkaar:
        annexes.insert(0, Annex((Text("DA", "Vilkår"), Text("EN", "Conditions")), entry.vilkaar))
    facts = {
        **_plain(entry, "sag", "art", "afgjort"),
        "person": _person(case.person),
        "ejendom": _property(entry.bfe, entry.adresse),
        "antal_bilag": len(annexes),
    }
    return Piece(facts, annexes=tuple(annexes))


def building_data(case: Case) -> Held:
    """bbr-meddelelse: of the properties that the person owns."""
    found = case.records.of(Ejendom, case.kommunekode, case.person_key)
    return [
        Piece(
            {
                "person": _person(case.person),
                "ejendom": _property(entry.bfe, entry.adresse),
                "bygninger": [_plain(each, "nummer", "anvendelse", "opfoert", "areal") for each in entry.bygninger],
            },
            (Text("DA", f"BFE {entry.bfe}"), Text("EN", f"BFE {entry.bfe}")) if len(found) > 1 else (),
        )
        for entry in found
    ] or NOTHING


def connection(case: Case) -> Held:
    """ejendomstilknytning, issued by a utility company where one runs the scheme."""
    found = case.records.of(Tilknytning, case.kommunekode, case.person_key)
    return [
        Piece(
            {
                "person": _person(case.person),
                "adresse": _address(entry.adresse),
                "rolle": entry.rolle,
                "fra": RegisteredDate(entry.fra, entry.fra_usikker),
            },
            _at(entry.adresse) if len(found) > 1 else (),
            issuer=_utility(entry),
        )
        for entry in found
    ] or NOTHING


def _at(address: Adresse) -> tuple[Text, ...]:
    line = f"{address.vejnavn} {address.husnummer}"
    return Text("DA", line), Text("EN", line)


def _utility(entry: Tilknytning) -> Authority | None:
    company = entry.forsyning
    return Authority((Text("DA", company.navn), Text("EN", company.navn)), company.cvr) if company else None


def _property(bfe: str, address: Adresse) -> Facts:
    return {"bfe": bfe, "adresse": _address(address)}


def _plain(entry: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names}


def _person(person: CprPerson) -> dict[str, Any]:
    return asdict(attested(person))


def _party(case: Case, part: Part) -> Facts:
    if part.person:
        return _person(case.register.person(part.person))
    return _plain(part, "fornavne", "efternavn", "foedselsdato")


def _other(parts: Iterable[Any], person_key: str) -> Any:
    return next(part for part in parts if part.person != person_key)


def _address(address: Adresse) -> Facts:
    return address.model_dump()


_ADDRESS = ("conavn", "vejnavn", "husnummer", "etage", "doer", "bynavn", "postnummer", "postdistrikt")


def _residence(place: Bopael) -> Facts:
    """The facts of a residence: an address, or that there is none."""
    left = place.fraflytningsdato
    return {
        "kommunekode": place.kommunekode,
        "kommunenavn": place.kommunenavn,
        "adresse": None if place.uden_fast_bopael else _plain(place, *_ADDRESS),
        "uden_fast_bopael": place.uden_fast_bopael,
        "tilflytningsdato": RegisteredDate(place.tilflytningsdato, place.tilflytningsdato_usikker),
        "fraflytningsdato": RegisteredDate(left, place.fraflytningsdato_usikker) if left else None,
    }


HOLDINGS: Mapping[str, Holding] = MappingProxyType(
    {
        "bopaelsattest-aktuel": residence_alone,
        "bopaelsattest-historik": residence_alone,
        "bopaelsattest-samlet": residence_and_status,
        "tilflytningsbevis": move_in,
        "fraflytningsbevis": move_out,
        "civilstandsattest": civil_status,
        "husstandsattest": household,
        "foraeldremyndighed": custody,
        "proevelsesattest": capacity_to_marry,
        "vielsesattest": marriage,
        "personattest": birth,
        "virksomhed-cvr": business,
        "skoleindskrivning": enrolment,
        "husstandsindkomst": income,
        "fripladsbevilling": free_place,
        "pladsbekraeftelse": place,
        "beboerindskudslaan": loan,
        "byggetilladelse": building_permit,
        "bbr-meddelelse": building_data,
        "ejendomstilknytning": connection,
    }
)
"""By evidence type; the test certificate is written by bopaelsattest_xml.py alone."""
