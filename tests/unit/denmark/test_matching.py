"""Who is meant by eIDAS attributes: each outcome, what may tell several apart, and that no outcome is cheaper."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from oots.denmark.cpr import CprPerson
from oots.denmark.matching import Ground, Rule, Verdict, explain, identify, match
from oots.denmark.representation import Fuldmagt, Representation, Rolle, Tegningsberettiget, Virksomhed
from oots.model.agent import Address
from oots.model.identifiers import EAS, Identifier
from oots.model.issuing import Applicant, Match, Matched, MatchOutcome, NotMatched
from oots.model.person import LegalPerson, NaturalPerson
from tests.support.denmark import CURRENT, FORMER, citizenship, departure, name, person

BORN = date(1984, 6, 12)
TODAY = date(2026, 11, 24)
ATTEST = "https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/attest"
OTHER_TYPE = "https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/other"


def key(number: int) -> str:
    return f"6a0f3c1e-4b7d-4a55-9c02-{number:012d}"


def karl(number: int, **changes: Any) -> CprPerson:
    return person(**({"id": key(number), "navn": name("Karl", "Kopi"), "foedested": "Randers"} | changes))


ELSEWHERE = CURRENT | {"vejnavn": "Hobrovej", "husnummer": "97", "postnummer": "9530"}
FIRST = karl(1)
SECOND = karl(
    2,
    foedested="Støvring, Danmark",
    koen="MAND",
    statsborgerskab=[citizenship("Polen", "PL")],
    adresser=[ELSEWHERE],
    tidligere_navne=[
        {
            "status": "HISTORISK",
            "virkning_fra": BORN,
            "virkning_til": date(2010, 1, 1),
            "navn": name("Karl", "Original"),
        }
    ],
)
BOTH = (FIRST, SECOND)
KARL = NaturalPerson("Kopi", "Karl", BORN)


def outcome(whom: NaturalPerson, persons: tuple[CprPerson, ...]) -> Match:
    return match(Applicant(whom), persons, Representation(), TODAY)


def test_one_whom_name_and_birth_date_fit_is_meant() -> None:
    assert outcome(KARL, (FIRST,)) == Matched(FIRST.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"date_of_birth": date(1984, 6, 13)},
        {"given_name": "Karla"},
        {"family_name": "Kopier"},
        {"given_name": ""},
        {"family_name": "", "given_name": ""},
        {"family_name": "-", "given_name": "-"},
    ],
    ids=repr,
)
def test_nobody_is_meant_where_one_of_them_differs(changes: dict[str, Any]) -> None:
    assert outcome(KARL, (FIRST,)) == Matched(FIRST.id)
    assert outcome(replace(KARL, **changes), (FIRST,)) == NotMatched(MatchOutcome.NONE, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"personstatus": "ANNULLERET", "adresser": []},
        {"personstatus": "NEDLAGT_PERSON", "adresser": []},
        {"personstatus": "DOED", "adresser": [], "doedsdato": date(2020, 1, 1)},
    ],
    ids=lambda changes: changes["personstatus"],
)
def test_withdrawn_records_and_the_dead_are_never_meant(changes: dict[str, Any]) -> None:
    gone = karl(1, **changes)
    assert outcome(KARL, (gone,)) == NotMatched(MatchOutcome.NONE, 0)
    assert outcome(KARL, (gone, SECOND)) == Matched(SECOND.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"personstatus": "EJ_BOPAEL", "adresser": [], "personnummer": "7206840438"},
        {"personstatus": "UDREJST", "adresser": [FORMER], "udrejse": [departure()]},
        {"personstatus": "FORSVUNDET", "adresser": [FORMER], "forsvundet": date(2020, 1, 1)},
    ],
    ids=lambda changes: changes["personstatus"],
)
def test_who_does_not_live_in_denmark_is_meant_all_the_same(changes: dict[str, Any]) -> None:
    assert outcome(KARL, (karl(1, **changes),)) == Matched(FIRST.id)


def test_two_whom_more_attributes_would_tell_apart_need_more() -> None:
    assert outcome(KARL, BOTH) == NotMatched(MatchOutcome.MORE_NEEDED, 2)


def test_two_whom_nothing_tells_apart_are_several() -> None:
    twin = karl(2)
    assert outcome(KARL, (FIRST, twin)) == NotMatched(MatchOutcome.SEVERAL, 2)
    assert outcome(replace(KARL, place_of_birth="Randers", gender="Female"), (FIRST, twin)) == NotMatched(
        MatchOutcome.SEVERAL, 2
    )


AARHUS_HOME = Address("DK", post_code="8000", thoroughfare="Ærøgade", locator_designator="27")


@pytest.mark.parametrize(
    ("attribute", "of_first", "of_second", "of_neither"),
    [
        ("place_of_birth", "RANDERS", "Stoevring", "Viborg"),
        ("town_of_birth", "Randers", "Støvring", "Viborg"),
        ("gender", "Female", "male", None),
        ("nationality", "DK", "PL", "SE"),
        ("birth_name", "Karl Kopi", "Karl Original", "Karl Andet"),
        ("birth_name", "Kopi", "ORIGINAL", "Andet"),
        (
            "current_address",
            AARHUS_HOME,
            Address("DK", post_code="9530", thoroughfare="Hobrovej", locator_designator="97"),
            Address("DK", post_code="9530", thoroughfare="Hobrovej", locator_designator="98"),
        ),
    ],
)
def test_each_optional_attribute_tells_two_apart(
    attribute: str, of_first: object, of_second: object, of_neither: object
) -> None:
    assert outcome(replace(KARL, **{attribute: of_first}), BOTH) == Matched(FIRST.id)
    assert outcome(replace(KARL, **{attribute: of_second}), BOTH) == Matched(SECOND.id)
    if of_neither is not None:
        assert outcome(replace(KARL, **{attribute: of_neither}), BOTH) == NotMatched(MatchOutcome.NONE, 0)


@pytest.mark.parametrize(
    "said",
    [
        {"gender": "Unspecified"},
        {"current_address": Address("LT", post_code="8000", thoroughfare="Ærøgade", locator_designator="27")},
        {"current_address": Address("DK", full_address="Ærøgade 27, 8000 Aarhus C")},
        {"place_of_birth": " "},
    ],
    ids=repr,
)
def test_what_cannot_be_compared_tells_nobody_apart(said: dict[str, Any]) -> None:
    assert outcome(replace(KARL, **said), BOTH) == NotMatched(MatchOutcome.MORE_NEEDED, 2)


def test_an_attribute_that_the_register_knows_of_one_alone_tells_nobody_apart() -> None:
    unknown = karl(3, foedested=None, adresser=[ELSEWHERE])
    assert outcome(replace(KARL, place_of_birth="Randers"), (FIRST, unknown)) == NotMatched(MatchOutcome.MORE_NEEDED, 2)
    assert outcome(replace(KARL, place_of_birth="Viborg"), (FIRST, unknown)) == NotMatched(MatchOutcome.MORE_NEEDED, 2)


def test_a_street_that_must_stay_hidden_tells_nobody_apart() -> None:
    hidden = CURRENT | {"vejkode": "9901"}
    apart = (karl(1, adresser=[hidden]), karl(2, adresser=[ELSEWHERE]))
    assert outcome(replace(KARL, current_address=AARHUS_HOME), apart) == NotMatched(MatchOutcome.SEVERAL, 2)


def test_optional_attributes_do_not_speak_against_the_only_one() -> None:
    """Places and sexes are spelled and recorded differently; against one alone they prove nothing."""
    assert outcome(replace(KARL, place_of_birth="Copenhagen", nationality="SE"), (FIRST,)) == Matched(FIRST.id)


def test_the_way_there_is_told_step_by_step() -> None:
    other = karl(3, foedselsdato=date(1984, 6, 13), personnummer="1306840438")
    told = identify(replace(KARL, place_of_birth="Randers"), (*BOTH, other))
    steps = {step.rule: step for step in told.steps}
    assert steps[Rule.DATE_OF_BIRTH].before - steps[Rule.DATE_OF_BIRTH].after == {other.id}
    assert steps[Rule.PLACE_OF_BIRTH].before - steps[Rule.PLACE_OF_BIRTH].after == {SECOND.id}
    assert told.verdicts[other.id][Rule.NAME] is Verdict.FITS
    assert told.verdicts[FIRST.id][Rule.GENDER] is Verdict.UNKNOWN
    assert told.remaining == {FIRST.id}


# --- representation ---

MOTHER = person(id=key(11), navn=name("Mor", "Mikkelsen"))
FATHER = person(id=key(12), navn=name("Far", "Mikkelsen"), foedselsdato=date(1986, 8, 25), personnummer="2508863855")
CUSTODY = {"status": "AKTUEL", "virkning_fra": BORN, "rolle": "MOR", "indehaver": MOTHER.id}
CHILD = karl(1, foraeldremyndighed=[CUSTODY])
FAMILY = (CHILD, MOTHER, FATHER)
AS_MOTHER = NaturalPerson("Mikkelsen", "Mor", BORN)
AS_FATHER = NaturalPerson("Mikkelsen", "Far", date(1986, 8, 25))
ENDED = {"status": "HISTORISK", "virkning_til": date(2026, 1, 1)}
REFUSED = NotMatched(MatchOutcome.NOT_REPRESENTED, 1)


def for_karl(who: NaturalPerson | LegalPerson, persons: tuple[CprPerson, ...] = FAMILY, **more: Any) -> Match:
    held = Representation(fuldmagt=more.pop("fuldmagt", ()))
    return match(Applicant(KARL, who, (), more.pop("classification", ATTEST)), persons, held, TODAY)


def test_a_parent_with_custody_acts_for_the_child_and_another_does_not() -> None:
    assert for_karl(AS_MOTHER) == Matched(CHILD.id)
    assert for_karl(AS_FATHER) == REFUSED


@pytest.mark.parametrize(
    "row", [CUSTODY | ENDED, CUSTODY | {"virkning_fra": date(2027, 1, 1)}, CUSTODY | {"status": "FORTRUDT"}], ids=str
)
def test_custody_counts_while_it_is_in_force(row: dict[str, Any]) -> None:
    assert for_karl(AS_MOTHER) == Matched(CHILD.id)
    assert for_karl(AS_MOTHER, (karl(1, foraeldremyndighed=[row]), MOTHER)) == REFUSED


def test_who_acts_must_be_one_person_too() -> None:
    twin = person(id=key(13), navn=name("Mor", "Mikkelsen"))
    assert for_karl(AS_MOTHER, (*FAMILY, twin)) == REFUSED
    assert for_karl(NaturalPerson("Mikkelsen", "Ingen", BORN)) == REFUSED
    assert for_karl(LegalPerson("DK/LT/99999911", "Prøvesens")) == REFUSED


def test_nobody_acts_for_whoever_is_not_one_person() -> None:
    assert for_karl(AS_MOTHER, (CHILD, karl(2), MOTHER)) == NotMatched(MatchOutcome.SEVERAL, 2)
    assert for_karl(AS_MOTHER, (MOTHER,)) == NotMatched(MatchOutcome.NONE, 0)


@pytest.mark.parametrize("kind", ["FULD", "DELVIS"])
def test_a_guardian_acts_for_the_ward(kind: str) -> None:
    row = {"status": "AKTUEL", "virkning_fra": BORN, "type": kind, "vaerge": MOTHER.id}
    assert for_karl(AS_MOTHER, (karl(1, vaergemaal=[row]), MOTHER)) == Matched(CHILD.id)
    assert for_karl(AS_MOTHER, (karl(1, vaergemaal=[row | ENDED]), MOTHER)) == REFUSED


@pytest.mark.parametrize(("kind", "can_act"), [("FULD", False), ("DELVIS", True)])
def test_who_is_under_full_guardianship_does_not_act_alone(kind: str, can_act: bool) -> None:
    row = {"status": "AKTUEL", "virkning_fra": BORN, "type": kind, "vaerge": MOTHER.id}
    assert outcome(KARL, (karl(1, vaergemaal=[row]), MOTHER)) == (Matched(CHILD.id) if can_act else REFUSED)
    assert outcome(KARL, (karl(1, vaergemaal=[row | ENDED]), MOTHER)) == Matched(CHILD.id)


MANDATE = Fuldmagt(CHILD.id, FATHER.id, date(2026, 1, 1), date(2027, 1, 1), (ATTEST,))


@pytest.mark.parametrize(
    ("mandate", "classification", "covered"),
    [
        (MANDATE, ATTEST, True),
        (MANDATE, OTHER_TYPE, False),
        (MANDATE, None, False),
        (replace(MANDATE, dokumentation=None), OTHER_TYPE, True),
        (replace(MANDATE, gyldig_fra=date(2026, 11, 24)), ATTEST, True),
        (replace(MANDATE, gyldig_fra=date(2026, 11, 25)), ATTEST, False),
        (replace(MANDATE, gyldig_til=date(2026, 11, 25)), ATTEST, True),
        (replace(MANDATE, gyldig_til=date(2026, 11, 24)), ATTEST, False),
        (replace(MANDATE, tilbagekaldt=date(2026, 11, 24)), ATTEST, False),
        (replace(MANDATE, fuldmaegtig=MOTHER.id, fuldmagtsgiver=FATHER.id), ATTEST, False),
        (replace(MANDATE, fuldmagtsgiver=FATHER.id, fuldmaegtig=CHILD.id), ATTEST, False),
    ],
)
def test_a_mandate_must_cover_the_evidence_and_be_in_force(
    mandate: Fuldmagt, classification: str | None, covered: bool
) -> None:
    found = for_karl(AS_FATHER, fuldmagt=(mandate,), classification=classification)
    assert found == (Matched(CHILD.id) if covered else REFUSED)


COMPANY = Virksomhed("99999911", "Prøvesens", (Tegningsberettiget(MOTHER.id, Rolle.EJER, date(2020, 1, 1)),))
AS_COMPANY = LegalPerson("DK/LT/99999911", "Prøvesens Nedrivning ApS")


def for_company(whom: LegalPerson, who: NaturalPerson | None, company: Virksomhed = COMPANY) -> Match:
    return match(Applicant(whom, who), FAMILY, Representation(virksomhed=(company,)), TODAY)


@pytest.mark.parametrize(
    "whom",
    [
        AS_COMPANY,
        LegalPerson("LT/DK/123", "x", identifiers=(Identifier(f"{EAS}0184", "99999911"),)),
        LegalPerson("LT/DK/123", "x", identifiers=(Identifier("VATRegistration", "DK99999911"),)),
    ],
)
def test_an_owner_acts_for_a_company_by_its_cvr_number(whom: LegalPerson) -> None:
    assert for_company(whom, AS_MOTHER) == Matched("99999911")
    assert for_company(whom, AS_FATHER) == REFUSED


@pytest.mark.parametrize(
    "whom",
    [LegalPerson("LT/DK/99999911", "x"), LegalPerson("DK/LT/99999919", "x"), LegalPerson("DK/LT/199999911", "x")],
)
def test_a_company_is_not_found_by_another_number(whom: LegalPerson) -> None:
    assert for_company(AS_COMPANY, AS_MOTHER) == Matched("99999911")
    assert for_company(whom, AS_MOTHER) == NotMatched(MatchOutcome.NONE, 0)


def test_a_company_does_not_act_by_itself_nor_by_who_has_left_it() -> None:
    left = Tegningsberettiget(MOTHER.id, Rolle.EJER, date(2020, 1, 1), date(2026, 11, 24))
    assert for_company(AS_COMPANY, None) == REFUSED
    assert for_company(AS_COMPANY, AS_MOTHER, replace(COMPANY, tegningsberettigede=(left,))) == REFUSED


def test_the_grounds_are_told_to_the_architect() -> None:
    told = explain(Applicant(KARL, AS_MOTHER), FAMILY, Representation(), TODAY)
    assert (told.grounds, told.needed) == ((Ground.CUSTODY,), True)
    assert told.representative is not None
    assert told.representative.remaining == {MOTHER.id}


# --- no outcome is cheaper than another ---


def calls_of(work: Callable[[], object]) -> Counter[str]:
    """How often each function of Python was called."""
    counted: Counter[str] = Counter()

    def count(frame: Any, event: str, _argument: object) -> None:
        if event == "call":
            counted[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counted


# The names that are asked for have one length: reading a longer one takes longer, whoever bears it.
CROWD = (
    *(CHILD, MOTHER, FATHER),
    karl(21, navn=name("Tvende", "Kopi")),
    karl(22, navn=name("Tvende", "Kopi")),
    karl(23, navn=name("Dublet", "Kopi"), foedested="Randers"),
    karl(24, navn=name("Dublet", "Kopi"), foedested="Viborg"),
    karl(26, navn=name("Enlige", "Kopi")),
    karl(25, navn=name("Forhen", "Kopi"), personstatus="DOED", adresser=[], doedsdato=date(2020, 1, 1)),
)
ALONE = NaturalPerson("Kopi", "Enlige", BORN)
SUBJECTS = {
    MatchOutcome.NONE: NaturalPerson("Kopi", "Ukendt", BORN),
    MatchOutcome.SEVERAL: NaturalPerson("Kopi", "Tvende", BORN),
    MatchOutcome.MORE_NEEDED: NaturalPerson("Kopi", "Dublet", BORN),
}
HELD = Representation(fuldmagt=(MANDATE, replace(MANDATE, fuldmagtsgiver=MOTHER.id)), virksomhed=(COMPANY,))


def refused(whom: NaturalPerson, who: NaturalPerson | None) -> tuple[MatchOutcome, Counter[str]]:
    found: list[Match] = []
    counted = calls_of(lambda: found.append(match(Applicant(whom, who, (), ATTEST), CROWD, HELD, TODAY)))
    assert isinstance(found[0], NotMatched)
    return found[0].outcome, counted


def test_every_refusal_takes_the_same_work() -> None:
    alone = {outcome: refused(whom, None) for outcome, whom in SUBJECTS.items()}
    assert all(outcome is found for outcome, (found, _) in alone.items())
    dead = refused(NaturalPerson("Kopi", "Forhen", BORN), None)
    other_day = refused(NaturalPerson("Kopi", "Tvende", date(1990, 1, 1)), None)
    works = [work for _, work in (*alone.values(), dead, other_day)]
    assert sum(works[0].values()) > 100
    assert all(work == works[0] for work in works)


def test_every_refusal_of_somebody_who_acts_takes_the_same_work() -> None:
    acting = {outcome: refused(whom, AS_MOTHER) for outcome, whom in SUBJECTS.items()}
    acting[MatchOutcome.NOT_REPRESENTED] = refused(ALONE, AS_MOTHER)
    assert all(outcome is found for outcome, (found, _) in acting.items())
    works = [work for _, work in acting.values()]
    works.append(refused(ALONE, NaturalPerson("Mikkelsen", "Fup", BORN))[1])
    assert all(work == works[0] for work in works)
