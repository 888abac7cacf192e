"""A page for every rule and every code."""

from __future__ import annotations

import re
from html import unescape

import pytest

from oots.inspector.catalogue.error_codes import error_codes
from oots.inspector.pages.rules import PAGE
from oots.validation.catalogue import entries, selected
from tests.support.inspector import READER, Browser, inspector_over, inspector_settings


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    found = Browser(inspector_over(inspector_settings(tmp_path_factory.mktemp("town"))))
    found.sign_in(READER)
    found.get("/rules", lang="en")
    return found


def listed(html: str) -> list[str]:
    return re.findall(r'<td data-title="Rule"><a href="/rules/([^"]+)"', html)


def test_the_list_leads_through_all_rules_page_by_page(browser: Browser) -> None:
    found: list[str] = []
    page = "/rules"
    while page:
        html = browser.client.get(page).text
        found += listed(html)
        after = re.search(r'<a href="(/rules\?[^"]*)">Next page', html)
        page = after[1].replace("&amp;", "&") if after else ""
    assert found == [entry.id for entry in entries()]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"kind": "pair"}, lambda entry: entry.kind == "pair"),
        ({"version": "v1.0", "kind": "request"}, lambda entry: "v1.0" in entry.versions and entry.kind == "request"),
        ({"severity": "warning"}, lambda entry: entry.severity == "warning"),
        ({"q": "previewlocation METHOD"}, lambda entry: all(
            word in f"{entry.id} {entry.sentence}".lower() for word in ("previewlocation", "method"))),
        ({"q": "no rule says this"}, lambda entry: False),
    ],
)  # fmt: skip
def test_the_filter_stands_in_the_address(browser: Browser, query: dict[str, str], fits: object) -> None:
    expected = [entry.id for entry in entries() if fits(entry)]  # type: ignore[operator]
    html = browser.get("/rules", **query).text
    assert listed(html) == expected[:PAGE]
    assert f"{len(expected)} rules." in html


def test_a_rule_has_a_page_with_its_source_and_an_example_whatever_the_case_of_its_letters(browser: Browser) -> None:
    entry = selected("request", "v2.0")[0]
    html = browser.get(f"/rules/{entry.id.lower()}").text
    for told in (entry.id, f"chapter {entry.chapter}", "Kept", "Broken", "Is checked"):
        assert told in html
    assert browser.get("/rules/XSD").status_code == 200


def test_of_a_rule_that_there_is_not_it_is_said_what_could_have_been_meant(browser: Browser) -> None:
    entry = selected("request", "v2.0")[0]
    unknown = browser.get(f"/rules/{entry.id}9")
    assert unknown.status_code == 404
    assert f"/rules/{entry.id}" in unknown.text
    assert browser.get("/rules/%3Cscript%3E").status_code == 404


def test_every_code_has_a_page_that_the_list_leads_to(browser: Browser) -> None:
    html = browser.get("/errors").text
    assert re.findall(r'href="/errors/([^"]+)"', html) == [each.code for each in error_codes()]
    for each in error_codes():
        page = unescape(browser.get(f"/errors/{each.code}").text)
        assert all(words.english in page for words in (each.meaning, each.given, each.person, each.remedy)), each.code
    assert browser.get("/errors/EDM:ERR:0009").status_code == 404
