"""What becomes of one message of an exchange says nothing about another one of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, seal_message
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal import Entry
from oots.model.clock import RandomIds
from oots.model.identifiers import Identifier
from oots.model.request import PreviewVisit
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from oots.wire import request as requests
from tests.support.two_sides import FINDING, SOLVEJ, VILNIUS, TwoSides

IDS = RandomIds()


def ask_once_more(town: TwoSides, exchange_id: str) -> None:
    """Another request 2 on the same link, which the provider refuses."""
    progress = town.requester.progress(exchange_id)
    assert progress.offer is not None
    again = replace(
        progress.request,
        request_id=IDS.uuid(),
        preview=PreviewVisit(progress.offer.location, "https://portal.lt.localhost/return/x"),
    )
    header = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=town.clock.now(),
        sender=Identifier(PARTY_TYPE, "AP_LT_01"),
        receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=progress.conversation_id,
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=exchange_id,
        specification="oots-edm:v2.0",
        parts=(),
    )
    part = Part(f"{IDS.uuid()}@test.example", REGREP, requests.encode(again))
    sealed = seal_message(header, (part,), load_key_pair(town.keys, "ap-lt-01"))
    town.provider_point.receive(sealed.content_type, sealed.body)


def state_of(town: TwoSides, exchange_id: str) -> str:
    with town.provider_store.begin() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    return kept.state


def test_the_receipt_for_a_refusal_does_not_delete_the_evidence_of_an_answer_under_way(town: TwoSides) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])

    def hold_the_evidence(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if b"%PDF" in request.read() else None

    town.wire.bend = hold_the_evidence
    ask_once_more(town, exchange_id)
    town.run()
    receipts = [line for line in town.provider_log(exchange_id) if line.entry is Entry.RECEIPT_RECEIVED]
    assert len(receipts) == 2
    assert state_of(town, exchange_id) == ProviderState.ANSWERED
    assert Entry.EVIDENCE_DELETED not in [line.entry for line in town.provider_log(exchange_id)]

    town.wire.bend = None
    town.pass_time(timedelta(seconds=5))
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert state_of(town, exchange_id) == ProviderState.CLOSED
    assert not town.provider_store.files.names()


def test_receipts_lost_for_request_1_do_not_end_an_exchange_that_has_gone_on(town: TwoSides) -> None:
    def lose_receipts_for_request_1(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != "dk" or b"PreviewLocation" in request.read():
            return None
        town.provider_point.receive(request.headers["content-type"], request.read())
        raise httpx.ReadTimeout("the answer was lost", request=request)

    town.wire.bend = lose_receipts_for_request_1
    exchange_id = town.requester.ask(CASES[0], FINDING, SOLVEJ, IDS.uuid())
    town.run()
    town.to_preview(exchange_id)
    for _ in range(8):
        town.pass_time(timedelta(seconds=60))
    assert [line for line in town.requester_log(exchange_id) if line.entry is Entry.DELIVERY_FAILED]
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEWING


def test_a_request_2_that_cannot_be_delivered_ends_the_exchange(town: TwoSides) -> None:
    exchange_id = town.ask()
    town.wire.bend = lambda _request: httpx.Response(503)
    town.to_preview(exchange_id)
    for _ in range(50):
        town.pass_time(timedelta(seconds=60))
    assert town.requester.progress(exchange_id).state in (RequesterState.UNDELIVERABLE, RequesterState.LAPSED)
