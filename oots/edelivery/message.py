"""AS4 user messages: sealed into signed multipart bytes, and opened again only as far as they are believed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from cryptography import x509
from lxml import etree

from oots.edelivery import compression, mime, soap
from oots.edelivery.encryption import OVERHEAD, Decryption, encrypted
from oots.edelivery.faults import failed_authentication
from oots.edelivery.header import CID, PartInfo, UserMessage, decode, encode, is_left_right, part_uris
from oots.edelivery.limits import Limits
from oots.edelivery.mime import ArrivingPart, MimePart
from oots.edelivery.parts import InMemory, Part, PartTaker, Sink, not_the_same_set
from oots.edelivery.signature import SignedDigest, Verified, sign, verify
from oots.model.content import Content, Readable, Sized, length_of, whole
from oots.trust.anchors import Trust
from oots.trust.certificates import Party
from oots.trust.keys import KeyPair
from oots.wire.xml import canonical, parse

__all__ = ["OpenedMessage", "Part", "SealedMessage", "open_message", "seal_message"]


@dataclass(frozen=True, slots=True)
class SealedMessage:
    """A message ready to send: `pieces` go into the HTTP request under `content_type`; `soap` is its first part."""

    message_id: str
    content_type: str
    pieces: tuple[bytes | Sized, ...]
    soap: bytes
    digests: tuple[SignedDigest, ...]
    header: UserMessage

    @property
    def body(self) -> bytes:
        """All that goes into the HTTP request, in memory."""
        return b"".join(map(whole, self.pieces))


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
        return whole(self.parts[0].content) if self.parts else b""


def seal_message(
    header: UserMessage, parts: Sequence[Part], key: KeyPair, recipient: x509.Certificate | None = None
) -> SealedMessage:
    """Package and sign a message; equal arguments give equal bytes, unless its parts are encrypted for a `recipient`.

    No content is copied that is kept elsewhere, unless it is XML. `header.parts` is derived from `parts`: evidence in
    XML over 64 KB is gzipped, the document and all else never.
    Raises ValueError for what no receiver of this profile would take: ids that are not `left@right` or not unique,
    XML that is not in canonical form, a recipient without an RSA key.
    """
    packed = [_packed(part, first=position == 0) for position, part in enumerate(parts)]
    header = replace(header, parts=tuple(_info(part, sent) for part, sent in zip(parts, packed, strict=True)))
    _expect_lawful_ids(header)
    root = soap.build([encode(header)])
    octets = {CID + sent.content_id: _digested(sent) for sent in packed}
    ahead, attachments = ([], _clear(packed)) if recipient is None else encrypted(packed, recipient)
    envelope, digests = sign(root, octets, key, ahead)
    content_type, pieces = mime.pieces(envelope, attachments, header.message_id)
    return SealedMessage(header.message_id, content_type, pieces, envelope, digests, header)


def _packed(part: Part, *, first: bool) -> Part:
    """What is digested: the part, or the gzip of it."""
    if not first and compression.is_xml(part.media_type) and length_of(part.content) > compression.THRESHOLD:
        content = whole(part.content)
        packed = compression.compress(content)
        if compression.shrinks_lawfully(content, packed, Limits()):
            return Part(part.content_id, compression.GZIP, packed)
    return part


def _clear(packed: Sequence[Part]) -> list[MimePart]:
    return [MimePart(part.content_id, part.media_type, part.content) for part in packed]


def _info(part: Part, sent: Part) -> PartInfo:
    return PartInfo(part.content_id, part.media_type, compressed=sent.media_type != part.media_type)


def _expect_lawful_ids(header: UserMessage) -> None:
    content_ids = [part.content_id for part in header.parts]
    if not all(map(is_left_right, [header.message_id, *content_ids])):
        raise ValueError("message ids and content ids must be of the form left@right")
    if len(set(content_ids)) != len(content_ids):
        raise ValueError("content ids must be unique")


def _digested(sent: Part) -> Content:
    if compression.is_xml(sent.media_type) and canonical(parse(content := whole(sent.content))) != content:
        raise ValueError(f"the part {sent.content_id} is not in canonical form")
    return sent.content


def open_message(
    content_type: str,
    body: bytes | Readable,
    anchors: Trust,
    at: datetime,
    *,
    limits: Limits | None = None,
    believe: Callable[[UserMessage, Party], None] = lambda header, signer: None,
    new_file: Callable[[], Sink] = InMemory,
    decryption: Decryption = Decryption(),  # noqa: B008 (frozen)
) -> OpenedMessage:
    """Open a message received at `at` (aware), believing nothing but what a trusted access point signed.

    The envelope is verified, and `believe` may refuse header and signer, before any other part is taken. Each part is
    hashed while it is taken and must have the digest that was signed; those not in XML go to a `new_file` meanwhile.
    Parts are hashed as the octets they are, and XML in its canonical form, in which it is also given: that is what
    WS-Security digests of it. Encrypted parts are decrypted on the way: what is signed are digests of their content,
    so that the signature is verified without a key, and a key is used for nobody who is not believed.
    Raises TransportError until the message is believed and readable: EBMS:0007 (MIME), 0009 (envelope and header),
    0101 (signature, certificate, party, decryption), 0103 (`decryption.demanded` otherwise) and 0303 (decompression).
    Raises UnsettledError as `verify` does.
    """
    limits = limits or Limits()
    arriving = mime.Arriving(content_type, BytesIO(body) if isinstance(body, bytes) else body, limits)
    envelope = arriving.soap()
    verified = _verified(envelope, anchors, at)
    header = decode(verified.messaging)
    _expect_sender(header, verified)
    believe(header, verified.signer)
    if header.parts:
        decryption.expect_as_agreed(verified.signer, is_encrypted=verified.encryption is not None)
    parts = PartTaker(header.parts, verified.digests, limits, new_file).take(_arriving(arriving, verified, decryption))
    return OpenedMessage(
        header, parts, verified.signer, verified.certificate, verified.digests, envelope, verified.messaging
    )


def _verified(envelope: bytes, anchors: Trust, at: datetime) -> Verified:
    read = soap.read(envelope)
    uris = part_uris(read.messaging)
    if len(set(uris)) != len(uris):
        raise not_the_same_set()
    return verify(read, uris, anchors, at)


def _arriving(arriving: mime.Arriving, verified: Verified, decryption: Decryption) -> Iterator[ArrivingPart]:
    """The parts as they were before they were encrypted."""
    if verified.encryption is None:
        return arriving.parts()
    return map(decryption.opening(verified.encryption), arriving.parts(OVERHEAD))


def header_of(envelope: bytes) -> UserMessage:
    """The header of a message of our own, or of one that was believed when it came, out of its SOAP part."""
    return decode(soap.read(envelope).messaging)


def says_the_same(opened: OpenedMessage, envelope: bytes, digests: Collection[SignedDigest]) -> bool:
    """Whether a message says what one that was believed before has said, in this SOAP part with these signed digests:
    the same header but for its time, and the same content of each part. Ids of elements, signature and encryption may
    be others, as those of access points are that make a message anew whenever they send it."""
    before = replace(header_of(envelope), timestamp=opened.header.timestamp)
    return before == opened.header and _of_parts(digests) == _of_parts(opened.digests)


def _of_parts(digests: Collection[SignedDigest]) -> set[SignedDigest]:
    return {digest for digest in digests if digest.uri.startswith(CID)}


def _expect_sender(header: UserMessage, verified: Verified) -> None:
    if header.sender.value != verified.signer.party_id:
        raise failed_authentication(f"signed by {verified.signer.party_id}, but sent as another party")
