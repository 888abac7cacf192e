"""A line of the journal as it is kept: later versions read what earlier ones wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from oots.exchange.journal import Entry, JournalEntry, read_again, written
from oots.model.fields import FieldTold, Standing, Why

LINE = JournalEntry(
    datetime(2026, 11, 24, 12, tzinfo=UTC),
    Entry.RESPONSE_SENT,
    fields=(
        FieldTold("Person/Fornavne", Standing.RELEASED, evidence_id="1"),
        FieldTold("CPR Personnummer", Standing.WITHHELD, Why.NEVER, "1"),
    ),
)


def test_a_line_is_read_again_as_it_was_written() -> None:
    assert read_again(written(LINE)) == LINE


def test_a_line_from_before_fields_were_named_has_none() -> None:
    earlier = json.loads(written(LINE))
    del earlier["fields"]
    assert read_again(json.dumps(earlier).encode()).fields == ()
