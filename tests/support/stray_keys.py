"""Keys beside those of the specimens, certified by the specimens' authority or by one that only looks like it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes

from oots.trust.certificates import Role
from oots.trust.issuing import SPECIMEN_TERMS, Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair
from tests.support.certificates import BuilderChange, rebuilt
from tests.support.doors import specimen_key


@cache
def certified(party_id: str, role: Role = Role.ACCESS_POINT) -> KeyPair:
    """A key of a party that the specimens' authority knows and the demo's participants do not."""
    return _issued(party_id, role, SPECIMEN_TERMS, specimen_key("issuing-ca"))


@cache
def certified_until(end: datetime, party_id: str, role: Role) -> KeyPair:
    """As `certified`, for 30 days that end at `end`."""
    terms = Terms(end - timedelta(days=30), leaf_life=timedelta(days=30), specimen=True)
    return _issued(party_id, role, terms, specimen_key("issuing-ca"))


@cache
def alike_authority() -> KeyPair:
    """An issuing authority of the same names, which nobody trusts."""
    return _authority("")


@cache
def foreign_authority() -> KeyPair:
    """An issuing authority of other names, which nobody trusts."""
    return _authority("foreign ")


def _authority(prefix: str) -> KeyPair:
    root_key, issuing_key = _key_of(f"{prefix}root"), _key_of(f"{prefix}issuing")
    root = KeyPair(root_key, authority_certificate(root_key, f"{prefix}root CA", SPECIMEN_TERMS, None), ())
    return KeyPair(issuing_key, authority_certificate(issuing_key, f"{prefix}issuing CA", SPECIMEN_TERMS, root), ())


@cache
def alike(party_id: str, role: Role = Role.ACCESS_POINT) -> KeyPair:
    """A key that this authority has certified."""
    return _issued(party_id, role, SPECIMEN_TERMS, alike_authority())


def _issued(party_id: str, role: Role, terms: Terms, issuing: KeyPair) -> KeyPair:
    """In the same bytes at every run."""
    key = _key_of(f"{party_id} {role}")
    certificate = leaf_certificate(key, Participant(party_id.lower(), party_id, role), terms, issuing)
    return KeyPair(key, rebuilt(certificate, issuing), (issuing.certificate,))


def _key_of(holder: str) -> ec.EllipticCurvePrivateKey:
    return curve_key(ec.SECP256R1, int.from_bytes(sha256(holder.encode()).digest()[:16], "big"))


# --- the portal's own certificate, made anew with one thing changed ---


def portal_with(
    *extensions: x509.ExtensionType,
    critical: bool = False,
    without: Collection[x509.ObjectIdentifier] = (),
    change: BuilderChange = lambda builder: builder,
    issuing: KeyPair | None = None,
) -> KeyPair:
    """The portal's key under another certificate of the specimens' authority; as `certificates.rebuilt`."""
    portal, issuer = specimen_key("ap-lt-01"), issuing or specimen_key("issuing-ca")
    certificate = rebuilt(portal.certificate, issuer, *extensions, critical=critical, without=without, change=change)
    return KeyPair(portal.private_key, certificate, portal.chain)


def portal_of_key(public_key: CertificateIssuerPublicKeyTypes) -> KeyPair:
    """The portal's certificate for another public key, beside the portal's old private key: for keys that are refused
    before any signature is looked at."""
    return portal_with(change=lambda builder: builder.public_key(public_key))


@cache
def curve_key(curve: type[ec.EllipticCurve], number: int = 7) -> ec.EllipticCurvePrivateKey:
    """Always the same key on a curve."""
    return ec.derive_private_key(number, curve())


@cache
def huge_rsa_key() -> rsa.RSAPublicKey:
    """A modulus of 16384 bits, which need not be the product of primes to cost whoever computes with it."""
    return rsa.RSAPublicNumbers(65537, (1 << 16383) | 1).public_key()


@cache
def short_rsa_key() -> rsa.RSAPublicKey:
    """A modulus of 1024 bits."""
    return rsa.RSAPublicNumbers(65537, (1 << 1023) | 1).public_key()


@cache
def dsa_key() -> dsa.DSAPublicKey:
    """DSA of 2048 bits, by its sizes alone."""
    parameters = dsa.DSAParameterNumbers((1 << 2047) | 1, (1 << 255) | 1, 3)
    return dsa.DSAPublicNumbers(9, parameters).public_key()


@cache
def ed25519_key() -> ed25519.Ed25519PublicKey:
    """Always the same key on Ed25519."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
