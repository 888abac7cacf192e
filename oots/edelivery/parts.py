"""The parts of a message whose envelope is believed, hashed and compared with what was signed while they arrive."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from oots.edelivery import compression
from oots.edelivery.faults import decompression_failure, failed_authentication, mime_inconsistency
from oots.edelivery.header import CID, PartInfo
from oots.edelivery.limits import Limits
from oots.edelivery.mime import ArrivingPart
from oots.edelivery.profile import SignedDigest
from oots.model.content import Content
from oots.model.errors import MessageError, TransportError
from oots.wire.xml import canonical, parse

MOST_LOOSE_BYTES = 1_000_000
"""Of XML that is not in canonical form: it is parsed before its digest is known to be the signed one, which takes much
longer than to hash it."""
MOST_LOOSE_MARKUP = 200_000
"""Tags and attributes of XML that is not in canonical form; its tree takes some 25 MB. What is compressed, or in the
canonical form, may have more."""


@dataclass(frozen=True, slots=True)
class Part:
    """One payload: `content_id` is `left@right`, `content` uncompressed. The first one is the RegRep document."""

    content_id: str
    media_type: str
    content: Content


class Sink(Protocol):
    """Where the content of a part goes; nothing stays of what is not finished when the block ends."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def write(self, data: bytes, /) -> None: ...

    def finish(self) -> Content:
        """The content, once it is durable."""
        ...


class InMemory:
    """Keeps a content in memory."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, data: bytes) -> None:
        self._chunks.append(data)

    def finish(self) -> bytes:
        return b"".join(self._chunks)


class PartTaker:
    """Takes the parts that a believed header names, with the digests that were signed.

    What is XML, compressed or not, is needed as a whole and stays in memory; all else goes to a `new_file`.
    """

    def __init__(
        self,
        infos: Iterable[PartInfo],
        digests: Iterable[SignedDigest],
        limits: Limits,
        new_file: Callable[[], Sink],
    ) -> None:
        self._infos = {info.content_id: info for info in infos}
        self._digests = {digest.uri: digest.value for digest in digests}
        self._limits = limits
        self._new_file = new_file
        self._room = limits.message

    def take(self, arriving: Iterable[ArrivingPart]) -> tuple[Part, ...]:
        """All parts, in the order of the header; raises TransportError for the first that is not as it was signed."""
        taken = {part.content_id: self._one(part) for part in arriving}
        if len(taken) != len(self._infos):
            raise not_the_same_set()
        return tuple(taken[content_id] for content_id in self._infos)

    def _one(self, part: ArrivingPart) -> Part:
        info = self._infos.get(part.content_id)
        if info is None:
            raise not_the_same_set()
        _expect_type(info, part.media_type)
        media_type = info.media_type or part.media_type
        if compression.is_xml(part.media_type):
            return Part(part.content_id, media_type, self._xml(part))
        with InMemory() if compression.is_xml(media_type) else self._new_file() as sink:
            if info.compressed:
                self._expand(part, sink)
            else:
                self._copy(part, sink)
            content = sink.finish()
        return Part(part.content_id, media_type, content)

    def _xml(self, part: ArrivingPart) -> bytes:
        """XML in its canonical form, whatever form it came in: that is what was signed, by the
        Attachment-Content-Signature-Transform of the WS-Security SwA profile 1.1.

        It is parsed before its digest is known to be the signed one only where its octets have another, and then only
        where that takes neither long nor much memory: somebody may have put it under an envelope that was overheard.
        """
        sink = InMemory()
        for chunk in part.content:
            self._write(sink, chunk)
        self._expect_room()
        content = sink.finish()
        if self._is_signed(part, hashlib.sha256(content)):
            _expect_canonical(content)
            return content
        with suppress(MessageError):
            if len(content) <= MOST_LOOSE_BYTES and _markup(content) <= MOST_LOOSE_MARKUP:
                form = canonical(parse(content))
                if self._is_signed(part, hashlib.sha256(form)):
                    return form
        raise _not_as_signed(part)

    def _copy(self, part: ArrivingPart, sink: Sink) -> None:
        for chunk in self._hashed(part):
            self._write(sink, chunk)
        self._expect_room()

    def _expand(self, part: ArrivingPart, sink: Sink) -> None:
        expanding = compression.Expanding(self._limits)
        for chunk in self._hashed(part):
            for piece in expanding.feed(chunk):
                self._write(sink, piece)
        expanding.finish()
        self._expect_room()

    def _write(self, sink: Sink, data: bytes) -> None:
        """What is more than a message may be is not kept; it is said at the end of the part."""
        self._room -= len(data)
        if self._room >= 0:
            sink.write(data)

    def _hashed(self, part: ArrivingPart) -> Iterator[bytes]:
        """The content as it was sent; raises TransportError after its end unless it has the digest that was signed."""
        digest = hashlib.sha256()
        for chunk in part.content:
            digest.update(chunk)
            yield chunk
        if not self._is_signed(part, digest):
            raise _not_as_signed(part)

    def _is_signed(self, part: ArrivingPart, digest: hashlib._Hash) -> bool:
        return b64encode(digest.digest()).decode() == self._digests.get(CID + part.content_id)

    def _expect_room(self) -> None:
        if self._room < 0:
            raise decompression_failure("the parts are larger than a message may be")


def _markup(content: bytes) -> int:
    """At least as many as it has tags and attributes."""
    return content.count(b"<") + content.count(b"=")


def _not_as_signed(part: ArrivingPart) -> TransportError:
    uri = CID + part.content_id
    return failed_authentication(f"InvalidDigest: the content of {uri} is not the one that was signed")


def not_the_same_set() -> TransportError:
    return mime_inconsistency("PartInfo and MIME parts are not the same set")


def _expect_type(info: PartInfo, media_type: str) -> None:
    stated = compression.GZIP if info.compressed else info.media_type
    if stated and media_type != stated:
        raise mime_inconsistency("the type of a part is not the one that its PartInfo states")


def _expect_canonical(content: bytes) -> None:
    try:
        is_canonical = canonical(parse(content)) == content
    except MessageError as fault:
        raise mime_inconsistency(f"a part is no acceptable XML: {fault.why}") from None
    if not is_canonical:
        raise mime_inconsistency("a part in XML is not in canonical form")
