"""A review in a dossier: believed where a reviewer signed it about these very messages, told of where not."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from oots.deployment.reviews import review_in
from oots.dossier.export import export
from oots.dossier.messages import header_in
from oots.exchange.store import Store
from oots.model.clock import FrozenClock
from oots.model.content import sha256_of
from oots.review.desk import Desk
from oots.review.record import Answer, AnswerKind, By, Review, State
from oots.review.signing import Draft, ReviewedMessage, report_of, signed
from tests.support.doors import specimen_key
from tests.support.dossiers import MADE, anchors, judged, members_of, resigned, sample_material, why

SIGNE = By("signe", "Signe Skriver")
EXPLANATION = "Fristen står ikke i aftalen."


def reviewed(key: str = "reviewer", exchange_id: str | None = None, spoiled: bool = False) -> dict[str, Any]:
    """The review of the sample, signed once."""
    material = sample_material()
    messages = tuple(
        ReviewedMessage(header_in(each.envelope).message_id, sha256_of(each.envelope), sha256_of(each.document))
        for each in material.messages
    )
    if spoiled:
        messages = (replace(messages[0], document_sha256="0" * 64), *messages[1:])
    answers = {"1.1": Answer(AnswerKind.DEVIATES, EXPLANATION, by=SIGNE, at=MADE)}
    review = Review(exchange_id or material.exchange_id, answers=answers)
    sign_off = signed(review, Draft(State.PARTLY, "Skriv fristen ned.", SIGNE, messages), specimen_key(key), MADE)
    return report_of(State.PARTLY, replace(review, sign_offs=(sign_off,)))


def with_review(report: dict[str, Any]) -> bytes:
    return export(replace(sample_material(), review=report), MADE)


def test_a_review_goes_along_and_who_signed_it_is_said() -> None:
    data = with_review(reviewed())
    verdict = judged(data)
    assert verdict.faults == ()
    assert [(each.verdict, each.by, each.party) for each in verdict.reviews] == [
        ("partly", "Signe Skriver", "it-architecture-council")
    ]
    page = members_of(data)["summary.html"].decode()
    assert EXPLANATION in page
    assert "delvist verificeret" in page


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (lambda: reviewed(key="dossier-inspector"), "is for dossier, not for reviewer"),
        (lambda: reviewed(exchange_id="00000000-0000-4000-8000-000000000009"), "another exchange_id was signed"),
        (lambda: reviewed(spoiled=True), "was reviewed with other bytes"),
    ],
    ids=["another key", "another exchange", "other messages"],
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
        (lambda off: off.pop("at"), "no review"),
    ],
    ids=["content", "signature", "verdict", "name", "digest", "no time"],
)
def test_a_sign_off_that_was_changed_is_told(change: Callable[[dict[str, Any]], object], says: str) -> None:
    members = members_of(with_review(reviewed()))
    report = json.loads(members["review.json"])
    change(report["sign_offs"][0])
    members["review.json"] = json.dumps(report).encode()
    assert says in why(judged(resigned(members)))["review.json"]


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
    assert judged(with_review(dict(found))).is_good
