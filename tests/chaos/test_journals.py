"""The judge of a chaos run sees each thing that it is there to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from tests.chaos.journals import Side, judge

AT = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
EVIDENCE = EvidencePart("evidence", "main@ap", "application/xml", "ab" * 32, 12)


def line(entry: Entry, message: str, **more: object) -> JournalEntry:
    said = {"conversation_id": "talk", "request_id": "ask", "document": message.encode(), "digests": (("a", "b"),)}
    return JournalEntry(AT, entry, exchange_id="one", message_id=message, **(said | more))  # type: ignore[arg-type]


def receipt(message: str) -> JournalEntry:
    return JournalEntry(AT, Entry.RECEIPT_RECEIVED, exchange_id="one", message_id=message)


ANSWER = line(Entry.RESPONSE_RECEIVED, "answer", evidence=(EVIDENCE,))
REQUESTER = Side({"one": "delivered"}, (line(Entry.REQUEST_SENT, "request"), receipt("request"), ANSWER))
PROVIDER = Side(
    {"one": "closed"},
    (
        line(Entry.REQUEST_RECEIVED, "request"),
        JournalEntry(AT, Entry.IDENTITY_MATCHED, exchange_id="one"),
        line(Entry.RESPONSE_SENT, "answer", evidence=(EVIDENCE,)),
        receipt("answer"),
    ),
)


def without(side: Side, *entries: Entry) -> Side:
    return replace(side, journal=tuple(each for each in side.journal if each.entry not in entries))


def told(side: Side, entry: JournalEntry) -> Side:
    return replace(side, journal=(*side.journal, entry))


def other_answer(**more: object) -> Side:
    return told(without(REQUESTER, Entry.RESPONSE_RECEIVED), replace(ANSWER, **more))  # type: ignore[arg-type]


def test_two_sides_that_agree_are_good() -> None:
    verdict = judge(REQUESTER, PROVIDER, ["one"])
    assert verdict.is_good, verdict
    assert (verdict.messages, verdict.duplicates, dict(verdict.ends)) == (2, 0, {"delivered": 1})


Sides = Callable[[], tuple[Side, Side]]


@pytest.mark.parametrize(
    ("kind", "sides"),
    [
        ("lost", lambda: (replace(REQUESTER, states={}), replace(PROVIDER, states={}))),
        ("lost", lambda: (REQUESTER, replace(PROVIDER, states={}))),
        ("lost", lambda: (replace(REQUESTER, incomplete=("one",)), PROVIDER)),
        ("lost", lambda: (REQUESTER, without(PROVIDER, Entry.REQUEST_RECEIVED))),
        ("lost", lambda: (without(REQUESTER, Entry.RESPONSE_RECEIVED), PROVIDER)),
        ("doubled", lambda: (told(REQUESTER, ANSWER), PROVIDER)),
        ("doubled", lambda: (told(REQUESTER, replace(ANSWER, message_id="again")), PROVIDER)),
        ("doubled", lambda: (told(REQUESTER, receipt("request")), PROVIDER)),
        ("doubled", lambda: (REQUESTER, told(PROVIDER, PROVIDER.journal[1]))),
        ("unfinished", lambda: (replace(REQUESTER, states={"one": "requested"}), PROVIDER)),
        ("unfinished", lambda: (REQUESTER, replace(PROVIDER, states={"one": "answered"}))),
        ("unfinished", lambda: (without(REQUESTER, Entry.RECEIPT_RECEIVED), PROVIDER)),
        ("unfinished", lambda: (told(REQUESTER, JournalEntry(AT, Entry.ANSWER_IGNORED)), PROVIDER)),
        ("disagreeing", lambda: (other_answer(document=b"another"), PROVIDER)),
        ("disagreeing", lambda: (other_answer(digests=(("a", "c"),)), PROVIDER)),
        ("disagreeing", lambda: (other_answer(evidence=()), PROVIDER)),
        ("disagreeing", lambda: (other_answer(exchange_id="two"), PROVIDER)),
        ("disagreeing", lambda: (REQUESTER, without(PROVIDER, Entry.RESPONSE_SENT))),
    ],
)
def test_one_change_is_seen(kind: str, sides: Sides) -> None:
    verdict = judge(*sides(), ["one"])
    assert getattr(verdict, kind), verdict
