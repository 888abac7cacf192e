"""The summary of a dossier for people, Danish and English: one self-contained HTML file, and the same as PDF."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from oots import __version__
from oots.dossier.answers import answers
from oots.dossier.gdpr import gdpr_of, parties_of
from oots.dossier.manifest import Kind, Member
from oots.dossier.material import Event, Material
from oots.dossier.messages import MessageVerdict
from oots.dossier.picture import Picture, picture_of
from oots.dossier.records import CRITERIA_UNKNOWN, PARTLY_KEPT, WHOLLY_KEPT
from oots.dossier.revocation import RevocationSaid
from oots.dossier.wording import ANSWERED, DECISIONS, KINDS, REVIEW_ANSWERS, REVIEW_STATES, UNKNOWN
from oots.edelivery.header import CID
from oots.model.clock import iso

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ABSENT: Final = {
    "present": ("til stede", "present"),
    "withheld": ("udeladt", "withheld"),
    "deleted": ("ikke gemt", "not kept"),
}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the summary is about: an exchange, the verdicts on its messages, what is said of revocation, and the
    files of the dossier so far."""

    material: Material
    verdicts: Sequence[MessageVerdict]
    revocation: RevocationSaid
    members: Sequence[Member]
    rules: Sequence[Mapping[str, object]]
    exporter: str
    made_at: datetime
    redaction: str | None


def html_of(summary: Summary) -> bytes:
    """One file without any asset or script; every text in it is escaped."""
    return _templates().get_template("summary.html").render(_content(summary)).encode()


def pdf_of(summary: Summary) -> bytes:
    """The same as PDF/UA; equal arguments give equal bytes."""
    pdf: bytes = typst.compile(
        (_TEMPLATES / "summary.typ").read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=summary.made_at.replace(microsecond=0),
        sys_inputs={"document": json.dumps(_content(summary), ensure_ascii=False)},
        ignore_system_fonts=True,
    )
    return pdf


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def _drawn(picture: Picture) -> str:
    """The picture as SVG without script or style sheet; every text in it is escaped."""
    return (
        _templates()
        .get_template("picture.svg")
        .render({field.name: getattr(picture, field.name) for field in fields(picture)})
    )


def _content(summary: Summary) -> dict[str, object]:
    material, preview = summary.material, summary.material.preview
    decision_da, decision_en = DECISIONS.get(preview.decision or "", UNKNOWN)
    da, en = _sentence(summary)
    picture = picture_of(summary.verdicts, preview)
    return {
        "exchange_id": material.exchange_id,
        "made_at": iso(summary.made_at),
        "exporter": summary.exporter,
        "redaction": summary.redaction or "",
        "version": __version__,
        "sentence": {"da": da, "en": en},
        "answers": [
            {
                "question": _two(each.question_da, each.question_en),
                "answer": each.answer.value,
                **_two(each.da, each.en),
            }
            for each in answers(summary.verdicts, anchored=True)
        ],
        "messages": [_message(verdict) for verdict in summary.verdicts],
        "picture": _drawn(picture) if picture else "",
        "lanes": len(picture.lanes) if picture else 0,
        "picture_said": picture.description if picture else "",
        "rules": [{name: each[name] for name in ("file", "verdict", "version")} for each in summary.rules],
        "events": [_event(event) for event in material.events],
        "preview": {
            "opened_at": iso(preview.opened_at) if preview.opened_at else "–",
            "decided_at": iso(preview.decided_at) if preview.decided_at else "–",
            "decision": _two(decision_da, decision_en),
            "shown": list(preview.shown),
        },
        "evidence": [_evidence(member) for member in summary.members if member.kind is Kind.EVIDENCE],
        "expected": [{"name": name, "value": value} for name, value in material.expected.items()],
        "criteria_unknown": CRITERIA_UNKNOWN,
        "gdpr": [row.told() for row in gdpr_of(material)],
        "revocation": _two(summary.revocation.da, summary.revocation.en),
        "notes": [PARTLY_KEPT if any(each.message is None for each in material.messages) else WHOLLY_KEPT],
        "review": _review(material.review) if material.review else None,
        "sources": list(material.sources),
        "procedure": material.procedure or "–",
        "evidence_type": material.evidence_type or "–",
    }


def _review(review: Mapping[str, Any]) -> dict[str, object]:
    """Where a review stands, who signed it, and what was answered to each item."""
    return {
        "state": _two(*REVIEW_STATES.get(review["state"], UNKNOWN)),
        "signed": [
            {"by": each["by"]["name"], "at": each["at"], "verdict": _two(*REVIEW_STATES.get(each["verdict"], UNKNOWN))}
            for each in review["sign_offs"]
        ],
        "answers": [
            {
                "title": each["title"] or _two(each["item"], each["item"]),
                "answer": _two(*REVIEW_ANSWERS.get(each["answer"], UNKNOWN)),
                "explanation": each["explanation"],
                "language": each["language"],
            }
            for each in review["items"]
            if each["answer"]
        ],
    }


def _two(da: str, en: str) -> dict[str, str]:
    return {"da": da, "en": en}


def _sentence(summary: Summary) -> tuple[str, str]:
    headers = [verdict.header for verdict in summary.verdicts if verdict.header is not None]
    if not headers:
        return "Ingen meddelelse kunne læses.", "No message could be read."
    first, last, number = headers[0], headers[-1], len(summary.verdicts)
    (asks_da, asks_en), (gives_da, gives_en) = parties_of(summary.material)
    pieces = len(set(_carried(summary.verdicts)))
    return (
        f"{asks_da} bad {gives_da} om dokumentation; {number} meddelelser blev "
        f"udvekslet fra {iso(first.timestamp)} til {iso(last.timestamp)}, og {pieces} dokumenter blev leveret.",
        f"{asks_en} asked {gives_en} for evidence; {number} messages were "
        f"exchanged from {iso(first.timestamp)} to {iso(last.timestamp)}, and {pieces} documents were delivered.",
    )


def _carried(verdicts: Sequence[MessageVerdict]) -> Iterator[str]:
    """The digests of what travelled beside documents; an intermediary passes the same on."""
    for verdict in verdicts:
        for info in verdict.header.parts[1:] if verdict.header else ():
            yield verdict.covered.get(CID + info.content_id, info.content_id)


def _message(verdict: MessageVerdict) -> dict[str, object]:
    header = verdict.header
    faults = "; ".join(f"{fault.file}: {fault.why}" for fault in verdict.faults)
    if header is None:
        return {"number": verdict.number, "kind": _two("?", "?"), "at": "–", "who": "–", "id": "–", "faults": faults}
    return {
        "number": verdict.number,
        "kind": _two(*KINDS.get(header.action, ANSWERED)),
        "at": iso(header.timestamp),
        "who": f"{header.sender.value} → {header.receiver.value}",
        "id": header.message_id,
        "faults": faults,
    }


def _event(event: Event) -> dict[str, object]:
    return {"at": iso(event.at), "source": event.source, "what": event.what, "facts": list(_facts(event))}


def _facts(event: Event) -> Iterator[str]:
    yield from (f"{name}: {value}" for name, value in event.facts.items())


def _evidence(member: Member) -> dict[str, object]:
    return {"path": member.path, "state": _two(*_ABSENT[member.state.value]), "sha256": member.sha256}
