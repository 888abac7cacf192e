"""What may be a personal number, in words that reviewers write for others to read."""

from __future__ import annotations

import re
from typing import Final

_PERSONAL_NUMBER: Final = re.compile(
    r"(?<!\d)(0[1-9]|[12]\d|3[01]|[67]\d|8\d|9[01])(0[1-9]|1[0-2])\d\d[-\s]?\d{4}(?!\d)"
)
"""A day (60 is added to that of a replacement number), a month, a year and a serial number; no part of a longer one."""


def may_hold_personal_number(text: str) -> bool:
    """Whether somewhere ten digits stand together that may be a personal number (DDMMYY-SSSS)."""
    return _PERSONAL_NUMBER.search(text) is not None
