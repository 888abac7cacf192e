"""The items of a review against what is known of them."""

from __future__ import annotations

from oots.review.items import Origin, catalogue, title_of
from oots.review.proposals import propose
from oots.review.seen import Seen

RULES = {
    Origin.FDA: [
        "1.1",
        "1.2",
        "1.3",
        "1.4",
        "1.5",
        "2.1",
        "2.2",
        "2.3",
        "2.4",
        "2.5",
        "3.1",
        "3.2",
        "4.1",
        "4.2",
        "5.1",
        "5.2",
        "6.1",
        "6.2",
        "6.3",
        "6.4",
        "7.1",
        "8.1",
    ],
    Origin.FK: ["1.6", "2.6", "5.3", "unknown"],
}


def test_there_are_26_rules_and_five_duties() -> None:
    items = catalogue().item
    for origin, keys in RULES.items():
        assert [key for key, item in items.items() if item.origin is origin] == keys
    duties = {key: item for key, item in items.items() if item.origin is Origin.OOTS}
    assert list(duties) == ["explicit-request", "preview", "minimisation", "log", "deletion"]
    assert all(item.articles and item.asks for item in duties.values())
    assert len(items) == 31


def test_the_title_that_nobody_knows_is_not_made_up() -> None:
    unknown = [key for key, item in catalogue().item.items() if not item.is_known]
    assert unknown == ["unknown"]
    assert "kendes ikke" in title_of("unknown").danish
    assert set(catalogue().item) - set(catalogue().required) == {"unknown"}


def test_every_item_has_its_part_and_rules_their_principle() -> None:
    for key, item in catalogue().item.items():
        assert item.part in catalogue().perspective
        assert item.principle == (key[0] if key[0].isdigit() else None)


def test_of_an_exchange_of_which_nothing_is_left_nothing_is_proposed() -> None:
    proposals = propose(Seen())
    assert proposals.keys() == catalogue().item.keys()
    assert {proposal.kind for proposal in proposals.values()} == {None}
    assert all(proposal.reason.danish and proposal.reason.english for proposal in proposals.values())
