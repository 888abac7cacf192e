"""The report on a signature: believed for its reasons, and not believed for the one that fails."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oots.dossier.messages import header_in, parts_of
from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.laid_open import Message
from oots.inspector.messages.signature_report import SignatureReport, report_on
from oots.trust.register import RevocationRegister
from tests.support.doors import specimen_key
from tests.support.dossiers import SAMPLES, anchors
from tests.support.revocation import signed_list

RUN = SAMPLES / "bopaelsattest"
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def message(number: int) -> Message:
    """One of a recorded run, with what a journal would keep of its evidence."""
    listed = json.loads((RUN / "exchange.json").read_text())["messages"][number - 1]
    envelope, parts = parts_of((RUN / listed["mime"]).read_bytes())
    header = header_in(envelope)
    kept = tuple(
        EvidencePart("id", part.content_id, part.media_type, hashlib.sha256(parts[part.content_id]).hexdigest(), 1)
        for part in header.parts[1:]
    )
    received = Line("requester", 1, JournalEntry(LATER, Entry.RESPONSE_RECEIVED, evidence=kept, signature_valid=True))
    document, receipt = ((RUN / listed[name]).read_bytes() for name in ("xml", "receipt"))
    return Message(number, header, envelope, document, None, receipt, (received,))


def reported(message: Message, *answers: bytes) -> SignatureReport:
    return report_on(message, anchors(), answers, RevocationRegister(Path("there-is-none.json")), LATER)


def said(report: SignatureReport) -> list[int]:
    """How many answers there are about each certificate of the chain."""
    return [len(link.said) for link in report.chain]


def test_a_message_is_believed_with_evidence_by_its_recorded_digest() -> None:
    report = reported(message(4))
    assert report.is_believed
    assert report.signer == "AP_DK_01"
    assert [(scope.agrees, scope.recalled is not None) for scope in report.scopes] == [
        (True, False), (True, False), (True, False), (True, True), (True, True),
    ]  # fmt: skip
    assert report.judged_then == (("requester", LATER, True),)
    assert report.receipt is not None
    assert report.receipt.problem is None
    assert said(report) == [0, 0]


def test_an_authority_s_list_is_asked_about_the_time_of_signing() -> None:
    response = message(4)
    at = response.header.timestamp
    key = reported(response).coverage.certificate
    assert key is not None
    issuer, ends = specimen_key("issuing-ca"), at + timedelta(hours=1)
    for line, believed in ((), True), ((key, at + timedelta(seconds=1)), True), ((key, at), False):
        answer = signed_list(issuer, *([line] if line else []), begins=at, ends=ends)
        report = reported(response, answer)
        assert report.is_believed is believed
        assert said(report) == [1, 0]
        assert "revoked" in (report.problem or "revoked")


@pytest.mark.parametrize("what", ["document", "evidence", "sender"])
def test_one_thing_that_is_not_as_signed_is_not_believed(what: str) -> None:
    response = message(4)
    assert reported(response).is_believed
    (line,) = response.lines
    other = replace(line.entry.evidence[0], sha256="00" * 32)
    changed = {
        "document": replace(response, document=response.document + b" "),
        "evidence": replace(response, lines=(replace(line, entry=replace(line.entry, evidence=(other,))),)),
        "sender": replace(response, envelope=response.envelope.replace(b">AP_DK_01<", b">AP_DK_02<")),
    }
    report = reported(changed[what])
    assert not report.is_believed
    assert report.signature_holds is (what != "sender")


def test_a_receipt_for_another_message_proves_nothing() -> None:
    response, request = message(4), message(1)
    mixed = reported(replace(response, receipt=request.receipt))
    assert mixed.is_believed
    assert mixed.receipt is not None
    assert mixed.receipt.problem
    assert reported(replace(response, receipt=None)).receipt is None
