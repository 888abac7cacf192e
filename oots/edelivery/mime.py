"""The multipart/related package of SOAP with attachments (RFC 2387): written byte-stably, read strictly, and both piece
by piece."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from oots.edelivery import soap
from oots.edelivery.faults import mime_inconsistency
from oots.edelivery.limits import Limits
from oots.model.content import CHUNK, Readable, Sized, whole

_CRLF = b"\r\n"
_HEADERS_END = b"\r\n\r\n"
_MOST_HEADER_BYTES = 4096
_MOST_CONTENT_TYPE = 1024
_MOST_PARAMETERS = 16
_WORD = r"[A-Za-z0-9!#$&^_.+-]+"
_MEDIA_TYPE = re.compile(rf"({_WORD}/{_WORD})[ ]*(?=;|$)")
_PARAMETER = re.compile(rf';[ ]*({_WORD})=(?:({_WORD})|"([^"\\\\]*)")[ ]*(?=;|$)')
"""RFC 2045 5.1 without comments, without quoted pairs, and without the pieces and charsets of RFC 2231 (`name*0*`)."""
_HEADER_LINE = re.compile(r"([A-Za-z-]+):[ ]*([\x20-\x7e]*)")
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=? -]{7,69}[A-Za-z0-9'()+_,./:=?-]")
"""At least eight letters: a shorter one can be made to cost a search much time, and nobody uses such."""
_CONTENT_ID = re.compile(r"<([\x21-\x3b\x3d\x3f-\x7e]+)>")
# Spelled as everybody spells them, though MIME would allow any case: no octet may change and still be accepted.
_CONTENT_ID_NAME = "Content-ID"
_NEEDED = frozenset({"Content-Type", _CONTENT_ID_NAME, "Content-Transfer-Encoding"})
_WITHOUT_MEANING = frozenset({"Content-Disposition", "Content-Description"})
_SOAP_TYPES = frozenset({soap.MEDIA_TYPE, soap.CONTENT_TYPE, soap.CONTENT_TYPE.replace(" ", "")})


@dataclass(frozen=True, slots=True)
class MimePart:
    """One body part: `content_id` without angle brackets, `media_type` as its header states it, `content` as sent."""

    content_id: str
    media_type: str
    content: bytes | Sized


@dataclass(frozen=True, slots=True)
class Package:
    """A package taken apart: the SOAP root part and the attachments by Content-ID, in their order."""

    soap: bytes
    attachments: Mapping[str, MimePart]


def pieces(envelope: bytes, attachments: Sequence[MimePart], message_id: str) -> tuple[str, tuple[bytes | Sized, ...]]:
    """Content-Type and body of the package, as the pieces that it consists of.

    The boundary is derived from the envelope. That names the digest of every part, so no part can hold the boundary;
    nor does one that is encrypted, but by a chance of 1 in 2^160.
    """
    boundary = hashlib.sha256(envelope).hexdigest()[:40]
    root = MimePart(f"soap.{message_id}", soap.CONTENT_TYPE, envelope)
    content_type = f'multipart/related; type="{soap.MEDIA_TYPE}"; start="<{root.content_id}>"; boundary="{boundary}"'
    delimiter = b"--" + boundary.encode()
    made: list[bytes | Sized] = []
    for part in (root, *attachments):
        made += [delimiter + _CRLF + _headers(part), part.content, _CRLF]
    return content_type, tuple(_joined([*made, delimiter + b"--" + _CRLF]))


def write(envelope: bytes, attachments: Sequence[MimePart], message_id: str) -> tuple[str, bytes]:
    """Content-Type and body of the package, in one piece."""
    content_type, made = pieces(envelope, attachments, message_id)
    return content_type, b"".join(map(whole, made))


def _headers(part: MimePart) -> bytes:
    return (
        f"Content-Type: {part.media_type}\r\n"
        f"Content-ID: <{part.content_id}>\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n"
    ).encode("ascii")


def _joined(made: Sequence[bytes | Sized]) -> Iterator[bytes | Sized]:
    """The same with what is small in one piece."""
    held = b""
    for piece in made:
        if isinstance(piece, bytes) and len(piece) <= CHUNK:
            held += piece
        else:
            yield from (held, piece)
            held = b""
    yield held


def read(content_type: str, body: bytes, limits: Limits) -> Package:
    """Take apart a package that is in memory, as `Arriving` does."""
    arriving = Arriving(content_type, BytesIO(body), limits)
    envelope = arriving.soap()
    return Package(envelope, {part.content_id: part.read() for part in arriving.parts()})


class ArrivingPart:
    """The headers of an attachment, whose content is yet to come."""

    def __init__(self, content_id: str, media_type: str, content: Iterator[bytes]) -> None:
        self.content_id = content_id
        self.media_type = media_type
        self.content = content

    def read(self) -> MimePart:
        return MimePart(self.content_id, self.media_type, b"".join(self.content))


class Arriving:
    """A package taken apart while it arrives: the SOAP part first, then attachments with a Content-ID each. The former
    needs none, unless the package says with which part it starts (RFC 2387, 3.2); phase4 writes none.

    Only binary transfer encoding, no nesting, no preamble but an empty line, which phase4 writes (RFC 2046, 5.1.1), no
    epilogue, no folded, repeated or unknown part headers.
    No more is read than is needed to go on, by a chunk at a time. Everything raises TransportError (EBMS:0007).
    """

    def __init__(self, content_type: str, source: Readable, limits: Limits) -> None:
        self._parameters = _parameters(content_type)
        self._dash_boundary = b"--" + self._parameters["boundary"].encode("ascii")
        self._delimiter = _CRLF + self._dash_boundary
        self._source = source
        self._limits = limits
        self._size = 0
        self._unread = bytearray()
        self._ids: set[str] = set()
        self._ended = False

    def soap(self) -> bytes:
        """The SOAP part, of which `limits.soap` bytes are in memory at most."""
        begins = self._dash_boundary + _CRLF
        if self._has(len(_CRLF)) and self._unread.startswith(_CRLF):
            self._take(len(_CRLF))
        if not self._has(len(begins)) or self._take(len(begins)) != begins:
            raise mime_inconsistency("the body does not begin with its boundary")
        root = self._part(self._limits.soap, _NEEDED - {_CONTENT_ID_NAME})
        _expect_root(root, self._parameters)
        return b"".join(root.content)

    def parts(self, overhead: int = 0) -> Iterator[ArrivingPart]:
        """The attachments, once the SOAP part was taken; the content of each is to be used up before the next.

        Each may have so many bytes more than its content, which is what the limit is for.
        """
        for _ in range(self._limits.parts):
            if self._ended:
                return
            yield self._part(self._limits.part + overhead)
        if not self._ended:
            raise mime_inconsistency(f"more than {self._limits.parts} parts")

    def _part(self, largest: int, needed: frozenset[str] = _NEEDED) -> ArrivingPart:
        headers = _part_headers(self._header_block(), needed)
        if _CONTENT_ID_NAME not in headers:
            return ArrivingPart("", headers["Content-Type"], self._content(largest))
        content_id = _CONTENT_ID.fullmatch(headers[_CONTENT_ID_NAME])
        if content_id is None:
            raise mime_inconsistency("a Content-ID is malformed")
        if content_id[1] in self._ids:
            raise mime_inconsistency("a Content-ID is used twice")
        self._ids.add(content_id[1])
        return ArrivingPart(content_id[1], headers["Content-Type"], self._content(largest))

    def _header_block(self) -> bytes:
        """The header lines of a part; an empty line that belongs to a delimiter does not end them."""
        self._has(_MOST_HEADER_BYTES)
        end = self._unread.find(_HEADERS_END, 0, _MOST_HEADER_BYTES)
        content = end + len(_HEADERS_END)
        self._has(content + len(self._dash_boundary))
        if end < 0 or self._unread.find(self._delimiter, 0, content + len(self._dash_boundary)) in range(content):
            raise mime_inconsistency("a part has no headers, or too long ones")
        block = self._take(end)
        self._take(len(_HEADERS_END))
        return block

    def _content(self, largest: int) -> Iterator[bytes]:
        room = largest
        while (end := self._unread.find(self._delimiter)) < 0:
            # What may be the beginning of a delimiter is kept until more is known.
            sure = len(self._unread) - len(self._delimiter) + 1
            if sure > 0:
                room -= sure
                _expect_room(room, largest)
                yield self._take(sure)
            if not self._more():
                raise mime_inconsistency(f"a part has no end, or no headers, or is larger than {largest} bytes")
        _expect_room(room - end, largest)
        yield self._take(end)
        self._take(len(self._delimiter))
        self._next()

    def _next(self) -> None:
        """Go behind the line of a delimiter: to another part, or to the end of the message."""
        self._has(5)
        if self._unread[:2] == _CRLF:
            self._take(2)
        elif bytes(self._unread[:5]) in (b"--", b"--\r\n"):
            self._ended = True
        else:
            raise mime_inconsistency("the last boundary does not end the message")

    def _has(self, size: int) -> bool:
        """Whether so many bytes are there, after reading on until they are."""
        while len(self._unread) < size and self._more():
            pass
        return len(self._unread) >= size

    def _more(self) -> bool:
        chunk = self._source.read(CHUNK)
        self._size += len(chunk)
        if self._size > self._limits.message:
            raise mime_inconsistency(f"the message is larger than {self._limits.message} bytes")
        self._unread += chunk
        return bool(chunk)

    def _take(self, size: int) -> bytes:
        with memoryview(self._unread) as unread:
            taken = bytes(unread[:size])
        del self._unread[:size]
        return taken


def _expect_room(room: int, largest: int) -> None:
    if room < 0:
        raise mime_inconsistency(f"a part is larger than {largest} bytes")


def _parameters(content_type: str) -> dict[str, str]:
    if len(content_type) > _MOST_CONTENT_TYPE or not content_type.isascii() or not content_type.isprintable():
        raise mime_inconsistency("the Content-Type of the message is not printable ASCII of moderate length")
    if content_type.count(";") > _MOST_PARAMETERS:
        raise mime_inconsistency(f"the Content-Type of the message has more than {_MOST_PARAMETERS} parameters")
    media_type, parameters = _parsed(content_type)
    if media_type != "multipart/related":
        raise mime_inconsistency("the message is not multipart/related")
    if parameters.get("type", soap.MEDIA_TYPE) != soap.MEDIA_TYPE:
        raise mime_inconsistency("the package is not of the type application/soap+xml")
    if not _BOUNDARY.fullmatch(parameters.get("boundary", "")):
        raise mime_inconsistency("the message has no lawful boundary")
    return parameters


def _parsed(content_type: str) -> tuple[str, dict[str, str]]:
    """Media type and parameters; their values may be told apart by case, all else is in small letters."""
    media_type = _MEDIA_TYPE.match(content_type)
    parameters: dict[str, str] = {}
    position = media_type.end() if media_type else 0
    while parameter := _PARAMETER.match(content_type, position):
        name, token, quoted = parameter.groups()
        if name.lower() in parameters:
            break
        parameters[name.lower()] = quoted if token is None else token
        position = parameter.end()
    if media_type is None or content_type[position:] not in ("", ";"):
        raise mime_inconsistency("the Content-Type of the message is malformed")
    return media_type[1].lower(), parameters


def _part_headers(block: bytes, needed: frozenset[str]) -> dict[str, str]:
    lines = [_HEADER_LINE.fullmatch(line) for line in block.decode("latin-1").split("\r\n")]
    headers = {line[1]: line[2] for line in lines if line is not None}
    if len(headers) != len(lines):
        raise mime_inconsistency("a part header is malformed, folded or repeated")
    if not needed <= headers.keys() <= _NEEDED | _WITHOUT_MEANING:
        raise mime_inconsistency("a part lacks a header or has an unknown one")
    if headers["Content-Transfer-Encoding"] != "binary":
        raise mime_inconsistency("a part is not transferred in binary")
    if headers["Content-Type"].lower().startswith(("multipart/", "message/")):
        raise mime_inconsistency("parts within parts are not accepted")
    return headers


def _expect_root(root: ArrivingPart, parameters: dict[str, str]) -> None:
    if parameters.get("start", f"<{root.content_id}>") != f"<{root.content_id}>":
        raise mime_inconsistency("the package does not start with its first part")
    if root.media_type not in _SOAP_TYPES:
        raise mime_inconsistency("the first part is not a SOAP envelope in UTF-8")
