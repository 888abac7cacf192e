"""A lawful certificate made anew with one thing changed, signed by an authority."""

from __future__ import annotations

from collections.abc import Callable, Collection

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

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
    builder = builder.issuer_name(issuing.certificate.subject).serial_number(x509.random_serial_number())
    replaced = {extension.oid for extension in extensions} | set(without)
    for extension in certificate.extensions:
        if extension.oid not in replaced:
            builder = builder.add_extension(extension.value, critical=extension.critical)
    for value in extensions:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(issuing.private_key, hashes.SHA256())


def respelled(
    certificate: x509.Certificate, issuing: KeyPair, change: Callable[[asn1_x509.Certificate], object]
) -> x509.Certificate:
    """After a change to its ASN.1 that no builder would make, signed anew (ECDSA)."""
    loaded = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    change(loaded)
    assert isinstance(issuing.private_key, ec.EllipticCurvePrivateKey)
    tbs = loaded["tbs_certificate"].dump(force=True)
    loaded["signature_value"] = issuing.private_key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return x509.load_der_x509_certificate(loaded.dump(force=True))
