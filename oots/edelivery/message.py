"""AS4 user messages: sealed into signed multipart bytes, and opened again only as far as they are believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from lxml import etree

from oots.edelivery import compression, mime, soap
from oots.edelivery.faults import decompression_failure, failed_authentication, mime_inconsistency
from oots.edelivery.header import CID, PartInfo, UserMessage, decode, encode, is_left_right, part_uris
from oots.edelivery.limits import Limits
from oots.edelivery.mime import MimePart, Package
from oots.edelivery.signature import SignedDigest, Verified, sign, verify
from oots.model.errors import MessageError
from oots.trust.anchors import Trust
from oots.trust.certificates import Party
from oots.trust.keys import KeyPair
from oots.wire.xml import canonical, parse


@dataclass(frozen=True, slots=True)
class Part:
    """One payload: `content_id` is `left@right`, `content` uncompressed. The first one is the RegRep document."""

    content_id: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """A message ready to send: `body` goes into the HTTP request under `content_type`; `soap` is its first part."""

    message_id: str
    content_type: str
    body: bytes
    soap: bytes
    digests: tuple[SignedDigest, ...]
    header: UserMessage


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """A believed message: header and parts come out of what `signer` signed; `soap` is the first part as received.

    `messaging` is the signed `eb:Messaging` itself, for those who judge it: breaking a rule of OOTS does not keep a
    message from being believed.
    """

    header: UserMessage
    parts: tuple[Part, ...]
    signer: Party
    certificate: x509.Certificate
    digests: tuple[SignedDigest, ...]
    soap: bytes
    messaging: etree._Element

    @property
    def document(self) -> bytes:
        """The RegRep document; empty in a message without any part, which breaks R-EDM-ebMS-032."""
        return self.parts[0].content if self.parts else b""


def seal_message(header: UserMessage, parts: Sequence[Part], key: KeyPair) -> SealedMessage:
    """Package and sign a message; equal arguments give equal bytes.

    `header.parts` is derived from `parts`: evidence in XML over 64 KB is gzipped, the document and all else never.
    Raises ValueError for what no receiver of this profile would take: ids that are not `left@right` or not unique,
    XML that is not in canonical form.
    """
    attachments = [_packed(part, first=position == 0) for position, part in enumerate(parts)]
    header = replace(header, parts=tuple(_info(part, sent) for part, sent in zip(parts, attachments, strict=True)))
    _expect_lawful_ids(header)
    root = soap.build([encode(header)])
    octets = {CID + sent.content_id: _digested(sent) for sent in attachments}
    envelope, digests = sign(root, octets, key)
    content_type, body = mime.write(envelope, attachments, header.message_id)
    return SealedMessage(header.message_id, content_type, body, envelope, digests, header)


def _packed(part: Part, *, first: bool) -> MimePart:
    if not first and compression.is_xml(part.media_type) and len(part.content) > compression.THRESHOLD:
        packed = compression.compress(part.content)
        if compression.shrinks_lawfully(part.content, packed, Limits()):
            return MimePart(part.content_id, compression.GZIP, packed)
    return MimePart(part.content_id, part.media_type, part.content)


def _info(part: Part, sent: MimePart) -> PartInfo:
    return PartInfo(part.content_id, part.media_type, compressed=sent.media_type != part.media_type)


def _expect_lawful_ids(header: UserMessage) -> None:
    content_ids = [part.content_id for part in header.parts]
    if not all(map(is_left_right, [header.message_id, *content_ids])):
        raise ValueError("message ids and content ids must be of the form left@right")
    if len(set(content_ids)) != len(content_ids):
        raise ValueError("content ids must be unique")


def _digested(sent: MimePart) -> bytes:
    if compression.is_xml(sent.media_type) and canonical(parse(sent.content)) != sent.content:
        raise ValueError(f"the part {sent.content_id} is not in canonical form")
    return sent.content


def open_message(
    content_type: str, body: bytes, anchors: Trust, at: datetime, *, limits: Limits | None = None
) -> OpenedMessage:
    """Open a message received at `at` (aware), believing nothing but what a trusted access point signed.

    Parts are hashed as the octets they are: what WS-Security digests of XML is its canonical form, and only XML that is
    in that form is accepted, so that a part is parsed only once its digest is known to be the signed one.
    Raises TransportError until the message is believed and readable: EBMS:0007 (MIME), 0009 (envelope and header),
    0101 (signature, certificate, party) and 0303 (decompression). Raises UnsettledError as `verify` does.
    """
    limits = limits or Limits()
    package = mime.read(content_type, body, limits)
    envelope = soap.read(package.soap)
    octets = _Octets(package)
    _expect_named(octets, part_uris(envelope.messaging))
    verified = verify(envelope, package.soap, octets, anchors, at)
    header = decode(verified.messaging)
    _expect_sender(header, verified)
    parts = _parts(header, package, limits)
    return OpenedMessage(
        header, parts, verified.signer, verified.certificate, verified.digests, package.soap, verified.messaging
    )


def _expect_named(octets: Mapping[str, bytes], uris: tuple[str, ...]) -> None:
    if sorted(uris) != sorted(octets):
        raise mime_inconsistency("PartInfo and MIME parts are not the same set")


class _Octets(Mapping[str, bytes]):
    """What a signature may refer to, by `cid:` URI; taken out of the message only when a digest is computed of it."""

    def __init__(self, package: Package) -> None:
        self._attachments = package.attachments

    def __getitem__(self, uri: str) -> bytes:
        return self._attachments[uri.removeprefix(CID)].content

    def __iter__(self) -> Iterator[str]:
        return (CID + content_id for content_id in self._attachments)

    def __len__(self) -> int:
        return len(self._attachments)


def _expect_sender(header: UserMessage, verified: Verified) -> None:
    if header.sender.value != verified.signer.party_id:
        raise failed_authentication(f"signed by {verified.signer.party_id}, but sent as another party")


def _parts(header: UserMessage, package: Package, limits: Limits) -> tuple[Part, ...]:
    parts = []
    room = limits.message
    for info in header.parts:
        sent = package.attachments[info.content_id]
        _expect_as_stated(info, sent)
        content = compression.expand(sent.content, limits) if info.compressed else sent.content
        room -= len(content)
        if room < 0 or len(content) > limits.part:
            raise decompression_failure("the parts are larger than a message may be")
        parts.append(Part(info.content_id, info.media_type or sent.media_type, content))
    return tuple(parts)


def _expect_as_stated(info: PartInfo, sent: MimePart) -> None:
    stated = compression.GZIP if info.compressed else info.media_type
    if stated and sent.media_type != stated:
        raise mime_inconsistency("the type of a part is not the one that its PartInfo states")
    if compression.is_xml(sent.media_type) and _canonical_form(sent.content) != sent.content:
        raise mime_inconsistency("a part in XML is not in canonical form")


def _canonical_form(content: bytes) -> bytes:
    try:
        return canonical(parse(content))
    except MessageError as fault:
        raise mime_inconsistency(f"a part is no acceptable XML: {fault.why}") from None
