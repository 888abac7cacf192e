"""What is proposed of exchanges that really took place, against the facts of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from oots.inspector.reviews.seen import references_in
from oots.review.proposals import propose
from oots.review.record import AnswerKind
from oots.review.seen import Seen
from tests.support.reviews import ToldStories, told_stories
from tests.support.two_sides import CLASSIFICATION, DATA_MODEL

FOLLOWS, PARTLY, DEVIATES, NOT_RELEVANT = AnswerKind
KINDS: dict[str, dict[str, AnswerKind | None]] = {
    "accepted": {
        "explicit-request": FOLLOWS,
        "preview": FOLLOWS,
        "minimisation": FOLLOWS,
        "log": FOLLOWS,
        "deletion": FOLLOWS,
        "2.2": FOLLOWS,
        "3.1": FOLLOWS,
        "3.2": None,
        "4.1": FOLLOWS,
        "4.2": FOLLOWS,
        "5.1": FOLLOWS,
        "5.2": None,
        "5.3": PARTLY,
        "6.1": FOLLOWS,
        "6.2": FOLLOWS,
        "6.4": FOLLOWS,
        "7.1": FOLLOWS,
        "8.1": FOLLOWS,
        "1.1": None,
        "unknown": None,
    },
    "declined": {
        "explicit-request": FOLLOWS,
        "preview": FOLLOWS,
        "minimisation": NOT_RELEVANT,
        "log": FOLLOWS,
        "deletion": FOLLOWS,
        "3.1": FOLLOWS,
        "4.1": FOLLOWS,
        "5.1": FOLLOWS,
        "6.1": None,
        "6.2": None,
        "7.1": FOLLOWS,
        "8.1": FOLLOWS,
    },
    "refused": {
        "explicit-request": FOLLOWS,
        "preview": NOT_RELEVANT,
        "minimisation": NOT_RELEVANT,
        "deletion": NOT_RELEVANT,
        "3.1": FOLLOWS,
        "5.1": PARTLY,
        "6.1": None,
        "7.1": FOLLOWS,
        "8.1": FOLLOWS,
    },
    "open": {"explicit-request": FOLLOWS, "preview": None, "3.1": None, "5.1": None, "8.1": FOLLOWS},
}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldStories]:
    with told_stories(tmp_path_factory.mktemp("stories")) as told:
        yield told


@pytest.mark.parametrize("story", KINDS)
def test_the_proposals_of_each_story(stories: ToldStories, story: str) -> None:
    proposals = propose(stories.seen(story))
    assert {key: proposals[key].kind for key in KINDS[story]} == KINDS[story]


@pytest.mark.parametrize("story", KINDS)
def test_every_proposal_has_its_reasons_and_points_at_what_is_there(stories: ToldStories, story: str) -> None:
    seen = stories.seen(story)
    there = set(references_in(seen))
    for key, proposal in propose(seen).items():
        assert proposal.reason.danish != proposal.reason.english, key
        assert set(proposal.evidence) <= there, key
        assert proposal.evidence or proposal.kind in (None, NOT_RELEVANT), key


def test_the_reasons_name_the_facts_of_the_exchange(stories: ToldStories) -> None:
    said = {key: proposal.reason.english for key, proposal in propose(stories.seen("accepted")).items()}
    assert "oots-edm:v2.0, ebXML RegRep 4.0" in said["2.2"]
    assert "application/xml, application/pdf" in said["2.2"]
    assert "procedure V1" in said["3.1"]
    assert "level of assurance High" in said["4.2"]
    assert DATA_MODEL in said["6.2"]
    assert CLASSIFICATION in said["6.4"]
    assert "Every message (4)" in said["7.1"]
    assert "the default time limits of the OOTS. A service may be set to others" in said["8.1"]
    assert "documents: 2" in said["preview"]
    assert "provider (en), requester (en)" in said["deletion"]
    refused = {key: proposal.reason.english for key, proposal in propose(stories.seen("refused")).items()}
    assert "EDM:ERR:0004" in refused["5.1"]
    assert "EDM:ERR:0004" in refused["7.1"]


def test_references_stay_the_same_from_one_look_to_the_next(stories: ToldStories) -> None:
    once, again = (references_in(stories.seen("accepted")) for _ in range(2))
    assert once == again
    kinds = [reference.key.partition("/")[0] for reference in once]
    assert [kinds.count(kind) for kind in ("message", "check", "digest")] == [4, 20, 2]
    assert all(reference.pins for reference in once)


def changed(seen: Seen, what: str) -> Seen:
    """The same exchange, in which one thing is other than it was."""
    if what == "explicit-request":
        return replace(seen, asked=tuple(replace(each, explicit_request=False) for each in seen.asked))
    if what == "preview":
        sent = tuple(replace(each, evidence=("0" * 64,)) if each.evidence else each for each in seen.messages)
        return replace(seen, messages=sent)
    if what == "minimisation":
        others = tuple(
            replace(each, evidence_types=("https://elsewhere.example/",)) if each.evidence else each
            for each in seen.messages
        )
        return replace(seen, messages=others)
    if what == "log":
        return replace(seen, messages=tuple(replace(each, noted_received=False) for each in seen.messages))
    if what == "deletion":
        return replace(seen, events=tuple(each for each in seen.events if _is_kept(each.what, each.service)))
    first, *rest = seen.messages
    broken = {**first.checks, "signature": replace(first.checks["signature"], passed=False)}
    return replace(seen, messages=(replace(first, checks=broken), *rest))


def _is_kept(what: str, service: str) -> bool:
    return (what, service) != ("evidence-deleted", "requester")


@pytest.mark.parametrize(
    ("item", "what", "kind"),
    [
        ("explicit-request", "explicit-request", DEVIATES),
        ("3.1", "explicit-request", DEVIATES),
        ("preview", "preview", DEVIATES),
        ("4.1", "preview", DEVIATES),
        ("minimisation", "minimisation", DEVIATES),
        ("log", "log", PARTLY),
        ("deletion", "deletion", PARTLY),
        ("4.1", "deletion", PARTLY),
        ("2.2", "signature", PARTLY),
        ("4.1", "signature", DEVIATES),
        ("4.2", "signature", DEVIATES),
    ],
)
def test_one_thing_gone_wrong_changes_the_proposal(
    stories: ToldStories, item: str, what: str, kind: AnswerKind
) -> None:
    seen = stories.seen("accepted")
    assert propose(seen)[item].kind is FOLLOWS
    wrong = propose(changed(seen, what))[item]
    assert wrong.kind is kind
