"""The register of revoked certificates: which one, from when, and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from oots.model.errors import ConfigurationError
from oots.trust.files import locked, write_whole

REGISTER_FILE = "revoked.json"
REASONS = (
    x509.ReasonFlags.key_compromise,
    x509.ReasonFlags.ca_compromise,
    x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded,
    x509.ReasonFlags.cessation_of_operation,
    x509.ReasonFlags.privilege_withdrawn,
)
"""What can be given as a reason (RFC 5280 5.3.1); nothing here is on hold, and nothing comes back."""


class Revocation(BaseModel):
    """One line of the register.

    `issuer` is a name as RFC 4514 writes it, `serial` in hexadecimal; from `at` on the certificate is revoked, which
    may lie ahead. `party` and `name` (the stem of the key's files) are for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    serial: str = Field(pattern="^[0-9a-f]+$")
    at: AwareDatetime
    reason: x509.ReasonFlags
    party: str
    name: str

    @property
    def serial_number(self) -> int:
        return int(self.serial, 16)

    def is_of(self, issuer: x509.Name, serial_number: int) -> bool:
        return self.issuer == issuer.rfc4514_string() and self.serial_number == serial_number


_WAY_OUT = "put back its last good copy; without a register nothing would be revoked any more, so never just delete it"
_LINES = TypeAdapter(tuple[Revocation, ...])


class RevocationRegister:
    """The file `revoked.json`, read again whenever it has changed; where there is none, nothing is revoked. A link that
    leads nowhere is a broken register: what it led to may be away for a while alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[tuple[int, ...] | None, tuple[Revocation, ...]] = (None, ())

    def revoked_at(self, certificate: x509.Certificate) -> datetime | None:
        """From when the certificate is revoked, which may lie ahead; None where it is not in the register.

        Raises ConfigurationError when the register is broken.
        """
        found = self.revocation_of(certificate.issuer, certificate.serial_number)
        return found.at if found else None

    def revocation_of(self, issuer: x509.Name, serial_number: int) -> Revocation | None:
        """The line of the certificate with this number; raises ConfigurationError when the register is broken."""
        return next((line for line in self.lines() if line.is_of(issuer, serial_number)), None)

    def lines(self) -> tuple[Revocation, ...]:
        """The whole register, oldest line first; raises ConfigurationError when it is broken."""
        state, known = self._seen
        try:
            with self._path.open("rb") as file:
                present = _state_of(file.fileno())
                if present != state:
                    self._seen = (present, known := _parsed(self._path, file.read()))
        except FileNotFoundError:
            if self._path.is_symlink():
                raise ConfigurationError(f"{self._path} leads to a file that is not there: {_WAY_OUT}") from None
            return ()
        except OSError as problem:
            raise ConfigurationError(f"{self._path} cannot be read ({type(problem).__name__}): {_WAY_OUT}") from None
        return known


def revoke(
    directory: Path, certificate: x509.Certificate, at: datetime, reason: x509.ReasonFlags, *, party: str, name: str
) -> Revocation:
    """Note in the register of `directory` that `certificate` is revoked from `at` (aware, taken in whole seconds).

    A revocation is never taken back and never put off: one that is noted already is replaced only by an earlier one.
    Returns the line that stands now. Raises ConfigurationError when the register is broken.
    """
    with locked(directory):
        return enter(directory, certificate, at, reason, party=party, name=name)


def enter(
    directory: Path, certificate: x509.Certificate, at: datetime, reason: x509.ReasonFlags, *, party: str, name: str
) -> Revocation:
    """As `revoke`, for a caller that holds `directory` locked already."""
    line = Revocation(
        issuer=certificate.issuer.rfc4514_string(),
        serial=f"{certificate.serial_number:x}",
        at=at.replace(microsecond=0),
        reason=reason,
        party=party,
        name=name,
    )
    path = directory / REGISTER_FILE
    lines = RevocationRegister(path).lines()
    standing = next((each for each in lines if each.is_of(certificate.issuer, certificate.serial_number)), None)
    if standing and standing.at <= line.at:
        return standing
    kept = tuple(each for each in lines if each is not standing)
    write_whole(path, _LINES.dump_json((*kept, line), indent=2) + b"\n", mode=0o644)
    return line


def _state_of(descriptor: int) -> tuple[int, ...]:
    state = os.fstat(descriptor)
    return (state.st_ino, state.st_mtime_ns, state.st_size)


def _parsed(path: Path, data: bytes) -> tuple[Revocation, ...]:
    try:
        return _LINES.validate_json(data)
    except ValidationError as faults:
        first = faults.errors()[0]
        place = _place_of(first["loc"], first["msg"])
        raise ConfigurationError(f"{path} is no register of revoked certificates ({place}): {_WAY_OUT}") from None


def _place_of(steps: Sequence[int | str], problem: str) -> str:
    """Where a fault is, as people count."""
    if not steps:
        line = problem.rpartition(" at ")[2]
        return f"no JSON at {line}" if line.startswith("line") else "no list"
    number, *steps = steps
    return " ".join([f"entry {int(number) + 1}", *map(str, steps)])
