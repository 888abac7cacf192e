"""The page frame: languages, banner, errors, headers."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from oots.web import frame as frame_module
from oots.web.frame import Frame
from oots.web.health import add_health
from oots.web.words import Words
from tests.support.web import client_of, gallery

HOST = "http://gallery.localhost"


@pytest.fixture
def visitor() -> httpx.Client:
    return client_of(gallery("requester"), HOST)


def test_pages_are_danish_first(visitor: httpx.Client) -> None:
    page = visitor.get("/")
    assert '<html lang="da">' in page.text
    assert "Anmod om din bopælsattest" in page.text
    assert page.headers["content-language"] == "da"


def test_the_language_is_remembered(visitor: httpx.Client) -> None:
    assert "Request your residence certificate" in visitor.get("/?lang=en").text
    assert '<html lang="en">' in visitor.get("/").text
    assert '<html lang="da">' in visitor.get("/?lang=da").text


def test_an_unknown_language_is_danish(visitor: httpx.Client) -> None:
    assert '<html lang="da">' in visitor.get("/?lang=%22%3E").text


def test_the_language_switch_keeps_the_page_and_its_query(visitor: httpx.Client) -> None:
    assert 'href="?step=2&amp;lang=en"' in visitor.get("/?step=2").text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_each_page_says_that_it_is_a_prototype_and_names_its_stand_ins(visitor: httpx.Client, lang: str) -> None:
    page = visitor.get(f"/?lang={lang}").text
    assert "Prototype – ikke en myndighedsside" in page
    assert {"da": "CPR er en efterligning.", "en": "CPR is a stand-in."}[lang] in page


def test_values_are_written_as_text_never_as_markup(visitor: httpx.Client) -> None:
    assert "&lt;b&gt;Øster &amp; Åkjær&lt;/b&gt;" in visitor.get("/").text


def test_there_is_no_script_on_a_page(visitor: httpx.Client) -> None:
    page = visitor.get("/").text
    assert "<script" not in page
    assert not re.search(r"\son\w+=|\sstyle=", page)


def test_the_form_of_a_page_carries_the_token_that_its_post_needs(visitor: httpx.Client) -> None:
    token = re.search(r'name="csrf" value="([\w-]+)"', visitor.get("/").text)
    assert token is not None
    assert visitor.post("/decision", data={"csrf": token[1]}).status_code == 204
    refused = visitor.post("/decision", data={"csrf": "guessed"})
    assert refused.status_code == 403
    assert "Siden var blevet for gammel" in refused.text
    assert 'href="/"' in refused.text


def test_a_form_posted_from_another_site_is_refused(visitor: httpx.Client) -> None:
    token = re.search(r'name="csrf" value="([\w-]+)"', visitor.get("/").text)
    assert token is not None
    own = visitor.post("/decision", data={"csrf": token[1]}, headers={"Origin": HOST})
    foreign = visitor.post("/decision", data={"csrf": token[1]}, headers={"Origin": "http://evil.example"})
    assert (own.status_code, foreign.status_code) == (204, 403)


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404), ("/decision", 405)])
def test_every_answer_is_guarded_by_its_headers(visitor: httpx.Client, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "Prototype – ikke en myndighedsside" in answer.text


def test_the_access_point_is_no_door_for_browsers() -> None:
    app = gallery("provider")

    @app.post("/as4")
    def receive() -> str:
        return "received"

    headers = {"Origin": "http://elsewhere.example"}
    assert client_of(app, HOST).post("/as4", headers=headers).status_code == 200
    assert client_of(app, HOST).post("/decision", headers=headers).status_code == 403


def test_a_form_larger_than_any_of_ours_is_not_read(visitor: httpx.Client) -> None:
    token = re.search(r'name="csrf" value="([\w-]+)"', visitor.get("/").text)
    assert token
    assert visitor.post("/decision", data={"csrf": token[1], "more": "x" * 32_000}).status_code == 204
    large = "x" * 65_536
    for form in ({"data": {"csrf": token[1], "more": large}}, {"files": {"more": ("more", large)}}):
        refused = visitor.post("/decision", **form)
        assert refused.status_code == 413
        assert "Prototype – ikke en myndighedsside" in refused.text


def test_a_form_that_does_not_say_how_large_it_is_is_counted(visitor: httpx.Client) -> None:
    token = re.search(r'name="csrf" value="([\w-]+)"', visitor.get("/").text)
    assert token

    def sent(blanks: int) -> int:
        pieces = iter((f"csrf={token[1]}&more=".encode(), b"+" * blanks))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return visitor.post("/decision", content=pieces, headers=headers).status_code

    assert (sent(10), sent(65_536)) == (204, 413)


def test_nobody_is_redirected_to_the_host_of_a_forged_header() -> None:
    app = gallery("requester")

    @app.get("/step")
    def step() -> str:
        return "here"

    forged = {"Host": "evil.example"}
    assert client_of(app, HOST).get("/step", headers=forged).status_code == 200
    answer = client_of(app, HOST).get("/step/", headers=forged)
    assert answer.status_code == 404
    assert "evil.example" not in f"{answer.headers}{answer.text}"


def test_a_parameter_that_cannot_be_read_is_answered_with_a_page_that_does_not_repeat_it() -> None:
    app = gallery("requester")

    @app.get("/raw")
    def raw(raw: bool = False) -> str:
        return "raw" if raw else "laid out"

    assert client_of(app, HOST).get("/raw?raw=1").text == '"raw"'
    answer = client_of(app, HOST).get("/raw?raw=Solvej")
    assert answer.status_code == 400
    assert "Prototype – ikke en myndighedsside" in answer.text
    assert "Solvej" not in answer.text.replace("raw=Solvej&amp;lang=", "")


def test_a_fault_of_ours_tells_nothing_about_itself() -> None:
    app = gallery("requester")

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("Solvej Prøvesen")

    answer = client_of(app, HOST).get("/fault")
    assert answer.status_code == 500
    assert "Noget gik galt hos os" in answer.text
    assert "Solvej" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_template_that_lacks_a_value_fails_loudly() -> None:
    app = gallery("requester")
    frame = Frame(
        theme="eid",
        templates=frame_module.ROOM.parents[1] / "tests" / "support" / "web_templates",
        authority=Words("a", "a"),
        service=Words("b", "b"),
    )

    @app.get("/incomplete")
    def incomplete(request: Request) -> Response:
        return frame.page(request, "gallery.html")

    assert client_of(app, HOST).get("/").status_code == 200
    assert client_of(app, HOST).get("/incomplete").status_code == 500


def stylesheets(theme: str) -> list[str]:
    return re.findall(r'rel="stylesheet" href="/assets/([^"]+)"', client_of(gallery(theme), HOST).get("/").text)


def test_without_the_design_system_the_plain_sheet_dresses_the_municipality(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frame_module, "DESIGN_SYSTEM", frame_module.ROOM / "absent.css")
    assert stylesheets("provider") == ["plain.css", "frame.css", "provider.css"]


def test_with_the_design_system_only_the_municipality_wears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_module, "DESIGN_SYSTEM", frame_module.ASSETS / "plain.css")
    assert "dkfds/css/dkfds.min.css" in stylesheets("provider")
    assert stylesheets("requester") == ["plain.css", "frame.css", "requester.css"]
    assert stylesheets("eid") == ["plain.css", "frame.css", "eid.css"]


@pytest.mark.parametrize("sheet", ["plain.css", "frame.css", "requester.css", "provider.css", "eid.css"])
def test_the_own_stylesheets_are_served(visitor: httpx.Client, sheet: str) -> None:
    answer = visitor.get(f"/assets/{sheet}")
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "no-cache"


def test_a_service_tells_that_it_is_well() -> None:
    app = FastAPI()
    add_health(app)
    assert client_of(app, HOST).get("/healthz").text == "ok\n"


def test_a_relying_party_s_language_counts_until_the_visitor_chooses(visitor: httpx.Client) -> None:
    assert visitor.get("/?ui_locales=en%20da").headers["content-language"] == "en"
    assert visitor.get("/?ui_locales=lt").headers["content-language"] == "da"
    assert visitor.get("/?ui_locales=en&lang=da").headers["content-language"] == "da"
    assert visitor.get("/?ui_locales=en").headers["content-language"] == "da"


def test_an_english_browser_sees_danish_first(visitor: httpx.Client) -> None:
    english = {"Accept-Language": "en-GB,en;q=0.9"}
    assert visitor.get("/", headers=english).headers["content-language"] == "da"
    assert visitor.get("/?lang=en", headers=english).headers["content-language"] == "en"
