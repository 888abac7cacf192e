"""A run to validate: a copy of the specimens of one exchange."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "evidence_samples"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder of four messages with receipts, in which one may change something."""
    return Path(shutil.copytree(SAMPLES / "bopaelsattest", tmp_path / "run"))
