"""Who may ask, and about whom: representatives, legal persons, other mechanisms of the EU, and registers that fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.issuing import Applicant
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson
from oots.model.text import Text
from tests.support.two_sides import CLASSIFICATION, SOLVEJ, TwoSides, finding_in

FREJA = NaturalPerson("Prøvesen", "Freja", date(2016, 2, 3), LevelOfAssurance.LOW)
COMPANY = LegalPerson("DK/LT/1234567412", "Prøvesen og Søn ApS", LevelOfAssurance.HIGH)


def code(town: TwoSides, exchange_id: str) -> str | None:
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.REFUSED
    return progress.error_code


# --- representation ---


def test_who_represents_the_person_signs_in_and_decides(town: TwoSides) -> None:
    town.source.represents = True
    exchange_id = town.ask(person=FREJA, representative=SOLVEJ)
    assert town.source.asked == [Applicant(FREJA, SOLVEJ, classification=CLASSIFICATION)]
    token = town.to_preview(exchange_id)
    assert not town.space.admit(token, replace(FREJA, level_of_assurance=LevelOfAssurance.HIGH))
    assert town.space.admit(token, SOLVEJ)
    assert town.space.acted_for(token) == "Freja Prøvesen"
    town.space.decide(token, [0])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED


def test_who_acts_for_herself_acts_for_nobody(town: TwoSides) -> None:
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    assert town.space.acted_for(token) is None


def test_who_may_not_act_is_refused_like_whoever_is_not_found(town: TwoSides) -> None:
    exchange_id = town.ask(person=FREJA, representative=SOLVEJ)
    assert code(town, exchange_id) == "EDM:ERR:0004"
    assert town.requester.progress(exchange_id).error_detail == "the person could not be matched uniquely"
    (line,) = [line for line in town.provider_log(exchange_id) if line.entry is Entry.IDENTITY_NOT_MATCHED]
    assert line.detail == "not-represented, 1 candidates"


@pytest.mark.parametrize(
    ("level", "expected"), [(LevelOfAssurance.SUBSTANTIAL, None), (LevelOfAssurance.LOW, "EDM:ERR:0001")]
)
def test_the_representative_must_be_authenticated_well_enough(
    town: TwoSides, level: LevelOfAssurance, expected: str | None
) -> None:
    town.source.represents = True
    representative = replace(SOLVEJ, level_of_assurance=level, identifier=None)
    assert town.requester.progress(town.ask(person=FREJA, representative=representative)).error_code == expected


# --- legal persons ---


@pytest.mark.parametrize("version", ["v1.0", "v1.2", "v2.0"])
def test_a_legal_person_acts_through_a_natural_one(town: TwoSides, version: str) -> None:
    town.source.represents, town.source.subject = True, LegalPerson
    exchange_id = town.ask(person=COMPANY, representative=SOLVEJ, finding=finding_in(f"oots-edm:{version}"))
    token = town.to_preview(exchange_id).partition("?")[0]
    assert town.space.admit(token, SOLVEJ)
    assert town.space.acted_for(token) == "Prøvesen og Søn ApS"
    town.space.decide(token, [0])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED


def test_a_legal_person_for_whom_nobody_acts_is_refused(town: TwoSides) -> None:
    town.source.represents, town.source.subject = True, LegalPerson
    assert code(town, town.ask(person=COMPANY)) == "EDM:ERR:0001"


def test_evidence_about_the_other_kind_of_person_is_not_known(town: TwoSides) -> None:
    town.source.represents = True
    assert code(town, town.ask(person=COMPANY, representative=SOLVEJ)) == "EDM:ERR:0004"
    town.source.subject = LegalPerson
    assert code(town, town.ask()) == "EDM:ERR:0004"


# --- other mechanisms, and registers that fail ---


def test_what_another_mechanism_is_for_is_refused_with_a_pointer_and_nobody_is_looked_for(town: TwoSides) -> None:
    town.source.elsewhere = (Text("DA", "Brug EESSI"), Text("EN", "use EESSI (Regulation (EC) No 883/2004)"))
    exchange_id = town.ask()
    assert code(town, exchange_id) == "EDM:ERR:0007"
    assert town.requester.progress(exchange_id).error_detail == "use EESSI (Regulation (EC) No 883/2004)"
    assert town.source.asked == []
    (line,) = [line for line in town.provider_log(exchange_id) if line.entry is Entry.EXCEPTION_SENT]
    assert line.detail == "use EESSI (Regulation (EC) No 883/2004)"


@pytest.mark.parametrize(("trouble", "expected"), [("slow", "EDM:ERR:0005"), ("fails", "EDM:ERR:0008")])
def test_a_slow_register_is_told_from_one_that_fails(town: TwoSides, trouble: str, expected: str) -> None:
    setattr(town.source, trouble, True)
    exchange_id = town.ask()
    progress = town.requester.progress(exchange_id)
    assert progress.error_code == expected
