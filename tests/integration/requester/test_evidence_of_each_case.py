"""For each case of the foreign portal somebody signs in of whom a municipality holds what is asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from oots.denmark.municipality import load_municipality
from oots.denmark.source import MunicipalSource
from oots.eid.personas import Represented, by_key, load
from oots.model.issuing import Applicant, Issue, Matched, Order
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.requester.cases import Case, Piece, case_of, cases_of
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from tests.support.denmark import registers
from tests.support.trust import authority

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
REGISTERS = registers()
KEY = authority().issue(Participant("seal", "55133018", Role.SEAL))
PERSONAS = by_key(load())
REFUSED = "sickness-benefit"
HELD: dict[str, tuple[tuple[str, str], ...]] = {
    "change-of-address": (("solvej", "0751"),),
    "two-municipalities": (("lucja", "0561"), ("lucja", "0751")),
    "address-protection": (("beskyttet", "0101"),),
    "residence-proof": (("anders", "0461"),),
    "residence-and-status": (("marie-louise", "0851"),),
    "residence-multilingual": (("solvej", "0751"),),
    "residence-de4a": (("solvej", "0751"),),
    "residence-credential": (("solvej", "0751"),),
    "household": (("mor", "0657"),),
    "custody": (("mor-for-barn", "0657"),),
    "birth": (("solvej", "0751"),),
    "marital-status": (("marie-louise", "0851"),),
    "capacity-to-marry": (("solvej", "0751"),),
    "marriage-certificate": (("anders", "0461"),),
    "school": (("mor-for-barn", "0657"),),
    "secondary-school": (("mor-for-barn", "0657"),),
    "day-care": (("mor-for-barn", "0657"),),
    "after-school-care": (("mor-for-barn", "0657"),),
    "free-place-decision": (("mor-for-barn", "0657"),),
    "household-income": (("mor", "0657"),),
    "income-band": (("mor", "0657"),),
    "income-below-threshold": (("mor", "0657"),),
    "housing-deposit": (("mor", "0657"),),
    "pension": (("anders", "0461"),),
    "waste": (("solvej", "0751"),),
    "building-permit": (("solvej", "0751"),),
    "building-data": (("solvej", "0751"),),
    "construction-waste": (("dina-for-byg", "0751"),),
    "test": (("solvej", "0751"),),
}
"""For each piece of a case: who signs in, and whose municipality answers."""


def source_of(kommunekode: str) -> MunicipalSource:
    return MunicipalSource(
        municipality=load_municipality(kommunekode),
        registers=REGISTERS,
        key=KEY,
        seal_xml=lambda document, _key, _at: document,
        seal_pdf=lambda pdf, _key, _at, _reason, _location: pdf,
    )


def who_signs_in(key: str) -> tuple[Subject, NaturalPerson | None]:
    """Whom it is about, and who acts for that one."""
    persona = PERSONAS[key]
    own = _natural(persona.family_name, persona.given_name, persona)
    if persona.represents is None:
        return own, None
    if isinstance(persona.represents, Represented):
        return _natural(persona.represents.family_name, persona.represents.given_name, persona.represents), own
    company = persona.represents
    identifier = f"{company.country}/LT/{company.identifier}"
    return LegalPerson(identifier, company.legal_name, LevelOfAssurance.HIGH), own


def _natural(family_name: str, given_name: str, who: object) -> NaturalPerson:
    identifier = f"{who.country}/LT/{who.identifier}"  # type: ignore[attr-defined]  # personas and those they represent
    born = who.date_of_birth  # type: ignore[attr-defined]
    return NaturalPerson(family_name, given_name, born, LevelOfAssurance.HIGH, identifier)


def issued(case: Case, piece: Piece, persona: str, kommunekode: str) -> Issue:
    source, (classification,) = source_of(kommunekode), piece.evidence_types
    offer = source.offer(classification)
    assert offer is not None
    subject, acting = who_signs_in(persona)
    matched = source.match(Applicant(subject, acting, (), classification))
    assert isinstance(matched, Matched)
    wanted = next(each for each in offer.distributions if piece.conforms_to in (None, each.conforms_to))
    order = Order(
        matched.person_key, classification, wanted, AT, "2026-1", (piece.requirement,), procedure=case.procedure
    )
    return source.issue(order)


def test_every_case_is_in_the_table_but_the_one_that_is_refused() -> None:
    assert set(HELD) | {REFUSED} == {case.key for case in cases_of("LT")}
    journeys = {case.journey for case in cases_of("LT") if case.journey and case.key in HELD}
    assert len(journeys | {case_of(REFUSED).journey}) == 13


@pytest.mark.parametrize("key", HELD)
def test_a_municipality_holds_what_the_case_asks_for(key: str) -> None:
    case = case_of(key)
    for piece, (persona, kommunekode) in zip(case.pieces, HELD[key], strict=True):
        pieces = issued(case, piece, persona, kommunekode)
        assert isinstance(pieces, tuple)
        wanted = piece.conforms_to
        assert wanted is None or pieces[0].documents[0].distribution.conforms_to == wanted


def test_documentation_for_sickness_benefit_is_never_issued_and_says_where_to_turn() -> None:
    (classification,) = case_of(REFUSED).pieces[0].evidence_types
    offer = source_of("0751").offer(classification)
    assert offer is not None
    assert "EESSI" in offer.elsewhere[0].value
