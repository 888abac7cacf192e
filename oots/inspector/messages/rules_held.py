"""What a message was held against, as its pages show it: every rule that was checked, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from oots.inspector.catalogue.rule_words import KINDS, link_to
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.masking import Veil
from oots.rules.rule import Finding
from oots.validation.catalogue import Entry
from oots.validation.exchange import Held, MessageBytes, Part, Question, held
from oots.web.words import Words

_QUESTIONS: Final = {
    Question.DOCUMENT: Words("Dokumentet for sig", "The document by itself"),
    Question.HEADER: Words("Hovedet for sig", "The header by itself"),
    Question.HEADER_TO_DOCUMENT: Words("Hovedet mod dokumentet", "The header against the document"),
    Question.ANSWER_TO_REQUEST: Words("Svaret mod anmodningen", "The answer against the request"),
    Question.ANSWER_HEADER: Words("Svarets hoved mod anmodningens", "The answer's header against the request's"),
    Question.SECOND_REQUEST: Words(
        "Den anden anmodning mod den første og svaret med linket",
        "The second request against the first and the answer with the link",
    ),
    Question.SECOND_HEADER: Words(
        "Den anden anmodnings hoved mod den førstes", "The second request's header against the first's"
    ),
    Question.RECEIPT: Words("Kvitteringen mod meddelelsen", "The receipt against the message"),
}
_PERSONAL: Final = ("Person", "IsAbout", "SupportedValue", "://")


@dataclass(frozen=True, slots=True)
class FoundHere:
    """One broken rule; `number` addresses it on the page of rules, `link` leads to what the rule wants."""

    number: int
    rule: str
    link: str | None
    severity: str
    expected: str
    found: str
    xpath: str
    part: Part
    line: int | None


@dataclass(frozen=True, slots=True)
class HeldShown:
    """One question with its rules and how often each is broken, by id."""

    name: Words
    beside: tuple[int, ...]
    kind: Words | None
    version: str | None
    schema_valid: bool | None
    checked: tuple[Entry, ...]
    broken: Mapping[str, int]
    findings: tuple[FoundHere, ...]


def questions_of(message: Message, exchange: LaidOpen) -> tuple[Held, ...]:
    """Every question that can be asked of a message, by itself and beside the others of its exchange."""
    return held(_bytes(message), [_bytes(each) for each in exchange.messages])


def _bytes(message: Message) -> MessageBytes:
    between = frozenset((message.header.sender.value, message.header.receiver.value))
    return MessageBytes(message.number, between, message.envelope, message.document, message.receipt)


def shown_held(questions: Iterable[Held], veil: Veil) -> tuple[HeldShown, ...]:
    """All questions; findings are numbered from 1 on through all of them. What was found where a person is spoken of,
    and addresses that may open a person's pages, are shown to those alone who have given a reason."""
    numbers = count(1)
    return tuple(
        HeldShown(
            _QUESTIONS[each.question],
            each.beside,
            KINDS.get(each.kind or ""),
            each.version,
            each.schema_valid,
            each.checked,
            _times(each.findings),
            tuple(_found(next(numbers), finding, each.part, veil) for finding in each.findings),
        )
        for each in questions
    )


def _times(findings: Iterable[Finding]) -> dict[str, int]:
    times: dict[str, int] = {}
    for finding in findings:
        times[finding.rule] = times.get(finding.rule, 0) + 1
    return times


def _found(number: int, finding: Finding, part: Part, veil: Veil) -> FoundHere:
    personal = any(word in f"{finding.xpath} {finding.found}" for word in _PERSONAL)
    hide = veil.personal if personal else veil.text
    return FoundHere(
        number,
        finding.rule,
        link_to(finding.rule),
        finding.severity.value,
        finding.expected,
        hide(finding.found),
        finding.xpath,
        part,
        finding.line,
    )
