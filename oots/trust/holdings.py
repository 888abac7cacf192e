"""The certificates of a key folder: whose each is, how long it lasts, and whether it has been revoked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Party, Role, UntrustedError, bound_party
from oots.trust.keys import has_key, read_certificates
from oots.trust.register import REGISTER_FILE, Revocation, RevocationRegister

SOON = timedelta(days=30)
CERTIFICATE_ENDING = ".cert.pem"
PREVIOUS = ".previous"
"""What follows the name of a key whose successor has taken the name itself."""


class Status(StrEnum):
    """How a certificate stands."""

    VALID = "valid"
    EXPIRES_SOON = "expires soon"
    REPLACED = "replaced"
    """It still counts beside its successor, and is revoked from a noted day on."""
    NOT_YET = "not valid yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Holding:
    """A certificate in a folder. `name` is the stem of its file, `party` None for an authority's; `has_key` tells
    whether its private key is there too, in a file or in a token. `is_anothers` is a certificate for which a partner
    encrypts: its key is not to be here, as none of its party is."""

    name: str
    certificate: x509.Certificate
    party: Party | None
    revocation: Revocation | None
    has_key: bool
    is_anothers: bool = False

    @property
    def is_previous(self) -> bool:
        return self.name.endswith(PREVIOUS)

    @property
    def lacks_key(self) -> bool:
        """Whether it is in use, and its key gone."""
        return not (self.has_key or self.is_previous or self.is_anothers)

    @property
    def successor(self) -> str:
        """The name of the key that has followed this one, or its own where none has."""
        return self.name.removesuffix(PREVIOUS)

    @property
    def ends(self) -> datetime:
        """When it stops counting: its own end, or the day from which it is revoked."""
        end = self.certificate.not_valid_after_utc
        return min(end, self.revocation.at) if self.revocation else end

    @property
    def key(self) -> str:
        """Kind and size of the key: `RSA 3072`, `secp256r1`."""
        key = self.certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            return f"RSA {key.key_size}"
        return key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__

    @property
    def sha256(self) -> str:
        """The fingerprint of the certificate, in hexadecimal."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def serial(self) -> str:
        """Its number, in hexadecimal as in the register."""
        return f"{self.certificate.serial_number:x}"

    @property
    def is_root(self) -> bool:
        """Whether it is an authority that vouches for itself."""
        return self.party is None and self.certificate.issuer == self.certificate.subject

    def days_left(self, now: datetime) -> int:
        """Whole days until it stops counting; none when it is revoked, below zero when it has ended by itself."""
        days = (self.ends - now).days
        return max(days, 0) if self.revocation else days

    def wants_attention(self, now: datetime) -> bool:
        """Whether something is to be done: what is in use ends soon, has ended, or does not count."""
        return not self.is_previous and self.status(now) not in (Status.VALID, Status.REPLACED)

    def status(self, now: datetime) -> Status:
        if self.revocation and self.revocation.at <= now:
            return Status.REVOKED
        if self.certificate.not_valid_after_utc <= now:
            return Status.EXPIRED
        if now < self.certificate.not_valid_before_utc:
            return Status.NOT_YET
        if self.revocation:
            return Status.REPLACED
        return Status.EXPIRES_SOON if expires_soon(self.certificate, now) else Status.VALID


def holdings(directory: Path) -> tuple[Holding, ...]:
    """Every certificate of `directory` with its own file, by name.

    Raises ConfigurationError when a file or the register is broken.
    """
    register = RevocationRegister(directory / REGISTER_FILE)
    held = tuple(_holdings(directory, register))
    at_home = {each.party.party_id for each in held if each.party and each.has_key}
    return tuple(replace(each, is_anothers=_is_anothers(each, at_home)) for each in held)


def in_order(held: Iterable[Holding], now: datetime) -> list[Holding]:
    """What wants attention first, then what counts, and at last what rotations that are over have left behind; in each
    the soonest end first."""

    def rank(each: Holding) -> tuple[bool, bool, datetime, str]:
        is_over = each.is_previous and each.status(now) is not Status.REPLACED
        return (is_over, not (each.wants_attention(now) or each.lacks_key), each.ends, each.name)

    return sorted(held, key=rank)


def without_file(directory: Path) -> tuple[Revocation, ...]:
    """What the register of `directory` holds of certificates that have no file there (any more), oldest line first.

    Raises ConfigurationError when a file or the register is broken.
    """
    known = {each.revocation for each in holdings(directory)}
    return tuple(line for line in RevocationRegister(directory / REGISTER_FILE).lines() if line not in known)


def chosen(held: Sequence[Holding], who: str) -> tuple[Holding, ...]:
    """The certificate in the file that is called `who`, or else all of the party with that id.

    Raises ConfigurationError, naming those that there are, when it is neither.
    """
    found = tuple(each for each in held if each.name == who)
    found = found or tuple(each for each in held if each.party and each.party.party_id == who)
    if not found:
        known = ", ".join(f"{each.name} ({each.party.party_id})" if each.party else each.name for each in held)
        raise ConfigurationError(f"{who} is no party and no key here; there are: {known or 'none'}")
    return found


def expires_soon(certificate: x509.Certificate, now: datetime) -> bool:
    """Whether it ends within 30 days, or has ended."""
    return certificate.not_valid_after_utc - now <= SOON


def _holdings(directory: Path, register: RevocationRegister) -> Iterator[Holding]:
    for path in sorted(directory.glob(f"*{CERTIFICATE_ENDING}")):
        certificate, *_ = read_certificates(path)
        revocation = register.revocation_of(certificate.issuer, certificate.serial_number)
        name = path.name.removesuffix(CERTIFICATE_ENDING)
        yield Holding(name, certificate, _party(certificate), revocation, has_key(directory, name))


def _is_anothers(each: Holding, at_home: Collection[str]) -> bool:
    return each.party is not None and each.party.role is Role.ENCRYPTION and each.party.party_id not in at_home


def _party(certificate: x509.Certificate) -> Party | None:
    try:
        return bound_party(certificate)
    except UntrustedError:
        return None
