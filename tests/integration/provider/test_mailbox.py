"""The stand-in for Digital Post: a receipt for each decision, without the evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oots.model.text import Text
from oots.provider.mailbox import LetterKind, letters
from tests.support.two_sides import DOCUMENT, SOLVEJ, TwoSides, issued


@pytest.mark.parametrize(
    ("accepted", "kind", "released"),
    [
        ([0], LetterKind.RELEASED, ((Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")),)),
        ([], LetterKind.DECLINED, ()),
    ],
)
def test_each_decision_has_one_receipt(
    town: TwoSides, accepted: list[int], kind: LetterKind, released: tuple[object, ...]
) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    assert letters(town.provider_store, "key") == ()
    for _ in range(2):
        town.space.decide(token, accepted)
    (letter,) = letters(town.provider_store, "key")
    assert (letter.kind, letter.released, letter.requester_country) == (kind, released, "LT")
    assert DOCUMENT.decode() not in repr(letter)
    assert letters(town.provider_store, "another key") == ()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(DOCUMENT, LetterKind.RELEASED), (DOCUMENT + b"\n", LetterKind.NOT_SENT)],
    ids=["lawful", "not canonical"],
)
def test_what_was_accepted_and_could_not_be_sent_is_told_as_such(
    town: TwoSides, content: bytes, kind: LetterKind
) -> None:
    main, readable = issued().documents
    town.source.issue_result = (replace(issued(), documents=(replace(main, content=content), readable)),)
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    (letter,) = letters(town.provider_store, "key")
    assert letter.kind is kind
    assert bool(letter.released) is (kind is LetterKind.RELEASED)


def test_receipts_come_latest_first(town: TwoSides) -> None:
    for accepted in ([0], []):
        token = town.to_preview(town.ask())
        assert town.space.admit(token, SOLVEJ)
        town.space.decide(token, accepted)
        town.clock.advance(town.provider._limits.grace)
    kinds = [letter.kind for letter in letters(town.provider_store, "key")]
    assert kinds == [LetterKind.DECLINED, LetterKind.RELEASED]
