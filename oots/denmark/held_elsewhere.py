"""What a municipality holds out of registers beside CPR, or passes on from other authorities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from oots.denmark.authorities import Authority, authorities
from oots.denmark.document_xml import Facts, RegisteredDate
from oots.denmark.holding import (
    ADULT,
    NOTHING,
    Annex,
    Case,
    Held,
    Piece,
    address_facts,
    age,
    household_of,
    other_party,
    party_facts,
    person_facts,
    plain,
    registered,
    resident,
)
from oots.denmark.projection import present_residence
from oots.denmark.records import (
    Adresse,
    Byggesag,
    Ejendom,
    Foedsel,
    Friplads,
    Indkomst,
    Indskrivning,
    Laan,
    Plads,
    Proevelse,
    Tilknytning,
    Vielse,
    Vielsesform,
    Viet,
    Virksomhed,
)
from oots.model.issuing import NothingHeld
from oots.model.text import Text


def capacity_to_marry(case: Case) -> Held:
    """proevelsesattest: valid ones only."""
    found = case.records.of(Proevelse, case.kommunekode, case.person_key)
    return [
        Piece(
            {
                "person": person_facts(case.person),
                "anden_part": party_facts(case, other_party(entry.parter, case.person_key)),
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
    other = other_party(entry.parter, case.person_key)
    facts = {
        "person": person_facts(case.person),
        "navne": _names(own),
        "aegtefaelle": party_facts(case, other),
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
    if missing := registered(case):
        return missing
    return [
        Piece(
            {
                "person": person_facts(case.person),
                "foedested": entry.foedested,
                "foraeldre": [party_facts(case, parent) for parent in entry.foraeldre],
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
        "adresse": address_facts(found.adresse),
    }


def _unit(unit: Any) -> Facts:
    return {"p_nummer": unit.p_nummer, "navn": unit.navn, "adresse": address_facts(unit.adresse)}


def enrolment(case: Case) -> Held:
    """skoleindskrivning"""
    return [
        Piece({**plain(entry, "skole", "klassetrin", "fra", "til"), "person": person_facts(case.person)})
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
    residents = [case.person] if alone else household_of(case)
    adults = [each for each in residents if age(each.foedselsdato, case.day) >= ADULT]
    incomes = [entry for each in adults for entry in _incomes(case, each.id, latest)]
    total = sum((entry.beloeb for entry in incomes), Decimal())
    return (
        Piece(
            {
                "person": person_facts(case.person),
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
            {**plain(entry, "procent", "fra", "til"), "person": person_facts(case.person)},
            annexes=(Annex(titles, entry.afgoerelse),),
        )
        for entry in case.records.of(Friplads, case.kommunekode, case.person_key)
    ] or NOTHING


def place(case: Case) -> Held:
    """pladsbekraeftelse: of places that the child has or had."""
    found = case.records.of(Plads, case.kommunekode, case.person_key)
    return [
        Piece(
            {**plain(entry, "institution", "type", "fra", "til", "takst"), "person": person_facts(case.person)},
            (Text("DA", entry.institution), Text("EN", entry.institution)) if len(found) > 1 else (),
        )
        for entry in found
    ] or NOTHING


def loan(case: Case) -> Held:
    """beboerindskudslaan"""
    return [
        Piece(
            {
                **plain(entry, "hovedstol", "restgaeld", "opgjort"),
                "person": person_facts(case.person),
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
        **plain(entry, "sag", "art", "afgjort"),
        "person": person_facts(case.person),
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
                "person": person_facts(case.person),
                "ejendom": _property(entry.bfe, entry.adresse),
                "bygninger": [plain(each, "nummer", "anvendelse", "opfoert", "areal") for each in entry.bygninger],
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
                "person": person_facts(case.person),
                "adresse": address_facts(entry.adresse),
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
    return {"bfe": bfe, "adresse": address_facts(address)}
