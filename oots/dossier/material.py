"""What is known of one exchange before a dossier is made of it, wherever it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from oots.model.fields import FieldTold
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair


@dataclass(frozen=True, slots=True)
class MessageMaterial:
    """One message: its signed SOAP part, the document in its first part, its other parts by content id (None: deleted),
    the whole as it stood in the HTTP request where that was kept, and the receipt for it."""

    envelope: bytes
    document: bytes
    evidence: Mapping[str, bytes | None]
    message: bytes | None = None
    receipt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as `source` tells it; `facts` are further words about it, none of them personal but what
    others wrote freely in `detail`."""

    at: datetime
    source: str
    what: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """What the person saw, by digests of the content (hexadecimal), when, and what was decided; None: not known."""

    opened_at: datetime | None = None
    shown: tuple[str, ...] = ()
    decided_at: datetime | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """How long a service keeps what it knows of the exchange: its journal until then, its evidence until it was deleted
    (None: it was not, or there never was any)."""

    service: str
    journal_until: datetime
    evidence_deleted_at: datetime | None = None
    holds_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """An exchange with the key that will sign its dossier. `expected` are the criteria of its journey and what came of
    it, where they are known; `sources` says where all this was found, without a path; `answers` are those about
    revocation (DER) that were believed when the messages came, `storage` what each service keeps for how long, and
    `fields` how far each field of the evidence came, `review` what the review desk says of the exchange, if anybody has
    reviewed it. `settings` are those of the service that exports, without its secrets."""

    exchange_id: str
    messages: tuple[MessageMaterial, ...]
    events: tuple[Event, ...]
    preview: PreviewRecord
    anchors: TrustAnchors
    key: KeyPair
    sources: tuple[str, ...]
    procedure: str | None = None
    evidence_type: str | None = None
    expected: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[bytes, ...] = ()
    storage: tuple[Storage, ...] = ()
    fields: tuple[FieldTold, ...] = ()
    review: Mapping[str, object] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
