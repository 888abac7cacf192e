"""The messages of an exchange against rules, also where a message speaks a version that nobody knows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from oots.dossier.messages import Kept, Piece, parts_of
from oots.dossier.rules import rule_results

SAMPLE = Path(__file__).parents[3] / "evidence_samples" / "bopaelsattest"


def piece(name: str, octets: bytes) -> Piece:
    return Piece(name, hashlib.sha256(octets).hexdigest(), octets)


@pytest.mark.parametrize(("version", "verdict"), [(b"oots-edm:v2.0", "valid"), (b"oots-edm:v9.9", "unreadable")])
def test_a_document_of_an_unknown_version_is_told_and_the_header_is_judged_by_its_own(
    version: bytes, verdict: str
) -> None:
    envelope, _ = parts_of((SAMPLE / "01-request.mime").read_bytes())
    document = (SAMPLE / "01-request.xml").read_bytes().replace(b"oots-edm:v2.0", version)
    told = rule_results(
        [Kept(1, piece("envelope.xml", envelope), piece("document.xml", document), {})], {}, findings_quoted=True
    )
    assert [each["verdict"] for each in told] == [verdict, "valid"]
