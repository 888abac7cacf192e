"""Signing a review: the one text that is signed, the signature beside it, and whether both still stand.

A sign-off is never changed. The next one is a new text with a new number, and names the digest of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from oots.model.clock import iso
from oots.model.content import sha256_of
from oots.review.items import Item, catalogue
from oots.review.record import Answer, By, Reference, Remark, Review, SignOff, State
from oots.review.transitions import VERDICTS
from oots.trust.anchors import Trust
from oots.trust.certificates import Role
from oots.trust.keys import KeyPair
from oots.trust.signed_record import RecordSignatureError, canonical_json, sign_record, signer_of

FORMAT: Final = "oots-review"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ReviewedMessage:
    """A message that a review speaks of, by the digests (SHA-256, hexadecimal) of its signed SOAP part and of the
    document in its first part."""

    message_id: str
    envelope_sha256: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to sign: the verdict, why, and what it speaks of."""

    verdict: State
    recommendation: str
    by: By
    messages: tuple[ReviewedMessage, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sign-off is worth: `problem` is why it is not believed, None where it is. `current` says whether the
    answers are still those that were signed."""

    sign_off: SignOff
    problem: str | None
    current: bool

    @property
    def sha256(self) -> str:
        return digest_of(self.sign_off)


def content_of(review: Review, draft: Draft) -> bytes:
    """The exact text that a sign-off of this review covers."""
    earlier = review.sign_offs[-1] if review.sign_offs else None
    return canonical_json(
        {
            "format": FORMAT,
            "version": VERSION,
            "exchange_id": review.exchange_id,
            "number": len(review.sign_offs) + 1,
            "earlier_sha256": digest_of(earlier) if earlier else None,
            "verdict": draft.verdict.value,
            "recommendation": draft.recommendation,
            "signed_by": _by(draft.by),
            "items": items_told(review),
            "remarks": [_remark(each) for each in review.remarks],
            "messages": [
                {
                    "message_id": each.message_id,
                    "envelope_sha256": each.envelope_sha256,
                    "document_sha256": each.document_sha256,
                }
                for each in draft.messages
            ],
        }
    )


def digest_of(sign_off: SignOff) -> str:
    """The SHA-256 (hexadecimal) of what was signed."""
    return sha256_of(sign_off.content.encode())


def signed(review: Review, draft: Draft, key: KeyPair, at: datetime) -> SignOff:
    """The sign-off of this review at `at` (aware, counted to the second); raises ConfigurationError for a key that
    cannot sign."""
    at = at.replace(microsecond=0)
    content = content_of(review, draft)
    signature = sign_record(content, key, at)
    return SignOff(len(review.sign_offs) + 1, draft.verdict, draft.by, at, content.decode(), signature)


def verdicts(review: Review, trust: Trust) -> tuple[Verdict, ...]:
    """Each sign-off of a review, checked out of its bytes, as of the time at which it was made."""
    return tuple(_verdict(review, number, trust) for number in range(len(review.sign_offs)))


def said_in(sign_off: SignOff) -> Mapping[str, Any]:
    """What was signed; raises ValueError for a text that is none."""
    said = json.loads(sign_off.content)
    if not isinstance(said, dict):
        raise ValueError("no review")
    return said


def _verdict(review: Review, place: int, trust: Trust) -> Verdict:
    sign_off = review.sign_offs[place]
    problem = _problem(review, review.sign_offs[:place], sign_off, trust)
    current = problem is None and said_in(sign_off)["items"] == items_told(review)
    return Verdict(sign_off, problem, current)


def _problem(review: Review, before: Sequence[SignOff], sign_off: SignOff, trust: Trust) -> str | None:
    content = sign_off.content.encode()
    try:
        found = signer_of(content, sign_off.signature, trust, Role.REVIEWER, sign_off.at)
    except RecordSignatureError as fault:
        return str(fault)
    if found.at != sign_off.at:
        return "it was signed at another time than is noted"
    said = said_in(sign_off)
    noted: dict[str, object] = {
        "format": FORMAT,
        "exchange_id": review.exchange_id,
        "number": len(before) + 1,
        "earlier_sha256": digest_of(before[-1]) if before else None,
        "verdict": sign_off.verdict.value,
        "signed_by": _by(sign_off.by),
    }
    wrong = [name for name, value in noted.items() if said.get(name) != value]
    return f"something else was signed than is noted: {', '.join(wrong)}" if wrong else None


# --- as JSON ---


def items_told(review: Review) -> list[dict[str, object]]:
    """Every item with what was answered, in the order of the catalogue."""
    return [_item(key, item, review.answer(key)) for key, item in catalogue().item.items()]


def _item(key: str, item: Item, answer: Answer) -> dict[str, object]:
    return {
        "item": key,
        "origin": item.origin.value,
        "title": {"da": item.title.da, "en": item.title.en} if item.title else None,
        "answer": answer.kind.value if answer.kind else None,
        "explanation": answer.explanation,
        "action": answer.action,
        "language": answer.lang,
        "evidence": [_reference(each) for each in answer.evidence],
        "by": _by(answer.by) if answer.by else None,
        "at": iso(answer.at) if answer.at else None,
        "proposal_taken": answer.proposed,
    }


def _reference(reference: Reference) -> dict[str, object]:
    says = reference.says
    return {"ref": reference.key, "says": {"da": says.danish, "en": says.english}, "pins": reference.pins}


def _remark(remark: Remark) -> dict[str, object]:
    reply = remark.reply
    return {
        "number": remark.number,
        "kind": remark.kind.value,
        "item": remark.item,
        "text": remark.text,
        "language": remark.lang,
        "by": _by(remark.by),
        "at": iso(remark.at),
        "reply": reply and {"text": reply.text, "language": reply.lang, "by": _by(reply.by), "at": iso(reply.at)},
    }


def _by(by: By) -> dict[str, str]:
    return {"key": by.key, "name": by.name}


def report_of(state: State, review: Review) -> dict[str, object]:
    """A review for a dossier: where it stands, every item and answer, remarks, and each sign-off with the exact text
    that was signed (`content`) and the detached JWS over its digest (`jws`), so that it verifies far from here. Under a
    verdict stand the items as they were signed, whatever they are called by now."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "exchange_id": review.exchange_id,
        "state": state.value,
        "taken_by": _by(review.taken_by) if review.taken_by else None,
        "items": said_in(review.sign_offs[-1])["items"] if state in VERDICTS else items_told(review),
        "remarks": [_remark(each) for each in review.remarks],
        "sign_offs": [
            {
                "number": each.number,
                "verdict": each.verdict.value,
                "by": _by(each.by),
                "at": iso(each.at),
                "sha256": digest_of(each),
                "content": each.content,
                "jws": each.signature,
            }
            for each in review.sign_offs
        ],
    }
