"""Answers about revocation that were kept, and what they say of signatures later, far from any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from oots.model.clock import iso
from oots.trust.certificates import UntrustedError
from oots.trust.revocation import (
    CLOCKS_DIFFER,
    NO_ANSWER,
    RevocationList,
    expect_not_before,
    expect_signed,
    is_about,
    with_issuers,
)

_NOBODY: Final = "it is not from an authority that is believed, about a certificate that signed here"


class NoUseError(Exception):
    """An answer does not count for a certificate at a moment; `is_its_own` where it is about that certificate."""

    def __init__(self, why: str, *, is_its_own: bool = True) -> None:
        super().__init__(why)
        self.is_its_own = is_its_own


class Answer(Protocol):
    """A list (CRL) or a responder's answer (OCSP). `about` names what it is about: answers with one name take each
    other's place. `begins` is the time that it says it is of, `ends` when the next is due."""

    about: str
    ending: str
    begins: datetime
    ends: datetime

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        """From when the certificate is revoked; raises NoUseError where the answer says nothing of it at `at`."""
        ...


def read_answer(data: bytes) -> Answer:
    """An answer in DER; raises ValueError for what is none, or does not say until when it is good."""
    for kind in (_KeptList, _KeptStatus):
        try:
            return kind(data)
        except (*NO_ANSWER, AttributeError):  # cryptography has no attributes on answers that were refused
            continue
    raise ValueError("no revocation list and no answer of a responder")


class _KeptList:
    ending = "crl"

    def __init__(self, data: bytes) -> None:
        self._list = RevocationList(data)
        ends = self._list.crl.next_update_utc
        if ends is None:
            raise ValueError("the list does not say when the next one is due")
        self.begins, self.ends = self._list.crl.last_update_utc, ends
        self.about = _hashed(b"list", self._list.crl.issuer.public_bytes())

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        if not self._list.is_of(issuer):
            raise NoUseError(_NOBODY, is_its_own=False)
        line = self._list.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        return _counted(line.revocation_date_utc if line else None, self, certificate, at)


class _KeptStatus:
    ending = "ocsp"

    def __init__(self, data: bytes) -> None:
        self._answer = ocsp.load_der_ocsp_response(data)
        ends = self._answer.next_update_utc
        if ends is None:
            raise ValueError("the answer does not say until when it is good")
        self.begins, self.ends = self._answer.this_update_utc, ends
        asked = (
            self._answer.issuer_name_hash,
            self._answer.issuer_key_hash,
            f"{self._answer.serial_number:x}".encode(),
        )
        self.about = _hashed(b"status", *asked)

    def revoked_at(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
        try:
            builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, self._answer.hash_algorithm)
            if not is_about(self._answer, builder.build()):
                raise NoUseError(_NOBODY, is_its_own=False)
            expect_signed(self._answer, issuer, at)
        except (*NO_ANSWER, InvalidSignature) as fault:
            raise NoUseError(f"it is not signed by the authority: {fault or type(fault).__name__}") from fault
        if self._answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
            raise NoUseError("the responder does not know the certificate")
        return _counted(self._answer.revocation_time_utc, self, certificate, at)


def _counted(revoked: datetime | None, said: Answer, certificate: x509.Certificate, at: datetime) -> datetime | None:
    """From when the certificate is revoked, if an answer that says so counts at `at`. A revocation is never taken back:
    it counts whenever it is told. That there is none counts no longer than the answer is good, and not where an
    authority need not tell a revocation any more, because the certificate has expired (RFC 5280 3.3)."""
    if said.ends <= at and (revoked is None or at < revoked):
        raise NoUseError(f"it was good until {said.ends:%Y-%m-%d %H:%M:%S} UTC, and what was signed is later")
    if revoked is None and certificate.not_valid_after_utc < said.begins:
        raise NoUseError("it is dated after the certificate expired, when a revocation need not be told any more")
    return revoked


def _hashed(*said: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    for each in said:
        digest.update(len(each).to_bytes(4, "big") + each)
    return digest.finalize().hex()


@dataclass(frozen=True, slots=True)
class Look:
    """That a certificate (SHA-256, hexadecimal) was looked up for the moment `at`; `answers` are the names of those
    that say it was good, none where nobody says anything."""

    certificate_sha256: str
    at: datetime
    answers: tuple[str, ...]


class KeptAnswers:
    """Answers by name, asked about every path that is believed. What none of them covers is believed all the same, and
    stands in `looks`: who asks must say so. Nothing counts that is dated later than `latest` (aware)."""

    def __init__(self, answers: Mapping[str, bytes], latest: datetime) -> None:
        self.looks: list[Look] = []
        self._unused: dict[str, str] = {}
        self._answers: dict[str, Answer] = {}
        for name, data in answers.items():
            try:
                answer = read_answer(data)
            except ValueError as fault:
                self._unused[name] = str(fault)
                continue
            if answer.begins > latest + CLOCKS_DIFFER:
                self._unused[name] = f"it is dated later than {iso(latest)}"
                continue
            self._answers[name] = answer
            self._unused[name] = _NOBODY

    @property
    def used(self) -> frozenset[str]:
        """The names of the answers that say something of what was looked up."""
        return frozenset(self._answers.keys() - self._unused.keys())

    @property
    def unused(self) -> Mapping[str, str]:
        """Why each of the others says nothing, by its name."""
        return self._unused

    def expect_good(self, path: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], at: datetime) -> None:
        """Raises UntrustedError, naming the answer, if one says that a certificate of `path` was revoked at `at`."""
        for certificate, issuer in with_issuers(path, anchors):
            found = tuple(self._found(certificate, issuer, at))
            fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
            self.looks.append(Look(fingerprint, at, tuple(name for name, _ in found)))
            for name, revoked in found:
                try:
                    expect_not_before(revoked, at)
                except UntrustedError as fault:
                    raise UntrustedError(f"{fault}, as {name} says") from None

    def _found(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Iterator[tuple[str, datetime | None]]:
        for name, answer in self._answers.items():
            try:
                revoked = answer.revoked_at(certificate, issuer, at)
            except NoUseError as fault:
                if fault.is_its_own and name in self._unused:
                    self._unused[name] = str(fault)
                continue
            self._unused.pop(name, None)
            yield name, revoked
