"""The WS-Security signature of an AS4 envelope: made over header, body and attachments, and verified by position.

Attachments will be encrypted after signing, between `sign` and the MIME package (AES-128-GCM, eDelivery AS4 1.15).
"""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from oots.edelivery.faults import failed_authentication
from oots.edelivery.profile import (
    ATTACHMENT_CONTENT,
    BASE64,
    REFERENCE_TO_TOKEN,
    SHA256,
    TOKEN,
    TOKEN_REFERENCE,
    X509_V3,
    ProfileError,
    SignedDigest,
    ds,
    examine,
)
from oots.edelivery.soap import (
    BODY_ID,
    HEADER,
    MESSAGING_ID,
    MUST_UNDERSTAND,
    S12,
    SECURITY,
    WSSE,
    WSU_ID,
    Envelope,
    add,
)
from oots.model.content import Content, sha256_of
from oots.model.errors import TransportError
from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.keys import DeterministicKey, KeyPair
from oots.trust.revocation import UnsettledError
from oots.wire.xml import canonical

__all__ = ["SignedDigest", "Verified", "sign", "verify"]

_TOKEN_ID = "token"  # noqa: S105 (the name of an element)
_EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256})
_LOCATION = f"./{{{S12}}}Header/{{{WSSE}}}Security/"


# At DEBUG the library writes whatever it digests into the log, personal data included.
logging.getLogger("signxml").setLevel(logging.INFO)


def sign(
    root: etree._Element, attachments: Mapping[str, Content], key: KeyPair
) -> tuple[bytes, tuple[SignedDigest, ...]]:
    """Sign an envelope built by `soap.build`: its canonical bytes, and what its references say.

    `attachments` maps `cid:` URIs to what is digested: canonical bytes for XML, the octets as sent for everything else.
    """
    header = root.find(HEADER)
    assert header is not None, "soap.build gives every envelope a header"  # noqa: S101
    security = add(header, SECURITY, attributes={MUST_UNDERSTAND: "true"})
    _add_token(security, key.certificate)
    signature = _signature(root, attachments, key)
    security.append(signature)
    return canonical(root), tuple(_digest(each) for each in signature.iter(ds("Reference")))


def _add_token(security: etree._Element, certificate: x509.Certificate) -> None:
    encoded = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    add(security, TOKEN, encoded, {"EncodingType": BASE64, "ValueType": X509_V3, WSU_ID: _TOKEN_ID})


def _signature(root: etree._Element, attachments: Mapping[str, Content], key: KeyPair) -> etree._Element:
    private = key.private_key
    is_rsa = isinstance(private, rsa.RSAPrivateKey)
    signer = XMLSigner(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=_EXCLUSIVE,
    )

    def add_attachments(signature: etree._Element, **_settings: object) -> None:
        for uri, content in attachments.items():
            _add_attachment(signature[0], uri, content)

    signer.signature_annotators.append(add_attachments)
    repeatable: Any = DeterministicKey(private) if isinstance(private, ec.EllipticCurvePrivateKey) else private
    return signer.sign(root, key=repeatable, reference_uri=[f"#{MESSAGING_ID}", f"#{BODY_ID}"], key_info=_key_info())


def _add_attachment(signed_info: etree._Element, uri: str, content: Content) -> None:
    reference = add(signed_info, ds("Reference"), attributes={"URI": uri})
    add(add(reference, ds("Transforms")), ds("Transform"), attributes={"Algorithm": ATTACHMENT_CONTENT})
    add(reference, ds("DigestMethod"), attributes={"Algorithm": SHA256})
    add(reference, ds("DigestValue"), b64encode(bytes.fromhex(sha256_of(content))).decode())


def _key_info() -> etree._Element:
    key_info = etree.Element(ds("KeyInfo"))
    token_reference = add(key_info, TOKEN_REFERENCE)
    add(token_reference, REFERENCE_TO_TOKEN, attributes={"URI": f"#{_TOKEN_ID}", "ValueType": X509_V3})
    return key_info


def _digest(reference: etree._Element) -> SignedDigest:
    return SignedDigest(reference.get("URI", ""), reference.findtext(ds("DigestValue"), ""))


