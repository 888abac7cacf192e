"""Dates and times as the EDM writes them: xs:date without zone, xs:dateTime with one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(?P<zone>Z|[+-]\d{2}:\d{2})?", re.ASCII)


def read_date(text: str) -> date:
    """A day from `YYYY-MM-DD`; ValueError for anything else."""
    if not _DATE.fullmatch(text):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


def read_moment(text: str, *, zoned: bool = True) -> datetime:
    """A moment in UTC from an xs:dateTime with `Z` or an offset; ValueError for anything else.

    Unless it must be `zoned`, a moment without zone is one in UTC.
    """
    found = _MOMENT.fullmatch(text)
    if found is None or (zoned and not found["zone"]):
        raise ValueError("not an xs:dateTime with a time zone")
    try:
        return datetime.fromisoformat(text if found["zone"] else f"{text}Z").astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None
