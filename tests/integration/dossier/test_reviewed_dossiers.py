"""A review in a dossier: believed where a reviewer signed it about these very messages, told of where not."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from typer.testing import CliRunner

from oots.cli.commands import app
from oots.deployment.reviews import review_in
from oots.dossier.export import export
from oots.dossier.messages import header_in
from oots.dossier.verification import Verdict
from oots.exchange.store import Store
from oots.model.clock import FrozenClock
from oots.model.content import sha256_of
from oots.review.desk import Desk
from oots.review.record import Answer, AnswerKind, By, Remark, RemarkKind, Review, State
from oots.review.signing import Draft, ReviewedMessage, items_told, report_of, signed
from oots.trust.signed_record import canonical_json, sign_record
from tests.support.doors import specimen_key
from tests.support.dossiers import (
    MADE,
    SAMPLES,
    anchors,
    judged,
    kept_lists,
    members_of,
    resigned,
    sample_material,
    why,
)
from tests.support.revocation import signed_list
from tests.support.two_sides import START

SIGNE = By("https://login.example#signe", "Signe Skriver")
EXPLANATION = "Fristen står ikke i aftalen."


QUESTION = Remark(1, RemarkKind.QUESTION, "Hvor står fristen?", "da", SIGNE, MADE)


def reviewed(
    key: str = "reviewer", exchange_id: str | None = None, spoiled: bool = False, named: bool = True
) -> dict[str, Any]:
    """The review of the sample with a question, signed once; without `named` it speaks of no message."""
    material = sample_material()
    messages = tuple(
        ReviewedMessage(header_in(each.envelope).message_id, sha256_of(each.envelope), sha256_of(each.document))
        for each in material.messages
    )
    if spoiled:
        messages = (replace(messages[0], document_sha256="0" * 64), *messages[1:])
    answers = {"1.1": Answer(AnswerKind.DEVIATES, EXPLANATION, by=SIGNE, at=MADE)}
    review = Review(exchange_id or material.exchange_id, answers=answers, remarks=(QUESTION,))
    draft = Draft(State.PARTLY, "Skriv fristen ned.", SIGNE, messages if named else ())
    return report_of(State.PARTLY, replace(review, sign_offs=(signed(review, draft, specimen_key(key), MADE),)))


def with_review(report: dict[str, Any], answers: tuple[bytes, ...] | None = None) -> bytes:
    return export(replace(sample_material(), review=report, answers=answers or kept_lists()), MADE)


def test_a_review_goes_along_and_who_signed_it_is_said(tmp_path: Path) -> None:
    data = with_review(reviewed())
    verdict = judged(data)
    assert verdict.faults == ()
    assert [(each.verdict, each.by, each.key, each.party) for each in verdict.reviews] == [
        ("partly", "Signe Skriver", "https://login.example#signe", "it-architecture-council")
    ]
    file = tmp_path / "d.zip"
    file.write_bytes(data)
    trust = SAMPLES / "bopaelsattest" / "trust.pem"
    told = CliRunner().invoke(app, ["dossier", "verify", str(file), "--trust", str(trust), "--specimens"]).stdout
    assert "partly, Signe Skriver (https://login.example#signe), it-architecture-council, " in told
    page = members_of(data)["summary.html"].decode()
    assert EXPLANATION in page
    assert "delvist verificeret" in page


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (lambda: reviewed(key="dossier-inspector"), "is for dossier, not for reviewer"),
        (lambda: reviewed(exchange_id="00000000-0000-4000-8000-000000000009"), "another exchange_id was signed"),
        (lambda: reviewed(spoiled=True), "was reviewed with other bytes"),
        (lambda: reviewed(named=False), "sign-off 1: it names no message of this exchange"),
    ],
    ids=["another key", "another exchange", "other messages", "no message"],
)
def test_a_sign_off_that_is_not_about_this_exchange_is_told(report: Callable[[], dict[str, Any]], says: str) -> None:
    verdict = judged(with_review(report()))
    assert set(why(verdict)) == {"review.json"}
    assert says in why(verdict)["review.json"]
    assert verdict.reviews == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda off: off.update(content=off["content"].replace("partly", "verified")), "sign-off 1 is not believed"),
        (lambda off: off.update(jws=off["jws"][:-6] + "AAAAAA"), "sign-off 1 is not believed"),
        (lambda off: off.update(verdict="verified"), "another verdict was signed"),
        (lambda off: off.update(by={"key": "signe", "name": "Somebody"}), "another signed_by was signed"),
        (lambda off: off.update(sha256="0" * 64), "number or digest are not those"),
        (lambda off: off.update(at="2026-09-02T12:00:01Z"), "it was signed at another time than is said"),
        (lambda off: off.pop("at"), "no review: sign_offs.0.at"),
    ],
    ids=["content", "signature", "verdict", "name", "digest", "time", "no time"],
)
def test_a_sign_off_that_was_changed_is_told(change: Callable[[dict[str, Any]], object], says: str) -> None:
    members = members_of(with_review(reviewed()))
    report = json.loads(members["review.json"])
    change(report["sign_offs"][0])
    members["review.json"] = json.dumps(report).encode()
    assert says in why(judged(resigned(members)))["review.json"]


@pytest.mark.parametrize("change", [{"format": "another"}, {"version": 2}, {}])
def test_what_a_reviewer_signed_in_another_form_is_no_sign_off(change: dict[str, object]) -> None:
    report = reviewed()
    sign_off = report["sign_offs"][0]
    content = canonical_json(json.loads(sign_off["content"]) | change)
    signature = sign_record(content, specimen_key("reviewer"), MADE)
    sign_off.update(content=content.decode(), sha256=sha256_of(content), jws=signature)
    found = why(judged(with_review(report)))
    assert list(found.values()) == [f"sign-off 1: another {name} was signed" for name in change]


def with_report(change: Callable[[dict[str, Any]], object]) -> Verdict:
    """The verdict on the dossier in which the review, but not its sign-off, was changed."""
    report = json.loads(json.dumps(reviewed()))
    change(report)
    return judged(with_review(report))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told.update(state="verified"), "it says verified, while the last sign-off says partly"),
        (lambda told: told["items"][0].update(answer="follows"), "its items are not those of the last sign-off: 1.1"),
        (lambda told: told["items"].append(told["items"][0]), "its items are not those of the last sign-off: more"),
        (lambda told: told["remarks"].clear(), "the remark 1 is not the one of the last sign-off"),
        (lambda told: told["remarks"][0].update(text="Intet."), "the remark 1 is not the one of the last sign-off"),
        (lambda told: told["sign_offs"].clear(), "it says partly, and nobody has signed that"),
        (lambda told: told.update(exchange_id="another"), "it says that it is about another exchange"),
        (lambda told: told.update(words="more"), "no review: words"),
        (lambda told: told.update(version=2), "a review of a form that is not known here: oots-review 2"),
        (lambda told: told.pop("format"), "a review of a form that is not known here: (none) 1"),
        (lambda told: told.update(reviews=[]), "no review: reviews"),
    ],
    ids=[
        "state",
        "answer",
        "one item more",
        "no remark",
        "remark",
        "no sign-off",
        "exchange",
        "more",
        "version",
        "no format",
        "none, it says",
    ],
)
def test_what_a_review_says_beside_its_sign_offs_is_what_was_signed(
    change: Callable[[dict[str, Any]], object], says: str
) -> None:
    verdict = with_report(change)
    assert set(why(verdict)) == {"review.json"}
    assert why(verdict)["review.json"].startswith(says)


def test_what_came_after_the_last_sign_off_is_told_as_signed_by_nobody() -> None:
    def go_on(told: dict[str, Any]) -> None:
        told["state"], told["items"][0]["answer"] = "taken", "follows"
        told["remarks"][0]["reply"] = {"text": "I bilag 2."}
        told["remarks"].append({"number": 2, "text": "Tak."})

    verdict = with_report(go_on)
    assert verdict.is_good
    assert [each.why for each in verdict.remarks] == [
        "it was taken up again after the last sign-off (taken): nobody has signed its answers",
        "2 of its remarks, or replies to them, came after the last sign-off: nobody has signed them",
    ]
    assert with_report(lambda told: None).remarks == ()


def test_under_a_verdict_stand_the_items_as_they_were_signed() -> None:
    """Titles may have become others since, in a later version of the catalogue."""
    review = Review(sample_material().exchange_id)
    sign_off = signed(review, Draft(State.REJECTED, "Nej.", SIGNE, ()), specimen_key("reviewer"), MADE)
    since = replace(review, answers={"1.1": Answer(AnswerKind.FOLLOWS)}, sign_offs=(sign_off,))
    assert report_of(State.REJECTED, since)["items"] == json.loads(sign_off.content)["items"]
    assert report_of(State.TAKEN, since)["items"] == items_told(since)


def test_a_sign_off_that_was_taken_out_is_missed_by_the_next() -> None:
    report = reviewed()
    again = json.loads(json.dumps(report["sign_offs"][0])) | {"number": 2}
    report["sign_offs"].append(again)
    found = why(judged(with_review(report)))["review.json"]
    assert "sign-off 2: another number was signed" in found
    assert "another earlier_sha256 was signed" in found


@dataclass(frozen=True)
class Somebody:
    key: str = "rigmor"
    name: str = "Rigmor Retter"
    duties: frozenset[str] = frozenset({"read", "review"})


def test_a_sign_off_with_a_key_that_had_been_revoked_is_not_believed() -> None:
    """The control is the list that revokes nothing."""

    def judged_by(*revoked: tuple[x509.Certificate, datetime]) -> tuple[Verdict, str]:
        issuing = signed_list(specimen_key("issuing-ca"), *revoked, begins=START, ends=MADE + timedelta(days=1))
        data = with_review(reviewed(), (issuing, *kept_lists()[1:]))
        return judged(data), members_of(data)["summary.html"].decode()

    verdict, summary = judged_by()
    assert verdict.is_good
    assert verdict.revocation is not None
    told = "Looked at for the sign-offs of the review: 2 of 2 certificates had not been revoked"
    assert told in verdict.revocation.en
    assert told in summary
    verdict, summary = judged_by((specimen_key("reviewer").certificate, MADE))
    assert set(why(verdict)) == {"review.json"}
    assert "was revoked at 2026-09-02T12:00:00+00:00, as trust/revocation/" in why(verdict)["review.json"]
    assert verdict.reviews == ()
    assert "Cannot be said of the whole: see the faults." in summary


def test_the_review_of_an_exchange_is_found_beside_the_journals_of_a_town(tmp_path: Path) -> None:
    exchange_id = sample_material().exchange_id
    assert review_in(tmp_path, exchange_id) is None
    clock = FrozenClock(MADE)
    with closing(Store(tmp_path / "inspector", Review, clock=clock)) as store:
        desk = Desk(store, specimen_key("reviewer"), anchors(), clock)
        desk.queue(exchange_id, Somebody())
        desk.claim(exchange_id, Somebody())
        found = review_in(tmp_path, exchange_id)
        assert review_in(tmp_path, "00000000-0000-4000-8000-000000000009") is None
    assert found is not None
    assert (found["exchange_id"], found["state"], found["sign_offs"]) == (exchange_id, "taken", [])
    verdict = judged(with_review(dict(found)))
    assert verdict.is_good
    assert [remark.why for remark in verdict.remarks] == ["nobody has signed it"]
