"""Messages that are not believed, not lawful or not new: refused by name, recorded, and without effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, SealedMessage, seal_message
from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange import queue
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.clock import RandomIds
from oots.model.identifiers import Identifier
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from oots.wire import answer as answers
from oots.wire import request as requests
from oots.wire.namespaces import RIM
from oots.wire.xml import canonical, parse
from tests.support.two_sides import FINDING, SOLVEJ, START, VILNIUS, TwoSides

IDS = RandomIds()


def lawful_request(town: TwoSides) -> EvidenceRequest:
    return town.requester.request_for(CASES[0], FINDING, SOLVEJ, START)


def header(**changes: object) -> UserMessage:
    plain = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=START,
        sender=Identifier(PARTY_TYPE, "AP_LT_01"),
        receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=IDS.uuid(),
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=IDS.uuid(),
        specification="oots-edm:v2.0",
        parts=(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def sealed(town: TwoSides, document: bytes, of: UserMessage | None = None, key: str = "ap-lt-01") -> SealedMessage:
    part = Part(f"{IDS.uuid()}@test.example", REGREP, document)
    return seal_message(of or header(), (part,), load_key_pair(town.keys, key))


def post(town: TwoSides, message: SealedMessage) -> bytes:
    return town.provider_point.receive(message.content_type, message.body)


def refusals(town: TwoSides) -> list[str]:
    with town.provider_store.begin() as unit:
        return [str(told.entry.detail) for told in unit.refusals()]


def last_error(town: TwoSides, exchange_id: str) -> tuple[str, str]:
    line = [line for line in town.provider_log(exchange_id) if line.entry is Entry.EXCEPTION_SENT][-1]
    return str(line.error_code), str(line.detail)


def assert_receipted(reply: bytes) -> None:
    assert read_signal(reply).kind is SignalKind.RECEIPT


def assert_turned_away(town: TwoSides, reply: bytes, code: str) -> None:
    """An error signal, a journal line, no receipt, no exchange, nothing to send."""
    signal = read_signal(reply)
    assert signal.kind is SignalKind.ERROR
    assert signal.codes == (code,)
    assert code in refusals(town)[-1]
    with town.provider_store.begin() as unit:
        assert not unit.all()
        assert not queue.waiting(unit.connection)


def test_the_control_is_receipted_and_acted_on(town: TwoSides) -> None:
    of = header()
    assert_receipted(post(town, sealed(town, requests.encode(lawful_request(town)), of)))
    assert last_error(town, of.exchange_id)[0] == "EDM:ERR:0002"
    assert not refusals(town)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("EBMS:0007", lambda content_type, body: (content_type.replace("boundary", "bowndary"), body)),
        ("EBMS:0007", lambda content_type, body: (content_type, body[: len(body) // 2])),
        ("EBMS:0007", lambda content_type, body: ("text/plain", body)),
        ("EBMS:0101", lambda content_type, body: (content_type, _without_signature(body))),
        ("EBMS:0101", lambda content_type, body: (content_type, body.replace(b">V1<", b">S1<"))),
        ("EBMS:0101", lambda content_type, body: (content_type, body.replace(b"AP_LT_01", b"AP_XX_09"))),
    ],
    ids=["wrong boundary", "cut in half", "no multipart", "unsigned", "changed document", "changed sender"],
)
def test_a_changed_message_is_turned_away(
    town: TwoSides, code: str, change: Callable[[str, bytes], tuple[str, bytes]]
) -> None:
    message = sealed(town, requests.encode(lawful_request(town)))
    assert_turned_away(town, town.provider_point.receive(*change(message.content_type, message.body)), code)
    assert_receipted(post(town, message))


def _without_signature(body: bytes) -> bytes:
    start, end = body.index(b"<ds:Signature"), body.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    return body[:start] + body[end:]


def test_a_known_authority_s_party_that_is_no_partner_is_turned_away(town: TwoSides) -> None:
    document = requests.encode(lawful_request(town))
    stranger = header(sender=Identifier(PARTY_TYPE, "AP_XX_09"))
    assert_turned_away(town, post(town, sealed(town, document, stranger, "ap-xx-09")), "EBMS:0101")


def test_a_message_for_another_access_point_is_turned_away(town: TwoSides) -> None:
    document = requests.encode(lawful_request(town))
    astray = header(receiver=Identifier(PARTY_TYPE, "AP_SE_01"))
    assert_turned_away(town, post(town, sealed(town, document, astray)), "EBMS:0009")


def test_peers_are_told_the_same_of_every_distrust(town: TwoSides) -> None:
    message = sealed(town, requests.encode(lawful_request(town)))
    tampered = town.provider_point.receive(message.content_type, message.body.replace(b">V1<", b">S1<"))
    stranger = header(sender=Identifier(PARTY_TYPE, "AP_XX_09"))
    unknown = post(town, sealed(town, requests.encode(lawful_request(town)), stranger, "ap-xx-09"))

    def told(reply: bytes) -> bytes:
        return reply[reply.index(b"<eb:Error") :]

    assert told(tampered) == told(unknown)


def test_the_same_message_again_gets_the_same_receipt_and_has_no_second_effect(town: TwoSides) -> None:
    of = header()
    message = sealed(town, requests.encode(lawful_request(town)), of)
    first = post(town, message)
    assert post(town, message) == first
    log = [line.entry for line in town.provider_log(of.exchange_id)]
    assert log.count(Entry.REQUEST_RECEIVED) == log.count(Entry.EXCEPTION_SENT) == 1
    assert log.count(Entry.DUPLICATE_RECEIVED) == 1


def test_another_message_under_a_used_message_id_is_turned_away(town: TwoSides) -> None:
    of = header()
    assert_receipted(post(town, sealed(town, requests.encode(lawful_request(town)), of)))
    reply = post(town, sealed(town, requests.encode(lawful_request(town)), replace(of, exchange_id=IDS.uuid())))
    assert read_signal(reply).codes == ("EBMS:0101",)
    assert "used for another message" in refusals(town)[-1]


def test_another_document_under_a_used_request_id_is_refused_with_0003(town: TwoSides) -> None:
    request = lawful_request(town)
    assert_receipted(post(town, sealed(town, requests.encode(request))))
    again = header()
    assert_receipted(post(town, sealed(town, requests.encode(replace(request, procedure="S1")), again)))
    code, detail = last_error(town, again.exchange_id)
    assert code == "EDM:ERR:0003"
    assert "has been used before" in detail


def without_slot(document: bytes, name: str) -> bytes:
    root = parse(document)
    for slot in root.iter(f"{{{RIM}}}Slot"):
        if slot.get("name") == name:
            slot.getparent().remove(slot)  # type: ignore[union-attr]  # a slot has a parent
    return canonical(root)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (
            "R-EDM-REQ-S006",
            lambda document: without_slot(document, "IssueDateTime"),
        ),
        ("R-EDM-REQ-C001", lambda document: document.replace(b">oots-edm:v2.0<", b">oots-edm:v9.0<")),
    ],
    ids=["a slot is missing", "an unknown version"],
)
def test_a_request_against_a_rule_is_receipted_and_refused_with_0003_naming_the_rule(
    town: TwoSides, rule: str, change: Callable[[bytes], bytes]
) -> None:
    document = requests.encode(lawful_request(town))
    of = header()
    assert_receipted(post(town, sealed(town, change(document), of)))
    code, detail = last_error(town, of.exchange_id)
    assert (code, detail.partition(":")[0]) == ("EDM:ERR:0003", rule)
    assert_receipted(post(town, sealed(town, document)))


@pytest.mark.parametrize(
    "document",
    [b"<query:QueryRequest", b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>', b""],
    ids=["broken", "doctype", "empty"],
)
def test_a_first_part_that_is_no_safe_xml_never_becomes_a_message(town: TwoSides, document: bytes) -> None:
    lawful = requests.encode(lawful_request(town))
    message = sealed(town, lawful)
    assert_turned_away(
        town, town.provider_point.receive(message.content_type, message.body.replace(lawful, document)), "EBMS:0101"
    )
    assert_receipted(post(town, message))


@pytest.mark.parametrize(
    "change",
    [
        {"original_sender": Identifier("urn:cef.eu:names:identifier:EAS:0200", "999000002")},
        {"final_recipient": Identifier("urn:cef.eu:names:identifier:EAS:0184", "35209115")},
    ],
    ids=["another sender", "another recipient"],
)
def test_corners_that_body_and_header_name_differently_are_refused_with_0003(
    town: TwoSides, change: dict[str, Identifier]
) -> None:
    document = requests.encode(lawful_request(town))
    of = header(**change)
    assert_receipted(post(town, sealed(town, document, of)))
    assert last_error(town, of.exchange_id)[0] == "EDM:ERR:0003"


def previewed(town: TwoSides) -> tuple[str, EvidenceRequest, str]:
    """An exchange with a preview link: its id, request 1 and the location."""
    exchange_id = town.ask()
    progress = town.requester.progress(exchange_id)
    assert progress.offer is not None
    return exchange_id, progress.request, progress.offer.location


def second(request: EvidenceRequest, location: str, **changes: object) -> EvidenceRequest:
    visit = PreviewVisit(location, str(changes.pop("return_location", "https://portal.lt.localhost/return/x")))
    return replace(request, request_id=IDS.uuid(), preview=visit, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("ReturnLocation", {"return_location": "https://portal.lt.localhost.evil.example/x"}),
        ("ReturnLocation", {"return_location": "https://evil@portal.lt.localhost:444/x"}),
        ("not known", {"location": "https://preview.aarhus.localhost/p/guessed"}),
        ("OOTSDK-PAIR-PRV-008", {"procedure": "S1"}),
        ("OOTSDK-PAIR-PRV-008", {"subject": replace(SOLVEJ, given_name="Anders")}),
    ],
    ids=["foreign return host", "return host with user", "guessed link", "another procedure", "another person"],
)
def test_a_second_request_that_does_not_fit_is_refused_and_the_preview_stays_open(
    town: TwoSides, why: str, change: dict[str, object]
) -> None:
    exchange_id, request, location = previewed(town)
    conversation_id = town.requester.progress(exchange_id).conversation_id
    of = header(exchange_id=exchange_id, conversation_id=conversation_id)
    changes = dict(change)
    wrong = second(request, str(changes.pop("location", location)), **changes)
    assert_receipted(post(town, sealed(town, requests.encode(wrong), of)))
    code, detail = last_error(town, exchange_id)
    assert code == "EDM:ERR:0003"
    assert why in detail
    right = header(exchange_id=exchange_id, conversation_id=conversation_id)
    assert_receipted(post(town, sealed(town, requests.encode(second(request, location)), right)))
    token = location.rpartition("/")[2]
    assert town.space.admit(token, SOLVEJ)
    assert len(town.space.packages(token)) == 1


def test_a_second_request_on_a_used_link_is_refused(town: TwoSides) -> None:
    exchange_id, request, location = previewed(town)
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [])
    conversation_id = town.requester.progress(exchange_id).conversation_id
    of = header(exchange_id=exchange_id, conversation_id=conversation_id)
    assert_receipted(post(town, sealed(town, requests.encode(second(request, location)), of)))
    assert "used already" in last_error(town, exchange_id)[1]


@pytest.mark.parametrize("host", ["https://preview.aarhus.localhost.evil.example", "https://portal.lt.localhost"])
def test_a_preview_link_on_a_foreign_host_is_shown_to_nobody(town: TwoSides, host: str) -> None:
    town.provider._first_round._preview_base = host
    exchange_id = town.ask()
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.REFUSED
    assert progress.offer is None
    assert "PreviewLocation" in str(progress.error_detail)


def test_an_answer_to_a_request_that_is_not_open_is_ignored(town: TwoSides) -> None:
    exchange_id, request, _ = previewed(town)
    town.to_preview(exchange_id)
    offer = next(line for line in town.requester_log(exchange_id) if line.entry is Entry.EXCEPTION_RECEIVED)
    assert offer.document is not None
    late = answers.decode(offer.document)
    assert late.request_id == request.request_id
    conversation_id = town.requester.progress(exchange_id).conversation_id
    reply = header(
        sender=Identifier(PARTY_TYPE, "AP_DK_01"),
        receiver=Identifier(PARTY_TYPE, "AP_LT_01"),
        action="ExceptionResponse",
        original_sender=FINDING.access_service.publisher.identifier,
        final_recipient=VILNIUS.identifier,
        exchange_id=exchange_id,
        conversation_id=conversation_id,
    )
    message = sealed(town, offer.document, reply, "ap-dk-01")
    assert_receipted(town.requester_point.receive(message.content_type, message.body))
    assert town.requester_log(exchange_id)[-1].entry is Entry.ANSWER_IGNORED
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEWING
