"""A journal proves its messages after the evidence is gone, and no change in it goes unnoticed."""

from __future__ import annotations

from dataclasses import replace

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.recheck import Recheck, recheck
from tests.support.two_sides import SOLVEJ, TwoSides


def received_response(town: TwoSides) -> JournalEntry:
    """The response with two evidence parts, in the requester's journal, after the evidence was deleted there."""
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    town.requester.finish(exchange_id)
    assert not town.requester_store.files.names()
    return next(line for line in town.requester_log(exchange_id) if line.entry is Entry.RESPONSE_RECEIVED)


def test_a_signature_holds_by_recorded_digests_after_the_evidence_is_gone(town: TwoSides) -> None:
    assert recheck(received_response(town), town.anchors) == Recheck(True, recomputed=3, recalled=2)


def test_every_signed_message_of_both_journals_holds(town: TwoSides) -> None:
    exchange_id = town.ask()
    for log in (town.requester_log(exchange_id), town.provider_log(exchange_id)):
        verdicts = [recheck(line, town.anchors) for line in log]
        signed = [verdict for verdict in verdicts if verdict is not None]
        assert len(signed) == 2
        assert all(verdict.valid for verdict in signed)


def test_a_changed_document_envelope_or_digest_does_not_hold(town: TwoSides) -> None:
    line = received_response(town)
    assert line.document is not None
    assert line.soap is not None
    uri, value = line.digests[-1]
    other = ("A" if value[0] != "A" else "B") + value[1:]
    for changed in (
        replace(line, document=line.document.replace(b"AdminUnitLevel1>DK", b"AdminUnitLevel1>SE")),
        replace(line, soap=line.soap.replace(b"AP_DK_01", b"AP_DK_02")),
        replace(line, digests=(*line.digests[:-1], (uri, other))),
        replace(line, digests=line.digests[:-1]),
    ):
        assert changed != line
        verdict = recheck(changed, town.anchors)
        assert verdict is not None
        assert not verdict.valid


def test_an_entry_without_a_message_has_nothing_to_check(town: TwoSides) -> None:
    exchange_id = town.ask()
    matched = next(line for line in town.provider_log(exchange_id) if line.entry is Entry.IDENTITY_MATCHED)
    assert recheck(matched, town.anchors) is None
