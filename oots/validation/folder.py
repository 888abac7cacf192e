"""The messages in a folder, and the pairs between those of a run, as its `exchange.json` orders them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.pairs.answer import answer_to_request
from oots.rules.pairs.later_header import answer_header, second_header
from oots.rules.pairs.lookup import slot_text
from oots.rules.pairs.receipt import receipt_to_message
from oots.rules.pairs.second_request import LOCATION, SecondRequest, second_request
from oots.rules.place import tag
from oots.rules.rule import Finding, Severity
from oots.wire.xml import canonical

OTHER_DOCUMENT: Final = "OOTSDK-RUN-001"
"""The id under which a document is told that its message did not carry."""
RUN: Final = "exchange.json"
MESSAGES: Final = (".xml", ".mime")
_MOST_RUN_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file of a run holds, where it can be read: a document, and the envelope that carried it."""

    document: etree._Element | None
    envelope: etree._Element | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of a run: the names of its document, of the whole message and of the receipt for it, as listed."""

    document: str | None
    message: str | None
    receipt: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.document, self.message, self.receipt) if name is not None)


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a run in one of its forms: the file to which findings belong, and what it holds."""

    name: str
    document: etree._Element
    envelope: etree._Element | None

    @property
    def is_request(self) -> bool:
        return etree.QName(self.document).localname == "QueryRequest"


def messages_in(folder: Path) -> list[Path]:
    """Every file below a folder that could be a message, in order of name."""
    return sorted(file for file in folder.rglob("*") if file.suffix in MESSAGES and not file.is_dir())


def runs_in(folder: Path) -> list[Path]:
    """Every folder, from this one down, that a run has written."""
    return sorted(file.parent for file in folder.rglob(RUN))


def listed_in(folder: Path) -> tuple[Listed, ...]:
    """The messages that a run lists, in order; raises MessageError for a list that cannot be read, or OSError."""
    file = folder / RUN
    if file.exists() and not file.is_file():
        raise MessageError("not a regular file")
    with file.open("rb") as opened:
        data = opened.read(_MOST_RUN_BYTES + 1)
    if len(data) > _MOST_RUN_BYTES:
        raise MessageError("larger than the list of a run can be")
    try:
        found = json.loads(data)
        return tuple(_listed(entry) for entry in found["messages"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MessageError("no list of the messages of a run") from None


def _listed(entry: Mapping[str, object]) -> Listed:
    """Raises ValueError for what can name no file of the folder."""
    names = [name if isinstance(name, str) else None for name in map(entry.get, ("xml", "mime", "receipt"))]
    if not all(name is None or name.isprintable() for name in names):
        raise ValueError("no name of a file")
    return Listed(*names)


def run_findings(listed: tuple[Listed, ...], opened: Mapping[str, Opened]) -> Iterator[tuple[str, Finding]]:
    """The name of a file, and what it breaks of another file of the same run.

    Documents and whole messages are held against their like, so that a change in either is seen.
    """
    yield from _story([step for each in listed for step in _step(each.document, opened)])
    yield from _story([step for each in listed for step in _step(each.message, opened)])
    for each in listed:
        yield from _same_document(each, opened)
        receipt, message = (opened.get(name or "") for name in (each.receipt, each.message))
        if each.receipt and receipt and message and receipt.envelope is not None and message.envelope is not None:
            yield from ((each.receipt, found) for found in receipt_to_message(receipt.envelope, message.envelope))


def _same_document(listed: Listed, opened: Mapping[str, Opened]) -> Iterator[tuple[str, Finding]]:
    """The document beside a message must be the one that the message carried."""
    found, message = (opened.get(name or "") for name in (listed.document, listed.message))
    if listed.document is None or not found or not message or found.document is None or message.document is None:
        return
    if canonical(found.document) != canonical(message.document):
        says = "The document beside a message must be the one in its first part."
        instead = f"another than in {listed.message}"
        yield listed.document, Finding(OTHER_DOCUMENT, Severity.FATAL, says, instead, "/", None, "4.8")


def _step(name: str | None, opened: Mapping[str, Opened]) -> Iterator[Step]:
    found = opened.get(name or "")
    if name is not None and found is not None and found.document is not None:
        yield Step(name, found.document, found.envelope)


@dataclass(frozen=True, slots=True)
class Beside:
    """A step, and what it is held against: an answer against `request`; a second request against the `first` and the
    `error` between them; a first request against nothing."""

    step: Step
    request: Step | None = None
    first: Step | None = None
    error: Step | None = None


def story(steps: Iterable[Step]) -> Iterator[Beside]:
    """Each answer beside the request before it, each second request beside the first and the error between them."""
    first: Step | None = None
    request: Step | None = None
    answer: Step | None = None
    for step in steps:
        if not step.is_request:
            answer = step
            yield Beside(step, request=request)
        elif first is not None and answer is not None and _follows_a_preview(step, first, answer):
            yield Beside(step, first=first, error=answer)
            request = step
        else:
            first = request = step
            yield Beside(step)


def _follows_a_preview(later: Step, first: Step, answer: Step) -> bool:
    named = bool(slot_text(later.document, LOCATION))
    return named or bool(SecondRequest(later.document, first.document, answer.document).offers)


def _story(steps: Iterable[Step]) -> Iterator[tuple[str, Finding]]:
    for beside in story(steps):
        yield from ((beside.step.name, found) for found in (*document_findings(beside), *header_findings(beside)))


def document_findings(beside: Beside) -> tuple[Finding, ...]:
    """What the document of a step breaks of those that it is held against; places are in it."""
    if beside.request is not None:
        return answer_to_request(beside.step.document, beside.request.document)
    if beside.first is not None and beside.error is not None:
        return second_request(beside.step.document, beside.first.document, beside.error.document)
    return ()


def header_findings(beside: Beside) -> tuple[Finding, ...]:
    """The same of its header, where both have one; places are in it."""
    own = beside.step.envelope
    if own is None:
        return ()
    if beside.request is not None and beside.request.envelope is not None:
        return answer_header(own, beside.request.envelope)
    if beside.first is not None and beside.first.envelope is not None:
        return second_header(own, beside.first.envelope)
    return ()


def is_envelope(root: etree._Element) -> bool:
    """Whether a document is a SOAP envelope, as receipts are."""
    return root.tag != tag("eb:Messaging") and next(root.iter(tag("eb:SignalMessage")), None) is not None
