"""A town in which one exchange was told, and an inspector over its journals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from tests.support.inspector import ToldTown, inspector_over, inspector_settings, told_town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTown]:
    with told_town(tmp_path_factory.mktemp("town")) as told:
        yield told


@pytest.fixture(scope="module")
def app(town: ToldTown) -> FastAPI:
    return inspector_over(inspector_settings(town.folder))
