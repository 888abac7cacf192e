"""Why evidence stayed with its provider, out of what the journals say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import Line
from oots.inspector.catalogue.error_codes import error_code
from oots.inspector.laid_open import LaidOpen
from oots.inspector.stayed import why_stayed
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.wire.profile import PROFILES
from tests.support.edm_messages import a_request
from tests.support.two_sides import AARHUS, VILNIUS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OFFER = PreviewOffer("https://preview.aarhus.localhost/p/x", ())
NOTHING = EvidenceResponse("a", "b", "oots-edm:v2.0", NOON, (AARHUS,), VILNIUS)


def error(code: ErrorCode, preview: PreviewOffer | None = None) -> EvidenceError:
    return EvidenceError("a", "b", "oots-edm:v2.0", AARHUS, VILNIUS, (EdmException(code, NOON, None, preview),))


def exchange(*told: tuple[Entry, dict[str, Any], object]) -> LaidOpen:
    """Lines in this order, each with what its message says."""
    lines, messages = [], []
    for number, (entry, more, says) in enumerate(told, 1):
        lines.append(Line("provider", number, JournalEntry(NOON, entry, message_id=f"m-{number}", **more)))
        messages.append(SimpleNamespace(message_id=f"m-{number}", says=says))
    return LaidOpen("x", tuple(lines), cast(Any, tuple(messages)))


ASKED: tuple[Entry, dict[str, Any], object] = (Entry.REQUEST_RECEIVED, {}, None)
OFFERED: tuple[Entry, dict[str, Any], object] = (
    Entry.EXCEPTION_SENT,
    {},
    error(ErrorCode.AUTHORIZATION, OFFER),
)
LATER = replace(NOTHING, available_from=NOON)
BY_HAND: tuple[tuple[Entry, dict[str, Any], object], ...] = (
    (Entry.IDENTITY_MATCHED, {}, None),
    (Entry.CASE_OPENED, {}, None),
    (Entry.RESPONSE_SENT, {}, LATER),
    (Entry.RESPONSE_RECEIVED, {}, LATER),
)
"""As both journals tell it: a case that is opened is answered in the same transaction."""
DECLINED: tuple[Entry, dict[str, Any], object] = (Entry.PREVIEW_DECIDED, {"decision": "decline"}, None)


@pytest.mark.parametrize(
    ("more", "why", "final", "code"),
    [
        ((), "There is no answer yet.", False, None),
        ((OFFERED,), "The person has not chosen yet.", False, None),
        ((OFFERED, DECLINED), "The person chose not to send.", True, None),
        ((OFFERED, DECLINED, (Entry.RESPONSE_SENT, {}, NOTHING)), "The person chose not to send.", True, None),
        (
            (OFFERED, (Entry.PREVIEW_DECIDED, {"decision": "accept"}, None)),
            "The person chose to send something else.",
            True,
            None,
        ),
        ((OFFERED, (Entry.TIME_UP, {}, None)), "No choice was made in time.", True, None),
        (
            (OFFERED, (Entry.EXCEPTION_SENT, {}, error(ErrorCode.TIMEOUT))),
            "No choice was made in time.",
            True,
            "EDM:ERR:0005",
        ),
        (
            ((Entry.IDENTITY_NOT_MATCHED, {}, None), (Entry.EXCEPTION_SENT, {}, error(ErrorCode.NOT_FOUND))),
            error_code("EDM:ERR:0004").meaning.english,
            True,
            "EDM:ERR:0004",
        ),
        (
            ((Entry.EXCEPTION_SENT, {}, error(ErrorCode.TIMEOUT)),),
            "Time ran out before there could be an answer.",
            True,
            "EDM:ERR:0005",
        ),
        (((Entry.TIME_UP, {}, None),), "Time ran out before there could be an answer.", True, None),
        (((Entry.RESPONSE_SENT, {}, NOTHING),), "The authority has no evidence of that kind to send.", True, None),
        (BY_HAND, "A caseworker must look at the case first; ask again after that.", True, None),
        (
            (*BY_HAND, (Entry.CASE_DECIDED, {"decision": "refuse"}, None)),
            "A caseworker decided that nothing is issued.",
            True,
            None,
        ),
        (
            (*BY_HAND, (Entry.CASE_DECIDED, {"decision": "release"}, None)),
            "A caseworker decided that the evidence is issued when it is asked for again.",
            True,
            None,
        ),
        (((Entry.RESPONSE_SENT, {}, LATER),), "The evidence is not ready yet; ask again.", True, None),
        (((Entry.RESPONSE_RECEIVED, {}, LATER),), "The evidence is not ready yet; ask again.", True, None),
        (((Entry.DELIVERY_FAILED, {}, NOTHING),), "The answer could not be delivered.", True, None),
        (
            ((Entry.DELIVERY_FAILED, {}, a_request(PROFILES["oots-edm:v2.0"])),),
            "The request could not be delivered.",
            True,
            None,
        ),
    ],
)
def test_the_last_line_that_decides_it_says_why(
    more: tuple[tuple[Entry, dict[str, Any], object], ...], why: str, final: bool, code: str | None
) -> None:
    stayed = why_stayed(exchange(ASKED, *more))
    assert (stayed.why.english, stayed.final, stayed.code) == (why, final, code)
    assert stayed.why.danish != stayed.why.english
