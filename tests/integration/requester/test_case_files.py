"""What the requester itself keeps of a case: its exchanges together, who acts, and the answers that travel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.requester.cases import CASES
from oots.requester.discovery import answered
from tests.support.pages import WHERE
from tests.support.two_sides import FINDING, SOLVEJ, TwoSides, finding_in, make_keys, two_sides

CONVERSATION = "00000000-0000-4000-8000-0000000000c1"
PARENT = NaturalPerson("Prøvesen", "Astrid", date(1961, 2, 3), LevelOfAssurance.HIGH, identifier="DK/LT/0f6b2c1dastrid")
ANSWER = answered(WHERE, "0751")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def sides(tmp_path: Path, keys: Path) -> TwoSides:
    return two_sides(tmp_path, keys)


def test_the_exchanges_of_a_case_are_found_by_the_name_of_its_file_which_is_no_exchange(sides: TwoSides) -> None:
    requester = sides.requester
    first = requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION)
    file = requester.progress(first).file_id
    assert [each.exchange_id for each in requester.file(file)] == [first]
    second = requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION, file_id=file)
    apart = requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION)
    assert {each.exchange_id for each in requester.file(file)} == {first, second}
    assert {each.file_id for each in requester.file(file)} == {file}
    assert [each.exchange_id for each in requester.file(requester.progress(apart).file_id)] == [apart]
    for exchange_id in (first, second):
        with pytest.raises(LookupError):
            requester.file(exchange_id)


def test_a_form_that_is_sent_twice_does_not_come_twice_into_a_case(sides: TwoSides) -> None:
    file = sides.requester.progress(sides.requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION)).file_id
    again = [sides.requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION, "form", file_id=file) for _ in range(2)]
    assert again[0] == again[1]
    assert len(sides.requester.file(file)) == 2


def test_the_secret_of_an_invitation_lets_one_person_in_once(sides: TwoSides) -> None:
    requester = sides.requester
    file = requester.progress(requester.ask(CASES[0], FINDING, SOLVEJ, CONVERSATION)).file_id
    old, secret = requester.invite(file), requester.invite(file)
    assert requester.invited_to(secret) == file
    assert requester.joined(file) is None
    with pytest.raises(LookupError):
        requester.invited_to(old)
    with pytest.raises(LookupError):
        requester.join(old, "intruder")
    requester.join(secret, "partner")
    for refused in (
        lambda: requester.join(secret, "intruder"),
        lambda: requester.invited_to(secret),
        lambda: requester.invite(file),
    ):
        with pytest.raises(LookupError):
            refused()
    assert requester.joined(file) == "partner"


@pytest.mark.parametrize("version", ["oots-edm:v2.0", "oots-edm:v1.2", "oots-edm:v1.0"])
def test_who_acts_and_what_was_answered_reach_the_provider_in_every_version(sides: TwoSides, version: str) -> None:
    finding = replace(finding_in(version), answers=(ANSWER,))
    exchange_id = sides.ask(finding=finding, representative=PARENT)
    assert sides.requester.progress(exchange_id).request.representative == PARENT
    (asked,) = sides.source.asked
    assert isinstance(asked.representative, NaturalPerson)
    assert (asked.subject, asked.representative.identifier) == (SOLVEJ, PARENT.identifier)
    assert [(each.identifier, each.value) for each in asked.answers] == [(WHERE.identifier, "0751")]


def test_who_asks_for_herself_without_an_answer_sends_neither(sides: TwoSides) -> None:
    sides.ask()
    (asked,) = sides.source.asked
    assert (asked.representative, asked.answers) == (None, ())
