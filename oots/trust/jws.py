"""Signed answers of the directories: a detached JWS over the digest of the body (TDD 3.6, TS 119 182-1, RFC 7797)."""

from __future__ import annotations

import base64
import hashlib
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import CompactSignature, JWSRegistry
from joserfc.registry import HeaderParameter

from oots.model.errors import ConfigurationError
from oots.trust.anchors import Trust
from oots.trust.certificates import Role, UntrustedError
from oots.trust.keys import KeyPair

DIGEST: Final = "digest"
SIGNATURE: Final = "oots-response-sig"
ES256: Final = "ES256"
EDDSA: Final = "EdDSA"
ALGORITHMS: Final = (ES256, EDDSA)
"""Pinned: what the key in the certificate can do decides further, so that a signer cannot choose a weaker one."""
CRITICAL: Final = ("b64", "sigD")
SIGNED_HEADERS: Final = {"mId": "http://uri.etsi.org/19182/HttpHeaders", "pars": [DIGEST]}
KEPT_FOR: Final = timedelta(hours=1)
"""How long an answer may be kept on its way: Cache-Control says so, and it must stay believable meanwhile."""
CLOCKS_DIFFER: Final = timedelta(minutes=5)
OLDEST_ANSWER: Final = KEPT_FOR + CLOCKS_DIFFER
"""An older one may be somebody's replay."""
LONGEST_CHAIN: Final = 4
_DIGESTS: Final = {"S256": hashlib.sha256, "S384": hashlib.sha384, "S512": hashlib.sha512}
_BROKEN: Final = (JoseError, ValueError, TypeError, RecursionError)
"""What a header that is no JSON, no object, or too deep makes the readers raise."""

SignerCheck = Callable[[x509.Certificate, Sequence[x509.Certificate], datetime], object]
"""Raises UntrustedError unless the certificate, with the others on its way up, is a directory's at that moment."""


class AnswerSignatureError(Exception):
    """An answer that is not believed; the text says why and holds nothing of the answer."""


class _Registry(JWSRegistry):
    """Room for a chain of certificates in the header, and our algorithms only."""

    max_header_length = 32 * 1024

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class _SigningKey(ECKey):
    """A key whose private half is never written down, since one in a token cannot be."""

    @property
    def dict_value(self) -> dict[str, str | list[str]]:
        return {**self.binding.export_public_key(self.public_key), "kty": self.key_type}  # type: ignore[dict-item]


_REGISTRY: Final = _Registry({"sigD": HeaderParameter("What is signed", "jwk")}, strict_check_header=False)


def in_role(anchors: Trust, role: Role) -> SignerCheck:
    """Believes what `anchors` believe, of certificates that are bound to a party in `role`."""
    return lambda certificate, intermediates, at: anchors.party_of(certificate, intermediates, at, role)


def sign_answer(body: bytes, key: KeyPair, at: datetime) -> dict[str, str]:
    """The HTTP headers `digest` and `oots-response-sig` for `body`, signed at `at` (aware) with an ES256 key.

    Raises ConfigurationError for a key of another kind.
    """
    private_key = key.private_key
    if not isinstance(private_key, ec.EllipticCurvePrivateKey) or not isinstance(private_key.curve, ec.SECP256R1):
        raise ConfigurationError("answers are signed with ES256, for which a key on P-256 is needed")
    digest = digest_of(body)
    signature = jws.serialize_compact(
        _header(key, at), _signed_line(digest), _SigningKey(private_key, private_key), registry=_REGISTRY
    )
    return {DIGEST: digest, SIGNATURE: signature}


def verify_answer(body: bytes, headers: Mapping[str, str], check_signer: SignerCheck, now: datetime) -> None:
    """Raises AnswerSignatureError unless `body` is what a believed directory signed shortly before `now` (aware).

    `headers` are the HTTP headers by lower-case name. In this order: the digest of the body, the form of the
    signature, its signer, the signature, the time of signing.
    """
    digest, signature = headers.get(DIGEST), headers.get(SIGNATURE)
    if digest is None or signature is None:
        raise AnswerSignatureError("the answer is not signed")
    if digest != digest_of(body):
        raise AnswerSignatureError("the digest is not that of the body")
    found = _extract(signature, digest)
    header = found.protected
    _check_form(header)
    certificate, *intermediates = _chain(header)
    try:
        check_signer(certificate, intermediates, now)
    except UntrustedError as problem:
        raise AnswerSignatureError(f"the signer is not believed: {problem}") from problem
    _check_thumbprint(header, certificate)
    _check_signature(found, certificate)
    _check_time(header["iat"], now)


def digest_of(body: bytes) -> str:
    """The value of the header `digest` (RFC 3230)."""
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


