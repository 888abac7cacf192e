"""A new key under an old name: the key that had the name is put aside and counts for a while beside its successor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Party, bound_party
from oots.trust.files import expect_private, locked, write_public, write_whole
from oots.trust.holdings import PREVIOUS, Holding, Status, holdings
from oots.trust.issuing import CLOCK_TOLERANCE, ISSUING, Participant, Terms, leaf_certificate, new_key
from oots.trust.keys import certificate_path, key_path, load_key_pair, pem_of, pkcs8_of
from oots.trust.register import enter

PLAN_ENDING = ".rotation.json"


@dataclass(frozen=True)
class Rotated:
    """What a rotation has done. `old_counts_until` is when the certificate before is revoked or ends, `old_status` how
    it stands now; `resumed` tells that an earlier run had begun it, whose overlap then holds."""

    name: str
    party: Party
    old_counts_until: datetime
    old_status: Status
    new_ends: datetime
    resumed: bool


class _Plan(BaseModel):
    """A rotation that was decided: while its file exists, it is still to be carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(repr=False)
    certificates: str
    old_counts_until: AwareDatetime


def rotate(directory: Path, names: Sequence[str], overlap: timedelta, now: datetime) -> list[Rotated]:
    """Give each of `names` a new key and certificate; the old ones stay as `<name>.previous.*`, and are in the register
    of revoked certificates as superseded from `now + overlap` on.

    The names are checked before the first is touched. Each rotation is decided by one file that appears whole, and the
    next run, or the next `init_keys`, ends what was decided. Raises ConfigurationError for an overlap below zero, for
    what is no participant's current key, where the authority's key is not at hand, and while an earlier predecessor
    still counts: it would be lost unnoticed.
    """
    if overlap < timedelta():
        raise ConfigurationError("an overlap cannot be shorter than nothing")
    with locked(directory):
        pending = set(_pending(directory))
        finish_rotations(directory, but=names)
        held = {each.name: each for each in holdings(directory)}
        for name in names:
            if name not in pending:
                _expect_rotatable(directory, name, held, now)
        return [_rotate(directory, name, overlap, now, resumed=name in pending) for name in names]


def finish_rotations(directory: Path, but: Sequence[str] = ()) -> None:
    """Carry out what interrupted runs had decided, of all names `but` those, for a caller that holds `directory`
    locked."""
    for name in _pending(directory):
        if name not in but:
            _carry_out(directory, name, _read(_plan_path(directory, name)))


def _plan_path(directory: Path, name: str) -> Path:
    return directory / f"{name}{PLAN_ENDING}"


def _pending(directory: Path) -> list[str]:
    return sorted(path.name.removesuffix(PLAN_ENDING) for path in directory.glob(f"*{PLAN_ENDING}"))


def _expect_rotatable(directory: Path, name: str, held: dict[str, Holding], now: datetime) -> None:
    current, previous = held.get(name), held.get(f"{name}{PREVIOUS}")
    if current is None or current.is_previous:
        raise ConfigurationError(f"{name} is nobody's current key")
    if current.party is None:
        raise ConfigurationError(f"{name} is an authority, whose key cannot be rotated: everything rests on it")
    if not key_path(directory, name).exists():
        raise ConfigurationError(f"the key of {name} is not in a file; one in a token is replaced there, not here")
    if previous is not None and previous.status(now) not in (Status.REVOKED, Status.EXPIRED):
        raise ConfigurationError(
            f"the previous key of {name} counts until {previous.ends:%Y-%m-%d %H:%M} UTC; rotate again after that, "
            f"or end it now with `oots keys revoke {previous.name}`"
        )


def _rotate(directory: Path, name: str, overlap: timedelta, now: datetime, *, resumed: bool) -> Rotated:
    path = _plan_path(directory, name)
    if not resumed:
        plan = _decide(directory, name, (now + overlap).replace(microsecond=0), now)
        write_whole(path, plan.model_dump_json(indent=2).encode() + b"\n", mode=0o600)
    _carry_out(directory, name, _read(path))
    party = bound_party(load_key_pair(directory, name).certificate)
    held = {each.name: each for each in holdings(directory)}
    old, new = held[f"{name}{PREVIOUS}"], held[name]
    return Rotated(name, party, old.ends, old.status(now), new.ends, resumed)


def _decide(directory: Path, name: str, old_counts_until: datetime, now: datetime) -> _Plan:
    old = load_key_pair(directory, name).certificate
    issuing = load_key_pair(directory, ISSUING)
    party = bound_party(old)
    key = new_key(party.role)
    participant = Participant(name, party.party_id, party.role, _hosts(old))
    certificate = leaf_certificate(key, participant, Terms(now - CLOCK_TOLERANCE), issuing)
    return _Plan(
        key=pkcs8_of(key).decode(),
        certificates=pem_of(certificate, issuing.certificate).decode(),
        old_counts_until=old_counts_until,
    )


def _hosts(certificate: x509.Certificate) -> tuple[str, ...]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*(str(address) for address in addresses), *names.get_values_for_type(x509.DNSName))


def _carry_out(directory: Path, name: str, plan: _Plan) -> None:
    """Every step can be repeated; while the old key has the name, nothing of it is lost."""
    if key_path(directory, name).read_bytes() != plan.key.encode():
        _put_aside(directory, name, plan.old_counts_until)
        write_whole(key_path(directory, name), plan.key.encode(), mode=0o600)
    write_public(certificate_path(directory, name), plan.certificates.encode())
    _plan_path(directory, name).unlink()


def _put_aside(directory: Path, name: str, counts_until: datetime) -> None:
    previous = f"{name}{PREVIOUS}"
    old = load_key_pair(directory, name)
    write_whole(key_path(directory, previous), key_path(directory, name).read_bytes(), mode=0o600)
    write_public(certificate_path(directory, previous), certificate_path(directory, name).read_bytes())
    party = bound_party(old.certificate).party_id
    enter(directory, old.certificate, counts_until, x509.ReasonFlags.superseded, party=party, name=previous)


def _read(path: Path) -> _Plan:
    try:
        expect_private(path)
        return _Plan.model_validate_json(path.read_bytes())
    except ValidationError:
        raise ConfigurationError(f"{path} is no rotation that was begun; remove it and rotate anew") from None
