"""What is sent as it lies in the outbox: small pieces sealed in its row, large ones as evidence files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from oots.edelivery.encryption import Encrypted
from oots.edelivery.message import SealedMessage
from oots.exchange.evidence_files import EvidenceFiles
from oots.model.content import Sized, length_of
from oots.trust.sealed_file import SealedFile, Stored
from oots.trust.vault import Vault

MOST_IN_A_ROW = 64 * 1024
"""The bytes of a piece that lies in the row itself."""
_ENCRYPTION = "encryption"


def place(message_id: str, party_id: str) -> str:
    """A message opens for its addressee only."""
    return f"outbox {message_id} to {party_id}"


@dataclass(frozen=True, slots=True)
class Filed:
    """A piece in a file, and the key and initialisation vector (hexadecimal) with which it is encrypted whenever it is
    sent, if it is: so each time it is the same, and evidence is written no second time."""

    file: SealedFile
    encryption: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def content(self) -> SealedFile | Encrypted:
        if self.encryption is None:
            return self.file
        return Encrypted(self.file, *map(bytes.fromhex, self.encryption))

    @property
    def entry(self) -> dict[str, object]:
        """As the index has it."""
        entry: dict[str, object] = asdict(self.file.stored)
        return entry if self.encryption is None else entry | {_ENCRYPTION: self.encryption}


def stored(message: SealedMessage, files: EvidenceFiles) -> tuple[bytes | Filed, ...]:
    """The pieces of a message, each large one as a file; evidence that is a file already is not copied."""
    return tuple(_small_or_filed(piece, files) for piece in message.pieces)


def _small_or_filed(piece: bytes | Sized, files: EvidenceFiles) -> bytes | Filed:
    if isinstance(piece, bytes) and length_of(piece) <= MOST_IN_A_ROW:
        return piece
    if isinstance(piece, Encrypted):
        return Filed(files.put(piece.content), (piece.key.hex(), piece.iv.hex()))
    return Filed(files.put(piece))


def files_of(pieces: Sequence[bytes | Filed]) -> tuple[str, ...]:
    return tuple(piece.file.stored.name for piece in pieces if isinstance(piece, Filed))


def sealed(pieces: Sequence[bytes | Filed], message_id: str, party_id: str, vault: Vault) -> bytes:
    """The pieces as one row keeps them: a line that says what follows, then what is not in files."""
    index = [len(piece) if isinstance(piece, bytes) else piece.entry for piece in pieces]
    small = b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return vault.seal(json.dumps(index).encode() + b"\n" + small, place(message_id, party_id))


def opened(row: bytes, message_id: str, party_id: str, vault: Vault, files: EvidenceFiles) -> tuple[bytes | Sized, ...]:
    """The pieces to send; raises ConfigurationError where they were sealed for another message or addressee."""
    index, _, small = vault.open(row, place(message_id, party_id)).partition(b"\n")
    pieces: list[bytes | Sized] = []
    for each in json.loads(index):
        if isinstance(each, int):
            pieces.append(small[:each])
            small = small[each:]
        else:
            encryption = each.pop(_ENCRYPTION, None)
            pieces.append(Filed(files.get(Stored(**each)), encryption).content)
    return tuple(pieces)