@dataclass(frozen=True, slots=True)
class Verified:
    """What a believed signature covers: `messaging` was parsed out of the signed bytes and is all that may be read."""

    messaging: etree._Element
    signer: Party
    certificate: x509.Certificate
    digests: tuple[SignedDigest, ...]


def verify(envelope: Envelope, soap: bytes, attachments: Collection[str], anchors: Trust, at: datetime) -> Verified:
    """Believe an envelope, or raise TransportError (EBMS:0101) for whatever reason there is not to; or UnsettledError,
    where nobody can say at present whether the certificate has been revoked.

    `soap` is what `envelope` was parsed from; `attachments` are the `cid:` URIs that the signature must cover. What
    they hold is not looked at here: it is for the caller to compare it with the `digests` that are returned.
    """
    try:
        return _verify(envelope, soap, attachments, anchors, at)
    except (TransportError, UnsettledError):
        raise
    except (ProfileError, UntrustedError, SignXMLException) as fault:
        raise failed_authentication(f"{type(fault).__name__}: {fault}") from fault
    except Exception as fault:  # verification lets errors of lxml, cryptography and base64 through; none is a yes
        raise failed_authentication(f"the signature cannot be verified ({type(fault).__name__})") from fault


class _Elsewhere(bytes):
    """Stands for an attachment: empty, and known by the digest that the signature states of it."""

    sha256: bytes

    @classmethod
    def with_digest(cls, value: str) -> _Elsewhere:
        """`value` is the base64 SHA-256, as `SignedDigest` writes it."""
        elsewhere = cls()
        elsewhere.sha256 = b64decode(value)
        return elsewhere


class _Verifier(XMLVerifier):
    """Takes the digest that is stated of what is elsewhere."""

    def _get_digest(self, data: bytes, algorithm: DigestAlgorithm) -> bytes:
        digest: bytes = data.sha256 if isinstance(data, _Elsewhere) else super()._get_digest(data, algorithm)
        return digest


def _verify(envelope: Envelope, soap: bytes, attachments: Collection[str], anchors: Trust, at: datetime) -> Verified:
    header = examine(envelope, attachments)
    certificate = _certificate(header.certificate)
    signer = anchors.party_of(certificate, (), at, Role.ACCESS_POINT)
    results = dict(
        zip(
            (digest.uri for digest in header.digests),
            _verify_signature(soap, header.digests, certificate, at),
            strict=True,
        )
    )
    messaging = _signed_element(results, envelope.messaging)
    _signed_element(results, envelope.body)
    return Verified(messaging, signer, certificate, header.digests)


def _certificate(der: bytes) -> x509.Certificate:
    certificate = x509.load_der_x509_certificate(der)
    # A bit string may declare its last bits unused, which changes the certificate's bytes but not its meaning.
    if not der.endswith(b"\0" + certificate.signature):
        raise ProfileError("the certificate is not in its one encoding")
    return certificate


def _verify_signature(
    soap: bytes, digests: Collection[SignedDigest], certificate: x509.Certificate, at: datetime
) -> list[VerifyResult]:
    elsewhere = {digest.uri: _Elsewhere.with_digest(digest.value) for digest in digests}
    results = _Verifier().verify(
        soap,
        x509_cert=certificate,
        uri_resolver=elsewhere.get,
        # The library's schema knows no ec:InclusiveNamespaces, which every Java access point writes; profile.examine
        # has already fixed every element and attribute of the signature.
        validate_schema=False,
        expect_config=SignatureConfiguration(
            location=_LOCATION,
            expect_references=len(digests),
            signature_methods=_METHODS,
            digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
            verification_time=at,
        ),
    )
    return results if isinstance(results, list) else [results]


def _signed_element(results: Mapping[str, VerifyResult], placed: etree._Element) -> etree._Element:
    """The element that was signed under the id of the one at its fixed place, if it is that very element."""
    signed = results[f"#{placed.get(WSU_ID)}"].signed_xml
    if signed is None or canonical(signed) != canonical(placed):
        raise ProfileError("what was signed is not what stands at its place")
    return signed
