"""Keys, headers and parts for messages between a Danish and a Lithuanian access point."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from lxml import etree

from oots.edelivery import mime, soap
from oots.edelivery.header import CID, EXECUTE_QUERY_RESPONSE, PARTY_TYPE, REGREP, UserMessage, encode
from oots.edelivery.message import Part
from oots.edelivery.mime import MimePart
from oots.edelivery.shape import ds
from oots.edelivery.signature import sign
from oots.model.identifiers import EAS, Identifier
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Role
from oots.trust.issuing import Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair, PrivateKey
from oots.wire.xml import canonical

NOW = datetime(2026, 8, 6, 10, 0, tzinfo=UTC)
DENMARK, LITHUANIA, STRANGER = "AP_DK_01", "AP_LT_01", "AP_XX_01"
DOCUMENT = Part("answer@ap-dk-01.oots.example", REGREP, b"<r><a>bop\xc3\xa6l</a></r>")
EVIDENCE = Part("evidence@ap-dk-01.oots.example", "application/xml", b"<e>Arbejdernes Landsbank</e>")
PDF = Part(
    "readable@ap-dk-01.oots.example", "application/pdf", b"%PDF-1.7\r\n\x00\xff\r\n--not-a-boundary\r\n%%EOF\r\n"
)
PARTS = (DOCUMENT, EVIDENCE, PDF)


@dataclass(frozen=True)
class Domain:
    """An authority with the access points that it has certified."""

    anchors: TrustAnchors
    keys: dict[str, KeyPair]


def _terms() -> Terms:
    return Terms(NOW - timedelta(days=1), timedelta(days=100), timedelta(days=50), specimen=False)


def certify(root: KeyPair, party_id: str, key: PrivateKey, role: Role = Role.ACCESS_POINT) -> KeyPair:
    certificate = leaf_certificate(key, Participant(party_id.lower(), party_id, role), _terms(), root)
    return KeyPair(key, certificate, ())


def new_root() -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    return KeyPair(key, authority_certificate(key, "root CA", _terms(), None), ())


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def domain() -> Domain:
    """The domain whose members believe one another: RSA message keys, and one party on P-256; keys that decrypt."""
    root = new_root()
    keys = {
        DENMARK: certify(root, DENMARK, rsa_key(DENMARK)),
        LITHUANIA: certify(root, LITHUANIA, rsa_key(LITHUANIA)),
        "P-256": certify(root, DENMARK, ec.generate_private_key(ec.SECP256R1())),
        "seal": certify(root, DENMARK, ec.generate_private_key(ec.SECP256R1()), Role.SEAL),
        "foreign": certify(new_root(), DENMARK, rsa_key("foreign")),
        "decryption": certify(root, LITHUANIA, rsa_key("decryption"), Role.ENCRYPTION),
        "another's decryption": certify(root, DENMARK, rsa_key("another's decryption"), Role.ENCRYPTION),
    }
    return Domain(TrustAnchors([root.certificate]), keys)


def a_header(**changes: object) -> UserMessage:
    fields: dict[str, object] = {
        "message_id": "00000000-0000-4000-8000-000000000001@ap-dk-01.oots.example",
        "timestamp": NOW,
        "sender": Identifier(PARTY_TYPE, DENMARK),
        "receiver": Identifier(PARTY_TYPE, LITHUANIA),
        "action": EXECUTE_QUERY_RESPONSE,
        "conversation_id": "00000000-0000-4000-8000-000000000002",
        "original_sender": Identifier(EAS + "0096", "1058"),
        "final_recipient": Identifier(EAS + "0204", "LT-301"),
        "exchange_id": "00000000-0000-4000-8000-000000000003",
        "specification": "oots-edm:v2.0",
        "parts": (),
    }
    return UserMessage(**(fields | changes))  # type: ignore[arg-type]


def sent(*parts: Part) -> list[MimePart]:
    """Parts as attachments, uncompressed."""
    return [MimePart(part.content_id, part.media_type, part.content) for part in parts]


def handmade(
    header: UserMessage,
    attachments: list[MimePart],
    *,
    covered: list[MimePart] | None = None,
    change: Callable[[etree._Element], None] = lambda root: None,
) -> tuple[str, bytes]:
    """A message as `seal_message` would not make it: its envelope changed before it is signed, and a signature that
    covers `covered`, by default all parts."""
    root = soap.build([encode(header)])
    change(root)
    octets = {CID + part.content_id: part.content for part in (attachments if covered is None else covered)}
    envelope, _digests = sign(root, octets, domain().keys[DENMARK])
    return mime.write(envelope, attachments, header.message_id)


def repackaged(envelope: bytes, *parts: Part) -> tuple[str, bytes]:
    """Another SOAP envelope around the given parts."""
    return mime.write(envelope, sent(*parts), a_header().message_id)


def altered(envelope: bytes, change: Callable[[etree._Element], None]) -> bytes:
    """The envelope after a change that its signature does not follow."""
    root = etree.fromstring(envelope)
    change(root)
    return canonical(root)


def resigned(
    envelope: bytes,
    change: Callable[[etree._Element], None],
    *,
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    """The envelope after a change, with a valid signature of the same RSA key over the SignedInfo that results."""

    def change_and_sign(root: etree._Element) -> None:
        change(root)
        (signed_info,) = root.iter(ds("SignedInfo"))
        (value,) = root.iter(ds("SignatureValue"))
        algorithm = hash_algorithm or hashes.SHA256()
        signature = rsa_key(DENMARK).sign(canonical(signed_info), padding.PKCS1v15(), algorithm)
        value.text = b64encode(signature).decode()

    return altered(envelope, change_and_sign)
