"""What a municipality holds out of CPR: where a person lives and lived, civil status, household, custody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oots.denmark.cpr import Civilstand, Civilstandsraekke, CprPerson, Foraeldremyndighed, Personstatus, Udrejse
from oots.denmark.document_xml import Facts, RegisteredDate
from oots.denmark.holding import (
    ADULT,
    NOTHING,
    OLD,
    Case,
    Held,
    Piece,
    address_facts,
    age,
    household_of,
    person_facts,
    registered,
    residence_facts,
    resident,
)
from oots.denmark.municipality import load_municipality
from oots.denmark.projection import attested, present_residence, residence
from oots.denmark.records import (
    Attest,
    Flytning,
)
from oots.model.issuing import NothingHeld
from oots.model.text import Text

_MARRIED = (Civilstand.GIFT, Civilstand.REGISTRERET_PARTNERSKAB)
_PRESENT = (Text("DA", "Nuværende civilstand"), Text("EN", "Present marital status"))


def residence_alone(case: Case) -> Held:
    """bopaelsattest-aktuel and bopaelsattest-historik, for the data models of others."""
    if missing := resident(case):
        return missing
    return (Piece({"person": person_facts(case.person), "bopael": residence_facts(present_residence(case.person))}),)


def residence_and_status(case: Case) -> Held:
    """bopaelsattest-samlet"""
    if missing := resident(case):
        return missing
    person = case.person
    status = person.aktuel_civilstand
    return (
        Piece(
            {
                "person": person_facts(person),
                "bopael": residence_facts(present_residence(person)),
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
    place = residence_facts(present_residence(person))
    return (Piece({"person": person_facts(person), "bopael": place, "status": "GODKENDT", "medflyttende": children}),)


def _notified(case: Case, move: Flytning) -> Facts:
    place = {
        "kommunekode": move.kommunekode,
        "kommunenavn": load_municipality(move.kommunekode).name,
        "adresse": address_facts(move.adresse),
        "tilflytningsdato": RegisteredDate(move.dato),
    }
    return {
        "person": person_facts(case.person),
        "bopael": place,
        "status": "FORELOEBIG",
        "medflyttende": _along(case, move),
    }


def _along(case: Case, move: Flytning) -> list[Facts]:
    children = (case.register.person(child) for child in move.medflyttende)
    return [person_facts(child) for child in children if case.person_key in child.custody_holders(case.day)]


def move_out(case: Case) -> Held:
    """fraflytningsbevis"""
    person = case.person
    last = next(iter(person.tidligere_adresser), None)
    if last is None or last.kommunekode != case.kommunekode:
        return NothingHeld("did not move away from here last")
    if person.aktuel_adresse is not None and person.aktuel_adresse.kommunekode == case.kommunekode:
        return NothingHeld("has moved within the municipality")
    left = person.aktuel_udrejse
    facts = {"person": person_facts(person), "bopael": residence_facts(residence(last))}
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
    if missing := registered(case):
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
    return Piece({"person": person_facts(case.person), "oplysning": kind, **_civil_status(case, row)}, titles)


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
    residents = household_of(case)
    ages = [age(each.foedselsdato, case.day) for each in residents]
    nobody_protected = not any(each.protected(case.day) for each in residents)
    children = (each for each in residents if case.person_key in each.custody_holders(case.day))
    return (
        Piece(
            {
                "person": person_facts(case.person),
                "bopael": residence_facts(place),
                "antal": len(residents),
                "aldersgrupper": {
                    "under_18": sum(age < ADULT for age in ages),
                    "fra_18_til_64": sum(ADULT <= age < OLD for age in ages),
                    "fra_65": sum(age >= OLD for age in ages),
                },
                "egne_boern": [person_facts(each) for each in children] if nobody_protected else [],
            }
        ),
    )


def custody(case: Case) -> Held:
    """foraeldremyndighed: of a child who holds custody, in which roles; of a parent for which children."""
    if missing := registered(case):
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
                "person": person_facts(person),
                "indehavere": [_role(row) for row in holders],
                "delt_bopael": shared if holders else None,
                "boern": [
                    {
                        "barn": person_facts(child),
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
