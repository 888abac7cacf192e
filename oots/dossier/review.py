"""The review in a dossier: whether its sign-offs are what reviewers signed, about these very messages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from oots.dossier.messages import Kept, MessageVerdict
from oots.trust.anchors import Trust
from oots.trust.certificates import Role
from oots.trust.signed_record import RecordSignatureError, signer_of

NAME: Final = "review.json"
_LAX: Final = ConfigDict(extra="ignore", frozen=True)


@checked(config=_LAX)
class _By:
    key: str
    name: str


@checked(config=_LAX)
class _SignOff:
    number: int
    verdict: str
    by: _By
    at: AwareDatetime
    sha256: str
    content: str
    jws: str


@checked(config=_LAX)
class _Report:
    sign_offs: tuple[_SignOff, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A sign-off that holds: the verdict of the reviewer, by name, for whom that key signs, and when."""

    verdict: str
    by: str
    party: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewVerdict:
    """The sign-offs of a review that hold, and what is wrong with it, in a sentence each without a full stop."""

    sign_offs: tuple[SignedOff, ...]
    faults: tuple[str, ...]


_REPORTS: Final = TypeAdapter(_Report)


def judge_review(
    record: bytes | None, exchange_id: str, messages: Sequence[Kept], verdicts: Sequence[MessageVerdict], trust: Trust
) -> ReviewVerdict:
    """The verdict on a review.json, as of the times at which it was signed; none at all where nobody has reviewed."""
    try:
        report = _REPORTS.validate_json(record or b"{}")
    except ValidationError:
        return ReviewVerdict((), ("no review",))
    digests = dict(_digests(messages, verdicts))
    held: list[SignedOff] = []
    faults: list[str] = []
    for place, sign_off in enumerate(report.sign_offs):
        earlier = report.sign_offs[place - 1].sha256 if place else None
        said = _content_of(sign_off)
        try:
            signer = signer_of(sign_off.content.encode(), sign_off.jws, trust, Role.REVIEWER, sign_off.at)
        except RecordSignatureError as fault:
            faults.append(f"sign-off {place + 1} is not believed: {fault}")
            continue
        wrong = tuple(_unlike(sign_off, said, exchange_id, place + 1, earlier)) or tuple(_others(said, digests))
        faults += [f"sign-off {place + 1}: {why}" for why in wrong]
        if not wrong:
            held.append(SignedOff(sign_off.verdict, sign_off.by.name, signer.party.party_id, signer.at))
    return ReviewVerdict(tuple(held), tuple(faults))


def _digests(messages: Sequence[Kept], verdicts: Sequence[MessageVerdict]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Envelope and document of each message, by its id."""
    for kept, verdict in zip(messages, verdicts, strict=True):
        if verdict.header is not None:
            yield verdict.header.message_id, (kept.envelope.sha256, kept.document.sha256)


def _content_of(sign_off: _SignOff) -> Mapping[str, Any]:
    try:
        said = json.loads(sign_off.content)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _unlike(
    sign_off: _SignOff, said: Mapping[str, Any], exchange_id: str, number: int, earlier: str | None
) -> Iterator[str]:
    """Where what stands beside the signature is not what was signed."""
    stated: dict[str, object] = {
        "exchange_id": exchange_id,
        "number": number,
        "earlier_sha256": earlier,
        "verdict": sign_off.verdict,
        "signed_by": {"key": sign_off.by.key, "name": sign_off.by.name},
    }
    yield from (f"another {name} was signed" for name, value in stated.items() if said.get(name) != value)
    if (sign_off.number, sign_off.sha256) != (number, hashlib.sha256(sign_off.content.encode()).hexdigest()):
        yield "number or digest are not those of what was signed"


def _others(said: Mapping[str, Any], digests: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Messages that were signed as others than those here. A dossier may have fewer, or more that came later."""
    listed = said.get("messages")
    for each in listed if isinstance(listed, list) else ():
        found = digests.get(str(each.get("message_id"))) if isinstance(each, dict) else None
        if found is not None and found != (each.get("envelope_sha256"), each.get("document_sha256")):
            yield f"the message {each['message_id']} was reviewed with other bytes"
