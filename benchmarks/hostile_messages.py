"""Messages made to cost their receiver time before it can know who sent them, one or more of every class."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from oots.edelivery import mime, soap
from oots.edelivery.header import CID, EXECUTE_QUERY_RESPONSE, PARTY_TYPE, REGREP, PartInfo, UserMessage, encode
from oots.edelivery.mime import MimePart
from oots.edelivery.signature import sign
from oots.model.identifiers import EAS, Identifier
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Role
from oots.trust.issuing import Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair

MEBIBYTE: Final = 1024 * 1024
NOW: Final = datetime(2026, 8, 6, 10, 0, tzinfo=UTC)
SENDER: Final = "AP_DK_01"
RECEIVER: Final = "AP_LT_01"

_ENVELOPE: Final = MEBIBYTE - 64 * 1024
"""Room for junk in an envelope that is just small enough."""
_BODY: Final = 100 * MEBIBYTE
_USER_MESSAGE: Final = b"<eb:UserMessage>"
_SIGNED_INFO: Final = b"<ds:SignedInfo>"
_BOUNDARY: Final = "b" * 70


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile message: `make` gives its Content-Type and body."""

    name: str
    make: Callable[[], tuple[str, bytes]]


@dataclass(frozen=True)
class Domain:
    """Whom the receiver believes, the key of a believed sender, and that of a stranger with a certificate of its own
    making."""

    anchors: TrustAnchors
    root: KeyPair
    believed: KeyPair
    stranger: KeyPair


@cache
def domain() -> Domain:
    """One authority and its access point, on P-256, made once."""
    terms = Terms(NOW - timedelta(days=1))
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = KeyPair(root_key, authority_certificate(root_key, "root CA", terms, None), ())
    key = ec.generate_private_key(ec.SECP256R1())
    participant = Participant("ap-dk-01", SENDER, Role.ACCESS_POINT)
    believed = KeyPair(key, leaf_certificate(key, participant, terms, root), ())
    own = ec.generate_private_key(ec.SECP256R1())
    stranger = KeyPair(own, authority_certificate(own, "root CA", terms, None), ())
    return Domain(TrustAnchors([root.certificate]), root, believed, stranger)


def header(parts: Sequence[MimePart] = ()) -> UserMessage:
    """A lawful header for these parts."""
    return UserMessage(
        message_id="00000000-0000-4000-8000-000000000001@ap-dk-01.oots.example",
        timestamp=NOW,
        sender=Identifier(PARTY_TYPE, SENDER),
        receiver=Identifier(PARTY_TYPE, RECEIVER),
        action=EXECUTE_QUERY_RESPONSE,
        conversation_id="00000000-0000-4000-8000-000000000002",
        original_sender=Identifier(EAS + "0096", "1058"),
        final_recipient=Identifier(EAS + "0204", "LT-301"),
        exchange_id="00000000-0000-4000-8000-000000000003",
        specification="oots-edm:v2.0",
        parts=tuple(PartInfo(part.content_id, part.media_type) for part in parts),
    )


def envelope(parts: Sequence[MimePart] = (), *, key: KeyPair | None = None, digested: bytes | None = None) -> bytes:
    """A signed envelope for these parts, by default of the believed sender; `digested` stands in for every part."""
    octets = {CID + part.content_id: part.content if digested is None else digested for part in parts}
    signed, _digests = sign(soap.build([encode(header(parts))]), octets, key or domain().believed)
    return signed


def packaged(signed: bytes, parts: Sequence[MimePart] = ()) -> tuple[str, bytes]:
    """The package of an envelope and its parts."""
    return mime.write(signed, parts, header().message_id)


def forged(signed: bytes) -> bytes:
    """The envelope with a signature value that is none: whoever has seen a certificate can send this."""
    start = signed.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    end = signed.index(b"</ds:SignatureValue>")
    return signed[:start] + b64encode(bytes(64)) + signed[end:]


def with_header_junk(junk: bytes, *, attributes: bytes = b"") -> tuple[str, bytes]:
    """A forged message of a believed sender with `junk` where the header may hold anything."""
    start = _USER_MESSAGE[:-1] + attributes + b">"
    return packaged(forged(envelope()).replace(_USER_MESSAGE, start + junk, 1))


def filled(piece: bytes, size: int) -> bytes:
    """As many pieces as fit into `size` bytes."""
    return piece * (size // len(piece))


def numbered(template: bytes, size: int) -> bytes:
    """Pieces with a number in each (`%d`), as many as fit into `size` bytes."""
    return b"".join(template % number for number in range(size // (len(template) + 4)))


def in_security(old: bytes, new: bytes) -> tuple[str, bytes]:
    """A forged message whose security header has one thing changed."""
    signed = forged(envelope())
    if old not in signed:
        raise ValueError("nothing to change")
    return packaged(signed.replace(old, new, 1))


def prefix_list(names: bytes, size: int) -> tuple[str, bytes]:
    """Namespaces that exclusive canonicalisation of the signature is to look up for each of its elements."""
    parts = small_parts(25)
    signed = forged(envelope(parts))
    method = b'<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
    if method not in signed:
        raise ValueError("nothing to change")
    inclusive = b'<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="%s"/>'
    return packaged(signed.replace(method, method + inclusive % filled(names, size), 1), parts)


def small_parts(number: int, content: bytes = b"0") -> list[MimePart]:
    """Attachments without meaning."""
    return [MimePart(f"part{each}@ap.example", "application/octet-stream", content) for each in range(number)]


def xml_parts(number: int, content: bytes) -> list[MimePart]:
    """Attachments in XML."""
    return [MimePart(f"part{each}@ap.example", REGREP, content) for each in range(number)]


def certified(certificate: x509.Certificate) -> tuple[str, bytes]:
    """A message that bears this certificate."""
    return tokened(certificate.public_bytes(Encoding.DER))


def tokened(der: bytes) -> tuple[str, bytes]:
    """A message that bears these bytes as its certificate."""
    signed = forged(envelope())
    own = b64encode(domain().believed.certificate.public_bytes(Encoding.DER))
    if own not in signed:
        raise ValueError("nothing to change")
    return packaged(signed.replace(own, b64encode(der), 1))


def self_made(
    *,
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
) -> x509.Certificate:
    """A certificate of one's own making."""
    private = key or ec.generate_private_key(ec.SECP256R1())
    name = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a stranger")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(private, hashes.SHA256())
