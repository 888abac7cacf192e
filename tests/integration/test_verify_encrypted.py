"""`oots verify` and `oots validate` before a message whose parts are encrypted."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app
from oots.edelivery.message import SealedMessage, seal_message
from oots.model.errors import ConfigurationError
from oots.trust.authority import TRUST_FILE
from oots.trust.keys import load_key_pair
from tests.support.edelivery import PARTS, a_header
from tests.support.two_sides import START

AT = f"{START:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def message(demo_keys: Path) -> SealedMessage:
    recipient = load_key_pair(demo_keys, "decrypt-ap-lt-01").certificate
    return seal_message(a_header(timestamp=START), PARTS, load_key_pair(demo_keys, "ap-dk-01"), recipient)


def written(folder: Path, message: SealedMessage, body: bytes | None = None) -> Path:
    file = folder / "message.mime"
    file.write_bytes(f"Content-Type: {message.content_type}\r\n\r\n".encode() + (body or message.body))
    return file


def verified(file: Path, keys: Path, *names: str) -> Result:
    words = [word for name in names for word in ("--decryption-key", str(keys / f"{name}.key.pem"))]
    return CliRunner().invoke(app, ["verify", str(file), "--trust", str(keys / TRUST_FILE), "--at", AT, *words])


def test_a_message_is_verified_with_the_key_of_its_receiver(
    tmp_path: Path, demo_keys: Path, message: SealedMessage
) -> None:
    told = verified(written(tmp_path, message), demo_keys, "decrypt-ap-dk-01", "decrypt-ap-lt-01")
    assert told.exit_code == Exit.GOOD
    assert "AS4 message: verifies" in told.stdout
    assert "signed by AP_DK_01" in told.stdout


@pytest.mark.parametrize("names", [(), ("decrypt-ap-dk-01",)], ids=["no key", "another's key"])
def test_without_that_key_it_is_not_judged_and_the_reason_is_told(
    tmp_path: Path, demo_keys: Path, message: SealedMessage, names: tuple[str, ...]
) -> None:
    told = verified(written(tmp_path, message), demo_keys, *names)
    assert told.exit_code == Exit.NOTHING_CHECKED
    assert "not judged: its envelope is signed by an access point that is believed" in told.stdout
    assert "--decryption-key" in told.stdout


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda body: body.replace(b"AP_LT_01", b"AP_LT_02"), ()),
        (lambda body: body[:-60] + bytes([body[-60] ^ 1]) + body[-59:], ("decrypt-ap-lt-01",)),
    ],
    ids=["the header", "a part"],
)
def test_what_was_changed_does_not_verify(
    tmp_path: Path, demo_keys: Path, message: SealedMessage, change: object, names: tuple[str, ...]
) -> None:
    changed = change(message.body)  # type: ignore[operator]
    assert changed != message.body
    told = verified(written(tmp_path, message, changed), demo_keys, *names)
    assert told.exit_code == Exit.BAD
    assert "DOES NOT VERIFY: EBMS:0101" in told.stdout


def test_a_key_that_is_not_called_like_one_is_named(tmp_path: Path, demo_keys: Path, message: SealedMessage) -> None:
    words = ["--trust", str(demo_keys / TRUST_FILE), "--decryption-key", str(demo_keys / TRUST_FILE)]
    told = CliRunner().invoke(app, ["verify", str(written(tmp_path, message)), *words])
    assert isinstance(told.exception, ConfigurationError)
    assert "is not called <name>.key.pem" in str(told.exception)


def test_what_is_encrypted_cannot_be_validated(tmp_path: Path, message: SealedMessage) -> None:
    told = CliRunner().invoke(app, ["validate", str(written(tmp_path, message))])
    assert told.exit_code == Exit.UNREADABLE
    assert "parts of the message are encrypted" in told.output
