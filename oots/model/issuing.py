"""What a source of evidence can say: who is meant, and what it holds about that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from oots.model.content import Source
from oots.model.evidence import Distribution, DocumentKind, EvidenceType
from oots.model.person import LevelOfAssurance


@dataclass(frozen=True, slots=True)
class Offer:
    """An evidence type that a source issues, in which forms, and on what conditions."""

    evidence_type: EvidenceType
    distributions: tuple[Distribution, ...]
    minimum_assurance: LevelOfAssurance
    procedures: tuple[str, ...]
    without_preview: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """Exactly one person is meant; `person_key` means something to the source alone and never leaves the provider."""

    person_key: str


@dataclass(frozen=True, slots=True)
class NotMatched:
    """No person, or several: no evidence is exchanged (2022/1463 art. 16(2)). `candidates` is for the journal only."""

    candidates: int


Match = Matched | NotMatched


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """One document as it will be shown and sent; `content` is the exact bytes, or where they are read from."""

    kind: DocumentKind
    title: str
    distribution: Distribution
    content: bytes | Source


@dataclass(frozen=True, slots=True)
class Issued:
    """One piece of evidence: main evidence first, then what belongs to it."""

    evidence_type: EvidenceType
    issuing_date: date
    documents: tuple[IssuedDocument, ...]
    notice: str | None = None
    """A warning that the preview must show, as a key (`address-protection`)."""


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """The person is known and nothing of this kind is held; `reason` is for the journal only."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """A caseworker must act first; ask again from `available_from` on."""

    available_from: datetime


Issue = Issued | NothingHeld | NotYet
