"""A part of evidence that a service holds for a while, as its record of the exchange has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from oots.exchange.evidence_files import EvidenceFiles
from oots.model.content import Source
from oots.trust.sealed_file import Stored


@dataclass(frozen=True, slots=True)
class HeldPart:
    """A sealed file with its key, and the digest and length of what is in it, which stay when the file is gone."""

    content_id: str
    media_type: str
    file: str
    sha256: str
    length: int
    key: str = field(repr=False)

    @property
    def stored(self) -> Stored:
        return Stored(self.file, self.key, self.sha256, self.length)


def hold(files: EvidenceFiles, content_id: str, media_type: str, content: bytes | Source) -> HeldPart:
    """Keep the content in a file, as the part with this Content-ID."""
    stored = files.put(content).stored
    return HeldPart(content_id, media_type, stored.name, stored.sha256, stored.length, stored.key)
