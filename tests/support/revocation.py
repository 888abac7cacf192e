"""Lists and OCSP answers with one thing wrong, and somebody who serves them and counts who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from asn1crypto import algos, core
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponderEncoding, OCSPResponse
from cryptography.x509.oid import ExtendedKeyUsageOID

from oots.trust.keys import KeyPair
from tests.support.trust import AARHUS, NOW, Authority, authority, p256, rsa_2048, usage, with_extensions

LIFE = timedelta(seconds=10)
PLACE = "https://authority.localhost/crl/issuing-ca.crl"
Critical = tuple[x509.ExtensionType, bool]


def signed_list(
    issuer: KeyPair,
    *revoked: tuple[x509.Certificate, datetime],
    begins: datetime = NOW,
    ends: datetime = NOW + LIFE,
    extension: Critical | None = None,
) -> bytes:
    """A list that `issuer` signs, of certificates with the time from which each is revoked."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(begins)
        .next_update(ends)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    if extension is not None:
        builder = builder.add_extension(extension[0], critical=extension[1])
    for certificate, at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(at)
        builder = builder.add_revoked_certificate(entry.build())
    signed = builder.sign(issuer.private_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


@dataclass
class Shelf:
    """Serves what lies at each address, raises OSError where nothing does, and notes who asks for what."""

    lying: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        if address not in self.lying:
            raise OSError("nobody there")
        return self.lying[address]


@dataclass(frozen=True)
class Answer:
    """An OCSP answer in the making; each field is one thing that can be wrong."""

    signer: KeyPair
    certificate: x509.Certificate
    issuer: x509.Certificate
    status: OCSPCertStatus = OCSPCertStatus.GOOD
    revoked: datetime = NOW
    begins: datetime = NOW
    ends: datetime | None = NOW + LIFE
    enclosed: tuple[x509.Certificate, ...] = ()
    nonce: Callable[[x509.OCSPNonce], x509.OCSPNonce | None] = lambda nonce: nonce
    names_by: hashes.SHA256 | hashes.SHA384 = field(default_factory=hashes.SHA256)

    def to(self, request: bytes) -> bytes:
        """The answer in DER to a request in DER."""
        asked = ocsp.load_der_ocsp_request(request).extensions.get_extension_for_class(x509.OCSPNonce).value
        is_revoked = self.status is OCSPCertStatus.REVOKED
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                self.certificate,
                self.issuer,
                self.names_by,
                self.status,
                self.begins,
                self.ends,
                self.revoked if is_revoked else None,
                x509.ReasonFlags.key_compromise if is_revoked else None,
            )
            .responder_id(OCSPResponderEncoding.HASH, self.signer.certificate)
        )
        if self.enclosed:
            builder = builder.certificates(list(self.enclosed))
        nonce = self.nonce(asked)
        if nonce is not None:
            builder = builder.add_extension(nonce, critical=False)
        return _der(builder.sign(self.signer.private_key, hashes.SHA256()))


def _der(answer: OCSPResponse) -> bytes:
    return answer.public_bytes(serialization.Encoding.DER)


def delegate(*extensions: x509.ExtensionType, issuing: KeyPair | None = None) -> KeyPair:
    """A responder that the authority has certified; without `extensions` one that may answer."""
    key = p256()
    own = extensions or (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), usage(digital_signature=True))
    return KeyPair(key, with_extensions(key, issuing or authority().issuing, *own), ())


@cache
def rsa_authority() -> KeyPair:
    """An authority that signs with RSA, and so can sign over hashes that are no longer believed."""
    key = rsa_2048()
    may = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = with_extensions(key, authority().root, x509.BasicConstraints(True, None), may, subject="RSA CA")
    return KeyPair(key, certificate, ())


def signed_over(answer: bytes, key: rsa.RSAPrivateKey, algorithm: hashes.HashAlgorithm) -> bytes:
    """The OCSP answer, signed anew over another hash (`md5`, `sha1`, `sha256`)."""
    response = asn1_ocsp.OCSPResponse.load(answer)
    basic = response["response_bytes"]["response"].parsed
    basic["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": f"{algorithm.name}_rsa"})
    signature = key.sign(basic["tbs_response_data"].dump(), padding.PKCS1v15(), algorithm)
    basic["signature"] = core.OctetBitString(signature)
    response["response_bytes"]["response"] = core.ParsableOctetString(basic.dump(force=True))
    return bytes(response.dump(force=True))


def house() -> Authority:
    """The authority that is asked about."""
    return authority()


def aarhus() -> x509.Certificate:
    """A certificate of the house that nobody has revoked."""
    return house().issue(AARHUS).certificate
