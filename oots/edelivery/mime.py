"""The multipart/related package of SOAP with attachments (RFC 2387): written byte-stably, read strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.policy import HTTP
from itertools import count

from oots.edelivery import soap
from oots.edelivery.faults import mime_inconsistency
from oots.edelivery.limits import Limits

_CRLF = b"\r\n"
_HEADERS_END = b"\r\n\r\n"
_MOST_HEADER_BYTES = 4096
# The standard library's parser takes time that grows with the square of what stands between semicolons.
_MOST_CONTENT_TYPE = 1024
_MOST_PARAMETERS = 16
_HEADER_LINE = re.compile(r"([A-Za-z-]+):[ ]*([\x20-\x7e]*)")
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=? -]{7,69}[A-Za-z0-9'()+_,./:=?-]")
"""At least eight letters: a shorter one can be made to cost a search much time, and nobody uses such."""
_CONTENT_ID = re.compile(r"<([\x21-\x3b\x3d\x3f-\x7e]+)>")
# Spelled as everybody spells them, though MIME would allow any case: no octet may change and still be accepted.
_NEEDED = frozenset({"Content-Type", "Content-ID", "Content-Transfer-Encoding"})
_WITHOUT_MEANING = frozenset({"Content-Disposition", "Content-Description"})
_SOAP_TYPES = frozenset({soap.MEDIA_TYPE, soap.CONTENT_TYPE, soap.CONTENT_TYPE.replace(" ", "")})


@dataclass(frozen=True, slots=True)
class MimePart:
    """One body part: `content_id` without angle brackets, `media_type` as its header states it, `content` as sent."""

    content_id: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part's content stands in a body."""

    content_id: str
    media_type: str
    start: int
    end: int

    def part(self, body: bytes) -> MimePart:
        return MimePart(self.content_id, self.media_type, body[self.start : self.end])


class Attachments(Mapping[str, MimePart]):
    """Parts by Content-ID. One is copied out of the body when it is first asked for: until a message is believed there
    is no need to."""

    def __init__(self, body: bytes, places: Sequence[_Place]) -> None:
        self._body = body
        self._places = {place.content_id: place for place in places}
        self._copied: dict[str, MimePart] = {}

    def __getitem__(self, content_id: str) -> MimePart:
        if content_id not in self._copied:
            self._copied[content_id] = self._places[content_id].part(self._body)
        return self._copied[content_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True, slots=True)
class Package:
    """A package taken apart: the SOAP root part and the attachments by Content-ID, in their order."""

    soap: bytes
    attachments: Mapping[str, MimePart]


def write(envelope: bytes, attachments: Sequence[MimePart], message_id: str) -> tuple[str, bytes]:
    """Content-Type and body of the package; the boundary is derived from the message id."""
    boundary = _boundary(message_id, [envelope, *(part.content for part in attachments)])
    root = MimePart(f"soap.{message_id}", soap.CONTENT_TYPE, envelope)
    content_type = f'multipart/related; type="{soap.MEDIA_TYPE}"; start="<{root.content_id}>"; boundary="{boundary}"'
    delimiter = b"--" + boundary.encode()
    pieces: list[bytes] = []
    for part in (root, *attachments):
        pieces += [delimiter, _CRLF, _headers(part), part.content, _CRLF]
    return content_type, b"".join([*pieces, delimiter, b"--", _CRLF])


def _headers(part: MimePart) -> bytes:
    return (
        f"Content-Type: {part.media_type}\r\n"
        f"Content-ID: <{part.content_id}>\r\n"
        "Content-Transfer-Encoding: binary\r\n\r\n"
    ).encode("ascii")


def _boundary(message_id: str, contents: Sequence[bytes]) -> str:
    candidates = (hashlib.sha256(f"{message_id}/{attempt}".encode()).hexdigest()[:40] for attempt in count())
    return next(each for each in candidates if not any(each.encode() in content for content in contents))


