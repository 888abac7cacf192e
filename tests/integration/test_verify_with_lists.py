"""`oots verify` as of a moment, and with revocation lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app
from oots.model.errors import ConfigurationError

VECTORS = Path(__file__).parents[2] / "evidence_samples" / "attacks"
RECEIPT = VECTORS.parent / "bopaelsattest" / "01-receipt.xml"
AT = "2026-09-01T08:30:00Z"


def verified(file: Path, *lists: Path, at: str = AT) -> Result:
    trust = ["--trust", str(VECTORS / "trust.pem"), "--specimens", "--at", at]
    return CliRunner().invoke(
        app, ["verify", str(file), *trust, *(word for each in lists for word in ("--crl", str(each)))]
    )


BOTH = (VECTORS / "issuing-ca.crl", VECTORS / "root-ca.crl")


@pytest.mark.parametrize("file", [VECTORS / "control.mime", RECEIPT], ids=["message", "receipt"])
def test_every_authority_on_the_way_needs_a_list(file: Path) -> None:
    assert verified(file, *BOTH).exit_code == Exit.GOOD
    lacking = verified(file, BOTH[0])
    assert lacking.exit_code == Exit.BAD
    assert "DOES NOT VERIFY: no revocation list of" in lacking.stdout


def test_a_revoked_certificate_is_told_where_lists_are_given() -> None:
    revoked = VECTORS / "a_revoked_certificate.mime"
    assert verified(revoked).exit_code == Exit.GOOD
    told = verified(revoked, *BOTH)
    assert told.exit_code == Exit.BAD
    assert "was revoked at 2026-09-01T07:30:00" in told.stdout


def test_a_file_is_judged_as_of_a_moment() -> None:
    assert verified(VECTORS / "control.mime").exit_code == Exit.GOOD
    early = verified(VECTORS / "control.mime", at="2025-12-31T23:59:59Z")
    assert early.exit_code == Exit.BAD
    assert "not valid at validation time" in early.stdout
    assert "Certificate(" not in early.stdout


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN X509 CRL-----"])
def test_what_is_no_list_is_named(tmp_path: Path, content: bytes | None) -> None:
    broken = tmp_path / "broken.crl"
    if content is not None:
        broken.write_bytes(content)
    told = verified(VECTORS / "control.mime", BOTH[0], broken)
    assert isinstance(told.exception, ConfigurationError)
    assert f"{broken} is missing, or no revocation list in DER" in told.exception.faults
