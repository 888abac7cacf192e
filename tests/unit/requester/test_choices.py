"""What was meant by what a person typed, and what is suggested where nothing was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oots.deployment.danish_providers import KOMMUNEKODE, kommunekode_list
from oots.requester.choices import codes_of, meant, suggestions
from tests.support.pages import WHERE

LISTS = {KOMMUNEKODE: kommunekode_list()}


@pytest.mark.parametrize(
    ("typed", "kommunekode"),
    [
        ("Aarhus", "0751"),
        ("  aarhus kommune ", "0751"),
        ("Århus", "0751"),
        ("0751", "0751"),
        ("København", "0101"),
        ("Københavns Kommune", "0101"),
        ("Koebenhavn", "0101"),
        ("Bornholms Regionskommune", "0400"),
        ("Lyngby-Taarbæk", "0173"),
        ("Odense Municipality", "0461"),
        ("Ærø", "0492"),
    ],
)
def test_a_municipality_is_known_however_it_is_written(typed: str, kommunekode: str) -> None:
    assert meant(WHERE, LISTS, typed) == kommunekode


@pytest.mark.parametrize("typed", ["", "  ", "Vilnius", "9999", "Kommune", "Aar"])
def test_what_is_no_municipality_means_nothing(typed: str) -> None:
    assert meant(WHERE, LISTS, "Aarhus")
    assert meant(WHERE, LISTS, typed) is None


def test_every_municipality_is_meant_by_each_of_its_names_and_no_two_share_one() -> None:
    for code in codes_of(WHERE, LISTS):
        assert {meant(WHERE, LISTS, text.value) for text in code.names} == {code.value}


@pytest.mark.parametrize(("typed", "first"), [("Aarhuus", "0751"), ("lyngby", "0173"), ("Odens", "0461")])
def test_a_slip_of_the_pen_is_suggested_upon(typed: str, first: str) -> None:
    assert suggestions(WHERE, LISTS, typed)[0].value == first


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    assert suggestions(WHERE, LISTS, "xyzzy") == ()
    assert suggestions(WHERE, LISTS, "") == ()


def test_a_question_with_yes_or_no_takes_nothing_else() -> None:
    question = replace(WHERE, type="boolean", value_expression=None)
    assert (meant(question, LISTS, "true"), meant(question, LISTS, "false")) == ("true", "false")
    assert meant(question, LISTS, "perhaps") is None


def test_a_list_that_the_portal_does_not_know_is_answered_in_the_person_s_own_words() -> None:
    assert codes_of(WHERE, {}) == ()
    assert meant(WHERE, {}, " Aarhus ") == "Aarhus"
    assert meant(WHERE, {}, " ") is None
