"""The review in a dossier: whether its sign-offs are what reviewers signed, about these very messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from oots.dossier.messages import Kept, MessageVerdict
from oots.dossier.review_record import FORMAT, VERSION, NoReviewError, Report, SignOff, read_review
from oots.model.content import sha256_of
from oots.trust.anchors import Trust
from oots.trust.certificates import Role
from oots.trust.signed_record import RecordSignatureError, signer_of

NAME: Final = "review.json"


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A sign-off that holds: the verdict, the reviewer's name and `key` (what the sign-in calls this person), the party
    whose key has signed, and when."""

    verdict: str
    by: str
    key: str
    party: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """The sign-offs of a review that hold, what is wrong with it, and what in it nobody has signed, in a sentence each
    without a full stop."""

    sign_offs: tuple[SignedOff, ...] = ()
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def judge_review(
    record: bytes | None, exchange_id: str, messages: Sequence[Kept], verdicts: Sequence[MessageVerdict], trust: Trust
) -> ReviewVerdict:
    """The verdict on a review.json, as of the times at which it was signed; none at all where nobody has reviewed."""
    try:
        report = read_review(record)
    except NoReviewError as fault:
        return ReviewVerdict(faults=(str(fault),))
    if report is None:
        return ReviewVerdict()
    held: list[SignedOff] = []
    faults = [] if report.exchange_id == exchange_id else ["it says that it is about another exchange"]
    digests = dict(_digests(messages, verdicts))
    for number, sign_off in enumerate(report.sign_offs, start=1):
        earlier = report.sign_offs[number - 2].sha256 if number > 1 else None
        try:
            signer = signer_of(sign_off.content.encode(), sign_off.jws, trust, Role.REVIEWER, sign_off.at)
        except RecordSignatureError as fault:
            faults.append(f"sign-off {number} is not believed: {fault}")
            continue
        said = _said(sign_off)
        wrong = list(_unlike(sign_off, said, exchange_id, number, earlier)) or list(_others(said, digests))
        if signer.at != sign_off.at:
            wrong.append("it was signed at another time than is said")
        faults += [f"sign-off {number}: {why}" for why in wrong]
        if not wrong:
            held.append(
                SignedOff(sign_off.verdict, sign_off.by.name, sign_off.by.key, signer.party.party_id, signer.at)
            )
    if len(held) < len(report.sign_offs):
        return ReviewVerdict(tuple(held), tuple(faults))
    last = _said(report.sign_offs[-1]) if report.sign_offs else {}
    return ReviewVerdict(tuple(held), (*faults, *_not_as_signed(report, last)), tuple(_unsigned(report, last)))


def _digests(messages: Sequence[Kept], verdicts: Sequence[MessageVerdict]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Envelope and document of each message, by its id."""
    for kept, verdict in zip(messages, verdicts, strict=True):
        if verdict.header is not None:
            yield verdict.header.message_id, (kept.envelope.sha256, kept.document.sha256)


def _said(sign_off: SignOff) -> Mapping[str, Any]:
    """What was signed."""
    try:
        said = json.loads(sign_off.content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _unlike(
    sign_off: SignOff, said: Mapping[str, Any], exchange_id: str, number: int, earlier: str | None
) -> Iterator[str]:
    """Where what stands beside the signature is not what was signed."""
    stated: dict[str, object] = {
        "format": FORMAT,
        "version": VERSION,
        "exchange_id": exchange_id,
        "number": number,
        "earlier_sha256": earlier,
        "verdict": sign_off.verdict,
        "signed_by": {"key": sign_off.by.key, "name": sign_off.by.name},
    }
    yield from (f"another {name} was signed" for name, value in stated.items() if said.get(name) != value)
    if (sign_off.number, sign_off.sha256) != (number, sha256_of(sign_off.content.encode())):
        yield "number or digest are not those of what was signed"


def _others(said: Mapping[str, Any], digests: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Messages that were signed as others than those here. A dossier may have fewer, or more that came later, but a
    sign-off that names none of them says nothing of this exchange."""
    listed = [each for each in _listed(said, "messages") if str(each.get("message_id")) in digests]
    if not listed:
        yield "it names no message of this exchange"
    for each in listed:
        if digests[str(each["message_id"])] != (each.get("envelope_sha256"), each.get("document_sha256")):
            yield f"the message {each['message_id']} was reviewed with other bytes"


def _not_as_signed(report: Report, last: Mapping[str, Any]) -> Iterator[str]:
    """Where a review says another thing than the last sign-off, under which it stands; `last` is empty without one."""
    if report.is_decided and not last:
        yield f"it says {report.state}, and nobody has signed that"
    elif report.is_decided and report.state != last["verdict"]:
        yield f"it says {report.state}, while the last sign-off says {last['verdict']}"
    elif report.is_decided and report.items != last.get("items"):
        changed = [str(each.get("item")) for each in _listed(last, "items") if each not in report.items]
        yield f"its items are not those of the last sign-off: {', '.join(changed) or 'more, or in another order'}"
    for place, signed in enumerate(_listed(last, "remarks")):
        if not _holds(report.remarks[place : place + 1], signed):
            yield f"the remark {place + 1} is not the one of the last sign-off"


def _holds(here: Sequence[Mapping[str, Any]], signed: Mapping[str, Any]) -> bool:
    """Whether a remark is the signed one, or that with a reply that came later."""
    return any(each == signed or {**each, "reply": None} == signed for each in here)


def _unsigned(report: Report, last: Mapping[str, Any]) -> Iterator[str]:
    """What a review says that no sign-off covers."""
    if not last:
        yield "nobody has signed it"
        return
    if not report.is_decided:
        yield f"it was taken up again after the last sign-off ({report.state}): nobody has signed its answers"
    signed = _listed(last, "remarks")
    if later := sum(each not in signed for each in report.remarks):
        yield f"{later} of its remarks, or replies to them, came after the last sign-off: nobody has signed them"


def _listed(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    listed = said.get(name)
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
