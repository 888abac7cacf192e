"""Texts in two languages and dates as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from oots.web.words import Words, day, exactly, when


def test_words_are_picked_by_language() -> None:
    words = Words("Gå til sidens indhold", "Skip to content")
    assert (words.in_("da"), words.in_("en")) == ("Gå til sidens indhold", "Skip to content")


@pytest.mark.parametrize(
    ("moment", "danish", "english"),
    [
        (datetime(2026, 11, 24, 18, 5, tzinfo=UTC), "24. november 2026 kl. 19.05", "24 November 2026 at 19:05"),
        (datetime(2026, 7, 31, 22, 30, tzinfo=UTC), "1. august 2026 kl. 00.30", "1 August 2026 at 00:30"),
    ],
)
def test_a_moment_is_written_in_danish_local_time(moment: datetime, danish: str, english: str) -> None:
    assert danish in when(moment, "da")
    assert english in when(moment, "en")


def test_where_order_matters_a_moment_has_seconds() -> None:
    moment = datetime(2026, 11, 24, 18, 5, 9, tzinfo=UTC)
    assert "24. november 2026 kl. 19.05.09" in exactly(moment, "da")
    assert "24 November 2026 at 19:05:09" in exactly(moment, "en")


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        when(datetime(2026, 11, 24, 18, 5), "da")  # noqa: DTZ001


def test_a_day_carries_its_machine_form() -> None:
    assert day(date(1984, 6, 12), "da") == '<time datetime="1984-06-12">12. juni 1984</time>'
