"""The transition tables hold what TDD 4.9 says, and nothing happens that is not in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oots.exchange.conversation import (
    PROVIDER,
    REQUESTER,
    Event,
    ProviderState,
    RequesterState,
    UnlawfulTransitionError,
    next_provider_state,
    next_requester_state,
)


def test_a_previewed_exchange_ends_with_evidence_on_both_sides() -> None:
    requester, provider = RequesterState.NEW, ProviderState.NEW
    for event in (Event.REQUEST, Event.PREVIEW_OFFERED, Event.SECOND_REQUEST, Event.EVIDENCE, Event.FINISH):
        requester = next_requester_state(requester, event)
    for event in (Event.PREVIEW_OFFERED, Event.SECOND_REQUEST, Event.EVIDENCE, Event.RECEIPT):
        provider = next_provider_state(provider, event)
    assert requester is RequesterState.FINISHED
    assert provider is ProviderState.CLOSED


@pytest.mark.parametrize("state", sorted(set(RequesterState) - {state for state, _ in REQUESTER}))
@pytest.mark.parametrize("event", Event)
def test_a_finished_requester_takes_no_event(state: RequesterState, event: Event) -> None:
    with pytest.raises(UnlawfulTransitionError):
        next_requester_state(state, event)


@pytest.mark.parametrize("state", sorted(set(ProviderState) - {state for state, _ in PROVIDER}))
@pytest.mark.parametrize("event", Event)
def test_a_closed_provider_takes_no_event(state: ProviderState, event: Event) -> None:
    with pytest.raises(UnlawfulTransitionError):
        next_provider_state(state, event)


def test_a_decision_is_lawful_only_after_request_2() -> None:
    assert next_provider_state(ProviderState.AWAITING_DECISION, Event.EVIDENCE) is ProviderState.ANSWERED
    with pytest.raises(UnlawfulTransitionError):
        next_provider_state(ProviderState.PREVIEW_OFFERED, Event.EVIDENCE)


@settings(deadline=None, derandomize=True, database=None, max_examples=500)
@given(st.lists(st.sampled_from(Event), max_size=12))
def test_after_an_offer_evidence_leaves_once_and_only_after_request_2(
    events: list[Event],
) -> None:
    state, happened = ProviderState.NEW, list[Event]()
    for event in events:
        try:
            state = next_provider_state(state, event)
        except UnlawfulTransitionError:
            continue
        happened.append(event)
    assert happened.count(Event.EVIDENCE) <= 1
    if Event.EVIDENCE in happened:
        before = happened[: happened.index(Event.EVIDENCE)]
        assert before in ([], [Event.PREVIEW_OFFERED, Event.SECOND_REQUEST])


def test_every_state_but_new_can_be_reached() -> None:
    assert set(REQUESTER.values()) == set(RequesterState) - {RequesterState.NEW}
    assert set(PROVIDER.values()) == set(ProviderState) - {ProviderState.NEW}
