"""Who may post a form, by what a browser says of itself."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from oots.web.security import comes_from_elsewhere, content_security_policy

OWN = frozenset({"http://portal.lt.localhost:8400"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://portal.lt.localhost:8400"},
        {"origin": "http://portal.lt.localhost:8400", "sec-fetch-site": "same-origin"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "null", "sec-fetch-site": "same-origin", "referer": "http://evil.example/"},
    ],
)
def test_the_own_page_and_machines_may_post(headers: dict[str, str]) -> None:
    assert not comes_from_elsewhere(Headers(headers), OWN)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://portal.lt.localhost"},
        {"origin": "https://portal.lt.localhost:8400"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://portal.lt.localhost:8400", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_another_site_may_not_post(headers: dict[str, str]) -> None:
    assert comes_from_elsewhere(Headers(headers), OWN)


def test_the_policy_allows_no_script_and_only_the_named_form_targets() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy(["http://eid.localhost:8403"]).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'self' http://eid.localhost:8403"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "script-src" not in policy


def test_live_pages_run_scripts_from_own_files_alone() -> None:
    policy = dict(part.split(" ", 1) for part in content_security_policy([], live=True).split("; "))
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["default-src"] == "'none'"
