"""AS4 payload compression: which parts are gzipped, and expanding them within limits (AS4 profile 3.1)."""

from __future__ import annotations

import gzip
import zlib

from oots.edelivery.faults import decompression_failure
from oots.edelivery.limits import Limits

GZIP = "application/gzip"
THRESHOLD = 64 * 1024
_GZIP_WINDOW = 31


def is_xml(media_type: str) -> bool:
    """Whether WS-Security digests a part of this type in canonical form (as WSS4J decides it)."""
    return media_type in ("text/xml", "application/xml") or media_type.endswith("+xml")


def compress(content: bytes) -> bytes:
    """`content` as gzip without a time stamp, so that equal content gives equal bytes."""
    return gzip.compress(content, mtime=0)


def shrinks_lawfully(content: bytes, packed: bytes, limits: Limits) -> bool:
    """Whether a receiver with these limits would expand `packed` again."""
    return len(packed) < len(content) <= len(packed) * limits.expansion


def expand(packed: bytes, limits: Limits) -> bytes:
    """The content of one gzip member and nothing else; raises TransportError (EBMS:0303), without expanding further
    than `limits.part` or `limits.expansion` allow."""
    most = min(limits.part, len(packed) * limits.expansion)
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = stream.decompress(packed, most + 1)
    except zlib.error:
        raise decompression_failure("a part is no gzip stream") from None
    if len(content) > most:
        raise decompression_failure(f"a part of {len(packed)} bytes grows beyond {most}")
    if not stream.eof or stream.unused_data:
        raise decompression_failure("a part is not exactly one gzip member")
    return content
