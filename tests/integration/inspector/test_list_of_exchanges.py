"""The list of exchanges, read in the journals of both sides by the composed service."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from oots.exchange.journals import JournalOf, Journals
from oots.exchange.purge import purge
from oots.inspector.access.reviewers import SESSION_LIFE
from oots.inspector.listing import listeners
from oots.inspector.listing.reader import Reader
from oots.inspector.pages import exchanges as list_pages
from oots.model.clock import AdvancedClock, FrozenClock
from oots.web.frame import Frame
from tests.support.doors import specimen_keys
from tests.support.inspector import ORIGIN, READER, Browser, ToldTown, inspector_over, inspector_settings, told_town
from tests.support.two_sides import START, TwoSides, finding_in, two_sides


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTown]:
    with told_town(tmp_path_factory.mktemp("told")) as town:
        yield town


@pytest.fixture
def browser(told: ToldTown, tmp_path: Path) -> Browser:
    return signed_in(told.folder, tmp_path)


def signed_in(folder: Path, state: Path) -> Browser:
    browser = Browser(inspector_over(inspector_settings(folder, state=state / "inspector")))
    browser.sign_in(READER)
    return browser


def test_an_exchange_of_both_sides_stands_in_the_list_once(told: ToldTown, browser: Browser) -> None:
    page = browser.get("/exchanges", lang="en").text
    assert page.count(f'href="/exchanges/{told.exchange_id}"') == 1
    for said in ("Residence certificate", "Aarhus Kommune", "registering a change of address", "evidence sent"):
        assert said in page


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"outcome": "delivered", "procedure": "V1"}, True),
        ({"q": "aarhus bopælsattest"}, True),
        ({"outcome": "refused"}, False),
        ({"flaws": "1"}, False),
        ({"q": "vilnius hospital"}, False),
    ],
)
def test_filters_in_the_address_narrow_it(
    told: ToldTown, browser: Browser, filters: dict[str, str], shown: bool
) -> None:
    page = browser.get("/exchanges", **filters).text
    assert (f'href="/exchanges/{told.exchange_id}"' in page) is shown
    assert ('<a href="/exchanges">Vis alle</a>' in page) is not shown


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999999999999999"])
def test_a_page_that_cannot_be_is_refused(browser: Browser, query: str) -> None:
    assert browser.client.get("/exchanges?page=2").status_code == 200
    assert browser.client.get(f"/exchanges?{query}").status_code == 400


def test_a_page_beyond_the_last_is_the_last(told: ToldTown, browser: Browser) -> None:
    for page in ("1", "999"):
        assert f'href="/exchanges/{told.exchange_id}"' in browser.get("/exchanges", page=page).text


def test_where_nothing_has_happened_the_page_says_what_to_do(tmp_path: Path) -> None:
    town = two_sides(tmp_path, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        page = signed_in(tmp_path, tmp_path).get("/exchanges", lang="en").text
    assert "There has been no exchange yet. Open the workbench" in page


def test_a_journal_that_cannot_be_read_hides_no_other(told: ToldTown, tmp_path: Path) -> None:
    journals = {"requester": {"state": told.folder / "requester"}, "provider": {"state": tmp_path / "nowhere"}}
    browser = Browser(inspector_over(inspector_settings(told.folder, state=tmp_path, journals=journals)))
    browser.sign_in(READER)
    page = browser.get("/exchanges", lang="en").text
    assert f'href="/exchanges/{told.exchange_id}"' in page
    assert "Not all journals can be read" in page


def test_what_was_refused_at_the_door_can_be_read(tmp_path: Path) -> None:
    town = two_sides(tmp_path, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        browser = signed_in(tmp_path, tmp_path)
        assert "No messages have been refused at the door" in browser.get("/exchanges", lang="en").text
        town.provider_point.receive("text/plain", b"no message")
        assert "/exchanges/apart" in browser.get("/exchanges").text
        assert "EBMS:0007" in browser.get("/exchanges/apart").text


def test_whoever_listens_is_told_of_each_exchange_once(
    told: ToldTown, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pages, "LISTEN", 1)
    monkeypatch.setattr(list_pages, "LOOK", 0)
    browser.get("/exchanges")
    heard = browser.get("/exchanges/live", lang="en")
    assert heard.headers["content-type"].startswith("text/event-stream")
    (event,) = heard.text.strip().split("\n\n")
    assert f'data-ids="{told.exchange_id}"' in event
    number = next(line.removeprefix("id: ") for line in event.splitlines() if line.startswith("id: "))
    again = browser.client.get("/exchanges/live", headers={"Last-Event-ID": number})
    assert again.text == ""
    assert browser.get("/exchanges/live", outcome="refused").text == ""


def test_a_session_listens_in_four_windows_at_once_and_all_sessions_in_so_many(
    told: ToldTown, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_pages, "LISTEN", 1)
    monkeypatch.setattr(listeners, "MOST", listeners.MOST_OF_A_SESSION + 1)
    others = Browser(browser.app)
    others.sign_in(READER)

    async def story() -> None:
        waiting, end = asyncio.Semaphore(0), asyncio.Event()

        async def rest() -> None:
            waiting.release()
            await end.wait()

        monkeypatch.setattr(list_pages, "_rest", rest)
        async with windows_of(browser) as mine, windows_of(others) as theirs:

            async def opened(windows: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
                window = asyncio.create_task(windows.get("/exchanges/live"))
                await waiting.acquire()
                return window

            async def refused(windows: httpx.AsyncClient) -> tuple[int, str | None]:
                answer = await asyncio.wait_for(windows.get("/exchanges/live"), 10)
                return answer.status_code, answer.headers.get("Retry-After")

            open_now = [await opened(mine) for _ in range(listeners.MOST_OF_A_SESSION)]
            assert await refused(mine) == (503, "5")
            open_now.append(await opened(theirs))
            assert await refused(theirs) == (503, "5")
            end.set()
            assert [(await window).status_code for window in open_now] == [200] * len(open_now)
            assert [(await windows.get("/exchanges/live")).status_code for windows in (mine, theirs)] == [200, 200]

    asyncio.run(story())


def windows_of(browser: Browser) -> httpx.AsyncClient:
    """Several at once, of one session."""
    transport = httpx.ASGITransport(browser.app)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=browser.client.cookies)


def sign_out(browser: Browser, _clock: AdvancedClock) -> None:
    browser.post("/signout", "/exchanges")


def let_it_expire(_browser: Browser, clock: AdvancedClock) -> None:
    clock.advance(SESSION_LIFE)


def stay(_browser: Browser, clock: AdvancedClock) -> None:
    clock.advance(SESSION_LIFE - timedelta(seconds=1))


@pytest.mark.parametrize(("meanwhile", "told_of"), [(stay, True), (sign_out, False), (let_it_expire, False)])
def test_whoever_listens_is_told_nothing_after_the_sign_in_has_ended(
    told: ToldTown,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Browser, AdvancedClock], None],
    told_of: bool,
) -> None:
    clock = AdvancedClock(FrozenClock(START))
    browser = Browser(inspector_over(inspector_settings(told.folder, state=tmp_path / "inspector"), clock))
    browser.sign_in(READER)
    browser.get("/exchanges")
    begun: list[str] = []

    def passes() -> None:
        meanwhile(browser, clock)
        begun.append(told.town.ask())
        other = Browser(browser.app)
        other.sign_in(READER)
        other.get("/exchanges")

    async def rest() -> None:
        if not begun:
            await asyncio.to_thread(passes)

    monkeypatch.setattr(list_pages, "LISTEN", 2)
    monkeypatch.setattr(list_pages, "_rest", rest)
    heard = browser.get("/exchanges/live").text
    assert told.exchange_id in heard
    assert (begun[0] in heard) is told_of


def test_a_listener_without_a_sign_in_is_sent_away_also_where_nothing_happens(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    rested: list[int] = []

    async def rest() -> None:
        rested.append(1)
        if len(rested) == 2:
            await asyncio.to_thread(browser.post, "/signout", "/exchanges")

    browser.get("/exchanges")
    monkeypatch.setattr(list_pages, "LISTEN", 50)
    monkeypatch.setattr(list_pages, "_rest", rest)
    assert browser.get("/exchanges/live").status_code == 200
    assert len(rested) == list_pages.LOOKS_UNCHECKED


def test_rows_are_made_outside_of_the_loop_that_serves_everybody(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by: list[int] = []
    fragment = Frame.fragment

    def noted(frame: Frame, request: Request, name: str, **context: object) -> str:
        made_by.append(threading.get_ident())
        return fragment(frame, request, name, **context)

    monkeypatch.setattr(list_pages, "LISTEN", 1)
    monkeypatch.setattr(list_pages, "LOOK", 0)
    browser.get("/exchanges")
    monkeypatch.setattr(Frame, "fragment", noted)
    assert "data-ids" in browser.get("/exchanges/live").text
    assert made_by
    assert threading.get_ident() not in made_by


def test_both_names_of_an_exchange_of_1_x_lead_to_the_whole_of_it(tmp_path: Path) -> None:
    """Its headers name no exchange, so that each side has an id of its own for it."""
    town = two_sides(tmp_path, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        asked = town.ask(finding=finding_in("oots-edm:v1.0"))
        answered = provider_id(town)
        assert answered != asked
        journals = Journals([JournalOf(side, tmp_path / side) for side in ("requester", "provider")])
        reader = Reader(journals)
        reader.catch_up()
        (found,) = reader.index.newest()
        assert set(found.ids) == {asked, answered}
        assert journals.of_exchange(asked) == journals.of_exchange(answered)


def test_how_far_the_journals_have_been_read_is_told_until_all_has_been(
    told: ToldTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(told.folder, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Reader, "refresh", lambda _: None)
        assert "The journals are still being read: 0%" in browser.get("/exchanges", lang="en").text
    assert "still being read" not in browser.get("/exchanges", lang="en").text


def test_what_is_written_later_is_read_alone(told: ToldTown) -> None:
    reader = Reader(Journals([JournalOf(side, told.folder / side) for side in ("requester", "provider")]))
    reader.catch_up()
    read = reader.progress.read
    (before,) = (each for each in reader.index.newest() if each.exchange_id == told.exchange_id)
    asked = told.town.ask()
    reader.catch_up()
    assert reader.progress.read > read
    assert before in reader.index.newest()
    assert [each.exchange_id for each in reader.index.since(before.change) if each.exchange_id == asked] == [asked]


def test_what_has_been_purged_stands_in_the_list_no_more(tmp_path: Path) -> None:
    """Without a restart; what is younger than twelve months stays."""
    town = two_sides(tmp_path, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        gone = town.ask()
        town.pass_time(timedelta(hours=2))
        town.clock.advance(timedelta(days=200))
        stays = town.ask()
        reader = Reader(Journals([JournalOf(side, tmp_path / side) for side in ("requester", "provider")]))
        reader.catch_up()
        assert [each.exchange_id for each in reader.index.newest()] == [stays, gone]
        town.clock.advance(timedelta(days=200))
        for store in (town.provider_store, town.requester_store):
            assert purge(store, town.clock.now())
            assert gone in [each.exchange_id for each in reader.index.newest()], "before it is looked at"
        reader.catch_up()
        assert [each.exchange_id for each in reader.index.newest()] == [stays]


def provider_id(town: TwoSides) -> str:
    with town.provider_store.look() as unit:
        return unit.exchange_ids(1)[0]
