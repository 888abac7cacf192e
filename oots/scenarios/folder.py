"""Writes a run into a folder: every document, message, receipt and evidence file, and `exchange.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from oots.dossier.messages import joined_message
from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.edelivery.message import OpenedMessage, open_message
from oots.exchange.envelope import open_answer, open_request
from oots.model.clock import iso
from oots.model.content import sha256_of
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError, EvidenceResponse
from oots.scenarios.outcome import Decision, Story
from oots.scenarios.wiretap import Overheard
from oots.trust.anchors import TrustAnchors
from oots.trust.kept_answers import read_answer
from oots.wire.profile import PROFILES, Profiles

_ENDINGS = {"application/xml": "xml", "application/pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class Told:
    """A message of the story with what it says; `answers` is the message that it answers."""

    overheard: Overheard
    opened: OpenedMessage
    content: EvidenceRequest | Answer
    answers: Told | None

    @property
    def kind(self) -> str:
        if isinstance(self.content, EvidenceRequest):
            return "request"
        return "error" if isinstance(self.content, EvidenceError) else "response"

    @property
    def says(self) -> str:
        """The message in a few words, for people."""
        match self.content:
            case EvidenceRequest(preview=None):
                return "request 1"
            case EvidenceRequest():
                return "request 2, with the place of the preview"
            case EvidenceError(preview=None):
                exception = self.content.exceptions[0]
                return f"{exception.code.code} {exception.code.message}"
            case EvidenceError():
                return "EDM:ERR:0002 preview required"
            case EvidenceResponse(available_from=None):
                return f"Success with {len(self.content.packages) or 'no'} package"
        return "Unavailable for now"


def in_order(
    overheard: Sequence[Overheard], anchors: TrustAnchors, at: datetime, profiles: Profiles = PROFILES
) -> tuple[Told, ...]:
    """The messages of one exchange as a story: each request, request 1 first, followed by its answer."""
    requests, answers = [], []
    for heard in overheard:
        opened = open_message(heard.content_type, heard.body, anchors, at)
        if opened.header.action == EXECUTE_QUERY_REQUEST:
            requests.append(Told(heard, opened, open_request(opened, profiles).content, None))
        else:
            answers.append(Told(heard, opened, open_answer(opened, profiles).content, None))
    requests.sort(key=lambda told: isinstance(told.content, EvidenceRequest) and told.content.preview is not None)
    return tuple(_chained(requests, answers))


def _chained(requests: Sequence[Told], answers: Sequence[Told]) -> Iterator[Told]:
    for request in requests:
        yield request
        for answer in answers:
            if request.content.request_id == answer.content.request_id:
                yield Told(answer.overheard, answer.opened, answer.content, request)


def write_folder(
    folder: Path,
    scenario: str,
    story: Story,
    messages: Sequence[Told],
    anchors: TrustAnchors,
    answers: Sequence[bytes] = (),
) -> dict[str, object]:
    """Write everything and return what stands in `exchange.json`; `answers` are those about revocation (DER) that were
    believed meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trust.pem").write_bytes(anchors.pem)
    listed = [_write_message(folder, number, told) for number, told in enumerate(messages, start=1)]
    first = messages[0].content
    summary: dict[str, object] = {
        "scenario": scenario,
        "outcome": story.outcome,
        "expected": story.expected,
        "edm": first.specification,
        "conversation_id": story.conversation_id,
        "exchange_id": story.exchange_id,
        "messages": listed,
        "evidence": _write_evidence(folder, story),
        "preview": {
            "opened_at": iso(story.opened_at) if story.opened_at else None,
            "decision": None if story.decision is Decision.NONE else story.decision.value,
            **({"decided_at": iso(story.decided_at)} if story.decided_at else {}),
        },
    }
    if answers:
        summary["revocation"] = _write_answers(folder, answers)
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (folder / "exchange.json").write_text(text, encoding="utf-8")
    return summary


def _write_message(folder: Path, number: int, told: Told) -> dict[str, object]:
    stem = f"{number:02d}-{told.kind}"
    names = {"xml": f"{stem}.xml", "mime": f"{stem}.mime", "receipt": f"{number:02d}-receipt.xml"}
    (folder / names["xml"]).write_bytes(told.opened.document)
    (folder / names["mime"]).write_bytes(as_mime(told.overheard))
    (folder / names["receipt"]).write_bytes(told.overheard.answer)
    header = told.opened.header
    return {
        "no": number,
        "kind": told.kind,
        "from": header.sender.value,
        "to": header.receiver.value,
        "message_id": header.message_id,
        "ref_to": told.answers.opened.header.message_id if told.answers else None,
        **names,
        "sha256_body": sha256_of(told.overheard.body),
    }


def as_mime(overheard: Overheard) -> bytes:
    """The message as a file."""
    return joined_message(overheard.content_type, overheard.body)


def _write_answers(folder: Path, answers: Sequence[bytes]) -> list[str]:
    (folder / "revocation").mkdir(exist_ok=True)
    names = [f"revocation/{number:02d}.{read_answer(data).ending}" for number, data in enumerate(answers, start=1)]
    for name, data in zip(names, answers, strict=True):
        (folder / name).write_bytes(data)
    return names


def _write_evidence(folder: Path, story: Story) -> list[dict[str, object]]:
    written: list[dict[str, object]] = []
    for number, document in enumerate(story.received, start=1):
        name = f"evidence/{number:02d}.{_ENDINGS.get(document.media_type, 'bin')}"
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(document.content)
        seen = story.seen[number - 1].sha256 if number <= len(story.seen) else None
        written.append(
            {
                "file": name,
                "media_type": document.media_type,
                "sha256_shown": seen,
                "sha256_received": sha256_of(document.content),
            }
        )
    return written
