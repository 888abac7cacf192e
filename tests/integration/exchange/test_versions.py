"""The whole exchange in each version of the data model, and what 1.x does without in its headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_REQUEST,
    PARTY_TYPE,
    REGREP,
    UserMessage,
    message_properties,
)
from oots.edelivery.message import Part, SealedMessage, open_message, seal_message
from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry, JournalEntry
from oots.model.clock import RandomIds
from oots.model.content import whole
from oots.model.evidence import DocumentKind
from oots.model.identifiers import Identifier, urn_uuid
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import EvidenceError
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from oots.wire import answer as answers
from oots.wire import request as requests
from oots.wire.namespaces import RIM
from oots.wire.profile import PROFILES, edm_v1_0
from oots.wire.xml import canonical, parse
from tests.support.two_sides import (
    DOCUMENT,
    FINDING,
    READABLE,
    SOLVEJ,
    START,
    VILNIUS,
    TwoSides,
    finding_in,
    two_sides,
)

IDS = RandomIds()
V1_0, V1_2, V2_0 = "oots-edm:v1.0", "oots-edm:v1.2", "oots-edm:v2.0"
FIRST = (V1_0, V1_2)

every_version = pytest.mark.parametrize("version", [V1_0, V1_2, V2_0])
first_versions = pytest.mark.parametrize("version", FIRST)


def asked(town: TwoSides, version: str) -> str:
    return town.ask(finding=finding_in(version))


def opened(town: TwoSides, version: str) -> tuple[str, str]:
    """An exchange at the open preview, with the right person admitted: the requester's id of it and the token."""
    exchange_id = asked(town, version)
    location = town.requester.go_to_preview(exchange_id)
    town.run()
    token = urlsplit(location).path.rpartition("/")[2]
    assert town.space.admit(token, SOLVEJ)
    return exchange_id, token


def messages(town: TwoSides) -> list[UserMessage]:
    """The headers of everything that went over the wire, in order."""
    return [open_message(kind, body, town.anchors, START).header for _, kind, body in town.wire.heard]


def provider_lines(town: TwoSides) -> list[JournalEntry]:
    with town.provider_store.begin() as unit:
        return [told.entry for each in unit.exchange_ids(99) for told in unit.timeline(each)]


def the_provider_exchange(town: TwoSides) -> str:
    with town.provider_store.begin() as unit:
        (kept,) = unit.all()
    return kept.exchange_id


# --- the ways an exchange can go ---


@every_version
def test_accepted_evidence_arrives_as_it_was_shown(town: TwoSides, version: str) -> None:
    exchange_id, token = opened(town, version)
    shown = [document for package in town.space.packages(token) for document in package.documents]
    assert town.space.decide(token, range(len(town.space.packages(token)))) == (
        f"https://portal.lt.localhost/return/{exchange_id}"
    )
    town.run()
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.DELIVERED
    assert [part.sha256 for part in progress.parts] == [document.sha256 for document in shown]
    assert [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(2)] == [DOCUMENT, READABLE]


@every_version
def test_each_message_says_the_version_and_the_header_as_far_as_it_can(town: TwoSides, version: str) -> None:
    _, token = opened(town, version)
    town.space.decide(token, [0])
    town.run()
    headers = messages(town)
    assert len(headers) == 4
    properties = 4 if PROFILES[version].exchange_in_header else 2
    assert [len(message_properties(header)) for header in headers] == [properties] * 4
    assert len({header.conversation_id for header in headers}) == 1
    documents = [line.document for line in provider_lines(town) if line.document]
    assert len(documents) == 4
    assert all(f">{version}<".encode() in document for document in documents)


@first_versions
def test_in_1_x_each_piece_of_evidence_is_accepted_or_declined_by_itself(town: TwoSides, version: str) -> None:
    exchange_id, token = opened(town, version)
    assert [len(package.documents) for package in town.space.packages(token)] == [1, 1]
    town.space.decide(token, [1])
    town.run()
    (document,) = town.requester.progress(exchange_id).documents
    assert (document.kind, document.classification_id) == (DocumentKind.MAIN_EVIDENCE, None)
    assert whole(town.requester.evidence(exchange_id, 0)[1]) == READABLE


