"""Numbers in the addresses of pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

MOST = 999_999_999

Number = Annotated[int, Path(ge=0, le=MOST)]
"""Counts documents and pages from zero; HTTP 400 for anything else.

Python refuses to read thousands of digits, and the router's own `:int` lets that become a failure of ours.
"""

NumberAsked = Annotated[int, Query(ge=0, le=MOST)]
"""The same in the query of an address."""

Counted = Annotated[int, Path(ge=1, le=MOST)]
"""Counts steps from one."""

CountedAsked = Annotated[int, Query(ge=1, le=MOST)]
"""The same in the query of an address."""
