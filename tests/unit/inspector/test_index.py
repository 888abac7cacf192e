"""Exchanges are joined out of several journals, in whatever order their lines are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.listing.index import Index, Listed
from oots.inspector.outcome import Outcome

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
A, B, C = ("aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002", "cccc")
FILE = EvidencePart("id", "cid@x", "application/pdf", "ab" * 32, 10)

_NUMBERS = count(1)


def line(
    service: str, entry: Entry, minute: int, exchange: str | None, message: str | None = None, **more: Any
) -> Line:
    told = JournalEntry(NOON + timedelta(minutes=minute), entry, exchange_id=exchange, message_id=message, **more)
    return Line(service, next(_NUMBERS), told)


def exchange_of_1_x() -> list[Line]:
    """Each side has a name of its own for it, as in EDM 1.x: messages alone join them."""
    return [
        line("requester", Entry.REQUEST_SENT, 0, A, "m1@lt", procedure="V1", requester="LT:1", provider="DK:2"),
        line("provider", Entry.REQUEST_RECEIVED, 1, B, "m1@lt", requester="LT:1", provider="DK:2"),
        line("provider", Entry.RESPONSE_SENT, 2, B, "m2@dk", evidence=(FILE,)),
        line("requester", Entry.RESPONSE_RECEIVED, 3, A, "m2@dk", evidence=(FILE,), schema_valid=False),
    ]


def listed(lines: Sequence[Line]) -> tuple[Listed, ...]:
    index = Index()
    index.add(lines)
    return index.newest()


def test_two_names_of_one_exchange_are_one_exchange() -> None:
    (found,) = listed(exchange_of_1_x())
    assert found.exchange_id == A
    assert found.ids == (A, B)
    assert found.began == NOON
    assert (found.requester, found.provider, found.procedure) == ("LT:1", "DK:2", "V1")
    assert (found.outcome, found.messages, found.flaws) == (Outcome.DELIVERED, 2, 1)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 2, 0, 3), (0, 3, 1, 2)])
def test_the_order_in_which_journals_are_read_changes_nothing(order: tuple[int, ...]) -> None:
    lines = exchange_of_1_x()
    assert [replace(each, change=0) for each in listed([lines[place] for place in order])] == [
        replace(each, change=0) for each in listed(lines)
    ]


def test_behind_an_intermediary_all_three_are_one() -> None:
    between = [
        line("requester", Entry.REQUEST_SENT, 0, A, "m1@lt"),
        line("provider", Entry.REQUEST_RECEIVED, 2, B, "m2@nat"),
    ]
    assert len(listed(between)) == 2
    passed = [
        line("intermediary", Entry.REQUEST_RECEIVED, 1, C, "m1@lt"),
        line("intermediary", Entry.REQUEST_SENT, 1, C, "m2@nat"),
    ]
    (found,) = listed(between + passed)
    assert set(found.ids) == {A, B, C}


def test_lines_are_added_as_they_are_written_and_tell_what_has_changed() -> None:
    index, lines = Index(), exchange_of_1_x()
    index.add(lines[:2])
    index.add([line("requester", Entry.REQUEST_SENT, 9, C, "m9@lt")])
    assert [each.exchange_id for each in index.newest()] == [C, A]
    assert index.newest()[1].outcome is Outcome.RUNNING
    before = index.change
    index.add(lines[2:])
    (changed,) = index.since(before)
    assert (changed.exchange_id, changed.outcome) == (A, Outcome.DELIVERED)
    assert index.since(index.change) == ()


def test_a_message_that_was_left_alone_joins_nothing() -> None:
    """Its sender may have put any exchange into the header."""
    asked = [line("requester", Entry.REQUEST_SENT, 0, A, "m1@lt"), line("requester", Entry.REQUEST_SENT, 0, B, "m2@lt")]
    stray = [line("requester", Entry.ANSWER_IGNORED, 1, A, "m@x"), line("provider", Entry.ANSWER_IGNORED, 1, B, "m@x")]
    assert len(listed(asked + stray)) == 2
    taken = [replace(each, entry=replace(each.entry, entry=Entry.RESPONSE_RECEIVED)) for each in stray]
    assert len(listed(asked + taken)) == 1


def test_an_answer_that_was_not_delivered_ends_nothing_until_it_is_sent_again() -> None:
    lines = exchange_of_1_x()[:3]
    lines.append(line("provider", Entry.DELIVERY_FAILED, 4, B, "m2@dk"))
    assert listed(lines)[0].outcome is Outcome.UNDELIVERED
    lines.append(line("provider", Entry.RESPONSE_SENT, 5, B, "m3@dk", evidence=(FILE,)))
    assert listed(lines)[0].outcome is Outcome.DELIVERED


def test_what_was_refused_at_the_door_belongs_to_no_exchange_and_is_found() -> None:
    index = Index()
    refused = line("provider", Entry.MESSAGE_REFUSED, 1, None, detail="EBMS:0101", signature_valid=False)
    index.add([refused, line("requester", Entry.REQUEST_SENT, 0, A, "m1@lt")])
    assert index.apart() == (refused,)
    assert [each.exchange_id for each in index.newest()] == [A]


def test_who_listened_to_an_earlier_run_of_the_service_begins_anew() -> None:
    index, earlier = Index(), Index()
    assert index.change_of(index.event_id(7)) == 7
    assert index.change_of(earlier.event_id(7)) == 0
    assert index.change_of("") == 0


def test_an_exchange_is_forgotten_with_its_last_line_in_any_journal() -> None:
    index, lines = Index(), exchange_of_1_x()
    refused = line("provider", Entry.MESSAGE_REFUSED, 4, None)
    later = line("provider", Entry.REQUEST_RECEIVED, 5, C, "m9@lt")
    index.add([*lines, refused, later])
    index.forget("provider", later.number)
    assert [each.exchange_id for each in index.newest()] == [C, A], "the requester still tells of it"
    assert index.apart() == ()
    index.forget("requester", lines[-1].number)
    assert [each.exchange_id for each in index.newest()] == [C, A]
    index.forget("requester", lines[-1].number + 1)
    assert [each.exchange_id for each in index.newest()] == [C]
    anew = line("provider", Entry.REQUEST_RECEIVED, 6, B, "m1@lt")
    index.add([anew])
    assert [each.ids for each in index.newest()] == [(B,), (C,)], "nothing of before is joined to it"
