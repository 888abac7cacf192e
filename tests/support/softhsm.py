"""Tokens of SoftHSM2, where it is installed, with keys put into them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from oots.trust.keys import PrivateKey, pkcs8_of

_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "8642-correct"
"""Of every token here."""


def module() -> Path:
    """The shared library; skips the test where there is none, but not in CI, which installs it."""
    found = next((Path(place) for place in _PLACES if Path(place).exists()), None)
    if found and shutil.which("softhsm2-util") and importlib.util.find_spec("pkcs11"):
        return found
    if os.environ.get("CI"):
        pytest.fail("CI installs softhsm2 and python-pkcs11, and they are not there")
    pytest.skip("softhsm2 and python-pkcs11 are not installed")


def configure(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Keep tokens in `folder`; the library reads this once in a process, when it is first used."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n", encoding="utf-8")
    patch.setenv("SOFTHSM2_CONF", str(settings))


def new_token(label: str) -> None:
    """An empty token."""
    _util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "so-pin-7531")


def put(token: str, label: str, key: PrivateKey, folder: Path, number: int) -> None:
    """Move a key into a token, together with its public half."""
    file = folder / "on-its-way.pem"
    file.write_bytes(pkcs8_of(key))
    _util("--import", str(file), "--token", token, "--label", label, "--id", f"{number:04x}", "--pin", PIN)
    file.unlink()


def _util(*words: str) -> None:
    done = subprocess.run(["softhsm2-util", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
