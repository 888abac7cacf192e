"""An intermediary passes requests on and answers back, byte for byte, once, and deletes what it passed on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import OpenedMessage, Part, open_message, seal_message
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal import Entry
from oots.exchange.resending import want_again
from oots.intermediary.service import NOT_BELIEVED
from oots.intermediary.states import PASSAGE, PassageEvent, PassageState, UnlawfulPassageError, next_state
from oots.model.agent import AgentRole
from oots.model.clock import RandomIds
from oots.model.content import whole
from oots.model.identifiers import Identifier
from oots.model.response import ErrorCode, EvidenceError, EvidenceResponse
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.certificates import UntrustedError
from oots.trust.keys import load_key_pair
from oots.trust.revocation import UnsettledError
from oots.wire import answer as answers
from oots.wire import request as requests
from tests.support.three_sides import (
    PLATFORM,
    PLATFORM_PARTY,
    ThreeSides,
    finding_through_the_platform,
    three_sides,
)
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, finding_in

every_version = pytest.mark.parametrize("version", ["oots-edm:v1.0", "oots-edm:v1.2", "oots-edm:v2.0"])


def to_the_end(town: ThreeSides, version: str = "oots-edm:v2.0") -> str:
    """The whole exchange, with everything accepted."""
    exchange_id = town.ask(finding_through_the_platform(version))
    town.run()
    decided(town, exchange_id)
    town.run()
    return exchange_id


def decided(town: ThreeSides, exchange_id: str) -> None:
    """Through the preview; the answer is queued and not yet sent."""
    token = town.to_preview(exchange_id)
    town.run()
    assert town.space.admit(token, SOLVEJ)
    with town.stores["dk"].look() as unit:
        (kept,) = unit.all()
    town.space.decide(token, list(range(len(kept.record.packages))))


def heard(town: ThreeSides) -> list[tuple[str, OpenedMessage]]:
    """Every message on the wire, with the host that took it."""
    anchors = TrustAnchors.from_pem((town.keys / TRUST_FILE).read_bytes())
    return [
        (host, open_message(content_type, body, anchors, town.clock.now()))
        for host, content_type, body in town.wire.heard
    ]


def contents(opened: OpenedMessage) -> list[bytes]:
    return [opened.document, *(whole(part.content) for part in opened.parts[1:])]


@every_version
def test_what_is_passed_on_is_what_came_in_byte_for_byte_in_messages_of_the_intermediary_s_own(
    town: ThreeSides, version: str
) -> None:
    exchange_id = to_the_end(town, version)
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    hosts = [host for host, _ in heard(town)]
    assert hosts == ["nat", "dk", "nat", "lt", "nat", "dk", "nat", "lt"]
    messages = [opened for _, opened in heard(town)]
    for came, went in zip(messages[::2], messages[1::2], strict=True):
        assert contents(went) == contents(came)
        assert went.signer.party_id == PLATFORM_PARTY
        assert (came.header.receiver.value, went.header.sender.value) == (PLATFORM_PARTY, PLATFORM_PARTY)
        assert went.header.message_id != came.header.message_id
        kept = ("action", "conversation_id", "exchange_id", "original_sender", "final_recipient", "specification")
        assert [getattr(went.header, name) for name in kept] == [getattr(came.header, name) for name in kept]
    evidence = contents(messages[-1])[1:]
    assert sorted(evidence) == sorted([DOCUMENT, READABLE])


@every_version
def test_the_answer_names_the_authority_and_the_platform_between(town: ThreeSides, version: str) -> None:
    to_the_end(town, version)
    answer = answers.decode(heard(town)[-1][1].document)
    assert isinstance(answer, EvidenceResponse)
    assert [agent.role for agent in answer.providers] == [AgentRole.EVIDENCE_PROVIDER, AgentRole.INTERMEDIARY_PLATFORM]
    assert answer.providers[1].identifier == PLATFORM.identifier


@every_version
def test_the_journals_of_all_three_agree(town: ThreeSides, version: str) -> None:
    to_the_end(town, version)
    asked, between, answered = (town.log(side) for side in ("lt", "nat", "dk"))

    def documents(log: list[object], entry: Entry) -> list[bytes | None]:
        return [line.document for line in log if line.entry is entry]  # type: ignore[attr-defined]

    for sent, received in (
        (Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED),
        (Entry.EXCEPTION_SENT, Entry.EXCEPTION_RECEIVED),
        (Entry.RESPONSE_SENT, Entry.RESPONSE_RECEIVED),
    ):
        first, last = (asked, answered) if sent is Entry.REQUEST_SENT else (answered, asked)
        chain = [documents(first, sent), documents(between, received), documents(between, sent)]  # type: ignore[arg-type]
        assert chain == [documents(last, received)] * 3  # type: ignore[arg-type]
        assert chain[0]
    digests = {tuple(part.sha256 for part in line.evidence) for line in between if line.evidence}
    assert len(digests) == 1
    assert Entry.EVIDENCE_DELETED in town.entries("nat")
    assert town.entries("nat").count(Entry.RECEIPT_RECEIVED) == 4


def test_evidence_is_kept_between_until_the_requester_has_given_its_receipt_and_no_longer(town: ThreeSides) -> None:
    exchange_id = town.ask()
    town.run()
    decided(town, exchange_id)

    def lt_is_away(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if request.url.host == "lt" else None

    town.wire.bend = lt_is_away
    town.run()
    assert town.passage().state == PassageState.RETURNED
    assert len(town.stores["nat"].files.names()) == 2
    town.wire.bend = None
    town.pass_time(timedelta(minutes=1))
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert town.passage().state == PassageState.CLOSED
    assert town.passage().record.parts == ()
    assert not town.stores["nat"].files.names()


def test_a_preview_that_is_declined_ends_without_evidence_for_the_intermediary_as_well(town: ThreeSides) -> None:
    exchange_id = town.ask()
    town.run()
    token = town.to_preview(exchange_id)
    town.run()
    town.space.admit(token, SOLVEJ)
    town.space.decide(token, [])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.NOTHING
    assert town.passage().state == PassageState.CLOSED
    assert Entry.EVIDENCE_DELETED not in town.entries("nat")


@every_version
def test_a_requester_behind_an_intermediary_sends_it_everything_and_names_it(
    tmp_path: Path, keys_of_three: Path, version: str
) -> None:
    with contextlib.closing(three_sides(tmp_path, keys_of_three, before_the_requester=True)) as town:
        exchange_id = town.ask(finding_in(version))
        town.run()
        decided(town, exchange_id)
        town.run()
        assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
        messages = heard(town)
        assert [host for host, _ in messages] == ["nat", "dk", "nat", "lt", "nat", "dk", "nat", "lt"]
        for request in (requests.decode(messages[number][1].document) for number in (0, 1, 4, 5)):
            roles = [agent.role for agent in request.requesters]
            assert roles == [AgentRole.EVIDENCE_REQUESTER, AgentRole.INTERMEDIARY_PLATFORM]
        answer = answers.decode(messages[-1][1].document)
        assert isinstance(answer, EvidenceResponse)
        assert [agent.role for agent in answer.providers] == [AgentRole.EVIDENCE_PROVIDER]


# --- nothing is lost, nothing happens twice ---


@pytest.mark.parametrize("moment", ["request", "offer", "second request", "answer"])
def test_an_intermediary_that_is_restarted_at_any_moment_loses_nothing(town: ThreeSides, moment: str) -> None:
    exchange_id = town.ask()

    def step(name: str) -> None:
        """What the intermediary has taken in and not yet passed on waits while it is restarted."""
        for side in ("lt", "dk"):
            town.points[side].tick()
        if name == moment:
            town.restart_the_intermediary()
        town.points["nat"].tick()

    step("request")
    step("offer")
    token = town.to_preview(exchange_id)
    step("second request")
    town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    step("answer")
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert [host for host, *_ in town.wire.heard] == ["nat", "dk", "nat", "lt", "nat", "dk", "nat", "lt"]
    assert not town.stores["nat"].files.names()


@pytest.mark.parametrize("silent", ["nat", "dk", "lt"])
def test_a_message_whose_receipt_was_lost_is_passed_on_once(town: ThreeSides, silent: str) -> None:
    lost: list[str] = []

    def lose_the_first_receipt(request: httpx.Request) -> httpx.Response | None:
        host = request.url.host
        if host != silent or lost:
            return None
        lost.append(host)
        town.points[host].receive(request.headers["content-type"], request.read())
        raise httpx.ReadTimeout("the receipt was lost", request=request)

    town.wire.bend = lose_the_first_receipt
    exchange_id = town.ask()
    town.run()
    town.pass_time(timedelta(seconds=2))
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED
    assert Entry.DUPLICATE_RECEIVED in town.entries(silent)
    for side in ("nat", "dk"):
        assert town.entries(side).count(Entry.REQUEST_RECEIVED) == 1
    assert town.entries("lt").count(Entry.EXCEPTION_RECEIVED) == 1


def test_the_same_request_in_a_new_message_is_not_passed_on_again(town: ThreeSides) -> None:
    exchange_id = town.ask()
    town.run()
    _, first = heard(town)[0]
    send(town, again := new_message(first))
    town.run()
    assert town.entries("nat").count(Entry.DUPLICATE_RECEIVED) == 1
    assert [host for host, *_ in town.wire.heard] == ["nat", "dk", "nat", "lt"]
    other = replace(again, message_id=f"{RandomIds().uuid()}@test.example", exchange_id=RandomIds().uuid())
    send(town, other, first.document.replace(b"Solvej", b"Solvey"))
    town.run()
    told = answers.decode(heard(town)[-1][1].document)
    assert isinstance(told, EvidenceError)
    assert told.exceptions[0].code is ErrorCode.INVALID_REQUEST
    assert "R-EDM-REQ-S004" in str(told.exceptions[0].detail)
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


# --- what is not passed on ---


def test_a_request_for_an_authority_that_nobody_behind_serves_is_answered_by_the_intermediary(town: ThreeSides) -> None:
    elsewhere = finding_through_the_platform()
    publisher = elsewhere.access_service.publisher
    other = replace(publisher, identifier=replace(publisher.identifier, value="64942212"))
    exchange_id = town.ask(replace(elsewhere, access_service=replace(elsewhere.access_service, publisher=other)))
    town.run()
    progress = town.requester.progress(exchange_id)
    assert (progress.state, progress.error_code) == (RequesterState.REFUSED, "EDM:ERR:0006")
    assert town.entries("dk") == []
    error = answers.decode(heard(town)[-1][1].document)
    assert isinstance(error, EvidenceError)
    assert error.error_provider.identifier == PLATFORM.identifier
    control = town.ask()
    town.run()
    assert town.requester.progress(control).state is RequesterState.PREVIEW_OFFERED


def late(header: UserMessage) -> UserMessage:
    return replace(header, timestamp=header.timestamp - timedelta(minutes=5, seconds=1))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda header, document: (late(header), document), ErrorCode.TIMEOUT),
        (lambda header, document: (header, document.replace(b"Procedure", b"Procedur")), ErrorCode.INVALID_REQUEST),
    ],
)
def test_a_request_that_is_late_or_unlawful_is_answered_by_the_intermediary(
    town: ThreeSides, change: Callable[[UserMessage, bytes], tuple[UserMessage, bytes]], code: ErrorCode
) -> None:
    town.ask()
    town.points["lt"].tick()
    (_, first), *_ = heard(town)
    header = replace(new_message(first), exchange_id=RandomIds().uuid())
    document = with_new_request_id(first.document)
    send(town, header, document)
    town.run()
    assert town.entries("dk").count(Entry.REQUEST_RECEIVED) == 2  # the control is passed on
    header, document = change(
        replace(new_message(first), exchange_id=RandomIds().uuid()), with_new_request_id(first.document)
    )
    send(town, header, document)
    town.run()
    assert town.entries("dk").count(Entry.REQUEST_RECEIVED) == 2
    codes = [line.error_code for line in town.log("nat") if line.entry is Entry.EXCEPTION_SENT]
    assert code.code in codes


def test_an_access_point_behind_that_stays_away_is_answered_for_before_the_requester_gives_up(
    town: ThreeSides,
) -> None:
    def dk_is_away(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(503) if request.url.host == "dk" else None

    town.wire.bend = dk_is_away
    exchange_id = town.ask()
    town.run()
    for _ in range(12):
        town.pass_time(timedelta(seconds=30))
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.LAPSED
    assert Entry.DELIVERY_FAILED in town.entries("nat")
    assert town.passage().state in (PassageState.CLOSED, PassageState.LAPSED)


def test_an_answer_of_another_access_point_than_the_request_went_to_is_recorded_and_left_alone(
    town: ThreeSides,
) -> None:
    exchange_id = town.ask()
    town.points["lt"].tick()
    town.points["nat"].tick()
    town.points["dk"].tick()  # the offer is at the intermediary and not yet passed back
    offer = next(opened for host, opened in heard(town) if opened.header.action == EXCEPTION_RESPONSE)
    forged = replace(
        offer.header,
        message_id=f"{RandomIds().uuid()}@test.example",
        sender=Identifier(PARTY_TYPE, "AP_LT_01"),
        parts=(),
    )
    send(town, forged, offer.document, key="ap-lt-01")
    assert town.entries("nat").count(Entry.ANSWER_IGNORED) == 1
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED
    assert town.entries("lt").count(Entry.EXCEPTION_RECEIVED) == 1


def test_nobody_but_the_requester_itself_follows_its_preview_through_the_intermediary(town: ThreeSides) -> None:
    exchange_id = town.ask()
    town.run()
    town.to_preview(exchange_id)
    town.points["lt"].tick()
    (second,) = [opened for host, opened in heard(town)[4:] if host == "nat"]
    stolen = replace(new_message(second), sender=Identifier(PARTY_TYPE, "AP_XX_09"))
    before = town.passage()
    town.restart_the_intermediary()
    send(town, stolen, with_new_request_id(second.document), key="ap-xx-09")
    codes = [line.error_code for line in town.log("nat") if line.entry is Entry.EXCEPTION_SENT]
    assert codes.count(ErrorCode.INVALID_REQUEST.code) == 1
    assert town.passage().record.requester_party == before.record.requester_party == "AP_LT_01"
    town.points["nat"].tick()
    assert town.passage().state == PassageState.PREVIEWING
    assert town.entries("dk").count(Entry.REQUEST_RECEIVED) == 2


def test_the_exchange_id_of_another_is_refused_for_a_first_request(town: ThreeSides) -> None:
    town.ask()
    town.run()
    (_, first), *_ = heard(town)
    stolen = replace(new_message(first), sender=Identifier(PARTY_TYPE, "AP_XX_09"))
    send(town, stolen, with_new_request_id(first.document), key="ap-xx-09")
    refused = [line for line in town.log("nat") if line.entry is Entry.EXCEPTION_SENT]
    assert "R-EDM-ebMS-037" in str(refused[-1].detail)
    send(
        town,
        replace(stolen, message_id=f"{RandomIds().uuid()}@test.example", exchange_id=RandomIds().uuid()),
        with_new_request_id(first.document),
        key="ap-xx-09",
    )
    town.run()
    assert town.entries("dk").count(Entry.REQUEST_RECEIVED) == 2


# --- evidence goes to whom it would be given now ---


def doubt(fault: Exception, asked: list[str]) -> Callable[[str], None]:
    """In the place of what says whether the holder of a certificate is believed."""

    def doubted(certificate: str) -> None:
        asked.append(certificate)
        raise fault

    return doubted


@every_version
def test_evidence_for_a_requester_that_is_not_believed_any_more_is_withheld_by_the_intermediary(
    town: ThreeSides, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange_id = town.ask(finding_through_the_platform(version))
    town.run()
    decided(town, exchange_id)
    asked: list[str] = []
    monkeypatch.setattr(town.points["nat"], "expect_believed", doubt(UntrustedError("revoked"), asked))
    town.run()
    (own,) = {certificate_of(opened) for host, opened in heard(town) if host == "nat" and is_request(opened)}
    assert asked == [own]
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.REFUSED
    assert (progress.error_code, progress.documents) == (
        (ErrorCode.INVALID_REQUEST if version == "oots-edm:v1.0" else ErrorCode.AUTHORIZATION).code,
        (),
    )
    assert all(len(opened.parts) == 1 for host, opened in heard(town) if host == "lt")
    assert not town.stores["nat"].files.names()
    assert town.passage().state == PassageState.CLOSED
    (withheld,) = [line for line in town.log("nat") if line.entry is Entry.RESPONSE_RECEIVED]
    assert withheld.detail == NOT_BELIEVED


def certificate_of(opened: OpenedMessage) -> str:
    return opened.certificate.public_bytes(Encoding.PEM).decode()


def is_request(opened: OpenedMessage) -> bool:
    return opened.header.action == EXECUTE_QUERY_REQUEST


def test_evidence_is_not_taken_while_nobody_can_say_whether_the_requester_is_believed(
    town: ThreeSides, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange_id = town.ask()
    town.run()
    decided(town, exchange_id)
    held_back: list[tuple[str, bytes]] = []

    def hold_back(request: httpx.Request) -> httpx.Response | None:
        held_back.append((request.headers["content-type"], request.read()))
        return httpx.Response(503)

    town.wire.bend = hold_back
    town.run()
    before = town.entries("nat")
    with monkeypatch.context() as unsettled:
        unsettled.setattr(town.points["nat"], "expect_believed", doubt(UnsettledError("no list"), []))
        with pytest.raises(UnsettledError):
            town.points["nat"].receive(*held_back[0])
    assert town.entries("nat") == before
    assert town.passage().state == PassageState.PREVIEWING
    town.wire.bend = None
    town.pass_time(timedelta(minutes=1))
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED


@pytest.mark.parametrize("fault", [UntrustedError("revoked"), UnsettledError("no list")], ids=["revoked", "unsettled"])
def test_evidence_is_not_passed_back_again_to_whom_it_would_not_be_given_now(
    town: ThreeSides, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    exchange_id = town.ask()
    town.run()
    decided(town, exchange_id)
    partners = town.points["lt"].partners
    monkeypatch.setattr(town.points["lt"], "partners", {})
    with contextlib.suppress(KeyError):
        town.run()
    assert town.passage().state == PassageState.UNDELIVERABLE
    monkeypatch.setattr(town.points["lt"], "partners", partners)
    with monkeypatch.context() as doubted:
        doubted.setattr(town.points["nat"], "expect_believed", doubt(fault, []))
        assert want_again(town.folder / "nat", town.passage().record.returned_as)
        town.run()
    assert town.passage().state == PassageState.UNDELIVERABLE
    assert want_again(town.folder / "nat", town.passage().record.returned_as)
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED


def test_an_answer_that_could_not_be_passed_back_can_be_wanted_again(town: ThreeSides) -> None:
    exchange_id = town.ask()
    town.run()
    decided(town, exchange_id)
    refused: list[bool] = []

    def lt_refuses(request: httpx.Request) -> httpx.Response | None:
        if request.url.host == "lt" and not refused:
            refused.append(True)
            town.points["lt"].partners = {}
        return None

    partners = town.points["lt"].partners
    town.wire.bend = lt_refuses
    town.run()
    assert town.passage().state == PassageState.UNDELIVERABLE
    assert len(town.stores["nat"].files.names()) == 2
    town.points["lt"].partners = partners
    town.wire.bend = None
    assert want_again(town.folder / "nat", town.passage().record.returned_as)
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert not town.stores["nat"].files.names()


def test_what_nobody_follows_lapses_at_the_intermediary_after_the_other_two(town: ThreeSides) -> None:
    town.ask()
    town.run()
    assert town.passage().state == PassageState.PREVIEW_PASSED_ON
    town.pass_time(timedelta(minutes=15, seconds=1))
    with town.stores["dk"].look() as unit:
        assert [kept.state for kept in unit.all()] == [ProviderState.LINK_LAPSED]
    assert town.passage().state == PassageState.PREVIEW_PASSED_ON
    town.pass_time(timedelta(minutes=2))
    assert town.passage().state == PassageState.LAPSED
    assert Entry.TIME_UP in town.entries("nat")


def test_no_event_happens_where_the_table_has_none() -> None:
    assert next_state("new", PassageEvent.REQUEST) is PassageState.PASSED_ON
    for state in PassageState:
        for event in PassageEvent:
            if (state, event) not in PASSAGE:
                with pytest.raises(UnlawfulPassageError, match=event):
                    next_state(state, event)


# --- messages of a test's own ---


def new_message(opened: OpenedMessage) -> UserMessage:
    """The header of what was heard, for a new message."""
    return replace(opened.header, message_id=f"{RandomIds().uuid()}@test.example", parts=())


def with_new_request_id(document: bytes) -> bytes:
    start = document.index(b'id="urn:uuid:') + len(b'id="urn:uuid:')
    return document[:start] + RandomIds().uuid().encode() + document[start + 36 :]


def send(town: ThreeSides, header: UserMessage, document: bytes | None = None, *, key: str = "ap-lt-01") -> None:
    """Deliver a message to the intermediary as the holder of `key`; without `document` that of the first request."""
    if document is None:
        document = next(o.document for _, o in heard(town) if o.header.action == EXECUTE_QUERY_REQUEST)
    part = Part(f"{RandomIds().uuid().replace('-', '')}@test.example", REGREP, document)
    sealed = seal_message(header, (part,), load_key_pair(town.keys, key))
    body = b"".join(bytes(piece) if isinstance(piece, bytes) else whole(piece) for piece in sealed.pieces)
    town.points["nat"].receive(sealed.content_type, body)
