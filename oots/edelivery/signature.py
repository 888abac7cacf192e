"""The WS-Security signature of an AS4 envelope: made over header, body and attachments, and verified by position."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import exceptions, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import InvalidDigest, InvalidSignature

from oots.edelivery.encryption_profile import EncryptionHeader
from oots.edelivery.faults import failed_authentication
from oots.edelivery.profile import (
    ATTACHMENT_CONTENT,
    ECDSA_SHA256,
    EXCLUSIVE_C14N,
    RSA_SHA256,
    SecurityHeader,
    SignedDigest,
    examine,
)
from oots.edelivery.shape import BASE64, REFERENCE_TO_TOKEN, TOKEN, TOKEN_REFERENCE, X509_V3, ProfileError, ds
from oots.edelivery.soap import (
    BODY,
    BODY_ID,
    HEADER,
    MESSAGING,
    MESSAGING_ID,
    MUST_UNDERSTAND,
    SECURITY,
    WSU_ID,
    Envelope,
    add,
)
from oots.model.content import Content, sha256_of
from oots.model.errors import TransportError
from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.keys import DeterministicKey, KeyPair, PrivateKey
from oots.trust.revocation import UnsettledError
from oots.wire.xml import canonical, parse

__all__ = ["SignedDigest", "Verified", "expect_signature", "octets_of", "sign", "verify"]

_TOKEN_ID = "token"  # noqa: S105 (the name of an element)


def sign(
    root: etree._Element, attachments: Mapping[str, Content], key: KeyPair, ahead: Iterable[etree._Element] = ()
) -> tuple[bytes, tuple[SignedDigest, ...]]:
    """Sign an envelope built by `soap.build`: its canonical bytes, and what its references say.

    `attachments` maps `cid:` URIs to what is digested: canonical bytes for XML, the octets as sent for everything else.
    `ahead` says what was encrypted after signing: it is put before the signature, since a receiver does what the header
    says in the order in which it stands there (WS-Security 1.1.1, 5), and is not signed.
    """
    digests = _digests(root, attachments)
    header = root.find(HEADER)
    assert header is not None, "soap.build gives every envelope a header"  # noqa: S101
    security = add(header, SECURITY, attributes={MUST_UNDERSTAND: "true"})
    security.extend(ahead)
    _add_token(security, key.certificate)
    signature = add(security, ds("Signature"))
    signed_info = _add_signed_info(signature, digests, key.private_key)
    value = _signed(canonical(signed_info), key.private_key)
    add(signature, ds("SignatureValue"), b64encode(value).decode())
    _add_key_info(signature)
    return canonical(root), digests


def _digests(root: etree._Element, attachments: Mapping[str, Content]) -> tuple[SignedDigest, ...]:
    messaging, body = root.find(f"{HEADER}/{MESSAGING}"), root.find(BODY)
    assert messaging is not None and body is not None, "soap.build gives every envelope both"  # noqa: S101, PT018
    octets = {f"#{MESSAGING_ID}": canonical(messaging), f"#{BODY_ID}": canonical(body), **attachments}
    return tuple(
        SignedDigest(uri, b64encode(bytes.fromhex(sha256_of(content))).decode()) for uri, content in octets.items()
    )


def _add_token(security: etree._Element, certificate: x509.Certificate) -> None:
    encoded = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    add(security, TOKEN, encoded, {"EncodingType": BASE64, "ValueType": X509_V3, WSU_ID: _TOKEN_ID})


def _add_signed_info(
    signature: etree._Element, digests: Sequence[SignedDigest], private_key: PrivateKey
) -> etree._Element:
    signed_info = add(signature, ds("SignedInfo"))
    method = RSA_SHA256 if isinstance(private_key, rsa.RSAPrivateKey) else ECDSA_SHA256
    add(signed_info, ds("CanonicalizationMethod"), attributes={"Algorithm": EXCLUSIVE_C14N})
    add(signed_info, ds("SignatureMethod"), attributes={"Algorithm": method})
    for digest in digests:
        reference = add(signed_info, ds("Reference"), attributes={"URI": digest.uri})
        transform = EXCLUSIVE_C14N if digest.uri.startswith("#") else ATTACHMENT_CONTENT
        add(add(reference, ds("Transforms")), ds("Transform"), attributes={"Algorithm": transform})
        add(reference, ds("DigestMethod"), attributes={"Algorithm": digest.algorithm})
        add(reference, ds("DigestValue"), digest.value)
    return signed_info


def _signed(octets: bytes, private_key: PrivateKey) -> bytes:
    """As XML Signature writes it: of an elliptic curve the two numbers, one behind the other (RFC 6931 2.3.6)."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    numbers = decode_dss_signature(DeterministicKey(private_key).sign(octets, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(_length(private_key)) for number in numbers)


