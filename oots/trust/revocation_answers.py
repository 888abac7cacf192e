"""What an authority says about certificates that it has issued: signed lists (CRL) and signed answers (OCSP)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus, OCSPRequest, OCSPResponderEncoding, OCSPResponseStatus

from oots.trust.keys import KeyPair
from oots.trust.register import Revocation, RevocationRegister

LONGEST_NONCE = 32
"""RFC 8954 2.1: a nonce has 1 to 32 octets."""


def revocation_list(issuer: KeyPair, register: RevocationRegister, now: datetime, life: timedelta) -> bytes:
    """The certificates of `issuer` that are revoked at `now`, as a signed list in DER (RFC 5280 5), good for `life`.

    What is registered for later is not in it yet. The number of the list is its second, so that later lists have
    greater numbers. Raises ConfigurationError when the register is broken.
    """
    this_update = _second(now)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(this_update)
        .next_update(this_update + life)
        .add_extension(x509.CRLNumber(int(this_update.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
    )
    own = issuer.certificate.subject.rfc4514_string()
    for line in register.lines():
        if line.issuer == own and line.at <= this_update:
            builder = builder.add_revoked_certificate(_listed(line))
    return builder.sign(issuer.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def ocsp_answer(
    request_der: bytes,
    authorities: Sequence[KeyPair],
    register: RevocationRegister,
    issued: Sequence[x509.Certificate],
    now: datetime,
    life: timedelta,
) -> bytes:
    """The answer to a request for one certificate, in DER (RFC 6960), signed by the authority that issued it.

    `good` for what is in `issued` or registered for later, `revoked` from its registered time on, `unknown` for any
    other number. A nonce comes back. What cannot be read is `malformedRequest`, an issuer that is none of
    `authorities` `unauthorized`, both unsigned. `producedAt` is the machine's time; only the update times are `now`'s.
    Raises ConfigurationError when the register is broken.
    """
    try:
        request = ocsp.load_der_ocsp_request(request_der)
        nonce = _nonce(request)
        authority = _asked_about(request, authorities)
    except (ValueError, NotImplementedError, UnsupportedAlgorithm):
        return _refusal(OCSPResponseStatus.MALFORMED_REQUEST)
    if authority is None:
        return _refusal(OCSPResponseStatus.UNAUTHORIZED)
    revocation = register.revocation_of(authority.certificate.subject, request.serial_number)
    known = revocation is not None or _is_issued(request.serial_number, authority, issued)
    this_update = _second(now)
    in_force = revocation if revocation and revocation.at <= this_update else None
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=_status(known=known, revoked=in_force is not None),
            this_update=this_update,
            next_update=this_update + life,
            revocation_time=in_force.at if in_force else None,
            revocation_reason=in_force.reason if in_force else None,
        )
        .responder_id(OCSPResponderEncoding.HASH, authority.certificate)
    )
    if nonce is not None:
        builder = builder.add_extension(nonce, critical=False)
    return builder.sign(authority.private_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _second(moment: datetime) -> datetime:
    """Lists and answers carry whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _listed(line: Revocation) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(line.serial_number)
        .revocation_date(line.at)
        .add_extension(x509.CRLReason(line.reason), critical=False)
        .build()
    )


def _nonce(request: OCSPRequest) -> x509.OCSPNonce | None:
    try:
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return None
    if not 1 <= len(nonce.nonce) <= LONGEST_NONCE:
        raise ValueError("a nonce of an unlawful length")
    return nonce


def _asked_about(request: OCSPRequest, authorities: Sequence[KeyPair]) -> KeyPair | None:
    """The authority whose name and key the request names by their digests."""
    asked = (request.issuer_name_hash, request.issuer_key_hash)
    return next((each for each in authorities if _digests(each, request.hash_algorithm) == asked), None)


def _digests(authority: KeyPair, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
    """RFC 6960 4.1.1: of the authority's name in DER, and of its public key without tag, length and unused bits."""
    certificate = authority.certificate
    return _digest(certificate.subject.public_bytes(), algorithm), _digest(_key_bits(certificate), algorithm)


def _digest(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def _is_issued(serial_number: int, authority: KeyPair, issued: Sequence[x509.Certificate]) -> bool:
    subject = authority.certificate.subject
    return any(each.serial_number == serial_number and each.issuer == subject for each in issued)


def _status(*, known: bool, revoked: bool) -> OCSPCertStatus:
    if revoked:
        return OCSPCertStatus.REVOKED
    return OCSPCertStatus.GOOD if known else OCSPCertStatus.UNKNOWN


def _refusal(status: OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)
