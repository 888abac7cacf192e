"""What is read of evidence to judge it: large evidence lies in a file and is never wholly in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.edelivery.parts import Part
from oots.exchange.correlation import evidence_is_as_described
from oots.model.errors import MessageError
from oots.model.response import EvidenceResponse
from oots.rules.pairs.media_types import BEGINNING
from oots.wire.answer import decode
from tests.support.contents import Elsewhere

FOLDER = Path(__file__).parents[3] / "evidence_samples" / "bopaelsattest"
RESPONSE = (FOLDER / "04-response.xml").read_bytes()
SIGNER = "55133018"


def part(pdf: Elsewhere) -> Part:
    """The readable version of the specimen, with another content."""
    response = decode(RESPONSE)
    assert isinstance(response, EvidenceResponse)
    (package,) = response.packages
    return Part(package.documents[1].content_id, "application/pdf", pdf)


def test_of_a_large_pdf_its_beginning_is_read_and_no_more() -> None:
    pdf = Elsewhere(b"%PDF-1.7\n" + bytes(10 * BEGINNING))
    assert evidence_is_as_described(RESPONSE, [part(pdf)], lambda _: SIGNER) == ()
    assert [reader.count for reader in pdf.readers] == [BEGINNING]


def test_a_large_file_that_does_not_begin_as_a_pdf_is_refused() -> None:
    other = Elsewhere(b"%PNG-1.7\n" + bytes(10 * BEGINNING))
    with pytest.raises(MessageError, match="OOTSDK-PAIR-EVI-002"):
        evidence_is_as_described(RESPONSE, [part(other)], lambda _: SIGNER)
