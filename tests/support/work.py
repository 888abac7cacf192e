"""How much work something is, counted and never timed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python are run, ours and the library's."""
    seen: Counter[str] = Counter()

    def trace(_frame: FrameType, event: str, _what: Any) -> Any:
        seen.update([event])
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return seen["line"]
