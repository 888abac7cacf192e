"""What is said of an evidence seal: never an exception, always a verdict with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
