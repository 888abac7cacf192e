"""A throw-away PostgreSQL, where the system has one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.record import NotMeasuredError
from tests.support.postgres import Postgres, postgres


@contextmanager
def server() -> Iterator[Postgres]:
    """Until the block ends; raises NotMeasuredError where there is none."""
    try:
        with postgres() as running:
            yield running
    except pytest.skip.Exception as absent:
        raise NotMeasuredError(str(absent)) from None
