"""Both services with real signatures, schemas and stores, joined by a wire in memory."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal import Entry
from oots.model.content import whole
from oots.model.issuing import MatchOutcome, NothingHeld, NotMatched, NotYet
from oots.model.person import LevelOfAssurance
from oots.provider.preview import PreviewClosedError
from oots.provider.shown import Stage
from oots.requester.cases import CASES
from oots.requester.service import NotPossibleError
from tests.support.two_sides import DOCUMENT, FINDING, READABLE, SOLVEJ, START, TwoSides, issued

TEST_CASE = replace(CASES[0], preview=False)


def provider_state(town: TwoSides, exchange_id: str) -> str:
    with town.provider_store.begin() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    return kept.state


def opened(town: TwoSides) -> tuple[str, str]:
    """An exchange at the open preview, with the right person admitted: exchange id and token."""
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    return exchange_id, token


def test_accepted_evidence_arrives_as_it_was_shown(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    shown = [document.sha256 for package in town.space.packages(token) for document in package.documents]
    assert town.space.decide(token, [0]) == f"https://portal.lt.localhost/return/{exchange_id}"
    town.run()
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.DELIVERED
    received = [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(2)]
    assert received == [DOCUMENT, READABLE]
    assert [hashlib.sha256(content).hexdigest() for content in received] == shown


def test_the_two_round_trips_are_four_receipted_messages(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    town.space.decide(token, [0])
    town.run()
    log = [line.entry for line in town.provider_log(exchange_id)]
    assert log.count(Entry.REQUEST_RECEIVED) == 2
    assert log.count(Entry.EXCEPTION_SENT) == log.count(Entry.RESPONSE_SENT) == 1
    assert log.count(Entry.RECEIPT_RECEIVED) == 2
    assert [line.entry for line in town.requester_log(exchange_id)].count(Entry.RECEIPT_RECEIVED) == 2
    ids = {line.message_id for line in town.provider_log(exchange_id) if line.message_id}
    assert len(ids) == 4
    assert len({line.conversation_id for line in town.provider_log(exchange_id) if line.conversation_id}) == 1


def test_the_provider_forgets_evidence_after_the_receipt_and_the_requester_after_the_step(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    assert len(town.provider_store.files.names()) == 2
    town.space.decide(token, [0])
    town.run()
    assert provider_state(town, exchange_id) == ProviderState.CLOSED
    assert not town.provider_store.files.names()
    assert len(town.requester_store.files.names()) == 2
    town.requester.finish(exchange_id)
    assert not town.requester_store.files.names()
    with pytest.raises(LookupError):
        town.requester.evidence(exchange_id, 0)
    deleted = [line for line in town.requester_log(exchange_id) if line.entry is Entry.EVIDENCE_DELETED]
    assert [part.sha256 for part in deleted[0].evidence] == [
        hashlib.sha256(content).hexdigest() for content in (DOCUMENT, READABLE)
    ]


def test_a_declined_preview_is_success_with_an_empty_list(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    town.space.decide(token, [])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.NOTHING
    assert not town.requester_store.files.names()


def test_nothing_held_is_success_with_an_empty_list(town: TwoSides) -> None:
    town.source.issue_result = NothingHeld("lives elsewhere")
    exchange_id = town.ask()
    assert town.requester.progress(exchange_id).state is RequesterState.NOTHING
    assert town.sent(exchange_id) == [Entry.RESPONSE_SENT]


def test_deferred_evidence_is_unavailable_with_a_date(town: TwoSides) -> None:
    later = START + timedelta(days=2)
    town.source.issue_result = NotYet(later)
    progress = town.requester.progress(town.ask())
    assert progress.state is RequesterState.DEFERRED
    assert progress.available_from == later


def test_without_preview_an_evidence_type_that_allows_it_is_answered_at_once(town: TwoSides) -> None:
    town.source.without_preview = True
    assert town.requester.progress(town.ask(TEST_CASE)).state is RequesterState.DELIVERED


@pytest.mark.parametrize(
    ("outcome", "candidates"),
    [
        (MatchOutcome.NONE, 0),
        (MatchOutcome.SEVERAL, 2),
        (MatchOutcome.MORE_NEEDED, 1),
        (MatchOutcome.NOT_REPRESENTED, 1),
    ],
)
def test_all_who_are_not_matched_are_refused_alike(town: TwoSides, outcome: MatchOutcome, candidates: int) -> None:
    town.source.match_result = NotMatched(outcome, candidates)
    progress = town.requester.progress(town.ask())
    assert progress.state is RequesterState.REFUSED
    assert (progress.error_code, progress.error_detail) == ("EDM:ERR:0004", "the person could not be matched uniquely")


def refused_with(town: TwoSides, exchange_id: str) -> str | None:
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.REFUSED
    assert not town.requester_store.files.names()
    return progress.error_code


def test_an_unknown_evidence_type_is_refused_with_0004(town: TwoSides) -> None:
    unknown = replace(
        FINDING.service.evidence_type, classification=FINDING.service.evidence_type.classification[:-1] + "5"
    )
    finding = replace(FINDING, service=replace(FINDING.service, evidence_type=unknown))
    assert refused_with(town, town.ask(finding=finding)) == "EDM:ERR:0004"


def test_a_procedure_for_which_it_is_not_issued_is_refused_with_0004(town: TwoSides) -> None:
    assert refused_with(town, town.ask(replace(CASES[0], procedure="T3"))) == "EDM:ERR:0004"


def test_a_format_that_is_not_offered_is_refused_with_0007(town: TwoSides) -> None:
    wanted = (replace(FINDING.service.distributions[1], format="image/png"),)
    finding = replace(FINDING, service=replace(FINDING.service, distributions=wanted))
    assert refused_with(town, town.ask(finding=finding)) == "EDM:ERR:0007"


def test_a_low_level_of_assurance_is_refused_with_0001(town: TwoSides) -> None:
    assert (
        refused_with(town, town.ask(person=replace(SOLVEJ, level_of_assurance=LevelOfAssurance.LOW))) == "EDM:ERR:0001"
    )


def test_doing_without_a_preview_is_refused_with_0002_where_one_is_needed(town: TwoSides) -> None:
    assert refused_with(town, town.ask(TEST_CASE)) == "EDM:ERR:0002"


def test_another_evidence_provider_is_refused_with_0006(town: TwoSides) -> None:
    publisher = FINDING.access_service.publisher
    other = replace(publisher, identifier=replace(publisher.identifier, value="35209115"))
    finding = replace(FINDING, access_service=replace(FINDING.access_service, publisher=other))
    assert refused_with(town, town.ask(finding=finding)) == "EDM:ERR:0006"


def test_a_register_that_breaks_down_is_answered_with_0008_and_no_detail_of_it(town: TwoSides) -> None:
    town.source.fails = True
    exchange_id = town.ask()
    assert refused_with(town, exchange_id) == "EDM:ERR:0008"
    assert "down" not in str(town.requester.progress(exchange_id).error_detail)


@pytest.mark.parametrize(
    ("content", "state"),
    [(DOCUMENT, RequesterState.DELIVERED), (DOCUMENT + b"\n", RequesterState.REFUSED)],
    ids=["canonical", "not canonical"],
)
def test_accepted_evidence_that_no_receiver_would_take_ends_with_an_error(
    town: TwoSides, content: bytes, state: RequesterState
) -> None:
    whole = issued()
    documents = (replace(whole.documents[0], content=content), whole.documents[1])
    town.source.issue_result = (replace(whole, documents=documents),)
    exchange_id, token = opened(town)
    town.space.decide(token, [0])
    town.run()
    assert town.requester.progress(exchange_id).state is state
    assert town.requester.progress(exchange_id).error_code in (None, "EDM:ERR:0008")


def test_another_person_at_the_preview_sees_nothing_and_the_exchange_ends_with_0005(town: TwoSides) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert not town.space.admit(token, replace(SOLVEJ, identifier="DK/DK/another"))
    assert not town.space.admit(token, replace(SOLVEJ, date_of_birth=SOLVEJ.date_of_birth.replace(day=13)))
    assert town.space.place(token).stage is Stage.OPEN
    town.pass_time(timedelta(minutes=15))
    assert town.requester.progress(exchange_id).state is RequesterState.LAPSED
    assert not town.provider_store.files.names()


@pytest.mark.parametrize("level", [LevelOfAssurance.LOW, None])
def test_a_weaker_sign_in_than_the_evidence_demands_opens_nothing(
    town: TwoSides, level: LevelOfAssurance | None
) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert not town.space.admit(token, replace(SOLVEJ, level_of_assurance=level))
    refused = town.provider_log(exchange_id)[-1]
    assert (refused.entry, refused.detail) == (Entry.PREVIEW_REFUSED, "the sign-in was not sure enough")
    assert town.space.admit(token, replace(SOLVEJ, level_of_assurance=LevelOfAssurance.SUBSTANTIAL))


def test_another_decision_than_the_one_taken_is_told_to_come_too_late(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    location = town.space.decide(token, [0])
    with pytest.raises(PreviewClosedError) as closed:
        town.space.decide(token, [])
    assert closed.value.stage is Stage.DECIDED
    assert town.space.decide(token, [0]) == location
    assert town.sent(exchange_id).count(Entry.RESPONSE_SENT) == 1


def test_of_two_decisions_at_once_one_counts(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    together = threading.Barrier(8)

    def decide(accepted: list[int]) -> str:
        together.wait()
        try:
            return town.space.decide(token, accepted)
        except PreviewClosedError as closed:
            return closed.stage

    with ThreadPoolExecutor(8) as hands:
        ends = list(hands.map(decide, [[0], []] * 4))
    assert sorted(set(ends)) == ["decided", f"https://portal.lt.localhost/return/{exchange_id}"]
    assert ends.count("decided") == 4
    assert town.sent(exchange_id).count(Entry.RESPONSE_SENT) == 1
    decisions = [line.decision for line in town.provider_log(exchange_id) if line.entry is Entry.PREVIEW_DECIDED]
    assert decisions == ["accept" if ends[0] != "decided" else "decline"]


def test_the_right_person_is_known_by_another_requesting_country(town: TwoSides) -> None:
    token = town.to_preview(town.ask())
    assert town.space.admit(token, replace(SOLVEJ, identifier="DK/DK/0f6b2c1dsolvej"))


def test_a_preview_without_a_decision_ends_with_0005_after_t3(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    town.pass_time(timedelta(minutes=39, seconds=59))
    assert town.space.place(token).stage is Stage.OPEN
    town.pass_time(timedelta(seconds=1))
    assert town.space.place(token).stage is Stage.LAPSED
    progress = town.requester.progress(exchange_id)
    assert progress.state is RequesterState.LAPSED
    assert progress.error_code == "EDM:ERR:0005"
    with pytest.raises(PreviewClosedError):
        town.space.decide(token, [0])


def test_request_2_after_the_link_lapsed_is_answered_with_0005(town: TwoSides) -> None:
    exchange_id = town.ask()
    town.pass_time(timedelta(minutes=15))
    town.to_preview(exchange_id)
    progress = town.requester.progress(exchange_id)
    assert (progress.state, progress.error_code) == (RequesterState.LAPSED, "EDM:ERR:0005")


def test_a_requester_that_nobody_answers_gives_up_a_minute_after_t1(town: TwoSides) -> None:
    town.wire.endpoints["lt"].receive = lambda content_type, body: b""  # type: ignore[method-assign]
    exchange_id = town.ask()
    town.pass_time(timedelta(minutes=5, seconds=59))
    assert town.requester.progress(exchange_id).state is RequesterState.REQUESTED
    town.pass_time(timedelta(seconds=1))
    assert town.requester.progress(exchange_id).state is RequesterState.LAPSED


def test_a_browser_may_come_before_request_2(town: TwoSides) -> None:
    exchange_id = town.ask()
    offer = town.requester.progress(exchange_id).offer
    assert offer is not None
    token = offer.location.rpartition("/")[2]
    assert town.space.admit(token, SOLVEJ)
    assert town.space.place(token).stage is Stage.WAITING
    with pytest.raises(PreviewClosedError):
        town.space.packages(token)
    town.to_preview(exchange_id)
    assert len(town.space.packages(token)) == 1


def test_the_link_is_closed_for_good_after_the_decision(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    assert len(town.space.packages(token)) == 1
    town.space.decide(token, [0])
    town.run()
    assert town.space.place(token).stage is Stage.DECIDED
    with pytest.raises(PreviewClosedError):
        town.space.packages(token)
    with pytest.raises(PreviewClosedError):
        town.space.admit(token, SOLVEJ)
    assert town.space.decide(token, [0]) == f"https://portal.lt.localhost/return/{exchange_id}"
    with pytest.raises(PreviewClosedError):
        town.space.decide(token, [])
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert town.sent(exchange_id) == [Entry.EXCEPTION_SENT, Entry.RESPONSE_SENT]


def test_going_to_the_preview_twice_sends_request_2_once(town: TwoSides) -> None:
    exchange_id = town.ask()
    assert town.to_preview(exchange_id) == town.to_preview(exchange_id)
    assert [line.entry for line in town.requester_log(exchange_id)].count(Entry.REQUEST_SENT) == 2


def test_evidence_cannot_be_finished_before_it_has_come(town: TwoSides) -> None:
    exchange_id = town.ask()
    with pytest.raises(NotPossibleError):
        town.requester.finish(exchange_id)


def test_the_journal_keeps_what_article_17_asks_on_both_sides(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    town.space.decide(token, [0])
    town.run()
    sent = next(line for line in town.provider_log(exchange_id) if line.entry is Entry.RESPONSE_SENT)
    received = next(line for line in town.requester_log(exchange_id) if line.entry is Entry.RESPONSE_RECEIVED)
    for line in (sent, received):
        assert line.procedure == "V1"
        assert line.requester == "urn:cef.eu:names:identifier:EAS:0200:999000001"
        assert line.provider == "urn:cef.eu:names:identifier:EAS:0184:55133018"
        assert line.subject == "DK/LT/0f6b2c1dsolvej"
        assert line.document is not None
        assert line.soap is not None
        assert [part.media_type for part in line.evidence] == ["application/xml", "application/pdf"]
    assert sent.document == received.document
    assert sent.digests == received.digests
    decided = next(line for line in town.provider_log(exchange_id) if line.entry is Entry.PREVIEW_DECIDED)
    assert decided.decision == "accept"


def test_no_personal_data_lies_readable_in_the_state_folders(town: TwoSides) -> None:
    exchange_id, token = opened(town)
    town.space.decide(token, [0])
    town.run()
    folders = (town.provider_store.files.directory.parent, town.requester_store.files.directory.parent)
    stored = b"".join(file.read_bytes() for folder in folders for file in folder.rglob("*") if file.is_file())
    assert exchange_id.encode() in stored
    for personal in ("Prøvesen".encode(), b"0f6b2c1dsolvej", "Åboulevarden".encode()):
        assert personal not in stored


def test_the_journal_cannot_be_rewritten(town: TwoSides) -> None:
    town.ask()
    with pytest.raises(Exception, match="append-only"), town.provider_store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET entry = 'nothing-happened'")
