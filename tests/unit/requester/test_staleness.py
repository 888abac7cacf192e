"""Evidence that is too old: by the months a case allows, and by its own validity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from oots.model.evidence import EvidenceDocument
from oots.requester.cases import Piece
from oots.requester.staleness import staleness_of
from tests.support.pages import DOCUMENTS

FOUR_MONTHS = Piece("civil-status", "https://example.test/requirement", at_most_months=4)
WITHOUT_LIMIT = replace(FOUR_MONTHS, at_most_months=None)


def issued(day: date, valid_until: date | None = None) -> EvidenceDocument:
    main = DOCUMENTS[0].main
    assert main is not None
    return replace(DOCUMENTS[0], main=replace(main, issuing_date=day, valid_until=valid_until))


@pytest.mark.parametrize(
    ("day", "last_day"),
    [
        (date(2026, 7, 15), date(2026, 11, 15)),
        (date(2026, 10, 31), date(2027, 2, 28)),
        (date(2027, 10, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 12, 31)),
        (date(2026, 9, 30), date(2027, 1, 30)),
    ],
)
def test_four_months_are_counted_by_the_calendar(day: date, last_day: date) -> None:
    assert staleness_of(issued(day), FOUR_MONTHS, last_day) is None
    stale = staleness_of(issued(day), FOUR_MONTHS, date.fromordinal(last_day.toordinal() + 1))
    assert stale is not None
    assert (stale.issued, stale.last_day) == (day, last_day)


def test_a_case_without_limit_takes_old_evidence_that_is_still_valid() -> None:
    old = date(1999, 1, 1)
    assert staleness_of(issued(old), FOUR_MONTHS, date(2026, 11, 24)) is not None
    assert staleness_of(issued(old), WITHOUT_LIMIT, date(2026, 11, 24)) is None


def test_evidence_that_says_itself_until_when_it_counts_is_believed() -> None:
    document = issued(date(2026, 11, 1), valid_until=date(2026, 11, 20))
    assert staleness_of(document, WITHOUT_LIMIT, date(2026, 11, 20)) is None
    assert staleness_of(document, WITHOUT_LIMIT, date(2026, 11, 21)) is not None
    assert staleness_of(document, FOUR_MONTHS, date(2026, 11, 21)) is not None


def test_only_main_evidence_has_an_age() -> None:
    assert DOCUMENTS[1].main is None
    assert staleness_of(DOCUMENTS[1], FOUR_MONTHS, date(2099, 1, 1)) is None
