"""Checks the signature of a message out of the journal once more, also when its evidence has been deleted since."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from oots.edelivery import soap
from oots.edelivery.header import part_uris
from oots.edelivery.signature import verify
from oots.exchange.journal import JournalEntry
from oots.model.errors import TransportError
from oots.trust.anchors import TrustAnchors


@dataclass(frozen=True, slots=True)
class Recheck:
    """`recomputed` references were hashed from stored bytes, `recalled` ones compared with recorded digests."""

    valid: bool
    recomputed: int
    recalled: int
    problem: str | None = None


def recheck(entry: JournalEntry, anchors: TrustAnchors) -> Recheck | None:
    """The verdict at the time of the entry; None for an entry that carries no signed message."""
    if entry.soap is None or entry.document is None:
        return None
    try:
        envelope = soap.read(entry.soap)
        document_uri, *evidence = part_uris(envelope.messaging)
        verified = verify(envelope, (document_uri, *evidence), anchors, entry.at)
        digest = b64encode(hashlib.sha256(entry.document).digest()).decode()
        if dict(entry.digests) != {each.uri: each.value for each in verified.digests}:
            raise ValueError("the signature states other digests than were recorded")
        if dict(entry.digests)[document_uri] != digest:
            raise ValueError("the document is not the one that was signed")
    except (TransportError, KeyError, ValueError) as fault:
        return Recheck(False, 0, 0, str(fault))
    return Recheck(True, len(verified.digests) - len(evidence), len(evidence))
