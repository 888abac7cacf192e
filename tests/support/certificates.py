"""A lawful certificate made anew with one thing changed, signed by an authority; always in the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from oots.trust.keys import KeyPair

BuilderChange = Callable[[x509.CertificateBuilder], x509.CertificateBuilder]


def rebuilt(
    certificate: x509.Certificate,
    issuing: KeyPair,
    *extensions: x509.ExtensionType,
    critical: bool = False,
    without: Collection[x509.ObjectIdentifier] = (),
    change: BuilderChange = lambda builder: builder,
) -> x509.Certificate:
    """`extensions` take the place of those of their kind, or are added; `without` are left out.

    `change` gets a builder without names, key, number and dates, and may give it some; the rest is as it was.
    """
    builder = change(x509.CertificateBuilder())
    builder = builder if builder._subject_name else builder.subject_name(certificate.subject)
    builder = builder if builder._public_key else builder.public_key(certificate.public_key())
    builder = builder if builder._not_valid_before else builder.not_valid_before(certificate.not_valid_before_utc)
    builder = builder if builder._not_valid_after else builder.not_valid_after(certificate.not_valid_after_utc)
    builder = builder.issuer_name(issuing.certificate.subject).serial_number(_number(builder, extensions, without))
    replaced = {extension.oid for extension in extensions} | set(without)
    for extension in certificate.extensions:
        if extension.oid not in replaced:
            builder = builder.add_extension(extension.value, critical=extension.critical)
    for value in extensions:
        builder = builder.add_extension(value, critical=critical)
    repeatable = isinstance(issuing.private_key, ec.EllipticCurvePrivateKey) or None
    return builder.sign(issuing.private_key, hashes.SHA256(), ecdsa_deterministic=repeatable)


def _number(builder: x509.CertificateBuilder, *told: object) -> int:
    """Another one for other contents."""
    begins, ends = builder._not_valid_before, builder._not_valid_after
    contents = repr((builder._subject_name, _point(builder), begins, ends, told))
    return int.from_bytes(sha256(contents.encode()).digest()[:8], "big") | 1


def _point(builder: x509.CertificateBuilder) -> bytes:
    assert builder._public_key is not None
    return builder._public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def respelled(
    certificate: x509.Certificate, issuing: KeyPair, change: Callable[[asn1_x509.Certificate], object]
) -> x509.Certificate:
    """After a change to its ASN.1 that no builder would make, signed anew (ECDSA)."""
    loaded = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    change(loaded)
    assert isinstance(issuing.private_key, ec.EllipticCurvePrivateKey)
    tbs = loaded["tbs_certificate"].dump(force=True)
    loaded["signature_value"] = issuing.private_key.sign(tbs, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return x509.load_der_x509_certificate(loaded.dump(force=True))
