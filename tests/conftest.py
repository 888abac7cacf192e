"""How the tests are shared out among processes."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
    """A file stays in one process, which makes its fixtures once. The citizen's stories in browsers share one process,
    all other pages in browsers another, for browsers slow each other down. Attacks need nothing of each other."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/e2e/"):
            return file if file.endswith("/test_citizen_in_chromium.py") else "tests/e2e"
        return nodeid if file.startswith("tests/attacks/") else file


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The shares, whatever `--dist` says."""
    return Shares(config, log)