def read(content_type: str, body: bytes, limits: Limits) -> Package:
    """Take a package apart: the SOAP part first, then attachments with a Content-ID each.

    Only binary transfer encoding, no nesting, no preamble or epilogue, no folded, repeated or unknown part headers.
    Raises TransportError (EBMS:0007).
    """
    if len(body) > limits.message:
        raise mime_inconsistency(f"the message is larger than {limits.message} bytes")
    parameters = _parameters(content_type)
    root, *places = _places(body, parameters["boundary"], limits)
    _expect_root(root, parameters)
    if len({root.content_id, *(place.content_id for place in places)}) != 1 + len(places):
        raise mime_inconsistency("a Content-ID is used twice")
    return Package(root.part(body).content, Attachments(body, places))


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
    try:
        header = HTTP.header_factory("Content-Type", content_type)
    except Exception:  # the standard library's parser stumbles over some malformed parameters
        raise mime_inconsistency("the Content-Type of the message cannot be read") from None
    if header.defects:
        raise mime_inconsistency("the Content-Type of the message is malformed")
    return header.content_type, {name.lower(): value for name, value in header.params.items()}


def _places(body: bytes, boundary: str, limits: Limits) -> Iterator[_Place]:
    """The parts between their delimiter lines; none is looked for beyond the size that it may have."""
    dash_boundary = b"--" + boundary.encode("ascii")
    delimiter = _CRLF + dash_boundary
    if not body.startswith(dash_boundary + _CRLF):
        raise mime_inconsistency("the body does not begin with its boundary")
    start = len(dash_boundary) + len(_CRLF)
    for largest in (limits.soap, *[limits.part] * limits.parts):
        end = body.find(delimiter, start - len(_CRLF), start + _MOST_HEADER_BYTES + largest + len(delimiter))
        if end < start:
            raise mime_inconsistency(f"a part has no end, or no headers, or is larger than {largest} bytes")
        yield _place(body, start, end, largest)
        after = end + len(delimiter)
        if body[after : after + 2] != _CRLF:
            return _expect_end(body[after : after + 5])
        start = after + len(_CRLF)
    raise mime_inconsistency(f"more than {limits.parts} parts")


def _expect_end(rest: bytes) -> None:
    if rest not in (b"--", b"--\r\n"):
        raise mime_inconsistency("the last boundary does not end the message")


def _place(body: bytes, start: int, end: int, largest: int) -> _Place:
    headers_end = body.find(_HEADERS_END, start, min(end, start + _MOST_HEADER_BYTES))
    if headers_end < 0:
        raise mime_inconsistency("a part has no headers, or too long ones")
    headers = _part_headers(body[start:headers_end])
    content_id = _CONTENT_ID.fullmatch(headers["Content-ID"])
    if content_id is None:
        raise mime_inconsistency("a Content-ID is malformed")
    content = headers_end + len(_HEADERS_END)
    if end - content > largest:
        raise mime_inconsistency(f"a part is larger than {largest} bytes")
    return _Place(content_id[1], headers["Content-Type"], content, end)


def _part_headers(block: bytes) -> dict[str, str]:
    lines = [_HEADER_LINE.fullmatch(line) for line in block.decode("latin-1").split("\r\n")]
    headers = {line[1]: line[2] for line in lines if line is not None}
    if len(headers) != len(lines):
        raise mime_inconsistency("a part header is malformed, folded or repeated")
    if not _NEEDED <= headers.keys() <= _NEEDED | _WITHOUT_MEANING:
        raise mime_inconsistency("a part lacks a header or has an unknown one")
    if headers["Content-Transfer-Encoding"] != "binary":
        raise mime_inconsistency("a part is not transferred in binary")
    if headers["Content-Type"].lower().startswith(("multipart/", "message/")):
        raise mime_inconsistency("parts within parts are not accepted")
    return headers


def _expect_root(root: _Place, parameters: dict[str, str]) -> None:
    if parameters.get("start", f"<{root.content_id}>") != f"<{root.content_id}>":
        raise mime_inconsistency("the package does not start with its first part")
    if root.media_type not in _SOAP_TYPES:
        raise mime_inconsistency("the first part is not a SOAP envelope in UTF-8")
