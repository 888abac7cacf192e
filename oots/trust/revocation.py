"""Whether a certificate has been revoked: asked of lists (RFC 5280 5) and responders (RFC 6960), kept for as long as
they say, and believed to be revoked where nobody answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Final, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from oots.model.clock import Clock
from oots.model.errors import ConfigurationError
from oots.trust.certificates import UntrustedError
from oots.trust.register import RevocationRegister

KeptT = TypeVar("KeptT")

MOST_KEPT: Final = 1000
"""Answers of a responder that are kept; certificates are asked about only below a trusted authority."""

Heard = Callable[[bytes, datetime], None]
"""Is told of each answer (DER), whether list or responder's, and from which moment on it was believed."""

CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""By how much the clock of an authority may be ahead."""
_PAUSE: Final = timedelta(seconds=1)
"""How long nobody is asked again who gave no answer that counts."""
_NONCE_BYTES: Final = 16
_HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_UNREADABLE: Final = (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What is raised over extensions that are not read before they are looked at."""


class UnsettledError(UntrustedError):
    """Nobody can say now whether a certificate has been revoked, so it is not believed; asking later may help."""


class Revocations(Protocol):
    """Whoever knows what has been revoked."""

    def expect_good(self, path: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime) -> None:
        """Raises UntrustedError if a certificate of `path` (leaf first) was revoked at `at` (aware), UnsettledError
        where that cannot be found out. `anchors` are searched for an issuer that is not on the path."""
        ...


class Source(Protocol):
    """One way of finding out."""

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        """From when the certificate is revoked, as is known at `at`; raises UnsettledError."""
        ...


