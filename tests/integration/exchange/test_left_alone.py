"""Believed messages that nobody acts on: receipted and recorded, and nothing of theirs is stored readable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, EXECUTE_QUERY_RESPONSE, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, seal_message
from oots.exchange.journal import Entry
from oots.model.agent import Agent
from oots.model.clock import RandomIds
from oots.model.identifiers import Identifier
from oots.trust.keys import load_key_pair
from tests.support.two_sides import AARHUS, FINDING, VILNIUS, FakeSource, TwoSides, two_sides

IDS = RandomIds()


@pytest.mark.parametrize("named", [IDS.uuid(), "Solvej Prøvesen"], ids=["an exchange", "a person"])
@pytest.mark.parametrize("side", ["provider", "requester"])
def test_what_is_no_id_of_an_exchange_is_not_stored_readable(town: TwoSides, named: str, side: str) -> None:
    there = side == "provider"
    point, store = (town.provider_point, town.provider_store) if there else (town.requester_point, town.requester_store)
    lt, dk = Identifier(PARTY_TYPE, "AP_LT_01"), Identifier(PARTY_TYPE, "AP_DK_01")
    header = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=town.clock.now(),
        sender=lt if there else dk,
        receiver=dk if there else lt,
        action=EXECUTE_QUERY_RESPONSE if there else EXECUTE_QUERY_REQUEST,
        conversation_id=IDS.uuid(),
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=named,
        specification="oots-edm:v2.0",
        parts=(),
    )
    part = Part(f"{IDS.uuid()}@test.example", REGREP, b"<unasked></unasked>")
    sealed = seal_message(header, (part,), load_key_pair(town.keys, "ap-lt-01" if there else "ap-dk-01"))
    point.receive(sealed.content_type, sealed.body)
    with store.begin() as unit:
        told = [*unit.refusals(), *(line for each in unit.exchange_ids(9) for line in unit.timeline(each))]
    (line,) = [each.entry for each in told]
    assert line.entry is Entry.ANSWER_IGNORED
    assert line.exchange_id == (None if " " in named else named)


@dataclass
class _Nameless(FakeSource):
    @property
    def authority(self) -> Agent:
        return replace(AARHUS, identifier=Identifier("", ""))


@pytest.mark.parametrize("source", [FakeSource(), _Nameless()], ids=["lawful", "without an identifier"])
def test_a_request_that_nothing_lawful_can_answer_is_receipted_and_recorded(
    tmp_path: Path, demo_keys: Path, source: FakeSource
) -> None:
    town = two_sides(tmp_path, demo_keys, source)
    exchange_id = town.ask()
    assert Entry.RECEIPT_RECEIVED in [line.entry for line in town.requester_log(exchange_id)]
    recorded = [line.entry for line in town.provider_log(exchange_id)]
    assert Entry.REQUEST_RECEIVED in recorded
    assert (Entry.EXCEPTION_SENT in recorded) is not isinstance(source, _Nameless)
