"""What the messages of an exchange are worth, computed anew from their bytes: five checks, each with its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from oots.dossier.answers import Answered, answers
from oots.dossier.messages import Answer, Kept, MessageVerdict, Piece, judge, stated_digests
from oots.edelivery.header import CID
from oots.edelivery.shape import ProfileError
from oots.exchange.recheck import recheck
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.messages.rules_held import questions_of
from oots.model.content import sha256_of
from oots.model.errors import TransportError
from oots.rules.judgement import SCHEMA
from oots.rules.rule import Severity
from oots.trust.anchors import TrustAnchors
from oots.validation.exchange import Held, Question
from oots.web.words import Words


class Check(StrEnum):
    SCHEMA = "schema"
    RULES = "rules"
    PAIRS = "pairs"
    SIGNATURE = "signature"
    RECEIPT = "receipt"


NAMES: Final[Mapping[Check, Words]] = {
    Check.SCHEMA: Words("Opbygning", "Structure"),
    Check.RULES: Words("Regler", "Rules"),
    Check.PAIRS: Words("Sammenhæng", "Consistency"),
    Check.SIGNATURE: Words("Underskrift", "Signature"),
    Check.RECEIPT: Words("Kvittering", "Receipt"),
}
ABOUT: Final[Mapping[Check, Words]] = {
    Check.SCHEMA: Words(
        "Er hver meddelelse bygget op, som EU's skema kræver?",
        "Is each message structured as the EU's schema requires?",
    ),
    Check.RULES: Words("Overholder hver meddelelse reglerne for OOTS?", "Does each message follow the rules of OOTS?"),
    Check.PAIRS: Words(
        "Passer anmodninger, svar og kvitteringer sammen?", "Do requests, answers and receipts fit together?"
    ),
    Check.SIGNATURE: Words(
        "Er hver meddelelse underskrevet af den, der står som afsender?",
        "Is each message signed by the one named as its sender?",
    ),
    Check.RECEIPT: Words(
        "Har modtageren underskrevet en kvittering for hver meddelelse?",
        "Has the receiver signed a receipt for each message?",
    ),
}


class Worth(StrEnum):
    """The value is the look of its badge: colour and icon."""

    PASSED = "success"
    NOTED = "info"
    MISSING = "warning"
    FAILED = "error"


WORTHS: Final[Mapping[Worth, Words]] = {
    Worth.PASSED: Words("i orden", "passed"),
    Worth.NOTED: Words("i orden med bemærkninger", "passed with notes"),
    Worth.MISSING: Words("mangler", "missing"),
    Worth.FAILED: Words("fejlet", "failed"),
}
_BY_ITSELF: Final = (Question.DOCUMENT, Question.HEADER)
_GRAVEST: Final = (Worth.FAILED, Worth.MISSING, Worth.NOTED, Worth.PASSED)


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict of one check on one message, or on all; `broken` are the rules behind it, without what was found."""

    check: Check
    worth: Worth
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """`by_message` has the five checks of each message, by its number; `answers` the three questions of a dispute."""

    by_message: Mapping[int, tuple[Checked, ...]]
    answers: tuple[Answered, ...]
    verdicts: tuple[MessageVerdict, ...]

    @property
    def overall(self) -> tuple[Checked, ...]:
        """Of all messages together: each check is worth what it is worth for the worst message."""
        columns = zip(*self.by_message.values(), strict=True)
        return tuple(_worst(column) for column in columns)

    @property
    def is_proven(self) -> bool:
        """Whether all three questions are answered with yes."""
        return all(each.answer is Answer.YES for each in self.answers)


def judged(exchange: LaidOpen, anchors: TrustAnchors) -> Judged:
    """Everything is computed here and now; signatures are judged as of the time that each of them names."""
    verdicts = tuple(judge(_kept(message), anchors) for message in exchange.messages)
    by_message = {
        message.number: _checked(message, verdict, questions_of(message, exchange), anchors)
        for message, verdict in zip(exchange.messages, verdicts, strict=True)
    }
    return Judged(by_message, answers(verdicts, anchored=True), verdicts)


def _checked(
    message: Message, verdict: MessageVerdict, questions: Sequence[Held], anchors: TrustAnchors
) -> tuple[Checked, ...]:
    own = [each for each in questions if each.question in _BY_ITSELF]
    beside = [each for each in questions if each.question not in _BY_ITSELF]
    return (
        Checked(Check.SCHEMA, Worth.PASSED if all(each.schema_valid for each in own) else Worth.FAILED),
        _ruled(Check.RULES, own),
        _ruled(Check.PAIRS, beside),
        Checked(Check.SIGNATURE, Worth.PASSED if _is_signed(message, verdict, anchors) else Worth.FAILED),
        Checked(Check.RECEIPT, _receipted(message, verdict)),
    )


def _ruled(check: Check, questions: Sequence[Held]) -> Checked:
    findings = [found for each in questions for found in each.findings if found.rule != SCHEMA]
    broken = tuple(dict.fromkeys(found.rule for found in findings))
    if any(found.severity is Severity.FATAL for found in findings):
        return Checked(check, Worth.FAILED, broken)
    return Checked(check, Worth.NOTED if broken else Worth.PASSED, broken)


def _is_signed(message: Message, verdict: MessageVerdict, anchors: TrustAnchors) -> bool:
    """By its sender, over these very bytes, and as each journal recorded it."""
    again = (recheck(line.entry, anchors) for line in message.lines)
    as_recorded = all(each is None or each.valid for each in again)
    return as_recorded and verdict.sent is Answer.YES and verdict.travelled is Answer.YES


def _receipted(message: Message, verdict: MessageVerdict) -> Worth:
    if message.receipt is None:
        return Worth.MISSING
    return Worth.PASSED if verdict.received is Answer.YES else Worth.FAILED


def _worst(column: Sequence[Checked]) -> Checked:
    worth = next(each for each in _GRAVEST if any(checked.worth is each for checked in column))
    broken = dict.fromkeys(rule for checked in column for rule in checked.broken)
    return Checked(column[0].check, worth, tuple(broken))


def _kept(message: Message) -> Kept:
    """The message as dossiers know it; a journal has its evidence by digest alone."""
    try:
        stated = stated_digests(message.envelope)
    except (TransportError, ProfileError):
        stated = {}
    evidence = {
        info.content_id: Piece(info.content_id, stated[CID + info.content_id], None)
        for info in message.header.parts[1:]
        if CID + info.content_id in stated
    }
    return Kept(
        message.number,
        _piece("envelope.xml", message.envelope),
        _piece("document.xml", message.document),
        evidence,
        receipt=None if message.receipt is None else _piece("receipt.xml", message.receipt),
    )


def _piece(name: str, octets: bytes) -> Piece:
    return Piece(name, sha256_of(octets), octets)
