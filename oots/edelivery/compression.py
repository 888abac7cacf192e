"""AS4 payload compression: which parts are gzipped, and expanding them within limits (AS4 profile 3.1)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from oots.edelivery.faults import decompression_failure
from oots.edelivery.limits import Limits
from oots.model.content import CHUNK

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
    expanding = Expanding(limits)
    content = b"".join(expanding.feed(packed))
    expanding.finish()
    return content


class Expanding:
    """A gzip member that is expanded while it arrives. What is wrong with it is not said before its end: until then it
    is not known whether its sender sent that."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._stream = zlib.decompressobj(_GZIP_WINDOW)
        self._packed = 0
        self._length = 0
        self._surplus = False
        self._broken = False

    def feed(self, packed: bytes) -> Iterator[bytes]:
        """What comes out of these bytes, a chunk at a time; nothing any more once `limits.part` is passed."""
        self._packed += len(packed)
        self._surplus = self._surplus or (self._stream.eof and bool(packed))
        content = packed
        while content and self._length <= self._limits.part and not self._stream.eof:
            content = self._decompressed(packed)
            packed = self._stream.unconsumed_tail
            self._length += len(content)
            if content:
                yield content

    def _decompressed(self, packed: bytes) -> bytes:
        try:
            return self._stream.decompress(packed, CHUNK)
        except zlib.error:
            self._broken = True
            return b""

    def finish(self) -> None:
        """Raises TransportError (EBMS:0303) unless all was exactly one gzip member that grew as far as it may."""
        most = min(self._limits.part, self._packed * self._limits.expansion)
        if self._broken:
            raise decompression_failure("a part is no gzip stream")
        if self._length > most:
            raise decompression_failure(f"a part of {self._packed} bytes grows beyond {most}")
        if not self._stream.eof or self._stream.unused_data or self._surplus:
            raise decompression_failure("a part is not exactly one gzip member")
