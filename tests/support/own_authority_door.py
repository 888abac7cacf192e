"""The municipality's access point under an authority of its own, where marked test keys do not count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography.hazmat.primitives import serialization

from oots.trust.authority import TRUST_FILE
from oots.trust.certificates import Role
from oots.trust.files import write_whole
from oots.trust.issuing import Participant, Terms
from oots.trust.keys import KeyPair, certificate_path, key_path, load_key_pair
from tests.support.doors import Door, listen
from tests.support.trust import authority
from tests.support.two_sides import START, two_sides


@cache
def own_keys() -> Path:
    """Keys of both sides on P-256, and under the name `specimen` a marked one of the portal."""
    folder = Path(mkdtemp(prefix="oots-own-keys-"))
    house = authority()
    portal = Participant("ap-lt-01", "AP_LT_01", Role.ACCESS_POINT)
    marked = replace(house, terms=Terms(START, specimen=True))
    _write(folder, "ap-lt-01", house.issue(portal))
    _write(folder, "ap-dk-01", house.issue(Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT)))
    _write(folder, "specimen", marked.issue(portal))
    (folder / TRUST_FILE).write_bytes(_pem(house.root) + _pem(house.issuing))
    return folder


def _write(folder: Path, name: str, key: KeyPair) -> None:
    plain = serialization.NoEncryption()
    pem = key.private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    write_whole(key_path(folder, name), pem, mode=0o600)
    certificate_path(folder, name).write_bytes(_pem(key))


def _pem(key: KeyPair) -> bytes:
    return key.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class OwnAuthorityDoor(Door):
    """As a door, with the keys of `own_keys`."""

    def key(self, name: str = "ap-lt-01") -> KeyPair:
        return load_key_pair(own_keys(), name)


@contextmanager
def own_authority_door(folder: Path) -> Iterator[OwnAuthorityDoor]:
    """The access point, with evidence waiting behind it."""
    town = two_sides(folder, own_keys())
    waiting = town.ask()
    door = OwnAuthorityDoor(town, waiting, town.provider_point, town.provider_store)
    listen(door.point, door.caught)
    try:
        yield door
    finally:
        town.provider_store.close()
        town.requester_store.close()
