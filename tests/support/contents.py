"""Contents that are not in memory, and readers that tell what was asked of them."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import BinaryIO


class Counted(io.BytesIO):
    """Bytes that count how many of them were read, and the most that were asked for at once."""

    count = 0
    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, len(self.getvalue()) if size is None or size < 0 else size)
        data = super().read(size)
        self.count += len(data)
        return data


@dataclass
class Elsewhere:
    """A `Measured` content that notes its readers."""

    octets: bytes
    readers: list[Counted] = field(default_factory=list)

    @property
    def length(self) -> int:
        return len(self.octets)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()

    def open(self) -> BinaryIO:
        self.readers.append(Counted(self.octets))
        return self.readers[-1]