@every_version
def test_a_declined_preview_is_success_with_an_empty_list(town: TwoSides, version: str) -> None:
    exchange_id, token = opened(town, version)
    town.space.decide(token, [])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.NOTHING


@every_version
def test_a_preview_without_a_decision_ends_with_0005_after_t3(town: TwoSides, version: str) -> None:
    exchange_id, _ = opened(town, version)
    town.pass_time(timedelta(minutes=40))
    progress = town.requester.progress(exchange_id)
    assert (progress.state, progress.error_code) == (RequesterState.LAPSED, "EDM:ERR:0005")


@every_version
def test_a_link_that_nobody_followed_is_answered_with_0005(town: TwoSides, version: str) -> None:
    exchange_id = asked(town, version)
    town.pass_time(timedelta(minutes=15))
    town.requester.go_to_preview(exchange_id)
    town.run()
    progress = town.requester.progress(exchange_id)
    assert (progress.state, progress.error_code) == (RequesterState.LAPSED, "EDM:ERR:0005")


@every_version
def test_doing_without_a_preview_is_refused_as_the_version_can_say_it(town: TwoSides, version: str) -> None:
    progress = town.requester.progress(town.ask(replace(CASES[0], preview=False), finding=finding_in(version)))
    said = "EDM:ERR:0003" if PROFILES[version].authorization_is_preview else "EDM:ERR:0002"
    assert (progress.state, progress.error_code) == (RequesterState.REFUSED, said)
    town.source.without_preview = True
    progress = town.requester.progress(town.ask(replace(CASES[0], preview=False), finding=finding_in(version)))
    assert progress.state is RequesterState.DELIVERED


def test_1_0_is_spoken_with_the_host_that_is_set(tmp_path: Path, demo_keys: Path, town: TwoSides) -> None:
    profiles = {**PROFILES, V1_0: edm_v1_0("sr.oots.tech.ec.europa.eu")}
    later = two_sides(tmp_path / "later", demo_keys, profiles=profiles)
    exchange_id, token = opened(later, V1_0)
    later.space.decide(token, [0])
    later.run()
    assert later.requester.progress(exchange_id).state is RequesterState.DELIVERED
    documents = [line.document for line in later.requester_log(exchange_id) if line.document]
    assert len(documents) == 4
    assert not any(b"//sr.oots.tech.europa.eu/" in document for document in documents)
    of_the_first_release, of_a_later_one = (
        requests.encode(lawful(town, V1_0), spoken) for spoken in (PROFILES, profiles)
    )
    assert answered(town, of_a_later_one, header(V1_0))[0] == "EDM:ERR:0003"
    assert answered(town, of_the_first_release, header(V1_0))[0] == "EDM:ERR:0002"


# --- what the portal asks for ---


def test_in_2_0_the_portal_asks_for_structured_evidence_with_its_readable_version(town: TwoSides) -> None:
    request = town.requester.request_for(CASES[0], finding_in(V2_0), SOLVEJ, START)
    (wanted,) = request.evidence.distributions
    assert (wanted.format, wanted.languages, request.language) == ("application/xml", ("DA",), None)
    assert wanted.associated_documents == (DocumentKind.HUMAN_READABLE_VERSION,)


@first_versions
def test_in_1_x_the_portal_asks_for_what_people_can_read_in_a_language(town: TwoSides, version: str) -> None:
    request = town.requester.request_for(CASES[0], finding_in(version), SOLVEJ, START)
    (wanted,) = request.evidence.distributions
    assert (wanted.format, wanted.languages, wanted.associated_documents) == ("application/pdf", (), ())
    assert request.language == "DA"


def test_1_0_alone_wants_the_evidence_type_described(town: TwoSides) -> None:
    def described(version: str) -> bool:
        request = town.requester.request_for(CASES[0], finding_in(version), SOLVEJ, START)
        return bool(request.evidence.evidence_type.descriptions)

    assert [described(version) for version in (V1_0, V1_2, V2_0)] == [True, False, False]


