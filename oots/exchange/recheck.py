"""Checks the signature of a message out of the journal once more, also when its evidence has been deleted since."""

from __future__ import annotations

from dataclasses import dataclass

from oots.edelivery import soap
from oots.edelivery.header import part_uris
from oots.edelivery.signature import Gone, verify_again
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
        document_uri, *evidence = part_uris(soap.read(entry.soap).messaging)
        recorded = dict(entry.digests)
        attachments = {document_uri: entry.document} | {uri: Gone.with_digest(recorded[uri]) for uri in evidence}
        verify_again(entry.soap, attachments, anchors, entry.at)
    except (TransportError, KeyError, ValueError) as fault:
        return Recheck(False, 0, 0, str(fault))
    return Recheck(True, len(recorded) - len(evidence), len(evidence))
