"""Keys of the three sides are made once, each test gets them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.three_sides import ThreeSides, make_keys_of_three, three_sides


@pytest.fixture(scope="package")
def keys_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys_of_three(tmp_path_factory.mktemp("keys-of-three"))


@pytest.fixture
def town(tmp_path: Path, keys_of_three: Path) -> Iterator[ThreeSides]:
    running = three_sides(tmp_path, keys_of_three)
    yield running
    running.close()
