"""A private key is looked through before it counts, and the same bytes once in each process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from oots.model.errors import ConfigurationError
from oots.trust import keys
from oots.trust.keys import pkcs8_of, read_private_key
from tests.support.doors import specimen_key


@pytest.fixture
def skipped(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each reading, whether it went without the check, as in a process that has read no key yet."""
    specimen_key("ap-dk-01")
    load: Callable[..., Any] = serialization.load_pem_private_key
    told: list[bool] = []

    def heard(pem: bytes, **options: Any) -> Any:
        told.append(options["unsafe_skip_rsa_key_validation"])
        return load(pem, **options)

    monkeypatch.setattr(serialization, "load_pem_private_key", heard)
    monkeypatch.setattr(keys, "_SOUND", set())
    return told


def written(folder: Path, pem: bytes) -> Path:
    file = folder / "some.key.pem"
    file.write_bytes(pem)
    file.chmod(0o600)
    return file


def unsound() -> bytes:
    """A key whose private exponent is that of no key."""
    good = specimen_key("ap-dk-01").private_key
    assert isinstance(good, rsa.RSAPrivateKey)
    numbers = good.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d + 2, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    )
    return pkcs8_of(wrong.private_key(unsafe_skip_rsa_key_validation=True))


def test_the_same_bytes_are_checked_once(tmp_path: Path, skipped: list[bool]) -> None:
    file = written(tmp_path, pkcs8_of(specimen_key("ap-dk-01").private_key))
    assert read_private_key(file).public_key() == read_private_key(file).public_key()
    assert skipped == [False, True]


def test_a_key_that_is_not_sound_is_refused_each_time_also_in_the_place_of_a_sound_one(
    tmp_path: Path, skipped: list[bool]
) -> None:
    read_private_key(written(tmp_path, pkcs8_of(specimen_key("ap-dk-01").private_key)))
    file = written(tmp_path, unsound())
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="is no readable private key"):
            read_private_key(file)
    assert skipped == [False, False, False]
