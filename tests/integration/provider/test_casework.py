"""Rare cases by hand: opened by a request, decided by a caseworker, given to the next request."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from oots.database.sqlite import DATABASE
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.exchange.purge import purge
from oots.model.content import whole
from oots.model.issuing import ByHand, Matched
from oots.provider.casework import COUNTS, CaseState, DecidedError, Decision, HandCase, NothingAttachedError
from oots.provider.mailbox import LetterKind, letters
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, START, TwoSides

LATER = START + timedelta(days=2)
SCAN = b"%PDF-1.7 what the caseworker has found"


@pytest.fixture
def by_hand(town: TwoSides) -> TwoSides:
    town.source.issue_result = ByHand(LATER, "the address is being looked into")
    return town


def only_case(town: TwoSides) -> HandCase:
    (case,) = town.casework.cases()
    return case


def received(town: TwoSides, exchange_id: str) -> list[bytes]:
    """The evidence of an exchange whose person accepts it in the preview."""
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    return [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(2)]


def test_a_case_is_opened_and_the_requester_is_given_a_date(by_hand: TwoSides) -> None:
    exchange_id = by_hand.ask()
    progress = by_hand.requester.progress(exchange_id)
    assert (progress.state, progress.available_from) == (RequesterState.DEFERRED, LATER)
    case = only_case(by_hand)
    assert (case.state, case.reason, case.request.subject) == (
        CaseState.WAITING,
        "the address is being looked into",
        SOLVEJ,
    )
    assert Entry.CASE_OPENED in [line.entry for line in by_hand.provider_log(exchange_id)]


def test_asking_again_opens_no_second_case_and_gives_the_same_date(by_hand: TwoSides) -> None:
    by_hand.ask()
    by_hand.source.issue_result = ByHand(LATER + timedelta(days=1), "still")
    assert by_hand.requester.progress(by_hand.ask()).available_from == LATER
    assert len(by_hand.casework.cases()) == 1


def test_a_date_that_has_passed_without_a_decision_is_a_later_one(by_hand: TwoSides) -> None:
    by_hand.ask()
    by_hand.pass_time(timedelta(days=3))
    by_hand.source.issue_result = ByHand(LATER + timedelta(days=3), "still")
    assert by_hand.requester.progress(by_hand.ask()).available_from == LATER + timedelta(days=3)
    assert only_case(by_hand).available_from == LATER + timedelta(days=3)


@pytest.mark.parametrize(("decision", "readable"), [(Decision.ATTACHED, SCAN), (Decision.REGISTER, READABLE)])
def test_the_next_request_gets_what_was_released_after_a_preview(
    by_hand: TwoSides, decision: Decision, readable: bytes
) -> None:
    by_hand.ask()
    case_id = only_case(by_hand).case_id
    by_hand.casework.attach(case_id, SCAN)
    assert by_hand.casework.attached(case_id) == SCAN
    by_hand.casework.decide(case_id, decision)
    for _ in range(2):
        assert received(by_hand, by_hand.ask()) == [DOCUMENT, readable]
    assert len(by_hand.casework.cases()) == 1


def test_what_was_refused_is_success_with_an_empty_list(by_hand: TwoSides) -> None:
    by_hand.ask()
    by_hand.casework.decide(only_case(by_hand).case_id, Decision.REFUSE)
    assert by_hand.requester.progress(by_hand.ask()).state is RequesterState.NOTHING


def test_a_decision_counts_for_its_own_person_only(by_hand: TwoSides) -> None:
    by_hand.ask()
    by_hand.casework.decide(only_case(by_hand).case_id, Decision.REGISTER)
    by_hand.source.match_result = Matched("another key")
    assert by_hand.requester.progress(by_hand.ask()).state is RequesterState.DEFERRED
    assert len(by_hand.casework.cases()) == 2


def test_a_decision_counts_for_its_time_and_is_deleted_then(by_hand: TwoSides) -> None:
    by_hand.ask()
    by_hand.casework.attach(only_case(by_hand).case_id, SCAN)
    by_hand.casework.decide(only_case(by_hand).case_id, Decision.ATTACHED)
    by_hand.pass_time(COUNTS - timedelta(minutes=1))
    purge(by_hand.provider_store, by_hand.clock.now())
    assert by_hand.requester.progress(by_hand.ask()).state is RequesterState.PREVIEW_OFFERED
    by_hand.pass_time(timedelta(minutes=2))
    assert by_hand.casework.cases() == ()
    purge(by_hand.provider_store, by_hand.clock.now())
    with by_hand.provider_store.look() as unit:
        assert unit.papers.of_kind("hand-case") == unit.papers.of_kind("hand-case-document") == ()
    assert by_hand.requester.progress(by_hand.ask()).state is RequesterState.DEFERRED


def test_a_case_is_decided_once(by_hand: TwoSides) -> None:
    exchange_id = by_hand.ask()
    case_id = only_case(by_hand).case_id
    with pytest.raises(NothingAttachedError):
        by_hand.casework.decide(case_id, Decision.ATTACHED)
    by_hand.casework.decide(case_id, Decision.REFUSE)
    with pytest.raises(DecidedError):
        by_hand.casework.decide(case_id, Decision.REGISTER)
    with pytest.raises(DecidedError):
        by_hand.casework.attach(case_id, SCAN)
    decided = [line for line in by_hand.provider_log(exchange_id) if line.entry is Entry.CASE_DECIDED]
    assert [line.decision for line in decided] == ["refuse"]


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "no id"])
def test_an_unknown_case_is_not_found(by_hand: TwoSides, unknown: str) -> None:
    by_hand.ask()
    assert by_hand.casework.case(only_case(by_hand).case_id)
    with pytest.raises(LookupError):
        by_hand.casework.case(unknown)
    with pytest.raises(LookupError):
        by_hand.casework.decide(unknown, Decision.REFUSE)


def test_an_attached_document_is_no_case(by_hand: TwoSides) -> None:
    by_hand.ask()
    case_id = only_case(by_hand).case_id
    by_hand.casework.attach(case_id, SCAN)
    with pytest.raises(LookupError):
        by_hand.casework.case(f"{case_id}.pdf")


@pytest.mark.parametrize(
    ("decision", "kind"), [(Decision.REGISTER, LetterKind.CASE_RELEASED), (Decision.REFUSE, LetterKind.CASE_REFUSED)]
)
def test_the_person_is_told_of_the_decision(by_hand: TwoSides, decision: Decision, kind: LetterKind) -> None:
    by_hand.ask()
    by_hand.casework.decide(only_case(by_hand).case_id, decision)
    assert [letter.kind for letter in letters(by_hand.provider_store, "key")] == [kind]
    assert letters(by_hand.provider_store, "another") == ()


def test_nothing_of_a_case_can_be_read_in_the_database(by_hand: TwoSides) -> None:
    by_hand.source.match_result = Matched("0000-the-key-0000")
    by_hand.ask(person=replace(SOLVEJ, place_of_birth="Ribe"))
    by_hand.casework.attach(only_case(by_hand).case_id, SCAN)
    with closing(sqlite3.connect(by_hand.provider_store._directory / DATABASE)) as database:
        rows = repr(database.execute("SELECT * FROM paper").fetchall())
    assert only_case(by_hand).case_id in rows
    for secret in ("the-key", "Solvej", "looked into", "caseworker", "Ribe"):
        assert secret not in rows
