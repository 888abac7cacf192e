"""Sessions on the server: names, renewal, expiry, and the token of POST forms."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text

from oots.model.clock import AdvancedClock
from oots.web.sessions import Sessions, SessionStore, check_csrf, session_of
from tests.support.web import Base64Vault, MemoryDatabase, client_of, clock_at_noon

COOKIE = "oots-portal"
HOUR = timedelta(hours=1)


def service(database: MemoryDatabase, clock: AdvancedClock, secure: bool = False) -> FastAPI:
    app = FastAPI()
    store = SessionStore(database, Base64Vault(), clock, HOUR)
    app.add_middleware(Sessions, store=store, cookie=COOKIE, secure=secure)

    @app.get("/read")
    def read(request: Request) -> dict[str, object]:
        return {"name": session_of(request).get("name")}

    @app.get("/write")
    def write(request: Request, name: str) -> None:
        session_of(request)["name"] = name

    @app.get("/sign-in")
    def sign_in(request: Request) -> None:
        session_of(request).renew()

    @app.get("/sign-out")
    def sign_out(request: Request) -> None:
        session_of(request).end()

    @app.get("/form")
    def form(request: Request) -> str:
        return session_of(request).csrf_token

    @app.post("/form", dependencies=[Depends(check_csrf)])
    def post() -> str:
        return "done"

    return app


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def clock() -> AdvancedClock:
    return clock_at_noon()


@pytest.fixture
def visitor(database: MemoryDatabase, clock: AdvancedClock) -> httpx.Client:
    return client_of(service(database, clock), "http://portal.lt.localhost")


def with_cookie(database: MemoryDatabase, clock: AdvancedClock, value: str) -> httpx.Client:
    other = client_of(service(database, clock), "http://portal.lt.localhost")
    other.headers["Cookie"] = f"{COOKIE}={value}"
    return other


def test_a_visitor_without_content_gets_no_cookie(visitor: httpx.Client) -> None:
    assert "set-cookie" not in visitor.get("/read").headers


def test_content_comes_back_with_the_next_request(visitor: httpx.Client) -> None:
    visitor.get("/write", params={"name": "Øster Åkjær"})
    assert visitor.get("/read").json() == {"name": "Øster Åkjær"}


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    database: MemoryDatabase, clock: AdvancedClock
) -> None:
    plain = client_of(service(database, clock), "http://a.localhost").get("/write?name=x").headers["set-cookie"]
    tls = client_of(service(database, clock, secure=True), "https://a.localhost").get("/write?name=x")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert "Secure" in tls.headers["set-cookie"]


def test_the_database_holds_neither_the_name_nor_open_content(visitor: httpx.Client, database: MemoryDatabase) -> None:
    visitor.get("/write?name=Solvej")
    with database.engine.connect() as connection:
        (row,) = connection.execute(text("select id_hash, payload from web_session")).all()
    assert row.id_hash != visitor.cookies[COOKIE]
    assert row.payload.startswith(b"sealed:")


def test_a_made_up_name_is_never_taken_over(database: MemoryDatabase, clock: AdvancedClock) -> None:
    answer = with_cookie(database, clock, "chosen-by-an-attacker").get("/write?name=x")
    assert "chosen-by-an-attacker" not in answer.headers["set-cookie"]


def test_after_sign_in_the_old_name_opens_nothing(
    visitor: httpx.Client, database: MemoryDatabase, clock: AdvancedClock
) -> None:
    visitor.get("/write?name=Solvej")
    old = visitor.cookies[COOKIE]
    assert with_cookie(database, clock, old).get("/read").json() == {"name": "Solvej"}
    visitor.get("/sign-in")
    assert visitor.cookies[COOKIE] != old
    assert visitor.get("/read").json() == {"name": "Solvej"}
    assert with_cookie(database, clock, old).get("/read").json() == {"name": None}


def test_after_sign_out_nothing_is_left(visitor: httpx.Client, database: MemoryDatabase) -> None:
    visitor.get("/write?name=Solvej")
    visitor.get("/sign-out")
    with database.engine.connect() as connection:
        assert connection.execute(text("select count(*) from web_session")).scalar_one() == 0
    assert visitor.get("/read").json() == {"name": None}


def test_a_request_under_way_during_sign_out_does_not_bring_the_session_back(
    visitor: httpx.Client, database: MemoryDatabase, clock: AdvancedClock
) -> None:
    store = SessionStore(database, Base64Vault(), clock, timedelta(hours=1))
    visitor.get("/write?name=Solvej")
    name = visitor.cookies[COOKIE]
    under_way = [store.load(name) for _ in range(2)]
    for number, session in enumerate(under_way):
        assert session is not None
        session["page"] = number
    assert store.keep(under_way[0]) == name  # type: ignore[arg-type]  # asserted above
    assert store.load(name) == {"name": "Solvej", "page": 0}
    visitor.get("/sign-out")
    assert store.keep(under_way[1]) is None  # type: ignore[arg-type]
    assert store.load(name) is None


def test_a_session_ends_when_its_time_is_up(visitor: httpx.Client, clock: AdvancedClock) -> None:
    visitor.get("/write?name=Solvej")
    clock.advance(HOUR - timedelta(seconds=1))
    assert visitor.get("/read").json() == {"name": "Solvej"}
    clock.advance(timedelta(seconds=1))
    assert visitor.get("/read").json() == {"name": None}


def test_expired_sessions_are_swept_out(visitor: httpx.Client, database: MemoryDatabase, clock: AdvancedClock) -> None:
    visitor.get("/write?name=Solvej")
    clock.advance(2 * HOUR)
    client_of(service(database, clock), "http://portal.lt.localhost").get("/write?name=Anders")
    with database.engine.connect() as connection:
        assert connection.execute(text("select count(*) from web_session")).scalar_one() == 1


def test_a_session_outlives_a_restart(visitor: httpx.Client, database: MemoryDatabase, clock: AdvancedClock) -> None:
    visitor.get("/write?name=Solvej")
    assert with_cookie(database, clock, visitor.cookies[COOKIE]).get("/read").json() == {"name": "Solvej"}


def test_a_form_with_the_token_of_the_session_is_accepted(visitor: httpx.Client) -> None:
    token = visitor.get("/form").json()
    assert visitor.post("/form", data={"csrf": token}).status_code == 200


@pytest.mark.parametrize("data", [{}, {"csrf": ""}, {"csrf": "guessed"}, {"csrf": "ærlig"}])
def test_a_form_without_the_token_of_the_session_is_refused(visitor: httpx.Client, data: dict[str, str]) -> None:
    assert visitor.post("/form", data={"csrf": visitor.get("/form").json()}).status_code == 200
    assert visitor.post("/form", data=data).status_code == 403


def test_a_form_with_the_token_of_another_session_is_refused(
    visitor: httpx.Client, database: MemoryDatabase, clock: AdvancedClock
) -> None:
    token = client_of(service(database, clock), "http://portal.lt.localhost").get("/form").json()
    assert visitor.post("/form", data={"csrf": visitor.get("/form").json()}).status_code == 200
    assert visitor.post("/form", data={"csrf": token}).status_code == 403


def test_a_token_from_before_sign_in_is_refused_after_it(visitor: httpx.Client) -> None:
    token = visitor.get("/form").json()
    assert visitor.post("/form", data={"csrf": token}).status_code == 200
    visitor.get("/sign-in")
    assert visitor.post("/form", data={"csrf": token}).status_code == 403


def test_names_are_long_and_random(visitor: httpx.Client) -> None:
    visitor.get("/write?name=Solvej")
    assert re.fullmatch(r"[\w-]{43}", visitor.cookies[COOKIE])