def _length(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> int:
    """Of each of the two numbers, in bytes."""
    return (key.key_size + 7) // 8


def _add_key_info(signature: etree._Element) -> None:
    token_reference = add(add(signature, ds("KeyInfo")), TOKEN_REFERENCE)
    add(token_reference, REFERENCE_TO_TOKEN, attributes={"URI": f"#{_TOKEN_ID}", "ValueType": X509_V3})


@dataclass(frozen=True, slots=True)
class Verified:
    """What a believed signature covers: `messaging` was parsed out of the signed bytes and is all that may be read.

    `encryption` is not signed: it says how to come by parts that are worth nothing before they have their digest.
    """

    messaging: etree._Element
    signer: Party
    certificate: x509.Certificate
    digests: tuple[SignedDigest, ...]
    encryption: EncryptionHeader | None = None


def verify(envelope: Envelope, attachments: Collection[str], anchors: Trust, at: datetime) -> Verified:
    """Believe an envelope, or raise TransportError (EBMS:0101) for whatever reason there is not to; or UnsettledError,
    where nobody can say at present whether the certificate has been revoked.

    `attachments` are the `cid:` URIs that the signature must cover. What they hold is not looked at here: it is for
    the caller to compare it with the `digests` that are returned.
    """
    try:
        return _verify(envelope, attachments, anchors, at)
    except (TransportError, UnsettledError):
        raise
    except (ProfileError, UntrustedError, InvalidSignature) as fault:
        raise failed_authentication(f"{type(fault).__name__}: {fault}") from fault
    except Exception as fault:  # verification lets errors of lxml, cryptography and base64 through; none is a yes
        raise failed_authentication(f"the signature cannot be verified ({type(fault).__name__})") from fault


def _verify(envelope: Envelope, attachments: Collection[str], anchors: Trust, at: datetime) -> Verified:
    """Core validation of XML Signature 1.1 (3.2), of a signature whose every choice the profile has taken already:

    1. each element of the header stands in its place, no id twice, and the references are to header, body and parts, as
       are those of what was encrypted, if anything was;
    2. the certificate is of an access point that is believed;
    3. its key has signed SignedInfo, as it was examined;
    4. header and body have the digests that SignedInfo states;
    5. what is read of the header from now on is parsed out of the octets that were digested.
    """
    header = examine(envelope, attachments)
    certificate = _certificate(header.certificate)
    signer = anchors.party_of(certificate, (), at, Role.ACCESS_POINT)
    expect_signature(header, certificate)
    octets = _octets_digested(header, {f"#{each.get(WSU_ID)}": each for each in (envelope.messaging, envelope.body)})
    messaging = octets[f"#{envelope.messaging.get(WSU_ID)}"]
    return Verified(
        parse(messaging, declarations=len(messaging)), signer, certificate, header.digests, header.encryption
    )


def _certificate(der: bytes) -> x509.Certificate:
    certificate = x509.load_der_x509_certificate(der)
    # A bit string may declare its last bits unused, which changes the certificate's bytes but not its meaning.
    if not der.endswith(b"\0" + certificate.signature):
        raise ProfileError("the certificate is not in its one encoding")
    return certificate


def expect_signature(header: SecurityHeader, certificate: x509.Certificate) -> None:
    """The key of the certificate has signed `header.signed_info`; raises InvalidSignature or ProfileError."""
    key, octets = certificate.public_key(), octets_of(header.signed_info, header.prefixes.get("", ()))
    try:
        if header.method == RSA_SHA256 and isinstance(key, rsa.RSAPublicKey):
            key.verify(header.value, octets, padding.PKCS1v15(), hashes.SHA256())
        elif header.method == ECDSA_SHA256 and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(header.value, key), octets, ec.ECDSA(hashes.SHA256()))
        else:
            raise ProfileError("the key of the certificate does not sign by that method")
    except exceptions.InvalidSignature:
        raise InvalidSignature("Signature verification failed") from None


def _der(value: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """The two numbers of a signature as cryptography takes them; there is one way to write them here."""
    length = _length(key)
    if len(value) != 2 * length:
        raise ProfileError(f"a signature on this curve has {2 * length} bytes, not {len(value)}")
    return encode_dss_signature(int.from_bytes(value[:length]), int.from_bytes(value[length:]))


def _octets_digested(header: SecurityHeader, placed: Mapping[str, etree._Element]) -> dict[str, bytes]:
    """The canonical form of each element by the URI of its reference, each with the digest that was signed of it."""
    octets = {uri: octets_of(element, header.prefixes.get(uri, ())) for uri, element in placed.items()}
    for number, digest in enumerate(header.digests):
        if digest.uri in octets and hashlib.sha256(octets[digest.uri]).digest() != b64decode(digest.value):
            raise InvalidDigest(f"Digest mismatch for reference {number} ({digest.uri})")
    return octets


def octets_of(element: etree._Element, prefixes: Collection[str]) -> bytes:
    """Exclusive canonical form, with the namespaces of `prefixes` as inclusive form has them (xml-exc-c14n 3)."""
    if not prefixes:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    # lxml forgets which namespaces hold around an element when it canonicalises it, but not when it writes it out.
    alone = etree.fromstring(etree.tostring(element, with_tail=False), etree.XMLParser(resolve_entities=False))
    return etree.tostring(
        alone, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(prefixes)
    )
