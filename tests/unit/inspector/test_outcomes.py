"""How an exchange has ended so far, as its lines say, in words of both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import pytest

from oots.exchange.journal import ABOUT_ITSELF, ABOUT_REVIEWERS, Entry, EvidencePart, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.listing.index import Index
from oots.inspector.messages import overview
from oots.inspector.wording import OUTCOMES, decision_of, reached, title_of
from oots.model.response import ErrorCode
from oots.wire import answer
from oots.wire.error import encode_error
from tests.support.wire import DEFERRED, NOT_FOUND, PREVIEW_REQUIRED

EXCHANGE = "aaaaaaaa-0000-4000-8000-000000000001"
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PART = EvidencePart("evidence-1", "part-1@provider", "application/pdf", "ab" * 32, 10)

_NUMBERS = count(1)


def line(entry: Entry, message_id: str | None = None, **more: Any) -> Line:
    number = next(_NUMBERS)
    told = JournalEntry(NOON + timedelta(seconds=number), entry, exchange_id=EXCHANGE, message_id=message_id, **more)
    return Line("requester", number, told)


REQUEST = line(Entry.REQUEST_SENT, "m-1")
OFFER = line(Entry.EXCEPTION_RECEIVED, "m-2", error_code="EDM:ERR:0002", document=encode_error(PREVIEW_REQUIRED))
SECOND = line(Entry.REQUEST_SENT, "m-3")
EMPTY = line(Entry.RESPONSE_RECEIVED, "m-4")
EVIDENCE = line(Entry.RESPONSE_RECEIVED, "m-4", evidence=(PART,))
DELETED = line(Entry.EVIDENCE_DELETED, evidence=(PART,))


def refusal(code: str) -> Line:
    given = next(each for each in ErrorCode if each.code == code)
    refused = replace(NOT_FOUND, exceptions=(replace(NOT_FOUND.exceptions[0], code=given),))
    return line(Entry.EXCEPTION_RECEIVED, "m-2", error_code=code, document=encode_error(refused))


@pytest.mark.parametrize(
    ("lines", "danish", "english"),
    [
        ([REQUEST], "i gang", "in progress"),
        ([REQUEST, OFFER], "i gang", "in progress"),
        ([REQUEST, OFFER, SECOND, EVIDENCE, DELETED], "dokumentation sendt", "evidence sent"),
        ([REQUEST, OFFER, SECOND, EMPTY], "ingen dokumentation sendt", "no evidence sent"),
        ([REQUEST, refusal("EDM:ERR:0004")], "afvist", "refused"),
        ([REQUEST, refusal("EDM:ERR:0002")], "afvist", "refused"),
        ([REQUEST, refusal("EDM:ERR:0005")], "tiden udløb", "time ran out"),
        ([REQUEST, OFFER, line(Entry.TIME_UP)], "tiden udløb", "time ran out"),
        ([REQUEST, line(Entry.DELIVERY_FAILED, "m-1")], "ikke afleveret", "not delivered"),
        ([REQUEST, EVIDENCE, line(Entry.DELIVERY_FAILED, "m-4")], "ikke afleveret", "not delivered"),
        ([REQUEST, EVIDENCE, line(Entry.DELIVERY_FAILED, "m-1")], "dokumentation sendt", "evidence sent"),
    ],
)
def test_list_and_page_say_the_same_of_how_an_exchange_ended(lines: list[Line], danish: str, english: str) -> None:
    index = Index()
    index.add(lines)
    (listed,) = index.newest()
    assert OUTCOMES[listed.outcome] == (danish, english)
    assert reached(LaidOpen(EXCHANGE, tuple(lines), ())) is listed.outcome


def test_an_offer_of_a_preview_is_no_error() -> None:
    assert title_of(OFFER).english == "Answer: the person is to see the evidence first"
    assert title_of(refusal("EDM:ERR:0002")).english == "Error response (EDM:ERR:0002)"


def test_a_message_is_called_the_same_in_the_timeline_and_on_its_own_page() -> None:
    told = (OFFER, refusal("EDM:ERR:0004"), line(Entry.RESPONSE_SENT, "m-4", document=answer.encode(DEFERRED)))
    on_pages = [SimpleNamespace(says=answer.decode(each.entry.document or b"")) for each in told]
    titles = [title_of(each) for each in told]
    assert titles == [overview.title_of(cast(Message, each)) for each in on_pages]
    assert titles[1:] == [
        ("Fejlsvar (EDM:ERR:0004)", "Error response (EDM:ERR:0004)"),
        ("Svar: ikke klar endnu", "Response: not ready yet"),
    ]


@pytest.mark.parametrize("entry", list(Entry))
def test_every_kind_of_line_has_a_title_unless_it_is_about_no_exchange(entry: Entry) -> None:
    assert (title_of(line(entry)).english == entry) is (entry in (*ABOUT_ITSELF, *ABOUT_REVIEWERS))


@pytest.mark.parametrize(("decision", "english"), [("accept", "yes to sending"), ("decline", "no to sending")])
def test_a_decision_is_told_in_words(decision: str, english: str) -> None:
    told = decision_of(line(Entry.PREVIEW_DECIDED, decision=decision).entry)
    assert told is not None
    assert told.english == english
