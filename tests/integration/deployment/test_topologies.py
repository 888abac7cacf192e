"""The same story on every topology: the same evidence arrives, through those and only those who stand between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oots.deployment.comparison import count
from oots.deployment.topology import load_topology
from oots.edelivery.message import OpenedMessage, open_message
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import JournalOf, Journals
from oots.inspector.laid_open import LaidOpen, lay_open
from oots.inspector.story.cast import Cast, Lane
from oots.inspector.story.steps import steps_of
from oots.model.agent import AgentRole
from oots.model.clock import SystemClock
from oots.model.response import EvidenceResponse
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.citizen import Citizen
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision, Story
from oots.wire import answer as answers

PARTIES = {
    "shared": ["AP_LT_01", "AP_DK_01"],
    "per-municipality": ["AP_LT_01", "AP_DK_0751"],
    "per-vendor": ["AP_LT_01", "AP_DK_DEDALUS"],
    "national-intermediary": ["AP_LT_01", "AP_DK_NAT", "AP_DK_0751"],
    "fki-intermediary": ["AP_LT_01", "AP_DK_FKI", "AP_DK_01"],
}
"""The access points from the portal to the municipality."""
TWO = ("0751", "0101")


@dataclass(frozen=True)
class Told:
    """A story as it was told on one topology, with the messages in the order of their receipts and the journals."""

    topology: str
    story: Story
    messages: tuple[OpenedMessage, ...]
    journals: dict[str, list[JournalEntry]]
    exchange: LaidOpen
    front: str | None

    @property
    def parties(self) -> list[str]:
        return PARTIES[self.topology]


def journal_of(live: LiveTown, side: str, exchange_id: str) -> list[JournalEntry]:
    with live.sides[side].store.look() as unit:
        return [event.entry for event in unit.timeline(exchange_id)]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: keys are made once."""
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module", params=[(name, "v2.0") for name in PARTIES] + [("national-intermediary", "v1.0")])
def told(request: pytest.FixtureRequest, state: Path) -> Iterator[Told]:
    topology, edm = request.param
    with live_town(state, SystemClock(), topology=topology, municipalities=TWO, edm=edm) as live:
        story = tell(live, Decision.ACCEPT, lambda _: None)
        live.wait_for_messages(4 * (len(PARTIES[topology]) - 1))
        opened = [open_message(o.content_type, o.body, live.anchors, live.clock.now()) for o in live.tap.overheard]
        by_side = {name: journal_of(live, name, story.exchange_id) for name in live.sides}
        if edm == "v1.0":  # headers name no exchange: each side but the requester has an id of its own
            by_side = {name: lines or _only(live, name) for name, lines in by_side.items()}
        sides = Journals([JournalOf(name, live.town.state / name) for name in live.sides])
        exchange = lay_open(sides, story.exchange_id)
        assert exchange is not None
        by_side = {name: lines for name, lines in by_side.items() if lines}
        yield Told(topology, story, tuple(opened), by_side, exchange, _front_of_the_intermediary(live))


def _front_of_the_intermediary(live: LiveTown) -> str | None:
    if "intermediary" not in live.sides:
        return None
    with contextlib.closing(Citizen()) as architect:
        return architect.open(f"{live.address('intermediary')}/").text


def _only(live: LiveTown, side: str) -> list[JournalEntry]:
    with live.sides[side].store.look() as unit:
        return [event.entry for each in unit.exchange_ids(1) for event in unit.timeline(each)]


def test_the_evidence_that_the_person_accepted_arrives(told: Told) -> None:
    assert told.story.outcome == "delivered"
    assert told.story.received
    assert {seen.media_type for seen in told.story.seen} == {got.media_type for got in told.story.received}


def test_the_messages_go_from_access_point_to_access_point_in_both_directions(told: Told) -> None:
    hops = list(zip(told.parties, told.parties[1:], strict=False))
    there, back = hops, [(receiver, sender) for sender, receiver in reversed(hops)]
    went = [(each.header.sender.value, each.header.receiver.value) for each in told.messages]
    assert sorted(went) == sorted((there + back) * 2)


def test_as_many_messages_are_sent_as_the_comparison_counts(told: Told) -> None:
    counted = count(load_topology(told.topology), TWO)
    assert (counted.messages, counted.hops) == (len(told.messages), len(told.parties) - 1)


def test_the_answer_names_an_intermediary_where_there_is_one(told: Told) -> None:
    responses = [
        answers.decode(each.document) for each in told.messages if each.document.find(b"RepositoryItemRef") > 0
    ]
    assert responses
    for response in responses:
        assert isinstance(response, EvidenceResponse)
        roles = [agent.role for agent in response.providers]
        assert roles == [AgentRole.EVIDENCE_PROVIDER, *[AgentRole.INTERMEDIARY_PLATFORM] * (len(told.parties) - 2)]
        assert response.providers[0].identifier.value == "55133018"


def test_the_journals_of_all_sides_agree(told: Told) -> None:
    assert len(told.journals) == len(told.parties)
    documents = {
        side: {(line.entry.value.rpartition("-")[0], line.document) for line in lines if line.document}
        for side, lines in told.journals.items()
    }
    assert len({frozenset(each) for each in documents.values()}) == 1
    evidence = {
        part.sha256
        for lines in told.journals.values()
        for line in lines
        for part in line.evidence
        if line.entry in (Entry.RESPONSE_SENT, Entry.RESPONSE_RECEIVED)
    }
    assert {seen.sha256 for seen in told.story.seen} == evidence


def test_the_intermediary_shows_whom_it_serves(told: Told) -> None:
    assert (told.front is not None) is (len(told.parties) == 3)
    if told.front is not None:
        assert f"{told.parties[-1]}: " in told.front


def test_the_inspector_lays_open_every_hop_of_both_round_trips(told: Told) -> None:
    """In EDM 1.0, too, where each side calls the exchange by a name of its own."""
    cast = Cast(told.exchange)
    hops = len(told.parties) - 1
    assert len(told.exchange.messages) == 4 * hops
    assert all(message.receipt for message in told.exchange.messages)
    assert (Lane.INTERMEDIARY in cast.lanes.values()) is (hops > 1)
    titles = [step.title.english for step in steps_of(told.exchange, cast) if step.message]
    assert titles.count("Request for evidence") == titles.count("Second request, for the preview") == hops


def test_every_side_that_had_the_evidence_has_deleted_it_but_for_the_portal_that_used_it(told: Told) -> None:
    for lines in told.journals.values():
        assert Entry.EVIDENCE_DELETED in [line.entry for line in lines]
