"""`oots pmode export`: out of a service's settings, to the screen or a file, for partners that are known."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from oots.cli import Exit, main
from oots.cli.demo import demo
from oots.deployment.pmode import DEMO_PORT
from oots.deployment.settings import PREFIX
from oots.edelivery.pmode import ENCRYPTING_POLICY, SIGNING_POLICY
from tests.support.edelivery import DENMARK, LITHUANIA, domain

OURS = "https://ap.example.dk/as4"
THEIRS = "https://domibus.example.lt/domibus/services/msh"

Oots = Callable[..., int]


@pytest.fixture
def oots(monkeypatch: pytest.MonkeyPatch) -> Oots:
    """Runs `oots pmode export` with these arguments and no settings; returns the exit code."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def run(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["oots", "pmode", "export", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            sys.exit(main())
        return int(str(end.value.code or 0))

    return run


@pytest.fixture
def service(oots: Oots, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The settings of a provider whose partner has a Domibus."""
    values = {
        "PORT": "8401",
        "KEYS": str(tmp_path),
        "STATE": str(tmp_path / "state"),
        "PARTY_ID": DENMARK,
        "PARTNERS": json.dumps({LITHUANIA: {"party_id": LITHUANIA, "endpoint": THEIRS}}),
        "AUTHORITY_INTERNAL": "http://authority",
        "T1": "PT3M",
        "GRACE": "PT90S",
    }
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)
    return monkeypatch


def endpoints(written: str | bytes) -> dict[str, str]:
    root = etree.fromstring(written.encode() if isinstance(written, str) else written)
    return {str(each.get("name")): str(each.get("endpoint")) for each in root.iter("party")}


def test_a_service_is_described_for_its_partner_in_a_file(
    oots: Oots, service: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "pmode.xml"
    assert oots("--partner", LITHUANIA, "--endpoint", OURS, "--profile", "rsa", "--to", file) == Exit.GOOD
    assert capsys.readouterr().err == ""
    root = etree.fromstring(file.read_bytes())
    assert root.get("party") == LITHUANIA
    assert endpoints(file.read_bytes()) == {LITHUANIA: THEIRS, DENMARK: OURS}
    assert [each.get("retry") for each in root.iter("receptionAwareness")] == ["4;4;CONSTANT", "41;41;CONSTANT"]
    assert [(each.get("signatureMethod"), each.get("profile")) for each in root.iter("security")] == [
        ("RSA_SHA256", "rsa")
    ]


def test_the_same_settings_give_the_same_bytes_on_the_screen(
    oots: Oots, service: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = []
    for _ in range(2):
        assert oots("--partner", LITHUANIA) == Exit.GOOD
        written.append(capsys.readouterr().out)
    assert written[0] == written[1]
    assert endpoints(written[0])[DENMARK] == "http://127.0.0.1:8401/as4"


def test_a_service_that_signs_with_a_curve_says_so(
    oots: Oots, service: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    certificate = domain().keys["P-256"].certificate
    (tmp_path / "ap-dk-01.cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    assert oots("--partner", LITHUANIA) == Exit.GOOD
    assert 'signatureMethod="ECDSA_SHA256"' in capsys.readouterr().out


def test_a_partner_whose_messages_are_encrypted_gets_the_policy_that_encrypts(
    oots: Oots, service: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    partner = {"party_id": LITHUANIA, "endpoint": THEIRS}
    for encrypted, policy in ((False, SIGNING_POLICY), (True, ENCRYPTING_POLICY)):
        service.setenv(f"{PREFIX}PARTNERS", json.dumps({LITHUANIA: partner | {"encrypted": encrypted}}))
        assert oots("--partner", LITHUANIA) == Exit.GOOD
        assert f'policy="{policy}"' in capsys.readouterr().out
    certificate = domain().keys["P-256"].certificate
    (tmp_path / "ap-dk-01.cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    assert oots("--partner", LITHUANIA) == Exit.UNREADABLE
    assert "AP_DK_01 signs with an elliptic curve" in capsys.readouterr().err


def test_without_settings_an_access_point_of_the_demo_is_meant_and_it_is_said(
    oots: Oots, capsys: pytest.CaptureFixture[str]
) -> None:
    assert oots("--partner", LITHUANIA) == Exit.GOOD
    said = capsys.readouterr()
    assert endpoints(said.out) == {LITHUANIA: "http://127.0.0.1:8400/as4", DENMARK: "http://127.0.0.1:8401/as4"}
    assert "this is for an access point of the demo" in said.err
    assert inspect.signature(demo).parameters["port"].default == DEMO_PORT


@pytest.mark.parametrize(
    ("settings", "arguments", "why"),
    [
        ({}, ("--partner", "AP_XX_01"), "AP_XX_01 is no partner here; known are AP_LT_01"),
        ({}, ("--partner", DENMARK), "AP_DK_01 is no partner here"),
        ({"HOST": "0.0.0.0"}, ("--partner", LITHUANIA), "name one with --endpoint"),  # noqa: S104 (a setting in a test)
        ({}, ("--partner", LITHUANIA, "--endpoint", "ap.example.dk/as4"), "not an address"),
        ({}, ("--partner", LITHUANIA, "--endpoint", "https:///as4"), "not an address"),
        ({"PARTY_ID": ""}, ("--partner", LITHUANIA), "OOTS_PARTY_ID: Field required"),
        ({"PARTNERS": "{"}, ("--partner", LITHUANIA), "OOTS_PARTNERS"),
        ({}, (), "--partner"),
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_written(
    oots: Oots,
    service: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    settings: dict[str, str],
    arguments: tuple[str, ...],
    why: str,
) -> None:
    for name, value in settings.items():
        service.setenv(PREFIX + name, value) if value else service.delenv(PREFIX + name)
    assert oots(*arguments, "--to", tmp_path / "pmode.xml") == Exit.UNREADABLE
    said = capsys.readouterr()
    assert why in said.err
    assert said.out == ""
    assert not (tmp_path / "pmode.xml").exists()