@first_versions
def test_in_1_x_the_browser_carries_the_way_back(town: TwoSides, version: str) -> None:
    exchange_id = asked(town, version)
    query = parse_qs(urlsplit(town.requester.go_to_preview(exchange_id)).query)
    assert query == {"returnurl": [f"https://portal.lt.localhost/return/{exchange_id}"], "returnmethod": ["GET"]}


# --- which exchange a message belongs to ---


@first_versions
def test_in_1_x_each_side_has_an_id_of_its_own_for_all_that_belongs_to_an_exchange(
    town: TwoSides, version: str
) -> None:
    exchange_id, token = opened(town, version)
    town.space.decide(token, [0])
    town.run()
    own = the_provider_exchange(town)
    assert own != exchange_id
    provider, requester = town.provider_log(own), town.requester_log(exchange_id)
    assert {line.entry for line in requester} == {
        Entry.REQUEST_SENT,
        Entry.EXCEPTION_RECEIVED,
        Entry.RESPONSE_RECEIVED,
        Entry.RECEIPT_RECEIVED,
    }
    assert len({line.message_id for line in provider if line.message_id}) == 4
    assert {line.message_id for line in provider if line.message_id} == {line.message_id for line in requester}
    with town.provider_store.begin() as there, town.requester_store.begin() as here:
        assert not there.refusals()
        assert not here.refusals()


def test_in_2_0_both_sides_know_the_exchange_by_one_id(town: TwoSides) -> None:
    exchange_id, _ = opened(town, V2_0)
    assert the_provider_exchange(town) == exchange_id


@every_version
def test_two_exchanges_of_one_session_do_not_mix(town: TwoSides, version: str) -> None:
    (one, first), (other, second) = opened(town, version), opened(town, version)
    town.space.decide(second, [0])
    town.run()
    assert town.requester.progress(one).state is RequesterState.PREVIEWING
    assert town.requester.progress(other).state is RequesterState.DELIVERED
    town.space.decide(first, [])
    town.run()
    assert town.requester.progress(one).state is RequesterState.NOTHING


@first_versions
def test_a_message_that_comes_twice_is_recorded_under_its_exchange(town: TwoSides, version: str) -> None:
    asked(town, version)
    _, kind, body = town.wire.heard[0]
    assert read_signal(town.provider_point.receive(kind, body)).kind is SignalKind.RECEIPT
    assert town.provider_log(the_provider_exchange(town))[-1].entry is Entry.DUPLICATE_RECEIVED


# --- messages made by hand ---


