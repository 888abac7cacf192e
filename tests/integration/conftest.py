"""Keys are made once, each test gets both sides anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.two_sides import TwoSides, make_keys, two_sides


@pytest.fixture(scope="session")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def town(tmp_path: Path, demo_keys: Path) -> TwoSides:
    return two_sides(tmp_path, demo_keys)
