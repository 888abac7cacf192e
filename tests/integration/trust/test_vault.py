"""Personal data at rest opens with its own key alone."""

from __future__ import annotations

import stat
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault, add_key, drop_older_keys, read_keys

PERSON = "Łukasz Åkjær, 010190-1234".encode()
PLACE = "row 1"


def test_what_was_sealed_opens_again_after_a_restart(tmp_path: Path) -> None:
    sealed = Vault.from_file(tmp_path / "vault.key").seal(PERSON, PLACE)
    assert Vault.from_file(tmp_path / "vault.key").open(sealed, PLACE) == PERSON


def test_sealed_bytes_show_nothing_and_never_repeat(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    first, second = vault.seal(PERSON, PLACE), vault.seal(PERSON, PLACE)
    assert first != second
    assert PERSON not in first


def test_the_key_file_is_private(tmp_path: Path) -> None:
    Vault.from_file(tmp_path / "vault.key")
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600


def test_a_vault_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    assert Vault.from_file(tmp_path / "vault.key").seal(PERSON, PLACE)
    (tmp_path / "vault.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="0600"):
        Vault.from_file(tmp_path / "vault.key")


def test_another_key_or_a_changed_byte_does_not_open(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    sealed = vault.seal(PERSON, PLACE)
    assert vault.open(sealed, PLACE) == PERSON
    with pytest.raises(ConfigurationError, match="does not open"):
        Vault.from_file(tmp_path / "other.key").open(sealed, PLACE)
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.open(sealed[:-6] + bytes([sealed[-6] ^ 1]) + sealed[-5:], PLACE)


def test_what_was_sealed_for_one_place_opens_at_no_other(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    sealed = vault.seal(PERSON, PLACE)
    assert vault.open(sealed, PLACE) == vault.open_anywhere(sealed) == PERSON
    with pytest.raises(ConfigurationError, match="not in the place"):
        vault.open(sealed, "row 2")


def test_what_an_earlier_version_sealed_for_no_place_is_bound_to_one(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    (key,) = read_keys(tmp_path / "vault.key")
    bound = vault.bound(Fernet(key).encrypt(PERSON), PLACE)
    assert vault.open(bound, PLACE) == PERSON
    assert vault.bound(bound, PLACE) == bound


def test_what_an_earlier_version_sealed_as_text_still_opens_and_is_bytes_once_it_is_sealed_anew(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    sealed = vault.seal(PERSON, PLACE)
    as_text = urlsafe_b64encode(sealed)
    assert vault.open(as_text, PLACE) == vault.open(sealed, PLACE) == PERSON
    assert vault.is_current(as_text)
    assert len(vault.reseal(as_text)) == len(sealed) < len(as_text)


def test_a_vault_of_two_keys_opens_what_either_sealed_and_seals_under_the_newest(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    old = Vault.from_file(file)
    sealed = old.seal(PERSON, PLACE)
    add_key(file)
    both = Vault.from_file(file, create=False)
    assert both.open(sealed, PLACE) == PERSON
    assert not both.is_current(sealed)
    resealed = both.reseal(sealed)
    assert both.is_current(resealed)
    drop_older_keys(file)
    newest = Vault.from_file(file, create=False)
    assert newest.open(resealed, PLACE) == PERSON
    for vault, another in ((newest, sealed), (old, resealed)):
        with pytest.raises(ConfigurationError, match="does not open"):
            vault.open(another, PLACE)


def test_a_vault_apart_opens_what_it_sealed_and_nothing_of_the_vault_itself(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    apart = vault.apart("chain")
    assert apart.open(apart.seal(PERSON, PLACE), PLACE) == PERSON
    for sealer, opener in ((vault, apart), (apart, vault), (vault.apart("other"), apart)):
        with pytest.raises(ConfigurationError, match="does not open"):
            opener.open(sealer.seal(PERSON, PLACE), PLACE)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.unlink(), "is missing"),
        (lambda file: file.write_bytes(b""), "holds no key"),
        (lambda file: file.write_bytes(file.read_bytes() + b"not a key"), "holds no key"),
        (lambda file: file.write_bytes(file.read_bytes()[:-3]), "holds no key"),
        (lambda file: file.chmod(0o640), "0600"),
    ],
    ids=["missing", "empty", "one of two broken", "cut short", "read by the group"],
)
def test_a_key_file_that_is_not_as_it_must_be_is_named(
    tmp_path: Path, spoil: Callable[[Path], object], says: str
) -> None:
    file = tmp_path / "vault.key"
    Vault.from_file(file)
    Vault.from_file(file, create=False)
    spoil(file)
    with pytest.raises(ConfigurationError, match=rf"vault\.key.*{says}"):
        Vault.from_file(file, create=False)


def test_a_broken_vault_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    assert Vault.from_file(tmp_path / "vault.key").seal(PERSON, PLACE)
    (tmp_path / "vault.key").write_bytes(b"not a key")
    with pytest.raises(ConfigurationError, match=r"vault\.key"):
        Vault.from_file(tmp_path / "vault.key")
    assert (tmp_path / "vault.key").read_bytes() == b"not a key"