def header(version: str, **changes: object) -> UserMessage:
    """The header of a request in this version, under an exchange and a conversation of its own."""
    named = PROFILES[version].exchange_in_header
    plain = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=START,
        sender=Identifier(PARTY_TYPE, "AP_LT_01"),
        receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=IDS.uuid(),
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=IDS.uuid() if named else "",
        specification=version if named else "",
        parts=(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def sealed(town: TwoSides, document: bytes, of: UserMessage, key: str = "ap-lt-01") -> SealedMessage:
    return seal_message(of, (Part(f"{IDS.uuid()}@test.example", REGREP, document),), load_key_pair(town.keys, key))


def sent(town: TwoSides) -> list[JournalEntry]:
    """What the provider has sent, in order."""
    with town.provider_store.begin() as unit:
        told = [each for exchange_id in unit.exchange_ids(99) for each in unit.timeline(exchange_id)]
    told.sort(key=lambda each: each.number)
    return [each.entry for each in told if each.entry.entry in (Entry.EXCEPTION_SENT, Entry.RESPONSE_SENT)]


def lawful(town: TwoSides, version: str) -> EvidenceRequest:
    return town.requester.request_for(CASES[0], finding_in(version), SOLVEJ, START)


def answered(town: TwoSides, document: bytes, of: UserMessage) -> tuple[str, str]:
    """Code and rule of the error with which the provider answers a request."""
    message = sealed(town, document, of)
    assert read_signal(town.provider_point.receive(message.content_type, message.body)).kind is SignalKind.RECEIPT
    line = sent(town)[-1]
    return str(line.error_code), str(line.detail).partition(":")[0]


@pytest.mark.parametrize(
    ("header_of", "body_of", "rule"),
    [
        (V2_0, V1_0, "R-EDM-ebMS-038"),
        (V2_0, V1_2, "R-EDM-ebMS-038"),
        (V1_0, V2_0, "R-EDM-ebMS-018"),
    ],
)
def test_header_and_body_of_different_versions_are_refused_with_0003(
    town: TwoSides, header_of: str, body_of: str, rule: str
) -> None:
    for version in (header_of, body_of):
        assert answered(town, requests.encode(lawful(town, version)), header(version))[0] == "EDM:ERR:0002"
    assert answered(town, requests.encode(lawful(town, body_of)), header(header_of)) == ("EDM:ERR:0003", rule)


@first_versions
def test_a_header_that_names_a_version_of_1_x_is_refused(town: TwoSides, version: str) -> None:
    named = header(version, exchange_id=IDS.uuid(), specification=version)
    document = requests.encode(lawful(town, version))
    code, rule = answered(town, document, named)
    assert code == "EDM:ERR:0003"
    assert rule.startswith("R-EDM-ebMS-")
    assert answered(town, document, header(version))[0] == "EDM:ERR:0002"


@every_version
def test_a_request_id_that_another_document_used_before_is_refused(town: TwoSides, version: str) -> None:
    request = lawful(town, version)
    assert answered(town, requests.encode(request), header(version))[0] == "EDM:ERR:0002"
    other = requests.encode(replace(request, procedure="S1"))
    assert answered(town, other, header(version)) == ("EDM:ERR:0003", "R-EDM-REQ-S004")
    another = replace(request, request_id=IDS.uuid())
    assert answered(town, requests.encode(another), header(version))[0] == "EDM:ERR:0002"


def with_id(document: bytes, request_id: str) -> bytes:
    root = parse(document)
    root.set("id", urn_uuid(request_id))
    return canonical(root)


@pytest.mark.parametrize(
    ("version", "other_case"),
    [(V1_0, "EDM:ERR:0002"), (V1_2, "EDM:ERR:0003"), (V2_0, "EDM:ERR:0003")],
    ids=[V1_0, V1_2, V2_0],
)
def test_a_request_id_in_upper_case_is_answered_and_is_the_same_id(
    town: TwoSides, version: str, other_case: str
) -> None:
    request = lawful(town, version)
    document, other = requests.encode(request), requests.encode(replace(request, request_id=IDS.uuid()))
    assert answered(town, with_id(document, request.request_id.upper()), header(version))[0] == other_case
    seen = "EDM:ERR:0003" if version == V1_0 else "EDM:ERR:0002"
    assert answered(town, document, header(version))[0] == seen
    assert answered(town, other, header(version))[0] == "EDM:ERR:0002"


def without_moment(document: bytes) -> bytes:
    root = parse(document)
    for slot in root.findall(f"{{{RIM}}}Slot"):
        if slot.get("name") == "IssueDateTime":
            root.remove(slot)
    return canonical(root)


@every_version
def test_an_unreadable_request_is_answered_in_its_version(town: TwoSides, version: str) -> None:
    document = requests.encode(lawful(town, version))
    assert answered(town, document, header(version))[0] == "EDM:ERR:0002"
    assert answered(town, without_moment(document), header(version)) == ("EDM:ERR:0003", "R-EDM-REQ-S006")
    error = answers.decode(sent(town)[-1].document or b"")
    assert error.specification == version
    town.run()
    assert len(message_properties(messages(town)[-1])) == len(message_properties(header(version)))


@every_version
def test_a_sender_that_no_list_knows_is_answered_in_a_lawful_message(town: TwoSides, version: str) -> None:
    document = requests.encode(lawful(town, version))
    unlisted = header(version, original_sender=Identifier("urn:example:unlisted", "x"))
    assert answered(town, document, unlisted)[0] == "EDM:ERR:0003"
    assert answered(town, document, header(version))[0] == "EDM:ERR:0002"


@pytest.mark.parametrize(("header_of", "spoken"), [(V2_0, V2_0), (V1_0, V2_0)])
def test_a_request_without_a_version_is_answered_in_that_of_its_header_or_the_newest(
    town: TwoSides, header_of: str, spoken: str
) -> None:
    document = requests.encode(lawful(town, header_of)).replace(f">{header_of}<".encode(), b">oots-edm:v9.9<")
    assert answered(town, document, header(header_of))[0] == "EDM:ERR:0003"
    assert answers.decode(sent(town)[-1].document or b"").specification == spoken


# --- request 2, in 1.x found by its link ---


def second(request: EvidenceRequest, location: str) -> EvidenceRequest:
    return replace(
        request, request_id=IDS.uuid(), preview=PreviewVisit(location, "https://portal.lt.localhost/return/x")
    )


def offered(town: TwoSides, version: str) -> tuple[EvidenceRequest, str, str]:
    """An exchange with a preview link: request 1, the location, the conversation."""
    progress = town.requester.progress(asked(town, version))
    assert progress.offer is not None
    return progress.request, progress.offer.location, progress.conversation_id


Change = Callable[[EvidenceRequest, str, str], tuple[EvidenceRequest, str]]


@first_versions
@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("R-EDM-REQ-C005", lambda request, location, talk: (second(request, location + "x"), talk)),
        ("R-EDM-REQ-C005", lambda request, location, talk: (second(request, location.replace("/p/", "/q/")), talk)),
        ("R-EDM-ebMS-017", lambda request, location, talk: (second(request, location), IDS.uuid())),
        (
            "OOTSDK-PAIR-PRV-009",
            lambda request, location, talk: (second(replace(request, language="EN"), location), talk),
        ),
    ],
    ids=["guessed link", "another address", "another conversation", "another language"],
)
def test_request_2_that_does_not_fit_its_link_is_refused_and_the_preview_stays_open(
    town: TwoSides, version: str, rule: str, change: Change
) -> None:
    request, location, conversation_id = offered(town, version)
    wrong, talk = change(request, location, conversation_id)
    of = header(version, conversation_id=talk)
    assert answered(town, requests.encode(wrong), of) == ("EDM:ERR:0003", rule)
    right = sealed(town, requests.encode(second(request, location)), header(version, conversation_id=conversation_id))
    assert read_signal(town.provider_point.receive(right.content_type, right.body)).kind is SignalKind.RECEIPT
    token = location.rpartition("/")[2]
    assert town.space.admit(token, SOLVEJ)
    assert len(town.space.packages(token)) == 2


