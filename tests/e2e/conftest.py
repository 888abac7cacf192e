"""One browser and one demo for each file of stories; a browser must not outlive its file, for it owns an event loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import chromium
from tests.support.demo import Demo, demo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All stories run in one process, one after the other: two browsers at a time slow each other down."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("stories"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def aarhus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as it starts without options but for ports and state."""
    with demo(tmp_path_factory.mktemp("aarhus")) as running:
        yield running
