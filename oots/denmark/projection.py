"""What a bopælsattest tells of a CPR record, field by field; whatever is not named here stays in the register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from oots.denmark.bopaelsattest import Attesteret, Bopael, Bopaelsattest
from oots.denmark.cpr import CprAdresse, CprPerson, Personstatus
from oots.denmark.municipality import Municipality, load_municipality


def project(
    person: CprPerson, municipality: Municipality, *, case_number: str, day: date, with_history: bool
) -> Bopaelsattest:
    """The certificate of a resident's present and, where wanted, former residences; `day` is the date of issue.

    Raises ValueError for a person without a present address.
    """
    return Bopaelsattest(
        sagsnummer=case_number,
        udstedelsesdato=day,
        kommunekode=municipality.kommunekode,
        kommunenavn=municipality.name,
        kommune_cvr=municipality.cvr,
        person=attested(person),
        bopael=present_residence(person),
        historik=tuple(residence(row) for row in person.tidligere_adresser) if with_history else None,
    )


def _without_fixed_abode(person: CprPerson) -> bool:
    """A person hidden under § 6(6) must look like anybody who has no fixed abode."""
    return person.paragraf_6_stk_6 or person.personstatus is Personstatus.BOPAEL_I_DANMARK_HOEJ_VEJKODE


def present_residence(person: CprPerson) -> Bopael:
    """Where a person lives, without an address for whoever must look as if there were none.

    Raises ValueError for a person without a present address.
    """
    current = person.aktuel_adresse
    if current is None:
        raise ValueError("there is no residence to certify")
    return residence(current, hidden=_without_fixed_abode(person))


def attested(person: CprPerson) -> Attesteret:
    """The person as certificates name her: by the full name where CPR stores another."""
    name = person.navn.former[0]
    return Attesteret(
        fornavne=f"{name.fornavne} {name.mellemnavn}" if name.mellemnavn else name.fornavne,
        efternavn=name.efternavn,
        adresseringsnavn=person.navn.adresseringsnavn,
        foedselsdato=person.foedselsdato,
        foedested=person.foedested,
    )


def residence(row: CprAdresse, *, hidden: bool = False) -> Bopael:
    """A row of addresses as certificates tell it; `hidden` leaves out all but the municipality."""
    place = Bopael(
        kommunekode=row.kommunekode,
        kommunenavn=load_municipality(row.kommunekode).name,
        tilflytningsdato=row.virkning_fra,
        tilflytningsdato_usikker=row.virkning_fra_usikker,
        fraflytningsdato=row.virkning_til,
        fraflytningsdato_usikker=row.virkning_til_usikker,
    )
    return place if hidden or row.hoej_vejkode else _with_street(place, row)


def _with_street(place: Bopael, row: CprAdresse) -> Bopael:
    return replace(
        place,
        conavn=row.conavn,
        vejnavn=row.vejnavn,
        husnummer=row.husnummer,
        etage=row.etage,
        doer=row.doer,
        bynavn=row.bynavn,
        postnummer=row.postnummer,
        postdistrikt=row.postdistrikt,
    )
