"""One message of an exchange held against every rule on it, by itself and beside the messages before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.kind import Kind
from oots.rules.pairs.answer import ANSWER_RULES
from oots.rules.pairs.header_to_body import HEADER_RULES, header_to_body
from oots.rules.pairs.later_header import ANSWER_HEADER_RULES, SECOND_HEADER_RULES
from oots.rules.pairs.lookup import version_in
from oots.rules.pairs.pair import PairRule
from oots.rules.pairs.receipt import RECEIPT_RULES, receipt_to_message
from oots.rules.pairs.second_request import SECOND_REQUEST_RULES
from oots.rules.rule import Finding
from oots.validation.catalogue import PAIR, Entry, selected
from oots.validation.documents import examine
from oots.validation.folder import Beside, Step, document_findings, header_findings, story
from oots.validation.recognition import Asked
from oots.wire.xml import parse

_NEWEST: Final = "v2.0"
"""The version by which receipts are judged, in which nothing has changed."""


@dataclass(frozen=True, slots=True)
class MessageBytes:
    """A message as a journal keeps it: the SOAP part, the first part, the receipt; `between` are its access points."""

    number: int
    between: frozenset[str]
    envelope: bytes
    document: bytes
    receipt: bytes | None


class Part(StrEnum):
    """The piece of a message in which the places of findings are."""

    DOCUMENT = "document"
    ENVELOPE = "envelope"
    RECEIPT = "receipt"


class Question(StrEnum):
    """What a message is held against."""

    DOCUMENT = "document"
    HEADER = "header"
    HEADER_TO_DOCUMENT = "header-to-document"
    ANSWER_TO_REQUEST = "answer-to-request"
    ANSWER_HEADER = "answer-header"
    SECOND_REQUEST = "second-request"
    SECOND_HEADER = "second-header"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Held:
    """The verdict on one question. `beside` are the numbers of the messages that it was held against, `kind` and
    `version` those of the document, where there is one; `checked` are the rules, and `schema_valid` is None where no
    schema was asked."""

    question: Question
    part: Part
    checked: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    beside: tuple[int, ...] = ()
    kind: str | None = None
    version: str | None = None
    schema_valid: bool | None = None


def held(message: MessageBytes, among: Sequence[MessageBytes]) -> tuple[Held, ...]:
    """Every question that can be asked of a message; `among` are all messages of the exchange, in order of time.

    Evidence is not looked into: journals do not keep it.
    """
    document = _document(message)
    judged = document.version if document.schema_valid is not None else None
    version = None if judged is None else judged.rpartition(":")[2]
    found = [document, _header(message, version)]
    own, envelope = _parsed(message.document), _parsed(message.envelope)
    if own is not None and envelope is not None:
        findings = header_to_body(envelope, own)
        found.append(_pair(Question.HEADER_TO_DOCUMENT, Part.ENVELOPE, HEADER_RULES, version_in(own), findings))
    found += _beside(message, among)
    receipt = None if message.receipt is None else _parsed(message.receipt)
    if receipt is not None and envelope is not None:
        findings = receipt_to_message(receipt, envelope)
        found.append(_pair(Question.RECEIPT, Part.RECEIPT, RECEIPT_RULES, _NEWEST, findings))
    return tuple(found)


def _document(message: MessageBytes) -> Held:
    report = examine(message.document, "document")
    checked = _rules(report.kind, report.version)
    return Held(
        Question.DOCUMENT,
        Part.DOCUMENT,
        checked,
        report.findings,
        kind=report.kind,
        version=report.version,
        schema_valid=report.schema_valid,
    )


def _header(message: MessageBytes, version: str | None) -> Held:
    report = examine(message.envelope, "header", Asked(kind=Kind.EBMS_HEADER, version=version))
    return Held(
        Question.HEADER,
        Part.ENVELOPE,
        _rules(report.kind, report.version),
        report.findings,
        kind=report.kind,
        version=report.version,
        schema_valid=report.schema_valid,
    )


def _rules(kind: str | None, version: str | None) -> tuple[Entry, ...]:
    return selected(kind, version.rpartition(":")[2]) if kind and version else ()


def _beside(message: MessageBytes, among: Sequence[MessageBytes]) -> Iterator[Held]:
    """A message that an intermediary passes on stands beside those between the same two access points."""
    alike = [each for each in among if each.between == message.between]
    for beside in story(step for each in alike for step in _step(each)):
        if beside.step.name == str(message.number):
            yield from _neighbours(beside)


def _neighbours(beside: Beside) -> Iterator[Held]:
    version = version_in(beside.step.document)
    others = tuple(int(each.name) for each in (beside.request, beside.first, beside.error) if each is not None)
    if beside.request is not None:
        questions = (Question.ANSWER_TO_REQUEST, Question.ANSWER_HEADER)
        rules: tuple[tuple[PairRule[Any], ...], ...] = (ANSWER_RULES, ANSWER_HEADER_RULES)
    elif beside.first is not None:
        questions = (Question.SECOND_REQUEST, Question.SECOND_HEADER)
        rules = (SECOND_REQUEST_RULES, SECOND_HEADER_RULES)
    else:
        return
    yield _pair(questions[0], Part.DOCUMENT, rules[0], version, document_findings(beside), others)
    yield _pair(questions[1], Part.ENVELOPE, rules[1], version, header_findings(beside), others[:1])


def _pair(
    question: Question,
    part: Part,
    rules: Iterable[PairRule[Any]],
    version: str,
    findings: tuple[Finding, ...],
    beside: tuple[int, ...] = (),
) -> Held:
    ids = {rule.id for rule in rules}
    checked = tuple(entry for entry in selected(PAIR, version) if entry.id in ids)
    return Held(question, part, checked, findings, beside)


def _step(message: MessageBytes) -> Iterator[Step]:
    document = _parsed(message.document)
    if document is not None:
        yield Step(str(message.number), document, _parsed(message.envelope))


def _parsed(data: bytes) -> etree._Element | None:
    try:
        return parse(data)
    except MessageError:
        return None
