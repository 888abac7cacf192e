"""The summary of a dossier, opened as a file: readable for all, on a narrow screen too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chromium import chromium, violations
from tests.support.dossiers import members_of, sample_dossier


@pytest.mark.parametrize("redaction", [None, "council"])
def test_the_summary_has_no_violations_and_fits_a_narrow_screen(tmp_path: Path, redaction: str | None) -> None:
    file = tmp_path / "summary.html"
    file.write_bytes(members_of(sample_dossier(redaction=redaction))["summary.html"])
    with chromium() as browser:
        # without the page's own policy, which lets no script in: not even that of axe
        page = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 800}).new_page()
        page.goto(file.as_uri())
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 320
