"""The log of article 17 takes lines and gives none back."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from oots.exchange.schema import INBOX, JOURNAL
from tests.support.two_sides import TwoSides


def test_a_line_of_the_journal_can_neither_be_changed_nor_deleted(town: TwoSides) -> None:
    exchange_id = town.ask()
    told = town.provider_log(exchange_id)
    for change in (update(JOURNAL).values(entry="time-up"), delete(JOURNAL)):
        with pytest.raises(IntegrityError, match="append-only"), town.provider_store.engine.begin() as connection:
            connection.execute(change)
    with town.provider_store.engine.begin() as connection:
        assert connection.execute(delete(INBOX)).rowcount
    assert town.provider_log(exchange_id) == told
