"""How much a message may weigh, before and after decompression (TDD 4.4: 25 MB a piece, 100 MB a message)."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes; `message` holds for the HTTP body and again for all parts expanded.

    `soap` is an envelope's, of which 25 parts make 20 KB; it bounds what is parsed before a signature is believed.
    `parts` keeps one signature well under 30 references; `expansion` is how many times its size a gzip part may grow.
    """

    message: int = 100 * _MEBIBYTE
    soap: int = 128 * 1024
    part: int = 25 * _MEBIBYTE
    parts: int = 25
    expansion: int = 200
