"""No request, however it is made up, makes a service stumble or answer without what browsers are to enforce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.doors import specimen_keys
from tests.support.manners import expect_good_manners
from tests.support.services import services
from tests.support.street import PORTAL, PREVIEW, Browser, Street, Visit, form_of
from tests.support.two_sides import two_sides
from tests.support.web import client_of

SERVICES = ("authority", "directories", "eid", "provider", "requester")
MANY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

ODD = (
    "",
    "0",
    "-1",
    "9" * 40,
    "١",
    "1e9",
    "\x00",
    "\r\nA: b",
    "..",
    "../../etc/passwd",
    "é",
    "\U0001f600",
    "a" * 3000,
    "\\",
)
LAWFUL = (
    "portal", "preview", "code", "openid", "S256", "login", "da", "en", "authorization_code", "change-of-address",
    "given", "accept", "decline", "solvej", "root-ca", "DK", "http://portal.lt.localhost:8400/signin/callback",
    "urn:fdc:oots:eb:ebxml-regrep:queries:requirements-by-procedure-and-jurisdiction",
    "urn:fdc:oots:eb:ebxml-regrep:queries:evidence-types-by-requirement-and-jurisdiction",
    "urn:fdc:oots:dsd:ebxml-regrep:queries:dataservices-by-evidencetype-and-jurisdiction",
)  # fmt: skip
NAMES = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt", "code", "error", "lang", "persona", "grant_type", "code_verifier", "csrf", "explicit", "package-0",
    "file", "queryId", "requirement-id", "procedure-id", "country-code", "evidence-type-classification",
    "jurisdiction-admin-l1",
)  # fmt: skip
CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "application/ocsp-request",
    'multipart/related; type="application/soap+xml"; boundary="bbbbbbbb"',
    "application/json",
    "application/x-www-form-urlencoded; charset=nonsense",
    "",
)
VALUES = st.sampled_from(ODD) | st.sampled_from(LAWFUL) | st.text(max_size=20).filter(lambda text: text.isprintable())
SEGMENTS = VALUES.map(lambda text: quote(text, safe="")) | st.sampled_from(("%ff", "%c0%af", "%2e%2e", "%00", "%"))
FIELDS = st.lists(st.tuples(st.sampled_from(NAMES) | VALUES, VALUES), max_size=6)
MULTIPART = st.builds(
    '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n--b{}'.format,
    st.sampled_from(NAMES),
    VALUES,
    st.sampled_from(("--\r\n", "", "\r\n")),
).map(str.encode)
BODIES = FIELDS.map(urlencode).map(str.encode) | MULTIPART | st.binary(max_size=50)
ODD_METHODS = ("HEAD", "PUT", "DELETE", "OPTIONS", "POST", "ODD")
Call = tuple[str, str]
"""Method and address."""
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "content-type": st.sampled_from(CONTENT_TYPES),
        "accept": st.sampled_from(("*/*", "text/html", "application/x-ebrs+xml", ";", ",", "q=")),
        "accept-language": st.sampled_from(("da", "en;q=0.5", "en;q=x", "*", ";;", "a" * 500)),
        "accept-version": st.sampled_from(("oots-edm:v2.0", "oots-cs:v1.0", "", "x")),
        "authorization": st.sampled_from(("Basic", "Basic Og==", "Basic /w==", "Basic cG9ydGFsOng=", "Bearer x")),
        "cookie": st.sampled_from(("oots-portal=x", "oots-preview=", 'lang="', "lang=da; lang=xx", "=;=", "a=\x80")),
        "origin": st.sampled_from(("null", "http://elsewhere.example", "x", "http://[")),
        "sec-fetch-site": st.sampled_from(("same-origin", "cross-site", "none")),
        "host": st.sampled_from(("", "x", "[", "portal.lt.localhost:8400", "a:b:c")),
        "range": st.just("bytes=0-"),
        "content-length": st.sampled_from(("-1", "x", "99999999999")),
    },
)  # fmt: skip


def routes_of(routes: Iterable[object]) -> Iterator[Call]:
    """Method and path of every route, those of included routers too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in route.methods)
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes_of(included.routes)


