"""One browser and one demo for each file of stories; a browser must not outlive its file, for it owns an event loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import chromium
from tests.support.demo import Demo, demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def aarhus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as it starts without options but for ports and state."""
    with demo(tmp_path_factory.mktemp("aarhus")) as running:
        yield running
