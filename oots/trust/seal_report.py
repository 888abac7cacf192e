"""What is said of an evidence seal: never an exception, always a verdict with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

CLOCK_TOLERANCE = timedelta(minutes=5)


class SealBrokenError(Exception):
    """The document carries no seal of the form made here; the text is for people."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """The verdict on one document.

    `kind` is `XAdES` or `PAdES`; `signer` the party id of the seal's certificate, `signed_at` the time the signer
    claims (aware), `certificate_sha256` a hexadecimal fingerprint. `problem` says why an invalid seal is not believed.
    """

    kind: str
    valid: bool
    signer: str | None = None
    signed_at: datetime | None = None
    certificate_sha256: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class WholeSeal:
    """What a seal says that covers its whole document and verifies with the key of `leaf`: the further certificates
    that it carries, and the time that its maker claims."""

    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...]
    signed_at: datetime


def expect_plausible_time(signed_at: datetime, certificate: x509.Certificate, at: datetime) -> None:
    """Raises SealBrokenError when the claimed time lies after `at`, or before the certificate was issued."""
    if signed_at > at + CLOCK_TOLERANCE:
        raise SealBrokenError("the seal is dated in the future")
    if signed_at < certificate.not_valid_before_utc:
        raise SealBrokenError("the seal is older than its certificate")