def test_in_2_0_the_link_of_another_exchange_is_refused(town: TwoSides) -> None:
    request, location, _ = offered(town, V2_0)
    _, _, other_conversation = offered(town, V2_0)
    own, other = (line.exchange_id for line in sent(town))
    assert other != own
    document = requests.encode(second(request, location))
    of = header(V2_0, conversation_id=other_conversation, exchange_id=other)
    assert answered(town, document, of) == ("EDM:ERR:0003", "R-EDM-REQ-C005")


# --- answers made by hand ---


def reply(version: str, exchange_id: str, conversation_id: str) -> UserMessage:
    named = PROFILES[version].exchange_in_header
    return header(
        version,
        sender=Identifier(PARTY_TYPE, "AP_DK_01"),
        receiver=Identifier(PARTY_TYPE, "AP_LT_01"),
        action=EXCEPTION_RESPONSE,
        original_sender=FINDING.access_service.publisher.identifier,
        final_recipient=VILNIUS.identifier,
        exchange_id=exchange_id if named else "",
        conversation_id=conversation_id,
    )


def take(town: TwoSides, answer: EvidenceError, of: UserMessage) -> None:
    message = sealed(town, answers.encode(answer), of, "ap-dk-01")
    assert read_signal(town.requester_point.receive(message.content_type, message.body)).kind is SignalKind.RECEIPT


def undelivered(town: TwoSides, version: str) -> tuple[str, EvidenceError, UserMessage]:
    """An exchange whose provider cannot reach the portal: its id there, the answer, and a header that fits it."""
    town.wire.bend = lambda request: httpx.Response(503) if request.url.host == "lt" else None
    exchange_id = asked(town, version)
    answer = answers.decode(sent(town)[-1].document or b"")
    assert isinstance(answer, EvidenceError)
    return exchange_id, answer, reply(version, exchange_id, town.requester.progress(exchange_id).conversation_id)


