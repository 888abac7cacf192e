"""What an exchange tells of its evidence: which fields came how far, and whether the same was shown, sent, received."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from oots.exchange.held_evidence import HeldEvidence
from oots.exchange.journal import Entry, EvidencePart
from oots.inspector.laid_open import LaidOpen
from oots.model.evidence import EvidenceDocument, IssuingAuthority
from oots.model.fields import FieldTold, KnownField, KnownFields, Standing
from oots.model.response import EvidenceResponse
from oots.model.text import Text

Known = Callable[[str], KnownFields | None]
"""What an evidence type says of its fields, by its URL; None for a type that nobody here knows."""

_OF_PARTS = (Entry.PREVIEW_OPENED, Entry.RESPONSE_SENT, Entry.RESPONSE_RECEIVED, Entry.EVIDENCE_DELETED)


class Same(StrEnum):
    """Whether two records name the same bytes; UNKNOWN where one of them is missing."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field as a table shows it. `known` is what its type says of it, `asked` whether a requirement of the request
    asks for this very field. Of one that is `hidden` it is not told whether it was there."""

    told: FieldTold
    known: KnownField | None
    asked: bool
    hidden: bool

    @property
    def name(self) -> str:
        return self.told.name

    @property
    def labels(self) -> tuple[Text, ...]:
        return self.known.labels if self.known else ()


@dataclass(frozen=True, slots=True)
class DocumentTold:
    """One document of a piece: what is recorded of it, what the response says of it, where it still lies (`held`) and
    when which service deleted it. `shown`, `sent` and `received` are the digests that were recorded."""

    part: EvidencePart
    described: EvidenceDocument | None
    shown: frozenset[str]
    sent: frozenset[str]
    received: frozenset[str]
    held: tuple[HeldEvidence, ...]
    deleted: tuple[tuple[str, datetime], ...]

    @property
    def shown_is_sent(self) -> Same:
        return _same(self.shown, self.sent)

    @property
    def sent_is_received(self) -> Same:
        return _same(self.sent, self.received)

    @property
    def shown_is_received(self) -> Same:
        return _same(self.shown, self.received)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence with its table and its documents; `issuer` is who issued it as the response says.
    `by_provider` tells that the provider named the fields; else they are the names that the requester found in what it
    got."""

    number: int
    titles: tuple[Text, ...]
    issuer: IssuingAuthority | None
    rows: tuple[FieldRow, ...]
    documents: tuple[DocumentTold, ...]
    released: bool
    by_provider: bool


def pieces_of(
    exchange: LaidOpen, known: KnownFields | None, held: Sequence[HeldEvidence], *, masked: bool
) -> tuple[Piece, ...]:
    """The pieces that were issued, sent or received, in the order in which they are first told of."""
    mains = dict.fromkeys((*_named_by_provider(exchange), *_described_mains(exchange)))
    groups: dict[str, list[EvidencePart]] = {main: [] for main in mains}
    for line in exchange.of(*_OF_PARTS):
        _sort_in(groups, line.entry.evidence)
    asked = frozenset(_requirements(exchange))
    found: list[Piece] = []
    for main, parts in groups.items():
        fields, by_provider = _fields(exchange, main)
        rows = tuple(_row(field, known, asked, masked=masked) for field in fields)
        documents = tuple(_document(exchange, part, held) for part in parts)
        described = next((each.described for each in documents if each.described and each.described.main), None)
        said = described.main if described else None
        titles = said.evidence_type.titles if said else known.titles if known else ()
        issuer = said.issuing_authority if said else None
        released = any(each.sent or each.received for each in documents)
        found.append(Piece(len(found) + 1, titles, issuer, rows, documents, released, by_provider))
    return tuple(found)


def _named_by_provider(exchange: LaidOpen) -> Iterator[str]:
    for line in exchange.of(Entry.EXCEPTION_SENT, Entry.RESPONSE_SENT):
        yield from (field.evidence_id for field in line.entry.fields)


