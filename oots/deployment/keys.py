"""Keys of the town: made at first start, handed out to each service and to Java peers, revoked and rotated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from oots.deployment.participants import certificates_of, keys_of, participants_of
from oots.deployment.services import INSPECTOR_HOST, Kind, Service, services_of
from oots.deployment.topology import Topology, standard_topology
from oots.model.clock import SystemClock
from oots.model.errors import ConfigurationError
from oots.trust.authority import TRUST_FILE, export_party, init_keys, lost_key
from oots.trust.certificates import Role
from oots.trust.holdings import Holding, Status, chosen, holdings, in_order, without_file
from oots.trust.java_stores import key_store, trust_store, write_store
from oots.trust.register import Revocation, revoke
from oots.trust.rotation import Rotated, rotate


def init_town_keys(state: Path, *kommunekoder: str, topology: Topology | None = None, both_ways: bool = False) -> Path:
    """Create the keys that are missing in `state`/keys for a town with these municipalities, and return that folder.

    Raises ConfigurationError where there can be no such folder, and as `init_keys` does.
    """
    return init_service_keys(state, _services(kommunekoder, topology, both_ways=both_ways))


def init_service_keys(state: Path, services: Sequence[Service]) -> Path:
    """The same for these services."""
    directory = state / "keys"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        reason = problem.strerror
        raise ConfigurationError(
            f"cannot create the state folder {state} ({reason}): choose another with --state"
        ) from None
    init_keys(directory, participants_of(services), SystemClock().now())
    return directory


def _services(kommunekoder: Sequence[str], topology: Topology | None, *, both_ways: bool) -> tuple[Service, ...]:
    return services_of(topology or standard_topology(), kommunekoder[0], kommunekoder, both_ways=both_ways)


def export_town_keys(
    state: Path, target: Path, *kommunekoder: str, topology: Topology | None = None, both_ways: bool = False
) -> None:
    """Write `target`/<service> for every service, with its own keys, the certificates for which it encrypts and
    trust.pem alone.

    The authority gets no folder: its keys and its register stay where they are.
    """
    services = (*_services(kommunekoder, topology, both_ways=both_ways), Service(Kind.INSPECTOR, INSPECTOR_HOST))
    source = init_service_keys(state, services)
    for service in services:
        if service.kind is not Kind.AUTHORITY:
            export_party(source, target / service.name, keys_of(service), certificates_of(service, services))


def key_folder(state: Path) -> Path:
    """`state`/keys, or `state` itself where that is a service's own folder of keys; raises ConfigurationError."""
    for folder in (state / "keys", state):
        if (folder / TRUST_FILE).is_file():
            return folder
    raise ConfigurationError(f"no keys in {state}; `oots keys init --state {state}` makes them")


def held_keys(state: Path, now: datetime) -> list[tuple[Holding, Status]]:
    """Every certificate of a state folder, and how it stands, what wants attention first; raises ConfigurationError."""
    return [(each, each.status(now)) for each in in_order(holdings(key_folder(state)), now)]


def lost_keys(state: Path) -> tuple[str, ...]:
    """What to do about each certificate in use whose key is gone, in a sentence each; raises ConfigurationError."""
    folder = key_folder(state)
    return tuple(lost_key(folder, each.name) for each in holdings(folder) if each.lacks_key)


def revoked_without_file(state: Path) -> tuple[Revocation, ...]:
    """What is in the register of a state folder, but has no certificate file there; raises ConfigurationError."""
    return without_file(key_folder(state))


def revoke_keys(state: Path, who: str, reason: x509.ReasonFlags, now: datetime) -> list[tuple[Holding, bool]]:
    """Revoke from `now` on whatever `who` (a party id, or the name of a key) names.

    Returns each certificate as it stands then, and whether it was revoked before. Raises ConfigurationError for whom
    nobody knows, and for a root, which stands above all lists.
    """
    folder = key_folder(state)
    found = chosen(holdings(folder), who)
    if any(each.is_root for each in found):
        raise ConfigurationError(f"{who} is a root, which nobody can revoke: take it out of {TRUST_FILE} everywhere")
    before = {each.name: each.status(now) is Status.REVOKED for each in found}
    for each in found:
        party = each.party.party_id if each.party else each.name
        revoke(folder, each.certificate, now, reason, party=party, name=each.name)
    return [(each, before[each.name]) for each in holdings(folder) if each.name in before]


def export_key_store(state: Path, who: str, target: Path, password: str) -> str:
    """Write the key that is called `who`, or the access point's of the party with that id, to `target` for a Java peer;
    returns its alias. Raises ConfigurationError, also where a party has more access-point keys than one, or none."""
    folder = key_folder(state)
    label, store = key_store(folder, _one_key(folder, who), password)
    write_store(target, store)
    return label


def _one_key(folder: Path, who: str) -> str:
    found = chosen(holdings(folder), who)
    if [each.name for each in found] == [who]:
        return who
    current = [each for each in found if not each.is_previous]
    points = [each.name for each in current if each.party and each.party.role is Role.ACCESS_POINT]
    if len(points) != 1:
        names = ", ".join(points or (each.name for each in current))
        count = "several access-point keys" if points else "no access-point key"
        raise ConfigurationError(f"{who} has {count}; name one of its keys: {names}")
    return points[0]


def export_trust_store(state: Path, target: Path, password: str, now: datetime) -> tuple[str, ...]:
    """Write whom a Java peer has to believe to `target`; returns the aliases. Raises ConfigurationError."""
    labels, store = trust_store(key_folder(state), password, now)
    write_store(target, store)
    return labels


def rotate_keys(state: Path, who: str, overlap: timedelta, now: datetime) -> list[Rotated]:
    """Give whatever `who` (a party id, or the name of a key) names a new key; raises ConfigurationError."""
    folder = key_folder(state)
    found = chosen(holdings(folder), who)
    names = [each.name for each in found if not each.is_previous] or [who]
    return rotate(folder, names, overlap, now)
