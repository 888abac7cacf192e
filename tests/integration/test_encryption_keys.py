"""Where a service finds the keys with which it decrypts, and the certificates for which it encrypts."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from oots.deployment.encryption import decryption_keys, recipients
from oots.deployment.settings import RequesterSettings, read
from oots.deployment.town import Ports, Town
from oots.model.errors import ConfigurationError
from oots.trust.keys import load_key_pair
from oots.trust.rotation import rotate
from tests.support.two_sides import START

OWN, THEIRS = "decrypt-ap-lt-01", "decrypt-ap-dk-01"


@pytest.fixture
def keys(tmp_path: Path, demo_keys: Path) -> Path:
    return Path(shutil.copytree(demo_keys, tmp_path / "keys"))


def settings(keys: Path, *, encrypted: bool = True) -> RequesterSettings:
    """The portal's, whose partner is AP_DK_01."""
    values = Town(keys.parent, Ports.from_first(8400)).values("requester")
    partners = values["partners"]
    assert isinstance(partners, dict)
    agreed = {party_id: partner | {"encrypted": encrypted} for party_id, partner in partners.items()}
    return read(RequesterSettings, values | {"keys": keys, "partners": agreed})


def held(keys: Path) -> list[x509.Certificate]:
    return [each.certificate for each in decryption_keys(settings(keys))]


def test_they_are_found_by_the_names_of_the_parties(keys: Path) -> None:
    assert held(keys) == [load_key_pair(keys, OWN).certificate]
    assert recipients(settings(keys)) == {"AP_DK_01": load_key_pair(keys, THEIRS).certificate}


def test_of_a_partner_the_certificate_is_enough(keys: Path) -> None:
    (keys / f"{THEIRS}.key.pem").unlink()
    assert set(recipients(settings(keys))) == {"AP_DK_01"}


def test_after_a_rotation_both_keys_decrypt(keys: Path) -> None:
    before = load_key_pair(keys, OWN).certificate
    rotate(keys, [OWN], timedelta(days=7), START)
    assert held(keys) == [load_key_pair(keys, OWN).certificate, before]


def test_none_is_needed_where_no_partner_encrypts(keys: Path) -> None:
    for file in keys.glob("decrypt-*"):
        file.unlink()
    assert (decryption_keys(settings(keys, encrypted=False)), recipients(settings(keys, encrypted=False))) == ((), {})
    with pytest.raises(ConfigurationError, match=rf"{OWN}\.key\.pem is missing"):
        decryption_keys(settings(keys))
    with pytest.raises(ConfigurationError, match=rf"{THEIRS}\.cert\.pem is missing"):
        recipients(settings(keys))


def test_a_key_in_a_token_is_refused(keys: Path) -> None:
    (keys / f"{OWN}.pkcs11.toml").write_text("")
    with pytest.raises(ConfigurationError, match="decrypt nothing"):
        decryption_keys(settings(keys))
