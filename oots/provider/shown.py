"""What the preview space shows: of a link before a sign-in, and of each piece of evidence after it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from oots.exchange.held_part import HeldPart
from oots.model.evidence import DocumentKind, EvidenceDocument
from oots.model.issuing import Fee, Withheld
from oots.model.text import Text
from oots.provider.record import HeldPackage


class Stage(StrEnum):
    """What a preview link opens at this moment."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    OPEN = "open"
    DECIDED = "decided"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Place:
    """What may be told about a link before anybody has signed in: nothing about a person or about contents.

    `return_location` is the lawful https URL of request 2, None before that has come and for an unknown link.
    `authority_names` are those of the authority that was asked, `represented` whether somebody acts for the person.
    `requirements` are the names of what the evidence shall meet; `host_names` those of the authority that keeps the
    preview space, where this is another.
    """

    stage: Stage
    exchange_id: str | None = None
    evidence_titles: tuple[Text, ...] = ()
    requester_names: tuple[Text, ...] = ()
    requester_country: str | None = None
    procedure: str | None = None
    closes_at: datetime | None = None
    return_location: str | None = None
    authority_names: tuple[Text, ...] = ()
    represented: bool = False
    requirements: tuple[tuple[Text, ...], ...] = ()
    host_names: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """One document in the preview; `package` and `number` address it."""

    package: int
    number: int
    kind: DocumentKind
    title: str
    media_type: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ShownPackage:
    """One piece of evidence, accepted or declined as a whole; `notice` is a key such as `address-protection`.

    `piece` addresses its fee, `to_pay` tells that this must be paid before it can be accepted; `withheld` is not sent.
    """

    number: int
    titles: tuple[Text, ...]
    notice: str | None
    documents: tuple[ShownDocument, ...]
    piece: int = 0
    fee: Fee | None = None
    to_pay: bool = False
    withheld: tuple[Withheld, ...] = ()


def titles_of(held: HeldPackage) -> tuple[Text, ...]:
    """What a piece is called: as it was issued, else as its type is."""
    main = next(document.main for document in held.package.documents if document.main)
    return held.title or main.evidence_type.titles


def shown(number: int, held: HeldPackage, paid: Collection[int]) -> ShownPackage:
    return ShownPackage(
        number,
        titles_of(held),
        held.notice,
        tuple(
            _document(number, position, document, part)
            for position, (document, part) in enumerate(zip(held.package.documents, held.parts, strict=True))
        ),
        held.piece,
        held.fee,
        held.is_to_be_paid and held.piece not in paid,
        held.withheld,
    )


def _document(package: int, number: int, document: EvidenceDocument, part: HeldPart) -> ShownDocument:
    return ShownDocument(package, number, document.kind, document.title, part.media_type, part.length, part.sha256)
