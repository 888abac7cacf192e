"""The lines of an exchange for machines (NDJSON), without anything that is about a person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from oots.exchange.journals import Line
from oots.inspector.laid_open import LaidOpen
from oots.inspector.story.steps import Step
from oots.inspector.wording import title_of
from oots.model.clock import iso
from oots.model.content import sha256_of

_KEPT: Final = (
    "exchange_id",
    "conversation_id",
    "requester",
    "provider",
    "specification",
    "procedure",
    "evidence_type",
    "message_id",
    "request_id",
    "response_id",
    "error_code",
    "decision",
    "signer",
    "certificate_sha256",
    "schema_valid",
    "signature_valid",
)
"""Of an entry; not the evidence subject, and not the detail, in which others write freely."""
_BYTES: Final = ("soap", "document", "receipt")


def ndjson(exchange: LaidOpen, steps: Sequence[Step]) -> str:
    """A JSON object on each line, in order of time; `step` is the number of the step that the line is told in."""
    numbers = {(line.service, line.number): step.number for step in steps for line in step.lines}
    return "".join(f"{json.dumps(_told(line, numbers), ensure_ascii=False)}\n" for line in exchange.lines)


def _told(line: Line, numbers: dict[tuple[str, int], int]) -> dict[str, object]:
    entry, title = line.entry, title_of(line)
    return {
        "at": iso(entry.at),
        "service": line.service,
        "number": line.number,
        "step": numbers.get((line.service, line.number)),
        "entry": entry.entry.value,
        "title": {"da": title.danish, "en": title.english},
        **{name: value for name in _KEPT if (value := getattr(entry, name)) is not None},
        **dict(_digests(line)),
    }


def _digests(line: Line) -> Iterator[tuple[str, object]]:
    entry = line.entry
    for name in _BYTES:
        if (octets := getattr(entry, name)) is not None:
            yield f"{name}_sha256", sha256_of(octets)
    if entry.digests:
        yield "signed", dict(entry.digests)
    if entry.evidence:
        yield (
            "evidence",
            [{"media_type": part.media_type, "length": part.length, "sha256": part.sha256} for part in entry.evidence],
        )
    if entry.notes:
        yield "notes", [note.rule for note in entry.notes]