def in_version(answer: EvidenceError, version: str) -> EvidenceError:
    (exception,) = answer.exceptions
    assert exception.preview is not None
    method = "GET" if PROFILES[version].preview_method else None
    offer = replace(exception, preview=replace(exception.preview, method=method))
    return replace(answer, specification=version, exceptions=(offer,))


@every_version
def test_an_answer_in_another_conversation_is_ignored(town: TwoSides, version: str) -> None:
    exchange_id, answer, of = undelivered(town, version)
    take(town, answer, replace(of, conversation_id=IDS.uuid()))
    assert "R-EDM-ebMS-017" in str(town.requester_log(exchange_id)[-1].detail)
    assert town.requester.progress(exchange_id).state is RequesterState.REQUESTED
    take(town, answer, replace(of, message_id=f"{IDS.uuid()}@test.example"))
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


@pytest.mark.parametrize(("version", "other"), [(V1_0, V1_2), (V1_2, V2_0), (V2_0, V1_2)])
def test_an_answer_in_another_version_than_the_request_is_ignored(town: TwoSides, version: str, other: str) -> None:
    exchange_id, answer, of = undelivered(town, version)
    take(town, in_version(answer, other), reply(other, exchange_id, of.conversation_id))
    assert "another version" in str(town.requester_log(exchange_id)[-1].detail)
    assert town.requester.progress(exchange_id).state is RequesterState.REQUESTED
    take(town, answer, of)
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


@every_version
def test_an_answer_to_a_request_of_another_exchange_has_no_effect_on_this_one(town: TwoSides, version: str) -> None:
    one, answer, of = undelivered(town, version)
    other, foreign, _ = undelivered(town, version)
    take(town, replace(foreign, request_id=IDS.uuid()), of)
    take(town, foreign, replace(of, message_id=f"{IDS.uuid()}@test.example", conversation_id=IDS.uuid()))
    assert town.requester.progress(one).state is RequesterState.REQUESTED
    assert town.requester.progress(other).state is RequesterState.REQUESTED
    take(town, answer, replace(of, message_id=f"{IDS.uuid()}@test.example"))
    assert town.requester.progress(one).state is RequesterState.PREVIEW_OFFERED
    assert town.requester.progress(other).state is RequesterState.REQUESTED


@first_versions
def test_an_answer_to_the_first_request_is_ignored_once_the_second_is_open(town: TwoSides, version: str) -> None:
    exchange_id, _ = opened(town, version)
    line = next(line for line in town.requester_log(exchange_id) if line.entry is Entry.EXCEPTION_RECEIVED)
    late = answers.decode(line.document or b"")
    assert isinstance(late, EvidenceError)
    take(town, late, reply(version, exchange_id, town.requester.progress(exchange_id).conversation_id))
    ignored = town.requester_log(exchange_id)[-1]
    assert (ignored.entry, ignored.exchange_id) == (Entry.ANSWER_IGNORED, exchange_id)
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEWING


def test_a_preview_that_is_not_opened_by_get_is_shown_to_nobody(town: TwoSides) -> None:
    exchange_id, answer, of = undelivered(town, V1_2)
    (exception,) = answer.exceptions
    assert exception.preview is not None
    by_post = replace(exception, preview=replace(exception.preview, method="POST"))
    take(town, replace(answer, exceptions=(by_post,)), of)
    progress = town.requester.progress(exchange_id)
    assert (progress.state, progress.offer) == (RequesterState.REFUSED, None)
    another, answer, of = undelivered(town, V1_2)
    take(town, answer, of)
    assert town.requester.progress(another).state is RequesterState.PREVIEW_OFFERED


@every_version
def test_the_portal_names_the_formats_that_it_asks_for(town: TwoSides, version: str) -> None:
    finding = replace(FINDING, specification=version)
    request = town.requester.request_for(CASES[0], finding, SOLVEJ, START)
    (asked_for,) = request.evidence.distributions
    readable = ["application/pdf"] if asked_for.associated_documents else []
    assert list(town.requester.formats_asked(finding)) == [asked_for.format, *readable]
    assert (len(readable) == 1) == (version == V2_0)
