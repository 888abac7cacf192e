"""The desk with a real store and a real key: whose a review is, what is kept and signed, and what the journal says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oots.exchange.journal import Entry
from oots.exchange.journal_report import examine_journal
from oots.exchange.purge import purge
from oots.exchange.unit import Kept
from oots.model.clock import iso
from oots.review.desk import ConflictError, UnexplainedError, UnfinishedError
from oots.review.items import catalogue
from oots.review.record import Answer, AnswerKind, By, Reference, RemarkKind, Review, SignOff, State
from oots.review.signing import Draft, ReviewedMessage, content_of, digest_of, report_of, verdicts
from oots.review.transitions import RefusedActError, Why
from oots.trust.certificates import Role
from oots.trust.signed_record import sign_record, signer_of
from oots.web.words import Words
from tests.support.doors import specimen_key
from tests.support.dossiers import anchors, flipped
from tests.support.reviews import OTHER, READER, RIGMOR, SIGNE, OpenDesk, Somebody, open_desk

EXCHANGE = "00000000-0000-4000-8000-00000000e001"
FOLLOWS = Answer(AnswerKind.FOLLOWS)
EXPLAINED = Answer(
    AnswerKind.DEVIATES, "Loven mangler.", evidence=(Reference("line/provider/3", Words("x", "x"), "9"),)
)
MESSAGES = (ReviewedMessage("1@lt", "a" * 64, "b" * 64),)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenDesk]:
    with open_desk(tmp_path / "inspector") as found:
        yield found


def found(opened: OpenDesk) -> Kept[Review]:
    kept = opened.desk.find(EXCHANGE)
    assert kept is not None
    return kept


def taken(opened: OpenDesk, person: Somebody = RIGMOR) -> int:
    """The version of a review that `person` has taken."""
    opened.desk.claim(EXCHANGE, person)
    return found(opened).record.version


def signed(opened: OpenDesk, verdict: State = State.PARTLY, by: Somebody = SIGNE) -> SignOff:
    draft = Draft(verdict, "Skriv servicemål ned.", By.of(by), MESSAGES)
    return opened.desk.sign(EXCHANGE, by, draft, shown(opened, draft))


def shown(opened: OpenDesk, draft: Draft) -> str:
    """The digest of the text that would be signed now."""
    return digest_of(SignOff(0, draft.verdict, draft.by, opened.clock.now(), _text(opened, draft), ""))


def _text(opened: OpenDesk, draft: Draft) -> str:
    return content_of(found(opened).record, draft).decode()


# --- whose it is ---


def test_a_review_is_queued_taken_put_back_and_taken_by_another(opened: OpenDesk) -> None:
    opened.desk.queue(EXCHANGE, RIGMOR)
    assert found(opened).state == State.TO_VERIFY
    opened.desk.claim(EXCHANGE, RIGMOR)
    assert found(opened).record.taken_by == By.of(RIGMOR)
    opened.desk.release(EXCHANGE, RIGMOR)
    assert (found(opened).state, found(opened).record.taken_by) == (State.TO_VERIFY, None)
    opened.desk.claim(EXCHANGE, OTHER)
    with pytest.raises(RefusedActError) as refused:
        opened.desk.claim(EXCHANGE, RIGMOR)
    assert refused.value.why is Why.STATE
    with pytest.raises(RefusedActError) as refused:
        opened.desk.release(EXCHANGE, RIGMOR)
    assert refused.value.why is Why.DUTY
    opened.desk.release(EXCHANGE, SIGNE)
    assert found(opened).record.taken_by is None


def test_whoever_may_only_read_changes_nothing(opened: OpenDesk) -> None:
    version = taken(opened)
    before = found(opened)
    draft = Draft(State.REJECTED, "Nej.", By.of(READER), MESSAGES)
    changes: list[Callable[[], object]] = [
        lambda: opened.desk.claim(EXCHANGE, READER),
        lambda: opened.desk.release(EXCHANGE, READER),
        lambda: opened.desk.answer(EXCHANGE, READER, version, {"1.1": FOLLOWS}),
        lambda: opened.desk.remark(EXCHANGE, READER, RemarkKind.COMMENT, "Nej.", "da", None),
        lambda: opened.desk.sign(EXCHANGE, READER, draft, shown(opened, draft)),
    ]
    for change in changes:
        with pytest.raises(RefusedActError) as refused:
            change()
        assert refused.value.why is Why.DUTY
    assert found(opened) == before
    opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS})
    assert found(opened) != before


# --- answers ---


def test_an_answer_says_who_gave_it_and_when(opened: OpenDesk) -> None:
    opened.desk.answer(EXCHANGE, RIGMOR, taken(opened), {"1.1": EXPLAINED})
    assert found(opened).record.answer("1.1") == replace(EXPLAINED, by=By.of(RIGMOR), at=opened.clock.now())


@pytest.mark.parametrize("kind", [AnswerKind.PARTLY, AnswerKind.DEVIATES])
def test_what_does_not_follow_is_explained(opened: OpenDesk, kind: AnswerKind) -> None:
    version = taken(opened)
    with pytest.raises(UnexplainedError) as refused:
        opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS, "2.2": Answer(kind, " \n")})
    assert refused.value.items == ("2.2",)
    assert found(opened).record.answers == {}
    opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS, "2.2": Answer(kind, "Derfor.")})
    assert found(opened).record.answered == 2


def test_nobody_overwrites_what_he_has_not_seen(opened: OpenDesk) -> None:
    version = taken(opened)
    opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS})
    with pytest.raises(ConflictError) as conflict:
        opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": EXPLAINED})
    assert conflict.value.now == found(opened)
    assert found(opened).record.answer("1.1").kind is AnswerKind.FOLLOWS
    opened.desk.answer(EXCHANGE, RIGMOR, version + 1, {"1.1": EXPLAINED})
    assert found(opened).record.answer("1.1").kind is AnswerKind.DEVIATES


def test_a_remark_of_another_is_no_conflict_and_is_not_lost(opened: OpenDesk) -> None:
    version = taken(opened)
    opened.desk.remark(EXCHANGE, OTHER, RemarkKind.QUESTION, "Hvem ejer kataloget?", "da", "1.6")
    opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS})
    assert [remark.text for remark in found(opened).record.questions] == ["Hvem ejer kataloget?"]
    opened.desk.reply(EXCHANGE, RIGMOR, 1, "Staten.", "da")
    assert found(opened).record.questions == ()
    with pytest.raises(RefusedActError) as refused:
        opened.desk.reply(EXCHANGE, OTHER, 1, "Nej, kommunen.", "da")
    assert refused.value.why is Why.STATE
    with pytest.raises(LookupError):
        opened.desk.reply(EXCHANGE, OTHER, 2, "Nej, kommunen.", "da")


# --- signing ---


def test_verified_takes_every_answer_and_the_others_take_words(opened: OpenDesk) -> None:
    version = taken(opened)
    draft = Draft(State.VERIFIED, "", By.of(SIGNE), MESSAGES)
    with pytest.raises(UnfinishedError) as unfinished:
        opened.desk.sign(EXCHANGE, SIGNE, draft, shown(opened, draft))
    assert unfinished.value.missing == catalogue().required
    wordless = replace(draft, verdict=State.REJECTED)
    with pytest.raises(UnfinishedError):
        opened.desk.sign(EXCHANGE, SIGNE, wordless, shown(opened, wordless))
    opened.desk.answer(EXCHANGE, RIGMOR, version, dict.fromkeys(catalogue().required, FOLLOWS))
    opened.desk.sign(EXCHANGE, SIGNE, draft, shown(opened, draft))
    assert (found(opened).state, found(opened).record.taken_by) == (State.VERIFIED, None)


def test_nothing_is_signed_but_what_was_shown(opened: OpenDesk) -> None:
    version = taken(opened)
    draft = Draft(State.PARTLY, "Mere.", By.of(SIGNE), MESSAGES)
    seen = shown(opened, draft)
    opened.desk.answer(EXCHANGE, RIGMOR, version, {"1.1": FOLLOWS})
    with pytest.raises(ConflictError):
        opened.desk.sign(EXCHANGE, SIGNE, draft, seen)
    opened.desk.sign(EXCHANGE, SIGNE, draft, shown(opened, draft))
    assert [verdict.problem for verdict in opened.desk.verdicts(found(opened).record)] == [None]


def test_a_later_signature_is_a_new_one_that_names_the_earlier(opened: OpenDesk) -> None:
    opened.desk.answer(EXCHANGE, RIGMOR, taken(opened), {"1.1": EXPLAINED})
    first = signed(opened)
    opened.clock.advance(timedelta(days=200))
    version = taken(opened, OTHER)
    opened.desk.answer(EXCHANGE, OTHER, version, {"1.1": FOLLOWS})
    second = signed(opened)
    record = found(opened).record
    assert record.sign_offs == (first, second)
    assert json.loads(second.content)["earlier_sha256"] == digest_of(first)
    assert [(verdict.problem, verdict.current) for verdict in opened.desk.verdicts(record)] == [
        (None, False),
        (None, True),
    ]


CHANGES: list[tuple[str, Callable[[SignOff], SignOff]]] = [
    ("content", lambda each: replace(each, content=each.content.replace("Skriv", "Sletl"))),
    ("signature", lambda each: replace(each, signature=flipped(each.signature.encode()).decode("latin-1"))),
    ("spelling", lambda each: replace(each, signature=each.signature[:-1] + chr(ord(each.signature[-1]) + 1))),
    ("time", lambda each: replace(each, at=each.at + timedelta(seconds=1))),
    ("signer", lambda each: replace(each, by=By("signe", "Signe Sørensen"))),
    ("verdict", lambda each: replace(each, verdict=State.VERIFIED)),
]


@pytest.mark.parametrize(("what", "change"), CHANGES, ids=[what for what, _ in CHANGES])
def test_a_signed_review_that_was_meddled_with_is_noticed(
    opened: OpenDesk, what: str, change: Callable[[SignOff], SignOff]
) -> None:
    taken(opened)
    sign_off = signed(opened)
    record = found(opened).record
    assert [verdict.problem for verdict in verdicts(record, anchors())] == [None]
    changed = replace(record, sign_offs=(change(sign_off),))
    assert verdicts(changed, anchors())[0].problem, what


def test_each_changed_byte_of_what_was_signed_is_noticed(opened: OpenDesk) -> None:
    taken(opened)
    sign_off, record = signed(opened), found(opened).record
    content = sign_off.content.encode()
    for place in range(0, len(content), max(1, len(content) // 100)):
        text = flipped(content, place).decode("latin-1")
        changed = replace(record, sign_offs=(replace(sign_off, content=text),))
        assert verdicts(changed, anchors())[0].problem, place


def test_a_signature_of_another_review_or_left_out_is_noticed(opened: OpenDesk) -> None:
    taken(opened)
    signed(opened)
    taken(opened)
    signed(opened, State.REJECTED)
    record = found(opened).record
    elsewhere = replace(record, exchange_id=EXCHANGE.replace("e001", "e002"))
    assert all(verdict.problem for verdict in verdicts(elsewhere, anchors()))
    without_first = replace(record, sign_offs=record.sign_offs[1:])
    assert "number" in (verdicts(without_first, anchors())[0].problem or "")
    assert not any(verdict.problem for verdict in verdicts(record, anchors()))


def test_only_the_council_s_key_signs(opened: OpenDesk) -> None:
    taken(opened)
    sign_off, record = signed(opened), found(opened).record
    content = sign_off.content.encode()
    for name, problem in (("reviewer", None), ("dossier-requester", "for dossier, not for reviewer")):
        again = replace(sign_off, signature=sign_record(content, specimen_key(name), sign_off.at))
        said = verdicts(replace(record, sign_offs=(again,)), anchors())[0].problem
        assert said == problem or (problem and said and problem in said)


def test_a_review_outlives_the_journal(opened: OpenDesk) -> None:
    taken(opened)
    signed(opened)
    before = found(opened)
    assert purge(opened.store, opened.clock.now() + timedelta(days=400)) is not None
    with opened.store.look() as unit:
        assert unit.timeline(EXCHANGE) == ()
    assert found(opened) == before
    assert [verdict.problem for verdict in opened.desk.verdicts(before.record)] == [None]


# --- what is told ---


def test_the_report_verifies_far_from_here(opened: OpenDesk) -> None:
    opened.desk.answer(EXCHANGE, RIGMOR, taken(opened), {"1.1": EXPLAINED})
    sign_off = signed(opened)
    kept = found(opened)
    told = json.loads(json.dumps(report_of(State(kept.state), kept.record)))
    assert (told["state"], told["items"][0]["evidence"][0]["ref"]) == ("partly", "line/provider/3")
    only = told["sign_offs"][0]
    assert only["at"] == iso(sign_off.at)
    signer = signer_of(only["content"].encode(), only["jws"], anchors(), Role.REVIEWER, sign_off.at)
    assert (signer.party.party_id, signer.at) == ("it-architecture-council", sign_off.at)
    assert json.loads(only["content"])["messages"][0]["message_id"] == "1@lt"


def test_the_journal_says_who_did_what_and_nothing_that_was_written(opened: OpenDesk) -> None:
    opened.desk.queue(EXCHANGE, RIGMOR)
    opened.desk.answer(EXCHANGE, RIGMOR, taken(opened), {"1.1": EXPLAINED})
    opened.desk.remark(EXCHANGE, RIGMOR, RemarkKind.QUESTION, "Et spørgsmål", "da", None)
    sign_off = signed(opened)
    with opened.store.look() as unit:
        lines = [told.entry for told in unit.timeline(EXCHANGE)]
    assert [line.entry for line in lines] == [
        Entry.REVIEW_QUEUED,
        Entry.REVIEW_CLAIMED,
        Entry.REVIEW_ANSWERED,
        Entry.REVIEW_REMARKED,
        Entry.REVIEW_SIGNED,
    ]
    assert lines[2].detail == "Rigmor Rådgiver (rigmor): 1.1"
    assert lines[-1].decision == "partly"
    assert len(dict(lines[-1].digests)) == 2
    told = "".join(map(str, lines))
    assert not any(words in told for words in ("Loven mangler", "Et spørgsmål", "Skriv servicemål", sign_off.content))
    opened.store.note_head()
    assert examine_journal(opened.folder).faults == ()
