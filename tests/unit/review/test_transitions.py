"""How a review moves: every transition, and every one that is refused beside one that is not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from oots.review.record import By, State
from oots.review.transitions import DUTIES, OF_THE_HOLDER, TRANSITIONS, Act, RefusedActError, Why, after, may

STATES = (None, *State)
ALL = frozenset({"read", "review", "sign"})


@dataclass(frozen=True)
class Somebody:
    key: str
    name: str = "Somebody"
    duties: frozenset[str] = ALL


HOLDER = Somebody("rigmor")


@pytest.mark.parametrize(("state", "act"), TRANSITIONS, ids=lambda each: str(each))
def test_each_transition_leads_where_the_table_says(state: State | None, act: Act) -> None:
    assert after(state, act, HOLDER, By.of(HOLDER)) is TRANSITIONS[state, act]


@pytest.mark.parametrize("act", Act)
def test_an_act_is_refused_in_every_other_state(act: Act) -> None:
    allowed = {state for state in STATES if may(state, act, HOLDER, By.of(HOLDER))}
    assert allowed == {state for state, each in TRANSITIONS if each is act}
    for state in set(STATES) - allowed:
        with pytest.raises(RefusedActError) as refused:
            after(state, act, HOLDER, By.of(HOLDER))
        assert refused.value.why is Why.STATE


@pytest.mark.parametrize(("state", "act"), TRANSITIONS, ids=lambda each: str(each))
def test_an_act_takes_its_duty_and_no_other(state: State | None, act: Act) -> None:
    able = Somebody("rigmor", duties=frozenset({DUTIES[act]}))
    assert after(state, act, able, By.of(able)) is TRANSITIONS[state, act]
    unable = Somebody("rigmor", duties=ALL - {DUTIES[act]})
    with pytest.raises(RefusedActError) as refused:
        after(state, act, unable, By.of(unable))
    assert refused.value.why is Why.DUTY


@pytest.mark.parametrize(("state", "act"), TRANSITIONS, ids=lambda each: str(each))
def test_only_the_holder_answers_and_releases(state: State | None, act: Act) -> None:
    assert may(state, act, HOLDER, By.of(HOLDER))
    for holder in (By("signe", "Signe"), None):
        assert may(state, act, HOLDER, holder) is (act not in OF_THE_HOLDER)


def test_every_state_can_be_reached_and_every_act_is_of_use() -> None:
    assert set(TRANSITIONS.values()) == set(State)
    assert {act for _, act in TRANSITIONS} == set(Act)