def _described(exchange: LaidOpen) -> Iterator[EvidenceDocument]:
    for message in exchange.messages:
        if isinstance(message.says, EvidenceResponse):
            yield from (document for package in message.says.packages for document in package.documents)


def _described_mains(exchange: LaidOpen) -> Iterator[str]:
    return (document.evidence_id for document in _described(exchange) if document.main)


def _sort_in(groups: dict[str, list[EvidencePart]], parts: Iterable[EvidencePart]) -> None:
    """Each part into its piece, whose main evidence comes first wherever parts are told of."""
    current: str | None = None
    for part in parts:
        if part.evidence_id in groups or current is None:
            current = part.evidence_id
        group = groups.setdefault(current, [])
        if all(part.evidence_id != each.evidence_id for each in group):
            group.append(part)


def _requirements(exchange: LaidOpen) -> Iterator[str]:
    for request in exchange.requests:
        yield from (requirement.identifier.rpartition("/")[2] for requirement in request.requirements)


def _fields(exchange: LaidOpen, main: str) -> tuple[tuple[FieldTold, ...], bool]:
    """What was last said of the fields of a piece, and whether the provider said it."""
    for by_provider, entries in (
        (True, (Entry.RESPONSE_SENT,)),
        (True, (Entry.EXCEPTION_SENT,)),
        (False, (Entry.RESPONSE_RECEIVED,)),
    ):
        for line in reversed(exchange.of(*entries)):
            if fields := tuple(field for field in line.entry.fields if field.evidence_id == main):
                return fields, by_provider
    return (), False


def _row(field: FieldTold, known: KnownFields | None, asked: frozenset[str], *, masked: bool) -> FieldRow:
    of_type = known.named(field.name) if known else None
    withheld = field.standing is Standing.WITHHELD
    sure = of_type is not None and of_type.always
    wanted = of_type is not None and not asked.isdisjoint(of_type.only_for)
    return FieldRow(field, of_type, asked=wanted, hidden=masked and not withheld and not sure)


def _document(exchange: LaidOpen, part: EvidencePart, held: Sequence[HeldEvidence]) -> DocumentTold:
    def digests(entry: Entry) -> frozenset[str]:
        return frozenset(
            each.sha256
            for line in exchange.of(entry)
            for each in line.entry.evidence
            if each.evidence_id == part.evidence_id
        )

    deleted = (
        (line.service, line.entry.at)
        for line in exchange.of(Entry.EVIDENCE_DELETED)
        if any(each.evidence_id == part.evidence_id for each in line.entry.evidence)
    )
    return DocumentTold(
        part,
        next((each for each in _described(exchange) if each.evidence_id == part.evidence_id), None),
        digests(Entry.PREVIEW_OPENED),
        digests(Entry.RESPONSE_SENT),
        digests(Entry.RESPONSE_RECEIVED),
        tuple(each for each in held if each.part.content_id == part.content_id),
        tuple(deleted),
    )


def _same(one: frozenset[str], other: frozenset[str]) -> Same:
    if not one or not other:
        return Same.UNKNOWN
    return Same.SAME if len(one | other) == 1 else Same.DIFFERENT


def received_as_released(exchange: LaidOpen) -> Same:
    """Whether the requester found the very fields that the provider says it has released, in what is XML."""
    sent = {field.evidence_id: set[str]() for line in exchange.of(Entry.RESPONSE_SENT) for field in line.entry.fields}
    for line in exchange.of(Entry.RESPONSE_SENT):
        for field in line.entry.fields:
            if field.standing is Standing.RELEASED:
                sent[field.evidence_id].add(field.name)
    got: dict[str, set[str]] = {}
    for line in exchange.of(Entry.RESPONSE_RECEIVED):
        for field in line.entry.fields:
            got.setdefault(field.evidence_id, set()).add(field.name)
    both = sent.keys() & got.keys()
    if not both:
        return Same.UNKNOWN
    return Same.SAME if all(sent[each] == got[each] for each in both) else Same.DIFFERENT