class Revocation:
    """The local register first, if there is one, which can only say no, then the sources in their order: the first
    answer counts."""

    def __init__(self, register: RevocationRegister | None, sources: Sequence[Source]) -> None:
        self._register = register
        self._sources = tuple(sources)

    def expect_good(self, path: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime) -> None:
        """As `Revocations` says; a root answers for itself."""
        links = list(with_issuers(path, anchors))
        for certificate, _ in links:
            expect_not_before(self._registered(certificate), at)
        for certificate, issuer in links:
            expect_not_before(self._asked(certificate, issuer, at), at)

    def _registered(self, certificate: x509.Certificate) -> datetime | None:
        try:
            return self._register.revoked_at(certificate) if self._register else None
        except ConfigurationError as broken:
            raise UnsettledError(str(broken)) from broken

    def _asked(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        unanswered = []
        for source in self._sources:
            try:
                return source.revoked_at(certificate, issuer, at)
            except UnsettledError as trouble:
                unanswered.append(str(trouble))
        if unanswered:
            raise UnsettledError("; ".join(unanswered))
        return None


def expect_not_before(revoked: datetime | None, at: datetime) -> None:
    """Raises UntrustedError for a certificate that is `revoked` from that time on, if `at` is not before it."""
    if revoked is not None and revoked <= at:
        raise UntrustedError(f"a certificate on the path was revoked at {revoked.isoformat()}")


def with_issuers(
    path: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Each certificate with the one that issued it: the next on the path, or above its end an anchor."""
    yield from pairwise(path)
    top = path[-1]
    if top.issuer != top.subject:
        yield from ((top, anchor) for anchor in anchors if _is_issued_by(top, anchor))


@lru_cache(maxsize=MOST_KEPT)
def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


# --- lists ---


class RevocationList:
    """A list as it was fetched, and whose it was found to be; raises ValueError for what is none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.crl = x509.load_der_x509_crl(data)
        self._is_of: dict[x509.Certificate, bool] = {}

    def is_of(self, issuer: x509.Certificate) -> bool:
        """Whether the list was signed by that authority, and is a whole list of everything that it has issued."""
        if issuer not in self._is_of:
            self._is_of[issuer] = (
                self.crl.issuer == issuer.subject
                and _may_sign_lists(issuer)
                and _is_signed_by(self.crl, issuer)
                and _is_whole(self.crl)
            )
        return self._is_of[issuer]

    def is_current(self, at: datetime) -> bool:
        """A list says nothing beyond the time at which the next one is due, one without that time nothing at all."""
        due = self.crl.next_update_utc
        return due is not None and at < due and self.crl.last_update_utc <= at + CLOCKS_DIFFER


@dataclass
class _Kept:
    """A list as it was last fetched, the one that was found to be an authority's own, and when fetching was last tried.

    A list that nobody has signed must not keep the next one away, however long it says that it is good.
    """

    listed: RevocationList | None = None
    believed: RevocationList | None = None
    tried: datetime | None = None

    def is_due(self, at: datetime, now: datetime) -> bool:
        """Whether the list is to be fetched: what is believed once it is over, anything else after a pause."""
        if self.listed is not None and self.believed is self.listed:
            return not self.listed.is_current(at)
        return self.tried is None or not timedelta() <= now - self.tried < _PAUSE


def unheard(_answer: bytes, _at: datetime) -> None:
    """Nobody keeps what was answered."""


class RevocationLists:
    """The lists at `addresses`, fetched when none that is kept is still good. `fetch` gives the bytes of an address
    and raises OSError; an address comes from the policy, never out of a certificate."""

    def __init__(
        self, addresses: Iterable[str], fetch: Callable[[str], bytes], clock: Clock, heard: Heard = unheard
    ) -> None:
        self._kept = {address: _Kept() for address in addresses}
        self._fetch = fetch
        self._clock = clock
        self._heard = heard
        self._turn = Lock()

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        """As `Source` says."""
        line = self._list_of(issuer, at).get_revoked_certificate_by_serial_number(certificate.serial_number)
        return line.revocation_date_utc if line else None

    def _list_of(self, issuer: x509.Certificate, at: datetime) -> x509.CertificateRevocationList:
        """What is good is at hand for everybody, also while somebody waits for another list."""
        found = self._good(issuer, at)
        if found is None:
            with self._turn:
                found = self._good(issuer, at)
                if found is None:
                    found = self._refreshed(issuer, at)
        if found is None:
            name = issuer.subject.rfc4514_string()
            raise UnsettledError(f"no revocation list of {name} is good at present{self._ran_out(issuer, at)}")
        return found

    def _ran_out(self, issuer: x509.Certificate, at: datetime) -> str:
        lists = [kept.listed for kept in self._kept.values() if kept.listed is not None and kept.listed.is_of(issuer)]
        due = [listed.crl.next_update_utc for listed in lists]
        ends = [end for end in due if end and end <= at]
        return f": the last one ran out at {max(ends):%Y-%m-%d %H:%M:%S} UTC" if ends else ""

    def _good(self, issuer: x509.Certificate, at: datetime) -> x509.CertificateRevocationList | None:
        for kept in self._kept.values():
            listed = kept.listed
            if listed is not None and listed.is_current(at) and listed.is_of(issuer):
                if kept.believed is not listed:
                    kept.believed = listed
                    self._heard(listed.data, at)
                return listed.crl
        return None

    def _refreshed(self, issuer: x509.Certificate, at: datetime) -> x509.CertificateRevocationList | None:
        due = {address: kept for address, kept in self._kept.items() if kept.is_due(at, self._clock.now())}
        for address, kept in due.items():
            kept.believed = None
            with suppress(OSError, ValueError):
                kept.listed = RevocationList(self._fetch(address))
        # The pause begins when the last has been waited for: whoever stood in the queue meanwhile does not ask again.
        for kept in due.values():
            kept.tried = self._clock.now()
        return self._good(issuer, at)


def _is_whole(listed: x509.CertificateRevocationList) -> bool:
    """What makes a list one of some certificates alone, or one of changes, is a critical extension."""
    try:
        return not any(extension.critical for extension in listed.extensions)
    except _UNREADABLE:
        return False


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return False


def _is_signed_by(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return isinstance(listed.signature_hash_algorithm, _HASHES) and listed.is_signature_valid(
            issuer.public_key()  # type: ignore[arg-type]  # authorities sign
        )
    except (TypeError, UnsupportedAlgorithm):
        return False


# --- responder ---


NO_ANSWER: Final = (
    OSError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.ExtensionNotFound,
    *_UNREADABLE,
)


class Responder:
    """An OCSP responder. `ask` posts a request (DER) and returns the answer, or raises OSError."""

    def __init__(self, ask: Callable[[bytes], bytes], clock: Clock, heard: Heard = unheard) -> None:
        self._ask = ask
        self._clock = clock
        self._heard = heard
        self._kept: dict[bytes, ocsp.OCSPResponse] = {}
        self._failed: dict[bytes, datetime] = {}
        self._turn = Lock()

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        """As `Source` says; an answer is kept until its next update, and after a failure there is a pause. Nobody whose
        answer is kept waits for that to another question."""
        name = certificate.fingerprint(hashes.SHA256())
        answer = self._good(name, at)
        if answer is None:
            with self._turn:
                answer = self._good(name, at)
                if answer is None:
                    answer = self._asked(name, certificate, issuer, at)
        return answer.revocation_time_utc

    def _good(self, name: bytes, at: datetime) -> ocsp.OCSPResponse | None:
        answer = self._kept.get(name)
        return answer if answer is not None and _answers_at(answer, at) else None

    def _asked(
        self, name: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> ocsp.OCSPResponse:
        failed = self._failed.get(name)
        if failed is not None and timedelta() <= self._clock.now() - failed < _PAUSE:
            raise UnsettledError("the OCSP responder gave no answer that counts a moment ago")
        try:
            answer = self._answer(certificate, issuer, at)
        except NO_ANSWER as fault:
            _keep(self._failed, name, self._clock.now())
            why = str(fault) or type(fault).__name__
            raise UnsettledError(f"the OCSP responder gave no answer that counts: {why}") from fault
        _keep(self._kept, name, answer)
        self._heard(answer.public_bytes(serialization.Encoding.DER), at)
        return answer

    def _answer(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> ocsp.OCSPResponse:
        nonce = x509.OCSPNonce(secrets.token_bytes(_NONCE_BYTES))
        builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
        request = builder.add_extension(nonce, critical=False).build()
        answer = ocsp.load_der_ocsp_response(self._ask(request.public_bytes(serialization.Encoding.DER)))
        _expect_answer(answer, request, nonce, issuer, at)
        return answer


def _keep(kept: dict[bytes, KeptT], name: bytes, what: KeptT) -> None:
    """Beside the others, or alone once they have become too many."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[name] = what


def _expect_answer(
    answer: ocsp.OCSPResponse,
    request: ocsp.OCSPRequest,
    nonce: x509.OCSPNonce,
    issuer: x509.Certificate,
    at: datetime,
) -> None:
    """The answer is to this very question, says good or revoked, is current, and is signed by who may answer."""
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("the responder did not answer")
    if not is_about(answer, request):
        raise ValueError("the answer is about another certificate")
    if answer.extensions.get_extension_for_class(x509.OCSPNonce).value != nonce:
        raise ValueError("the answer is to another question")
    if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise ValueError("the responder does not know the certificate")
    if not _answers_at(answer, at):
        raise ValueError("the answer is not current")
    expect_signed(answer, issuer, at)


def is_about(answer: ocsp.OCSPResponse, request: ocsp.OCSPRequest) -> bool:
    """Whether an answer is about the certificate that was asked about, by the same hash."""
    asked = (request.serial_number, request.issuer_key_hash, request.issuer_name_hash)
    return (answer.serial_number, answer.issuer_key_hash, answer.issuer_name_hash) == asked


def _answers_at(answer: ocsp.OCSPResponse, at: datetime) -> bool:
    due = answer.next_update_utc
    return due is not None and at < due and answer.this_update_utc <= at + CLOCKS_DIFFER


def expect_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> None:
    """Signed by the authority itself, or by whom it has made its responder (RFC 6960 4.2.2.2).

    Raises ValueError, InvalidSignature, or what extensions raise that cannot be read.
    """
    signer = _responder(answer, issuer, at)
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if not isinstance(algorithm, _HASHES):
        raise ValueError("the answer is signed over a hash that is not believed")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise ValueError("the answer is signed with a key that is not believed")


def _responder(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> x509.Certificate:
    if not answer.certificates:
        return issuer
    delegate = answer.certificates[0]
    delegate.verify_directly_issued_by(issuer)
    purposes = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes:
        raise ValueError("the answer is signed by a certificate that may not answer")
    if not delegate.not_valid_before_utc <= at <= delegate.not_valid_after_utc:
        raise ValueError("the responder's certificate is not valid at present")
    return delegate
