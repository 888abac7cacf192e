"""What a source of evidence is asked and can say: who is meant, and what it holds about that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from oots.model.content import Source
from oots.model.evidence import Distribution, DocumentKind, EvidenceType
from oots.model.fields import FieldTold
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.model.request import ClassificationAnswer
from oots.model.text import Text


@dataclass(frozen=True, slots=True)
class Offer:
    """An evidence type that a source issues, in which forms, about whom, and on what conditions.

    Where `elsewhere` says where to turn instead, nothing is ever issued: another mechanism of the EU is for it.
    """

    evidence_type: EvidenceType
    distributions: tuple[Distribution, ...]
    minimum_assurance: LevelOfAssurance
    procedures: tuple[str, ...]
    without_preview: bool
    subject: type[NaturalPerson] | type[LegalPerson] = NaturalPerson
    elsewhere: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Applicant:
    """Whom a request is about and who acts, with what the user has answered to the questions of the directory.

    `classification` is the URL of the evidence type that is asked for: a mandate may be for some of them only.
    """

    subject: Subject
    representative: Subject | None = None
    answers: tuple[ClassificationAnswer, ...] = ()
    classification: str | None = None


class MatchOutcome(StrEnum):
    """How a match came out. All but UNIQUE are answered alike, so that nobody learns who is registered."""

    UNIQUE = "unique"
    NONE = "none"
    SEVERAL = "several"
    MORE_NEEDED = "more-needed"
    NOT_REPRESENTED = "not-represented"


@dataclass(frozen=True, slots=True)
class Matched:
    """Exactly one person is meant; `person_key` means something to the source alone and never leaves the provider."""

    person_key: str


@dataclass(frozen=True, slots=True)
class NotMatched:
    """No evidence is exchanged (2022/1463 art. 16(2)). `outcome` and `candidates` are for the journal only."""

    outcome: MatchOutcome
    candidates: int


Match = Matched | NotMatched


@dataclass(frozen=True, slots=True)
class Approval:
    """A caseworker has decided that it is issued, as the register has it.

    A PDF that was attached is the evidence itself where a PDF was asked for, else an annex to it.
    """

    attached: bytes | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued about a matched person, and for what.

    `wanted` is the distribution that was asked for, `case_number` stands on the documents, `requirements` are the URLs
    that the evidence is to meet, `answers` those of the user, `procedure` the code of the procedure. An order with an
    `approval` is not answered with `ByHand` again.
    """

    person_key: str
    classification: str
    wanted: Distribution
    at: datetime
    case_number: str
    requirements: tuple[str, ...] = ()
    answers: tuple[ClassificationAnswer, ...] = ()
    procedure: str | None = None
    approval: Approval | None = None


class FeePolicy(StrEnum):
    """What becomes of a fee when evidence is asked for from abroad."""

    WAIVED = "waived"
    PAID_IN_PREVIEW = "paid-in-preview"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fee:
    """What a document costs in a municipality that year; without payment in advance REFUSED issues nothing abroad."""

    amount_dkk: Decimal
    policy: FeePolicy
    year: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """A field that the register knows and that is not sent, and why."""

    field: str
    reason: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """One document as it will be shown and sent; `content` is the exact bytes, or where they are read from."""

    kind: DocumentKind
    title: str
    distribution: Distribution
    content: bytes | Source


@dataclass(frozen=True, slots=True)
class Issued:
    """One piece of evidence: main evidence first, then what belongs to it.

    `title` tells several pieces of one type apart; without it the piece is called as its type is. `fields` are those of
    its documents and what is withheld, by name; none where nobody can say what a document holds.
    """

    evidence_type: EvidenceType
    issuing_date: date
    documents: tuple[IssuedDocument, ...]
    notice: str | None = None
    """A warning that the preview must show, as a key (`address-protection`)."""
    fee: Fee | None = None
    title: tuple[Text, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    fields: tuple[FieldTold, ...] = ()


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """The person is known and nothing of this kind is held; `reason` is for the journal only."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing can be issued now; ask again from `available_from` on."""

    available_from: datetime


@dataclass(frozen=True, slots=True)
class ByHand:
    """A caseworker decides, by `available_from`; `reason` is for the caseworker only."""

    available_from: datetime
    reason: str


Issue = tuple[Issued, ...] | NothingHeld | NotYet | ByHand
"""A tuple is never empty: the pieces among which the person chooses."""
