"""A small authority in memory, and certificates with one thing wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Role
from oots.trust.issuing import DEMO_POLICY, Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair, PrivateKey

NOW = datetime(2026, 8, 6, 10, 0, tzinfo=UTC)
TERMS = Terms(NOW - timedelta(days=1), timedelta(days=100), timedelta(days=50))
AARHUS = Participant("aarhus", "55133018", Role.SEAL)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_2048() -> rsa.RSAPrivateKey:
    """One key for all tests: making one takes long."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Authority:
    """A root and the authority that it lets issue."""

    root: KeyPair
    issuing: KeyPair
    terms: Terms

    def issue(self, participant: Participant = AARHUS, key: PrivateKey | None = None) -> KeyPair:
        private_key = key or (rsa_2048() if participant.role is Role.ENCRYPTION else p256())
        certificate = leaf_certificate(private_key, participant, self.terms, self.issuing)
        return KeyPair(private_key, certificate, (self.issuing.certificate,))

    def anchors(self, *, allow_specimens: bool = False) -> TrustAnchors:
        return TrustAnchors((self.root.certificate, self.issuing.certificate), allow_specimens=allow_specimens)

    def root_alone(self) -> TrustAnchors:
        return TrustAnchors((self.root.certificate,))


def new_authority(terms: Terms = TERMS, prefix: str = "") -> Authority:
    """Equal `prefix`es give equal names, but never equal keys."""
    root_key, issuing_key = p256(), p256()
    root = KeyPair(root_key, authority_certificate(root_key, f"{prefix}root CA", terms, None), ())
    issuing_certificate = authority_certificate(issuing_key, f"{prefix}issuing CA", terms, root)
    return Authority(root, KeyPair(issuing_key, issuing_certificate, ()), terms)


@cache
def authority() -> Authority:
    """The authority that the tests trust."""
    return new_authority()


def dated(days: int) -> Terms:
    """The usual terms, issued so many days later."""
    return replace(TERMS, issued=TERMS.issued + timedelta(days=days))


def with_extensions(
    key: PrivateKey, issuing: KeyPair, *extensions: x509.ExtensionType, subject: str = "by hand"
) -> x509.Certificate:
    """A certificate that carries exactly these extensions beside its key identifiers and the demo's policy."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuing.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TERMS.issued)
        .not_valid_after(TERMS.issued + TERMS.leaf_life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.private_key.public_key()), critical=False
        )
    )
    under = x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, policy_qualifiers=None)])
    for extension in (under, *extensions):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuing.private_key, hashes.SHA256())


def usage(*, digital_signature: bool) -> x509.KeyUsage:
    """A leaf's key usage, with key agreement alone where it may not sign."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not digital_signature,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def uris(*values: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(value) for value in values])
