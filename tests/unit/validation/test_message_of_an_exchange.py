"""One message of an exchange, held against all that is known about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from oots.dossier.messages import header_in, parts_of
from oots.validation.exchange import Held, MessageBytes, Part, Question, held

SAMPLES = Path(__file__).parents[3] / "evidence_samples"


def messages(name: str = "bopaelsattest") -> list[MessageBytes]:
    """Those of a recorded run."""
    folder = SAMPLES / name
    found = []
    for number, entry in enumerate(json.loads((folder / "exchange.json").read_text())["messages"], start=1):
        envelope, _ = parts_of((folder / entry["mime"]).read_bytes())
        header = header_in(envelope)
        between = frozenset((header.sender.value, header.receiver.value))
        document, receipt = ((folder / entry[key]).read_bytes() for key in ("xml", "receipt"))
        found.append(MessageBytes(number, between, envelope, document, receipt))
    return found


def by_question(found: tuple[Held, ...]) -> dict[Question, Held]:
    return {each.question: each for each in found}


def broken(found: tuple[Held, ...]) -> dict[Question, set[str]]:
    return {each.question: {finding.rule for finding in each.findings} for each in found if each.findings}


@pytest.mark.parametrize("name", ["bopaelsattest", "bopaelsattest-v1.0", "bopaelsattest-v1.2"])
def test_a_recorded_exchange_keeps_every_rule_that_refuses(name: str) -> None:
    run = messages(name)
    for message in run:
        found = held(message, run)
        assert all(finding.severity != "fatal" for each in found for finding in each.findings)
        assert {each.question for each in found} >= {Question.DOCUMENT, Question.HEADER, Question.RECEIPT}
        assert all(each.checked for each in found)


def test_each_message_is_held_against_those_that_it_belongs_to() -> None:
    run = messages()
    beside = [{each.question: each.beside for each in held(message, run) if each.beside} for message in run]
    assert beside == [
        {},
        {Question.ANSWER_TO_REQUEST: (1,), Question.ANSWER_HEADER: (1,)},
        {Question.SECOND_REQUEST: (1, 2), Question.SECOND_HEADER: (1,)},
        {Question.ANSWER_TO_REQUEST: (3,), Question.ANSWER_HEADER: (3,)},
    ]


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def swap(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    return swap


@pytest.mark.parametrize(
    ("number", "part", "change", "question", "rule"),
    [
        (1, Part.DOCUMENT, swapped(b"oots-edm:v2.0", b"oots-edm:v9.9"), Question.DOCUMENT, "UNREADABLE"),
        (4, Part.DOCUMENT, swapped(b'requestId="', b'requestId="x'), Question.ANSWER_TO_REQUEST, "OOTSDK-PAIR-ANS-001"),
        (3, Part.DOCUMENT, swapped(b">V1<", b">R1<"), Question.SECOND_REQUEST, "OOTSDK-PAIR-PRV-008"),
        (1, Part.ENVELOPE, swapped(b">ExecuteQueryRequest<", b">ExecuteQueryResponse<"), Question.HEADER_TO_DOCUMENT,
         "OOTSDK-PAIR-HDR-001"),
        (2, Part.RECEIPT, swapped(b"RefToMessageId>", b"RefToMessageId>x"), Question.RECEIPT, "OOTSDK-PAIR-RCP-001"),
    ],
)  # fmt: skip
def test_a_change_is_found_by_the_question_that_it_concerns(
    number: int, part: Part, change: Callable[[bytes], bytes], question: Question, rule: str
) -> None:
    run = messages()
    message = run[number - 1]
    assert rule not in broken(held(message, run)).get(question, set())
    changed = replace(message, **{part.value: change(getattr(message, part.value))})
    run[number - 1] = changed
    found = held(changed, run)
    assert rule in broken(found)[question]
    assert by_question(found)[question].part is part


def test_what_an_intermediary_passes_on_stands_beside_the_messages_of_the_same_two_access_points() -> None:
    """Else the answer that it passes on would have to swap the access points of the request that it passed on."""
    run = messages()[:2]
    behind = frozenset(("AP_IP_01", "AP_DK_01"))
    passed = [replace(message, number=message.number + 2, between=behind) for message in run]
    order = [run[0], passed[0], passed[1], run[1]]
    assert by_question(held(run[1], order))[Question.ANSWER_TO_REQUEST].beside == (1,)
    assert by_question(held(passed[1], order))[Question.ANSWER_TO_REQUEST].beside == (3,)
    assert held(run[1], order) == held(run[1], run)
