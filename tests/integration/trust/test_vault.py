"""Personal data at rest opens with its own key alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault

PERSON = "Łukasz Åkjær, 010190-1234".encode()


def test_what_was_sealed_opens_again_after_a_restart(tmp_path: Path) -> None:
    sealed = Vault.from_file(tmp_path / "vault.key").seal(PERSON)
    assert Vault.from_file(tmp_path / "vault.key").open(sealed) == PERSON


def test_sealed_bytes_show_nothing_and_never_repeat(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    first, second = vault.seal(PERSON), vault.seal(PERSON)
    assert first != second
    assert PERSON not in first


def test_the_key_file_is_private(tmp_path: Path) -> None:
    Vault.from_file(tmp_path / "vault.key")
    assert stat.S_IMODE((tmp_path / "vault.key").stat().st_mode) == 0o600


def test_a_vault_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    assert Vault.from_file(tmp_path / "vault.key").seal(PERSON)
    (tmp_path / "vault.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="0600"):
        Vault.from_file(tmp_path / "vault.key")


def test_another_key_or_a_changed_byte_does_not_open(tmp_path: Path) -> None:
    vault = Vault.from_file(tmp_path / "vault.key")
    sealed = vault.seal(PERSON)
    assert vault.open(sealed) == PERSON
    with pytest.raises(ConfigurationError, match="does not open"):
        Vault.from_file(tmp_path / "other.key").open(sealed)
    with pytest.raises(ConfigurationError, match="does not open"):
        vault.open(sealed[:-6] + bytes([sealed[-6] ^ 1]) + sealed[-5:])


def test_a_broken_vault_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    assert Vault.from_file(tmp_path / "vault.key").seal(PERSON)
    (tmp_path / "vault.key").write_bytes(b"not a key")
    with pytest.raises(ConfigurationError, match=r"vault\.key"):
        Vault.from_file(tmp_path / "vault.key")
    assert (tmp_path / "vault.key").read_bytes() == b"not a key"