def _signed_line(digest: str) -> bytes:
    """The header as it is signed: name in lower case, colon, blank, value, no end of line."""
    return f"{DIGEST}: {digest}".encode()


def _header(key: KeyPair, at: datetime) -> dict[str, Any]:
    leaf = _der(key.certificate)
    return {
        "alg": ES256,
        "kid": base64.b64encode(_issuer_and_serial(leaf)).decode(),
        "x5t#o": {"digAlg": "S512", "digVal": _base64url(hashlib.sha512(leaf).digest())},
        "x5c": [base64.b64encode(_der(each)).decode() for each in (key.certificate, *key.chain)],
        "typ": "jose",
        "b64": False,
        "iat": int(at.timestamp()),
        "sigD": SIGNED_HEADERS,
        "crit": list(CRITICAL),
    }


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _issuer_and_serial(leaf: bytes) -> bytes:
    """IssuerSerial of RFC 5035 in DER, as TS 119 182-1 writes the key's identifier."""
    certificate = asn1_x509.Certificate.load(leaf)
    issuer = [asn1_x509.GeneralName({"directory_name": certificate.issuer})]
    dumped: bytes = tsp.IssuerSerial({"issuer": issuer, "serial_number": certificate.serial_number}).dump()
    return dumped


def _extract(signature: str, digest: str) -> CompactSignature:
    try:
        parts = signature.split(".")
        if len(parts) != 3 or parts[1]:
            raise ValueError("not detached")
        found = jws.extract_compact(signature.encode("ascii"), _signed_line(digest), _REGISTRY)
    except _BROKEN as problem:
        raise AnswerSignatureError("the signature is no detached JWS") from problem
    if not isinstance(found.protected, dict):
        raise AnswerSignatureError("the signature is no detached JWS")
    return found


def _check_form(header: Mapping[str, Any]) -> None:
    """The header says exactly what is signed and how, and all of it is understood here (RFC 7515 4.1.11)."""
    if header.get("alg") not in ALGORITHMS:
        raise AnswerSignatureError("the signature's algorithm is not allowed")
    critical = header.get("crit")
    if critical not in (list(CRITICAL), list(reversed(CRITICAL))) or header.get("b64") is not False:
        raise AnswerSignatureError("the signature's critical headers are not b64 and sigD")
    if header.get("sigD") != SIGNED_HEADERS:
        raise AnswerSignatureError("the signature is over something else than the header digest")
    if type(header.get("iat")) is not int:
        raise AnswerSignatureError("the signature does not say when it was made")


def _chain(header: Mapping[str, Any]) -> list[x509.Certificate]:
    encoded = header.get("x5c")
    if not isinstance(encoded, list) or not 1 <= len(encoded) <= LONGEST_CHAIN:
        raise AnswerSignatureError("the signature names no chain of certificates")
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in encoded]
    except (Base64Error, ValueError, TypeError) as problem:
        raise AnswerSignatureError("the signature's certificates cannot be read") from problem


def _check_thumbprint(header: Mapping[str, Any], certificate: x509.Certificate) -> None:
    """`x5t#o`, where it is there, names the certificate that is first in the chain."""
    if "x5t#o" not in header:
        return
    named = header["x5t#o"]
    digest = _DIGESTS.get(str(named.get("digAlg"))) if isinstance(named, dict) else None
    if digest is None or named.get("digVal") != _base64url(digest(_der(certificate)).digest()):
        raise AnswerSignatureError("the signature names another certificate than it carries")


def _check_signature(found: CompactSignature, certificate: x509.Certificate) -> None:
    try:
        valid = jws.validate_compact(found, _key_for(found.protected["alg"], certificate), registry=_REGISTRY)
    except _BROKEN as problem:
        raise AnswerSignatureError("the signature cannot be checked") from problem
    if not valid:
        raise AnswerSignatureError("the signature is not valid")


def _key_for(algorithm: str, certificate: x509.Certificate) -> ECKey | OKPKey:
    """The certificate's key, if it is one of the algorithm's."""
    key = certificate.public_key()
    if algorithm == ES256 and isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return ECKey.import_key(key)
    if algorithm == EDDSA and isinstance(key, ed25519.Ed25519PublicKey):
        return OKPKey.import_key(key)
    raise AnswerSignatureError("the signature's algorithm is not that of the certificate's key")


def _check_time(signed: int, now: datetime) -> None:
    age = int(now.astimezone(UTC).timestamp()) - signed
    if age < -CLOCKS_DIFFER.total_seconds():
        raise AnswerSignatureError("the signature was made in the future")
    if age > OLDEST_ANSWER.total_seconds():
        raise AnswerSignatureError("the signature is too old")
