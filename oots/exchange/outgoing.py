"""What is sent as it lies in the outbox: small pieces sealed in its row, large ones as evidence files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from oots.edelivery.message import SealedMessage
from oots.exchange.evidence_files import EvidenceFiles
from oots.model.content import Content, length_of
from oots.trust.sealed_file import SealedFile, Stored
from oots.trust.vault import Vault

MOST_IN_A_ROW = 64 * 1024
"""The bytes of a piece that lies in the row itself."""


def place(message_id: str, party_id: str) -> str:
    """A message opens for its addressee only."""
    return f"outbox {message_id} to {party_id}"


def stored(message: SealedMessage, files: EvidenceFiles) -> tuple[bytes | SealedFile, ...]:
    """The pieces of a message, each large one as a file; evidence that is a file already is not copied."""
    return tuple(_small_or_filed(piece, files) for piece in message.pieces)


def _small_or_filed(piece: Content, files: EvidenceFiles) -> bytes | SealedFile:
    return piece if isinstance(piece, bytes) and length_of(piece) <= MOST_IN_A_ROW else files.put(piece)


def files_of(pieces: Sequence[bytes | SealedFile]) -> tuple[str, ...]:
    return tuple(piece.stored.name for piece in pieces if isinstance(piece, SealedFile))


def sealed(pieces: Sequence[bytes | SealedFile], message_id: str, party_id: str, vault: Vault) -> bytes:
    """The pieces as one row keeps them: a line that says what follows, then what is not in files."""
    index = [len(piece) if isinstance(piece, bytes) else asdict(piece.stored) for piece in pieces]
    small = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return vault.seal(json.dumps(index).encode() + b"\n" + small, place(message_id, party_id))


def opened(row: bytes, message_id: str, party_id: str, vault: Vault, files: EvidenceFiles) -> tuple[Content, ...]:
    """The pieces to send; raises ConfigurationError where they were sealed for another message or addressee."""
    index, _, small = vault.open(row, place(message_id, party_id)).partition(b"\n")
    pieces: list[Content] = []
    for each in json.loads(index):
        if isinstance(each, int):
            pieces.append(small[:each])
            small = small[each:]
        else:
            pieces.append(files.get(Stored(**each)))
    return tuple(pieces)
