"""A request id of one party counts once: repeated it has no second effect, reused it is refused, another's is free."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, seal_message
from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange import queue
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.partners import Partner
from oots.model.clock import RandomIds
from oots.model.identifiers import Identifier
from oots.model.request import EvidenceRequest
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from oots.wire import request as requests
from tests.support.two_sides import FINDING, SOLVEJ, START, VILNIUS, TwoSides, two_sides

IDS = RandomIds()
LITHUANIA, SWEDEN = "AP_LT_01", "AP_XX_09"


@pytest.fixture
def town(tmp_path: Path, demo_keys: Path) -> TwoSides:
    """A provider that knows a second requester."""
    both = two_sides(tmp_path, demo_keys)
    both.provider_point.partners = {
        **both.provider_point.partners,
        SWEDEN: Partner(SWEDEN, "http://se/as4", return_hosts=("portal.se.localhost",)),
    }
    return both


def request_1(town: TwoSides) -> EvidenceRequest:
    return town.requester.request_for(CASES[0], FINDING, SOLVEJ, START)


def post(town: TwoSides, request: EvidenceRequest, party: str = LITHUANIA) -> str:
    """Send it in a message of its own; returns the exchange that the message names."""
    exchange_id = IDS.uuid()
    header = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=START,
        sender=Identifier(PARTY_TYPE, party),
        receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=IDS.uuid(),
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=exchange_id,
        specification="oots-edm:v2.0",
        parts=(),
    )
    part = Part(f"{IDS.uuid()}@test.example", REGREP, requests.encode(request))
    sealed = seal_message(header, (part,), load_key_pair(town.keys, party.lower().replace("_", "-")))
    reply = town.provider_point.receive(sealed.content_type, sealed.body)
    assert read_signal(reply).kind is SignalKind.RECEIPT
    return exchange_id


def entries(town: TwoSides, exchange_id: str) -> list[Entry]:
    return [line.entry for line in town.provider_log(exchange_id)]


def answer(town: TwoSides, exchange_id: str) -> JournalEntry:
    (line,) = [line for line in town.provider_log(exchange_id) if line.entry is Entry.EXCEPTION_SENT]
    return line


def waiting(town: TwoSides) -> int:
    with town.provider_store.begin() as unit:
        return len(queue.waiting(unit.connection))


def test_the_same_request_in_a_new_message_is_receipted_and_has_no_second_effect(town: TwoSides) -> None:
    request = request_1(town)
    first = post(town, request)
    assert answer(town, first).error_code == "EDM:ERR:0002"
    held, due = town.provider_store.files.names(), waiting(town)

    again = post(town, request)
    assert entries(town, again) == []
    assert entries(town, first).count(Entry.DUPLICATE_RECEIVED) == 1
    assert entries(town, first).count(Entry.REQUEST_RECEIVED) == 1
    assert (town.provider_store.files.names(), waiting(town)) == (held, due)
    with town.provider_store.begin() as unit:
        assert [kept.exchange_id for kept in unit.all()] == [first]

    other = post(town, replace(request, request_id=IDS.uuid()))
    assert answer(town, other).error_code == "EDM:ERR:0002"


def test_a_repeated_request_is_recorded_with_its_message_and_the_letters_of_its_id_have_no_case(town: TwoSides) -> None:
    request = replace(request_1(town), request_id="ABCDEFAB-0000-4000-8000-000000000001".lower())
    first = post(town, request)
    post(town, request)
    line = next(line for line in town.provider_log(first) if line.entry is Entry.DUPLICATE_RECEIVED)
    assert line.request_id == request.request_id
    assert line.document == requests.encode(request)
    assert line.signature_valid
    with town.provider_store.begin() as unit:
        assert unit.noted_request(LITHUANIA, request.request_id.upper()) == unit.noted_request(
            LITHUANIA, request.request_id
        )


def test_another_document_under_a_used_request_id_is_refused(town: TwoSides) -> None:
    request = request_1(town)
    post(town, request)
    refused = answer(town, post(town, replace(request, procedure="S1")))
    assert refused.error_code == "EDM:ERR:0003"
    assert str(refused.detail).startswith("R-EDM-REQ-S004")
    assert answer(town, post(town, replace(request, request_id=IDS.uuid()))).error_code == "EDM:ERR:0002"


@pytest.mark.parametrize("change", [{}, {"procedure": "S1"}], ids=["the same document", "another document"])
def test_a_request_id_of_another_party_neither_blocks_nor_tells_anything(
    town: TwoSides, change: dict[str, str]
) -> None:
    request = request_1(town)
    first = post(town, replace(request, **change), SWEDEN)  # type: ignore[arg-type]  # a field that is text
    unused = answer(town, post(town, replace(request, request_id=IDS.uuid()))).error_code
    own = answer(town, post(town, request))
    assert own.error_code == unused == "EDM:ERR:0002"
    assert Entry.DUPLICATE_RECEIVED not in entries(town, first)
    with town.provider_store.begin() as unit:
        assert unit.noted_request(SWEDEN, request.request_id) != unit.noted_request(LITHUANIA, request.request_id)
        assert unit.noted_request("AP_SE_01", request.request_id) is None


def test_the_portal_finds_its_exchange_by_its_own_request_and_by_nobody_else_s(town: TwoSides) -> None:
    exchange_id = town.ask()
    request_id = town.requester.progress(exchange_id).request.request_id
    with town.requester_store.begin() as unit:
        found = unit.find_by_request(LITHUANIA, request_id.upper())
        assert found is not None
        assert found.exchange_id == exchange_id
        assert unit.find_by_request("AP_DK_01", request_id) is None
