"""What every answer of every service has in common, whoever asked whatever."""

from __future__ import annotations

from collections.abc import Mapping

ENFORCED = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def expect_good_manners(asked: str, status: int, headers: Mapping[str, str]) -> None:
    """No stumbling, and everything that browsers are to enforce; `headers` by names in lower case."""
    said = f"{asked} was answered {status}"
    assert status < 500, said
    assert ENFORCED.items() <= headers.items(), said
    assert headers["content-security-policy"].startswith("default-src 'none'"), said
    assert headers["cache-control"] in ("no-store", "no-cache"), said