def calls(app: FastAPI, parameters: Mapping[str, st.SearchStrategy[str]] | None = None) -> st.SearchStrategy[Call]:
    """Anything in the places of the app's paths, and paths that it has not."""
    known = parameters or {}
    own = sorted({*routes_of(app.routes), ("GET", "/assets/{path}"), ("GET", "/{path}")})

    def filled(route: Call) -> st.SearchStrategy[Call]:
        method, template = route
        pieces = [_place(each, known) if "{" in each else st.just(each) for each in template.split("/")]
        queries = FIELDS.map(urlencode).map(lambda query: f"?{query}" if query else "")
        addresses = st.builds(lambda path, query: "/".join(path) + query, st.tuples(*pieces), queries)
        return st.tuples(st.sampled_from((*[method] * 8, *ODD_METHODS)), addresses)

    return st.sampled_from(own).flatmap(filled)


def _place(template: str, known: Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """What stands in `{name}`, or in `{name}.crl`."""
    name, _, ending = template.removeprefix("{").partition("}")
    return known.get(name, SEGMENTS).map(lambda text: text + ending)


def expect_manners(answer: httpx.Response) -> None:
    expect_good_manners(f"{answer.request.method} {answer.request.url}", answer.status_code, dict(answer.headers))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, tuple[FastAPI, str]]]:
    with ExitStack() as ends:
        yield services(tmp_path_factory.mktemp("town"), ends)


def test_the_routes_of_every_service_are_known(town: Mapping[str, tuple[FastAPI, str]]) -> None:
    known = {route for app, _origin in town.values() for route in routes_of(app.routes)}
    some = "GET /crl/{name}.crl", "GET /eb/rest/search", "POST /token", "POST /p/{token}/decision", "POST /as4"
    assert {tuple(route.split()) for route in some} <= known
    assert len(known) > 30


@pytest.mark.parametrize("service", SERVICES)
def test_no_stranger_makes_a_service_stumble(service: str, town: Mapping[str, tuple[FastAPI, str]]) -> None:
    app, origin = town[service]
    visitor = client_of(app, origin)

    @MANY
    @given(calls(app), HEADERS, BODIES)
    def ask(call: Call, headers: dict[str, str], body: bytes) -> None:
        method, address = call
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        expect_manners(visitor.request(method, origin + address, headers=raw, content=body))

    ask()


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Street, Browser, Visit]]:
    """Solvej in front of her evidence."""
    town = two_sides(tmp_path_factory.mktemp("street"), specimen_keys(), specimens=True)
    street = Street(tmp_path_factory.mktemp("unused"), town)
    solvej = Browser(street)
    yield street, solvej, solvej.to_open_preview()
    town.requester_store.close()
    town.provider_store.close()


@pytest.mark.parametrize("origin", [PORTAL, PREVIEW])
def test_nobody_who_has_signed_in_makes_a_service_stumble(origin: str, visited: tuple[Street, Browser, Visit]) -> None:
    street, solvej, visit = visited
    app = (street.portal if origin == PORTAL else street.preview).door.app
    _, form = form_of(solvej.open(visit.page if origin == PORTAL else visit.link), "/signout")
    parameters = {
        "exchange_id": st.just(visit.exchange_id) | SEGMENTS,
        "token": st.just(visit.token) | SEGMENTS,
        "key": st.just("change-of-address") | SEGMENTS,
        "package": st.just("0") | SEGMENTS,
        "number": st.just("0") | SEGMENTS,
        "page": st.just("0") | SEGMENTS,
    }
    staying = calls(app, parameters).filter(lambda call: "/signout" not in call[1])

    @MANY
    @given(staying, FIELDS)
    def ask(call: Call, fields: list[tuple[str, str]]) -> None:
        method, address = call
        headers = {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode([*form.items(), *fields]).encode() if method == "POST" else b""
        expect_manners(solvej.http.request(method, origin + address, headers=headers, content=content))

    ask()
