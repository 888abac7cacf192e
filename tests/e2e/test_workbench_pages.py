"""The workbench as a person meets it: scenarios to run, journeys to assess, and pages that are fit for all."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from oots.deployment.apps import Surroundings
from oots.deployment.settings import read
from oots.deployment.topology import load_topology
from oots.deployment.workbench import WorkbenchSettings, workbench_app
from oots.model.clock import FrozenClock, SequentialIds
from oots.scenario_files.account import Saying
from oots.scenario_files.reading import files, read_scenarios
from oots.scenario_files.scenario import Act, Decision, Expected, Outcome, Span
from oots.workbench import wording
from tests.support.chromium import served, violations
from tests.support.ports import free_port
from tests.support.trust import NOW

SIZES = {"narrow": {"width": 360, "height": 800}, "wide": {"width": 1280, "height": 900}}
PAGES = ("/", "/scenarios/S03", "/scenarios/S21", "/journeys", "/journeys/flytning", "/parts", "/topologies")


SCENARIOS = {scenario.name: scenario for scenario in read_scenarios(files())}


ACCOUNT: dict[str, Any] = {
    "steps": [{"do": "sign-in", "done": True, "persona": "lucja"}, {"do": "request", "done": False}],
    "messages": [
        {"sender": "AP_LT_01", "receiver": "AP_DK_01", "says": "request", "code": None, "carries": []},
        {
            "sender": "AP_DK_01",
            "receiver": "AP_LT_01",
            "says": "evidence",
            "code": None,
            "carries": [{"media_type": "application/pdf", "size": 39666}],
        },
    ],
    "documents": [{"media_type": "application/pdf", "size": 39666}],
    "outcomes": ["delivered"],
    "requester": ["finished"],
    "provider": ["closed"],
    "readings": [{"where": "outcomes", "held": True}, {"where": "messages_show", "held": False}],
}


@dataclass
class Runner:
    """Stands in for processes that run scenarios; a run waits until it is let go."""

    go: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    breaks: bool = False

    def __call__(self, names: Sequence[str]) -> Mapping[str, Any]:
        self.asked += names
        assert self.go.wait(30)
        if self.breaks:
            raise ValueError("no result")
        (name,) = names
        scenario = SCENARIOS[name]
        expected = scenario.expected.outcome
        result = {"name": name, "journey": scenario.journey, "expected": expected, "actual": expected}
        return {"scenarios": [result | {"as_expected": True, "seconds": 1.5, "account": ACCOUNT}]}


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.go.set()


@pytest.fixture
def workbench(tmp_path: Path, runner: Runner) -> Iterator[str]:
    """The address of a workbench with empty notes."""
    port = free_port()
    address = f"http://workbench.localhost:{port}"
    origins = {"https://portal.lt.localhost": "http://portal.lt.localhost:8400", "https://workbench.localhost": address}
    origins["https://preview.dk.localhost"] = "http://preview.dk.localhost:8401"
    values = {"port": port, "keys": tmp_path / "keys", "state": tmp_path / "state", "origins": origins}
    with httpx.Client() as unused:
        around = Surroundings(FrozenClock(NOW), SequentialIds(5), unused)
        with served(workbench_app(read(WorkbenchSettings, values), around, runner), port, lifespan="on"):
            yield address


@pytest.fixture(params=SIZES)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.new_context(viewport=SIZES[request.param]) as context:
        yield context.new_page()


@pytest.fixture
def wide(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=SIZES["wide"]) as context:
        yield context.new_page()


def assert_fit_for_all(page: Page, address: str) -> None:
    """In both languages, without a violation and without scrolling sideways."""
    for lang in ("da", "en"):
        page.goto(str(httpx.URL(address).copy_merge_params({"lang": lang, "refresh": "off"})))
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_page_is_fit_for_all(page: Page, workbench: str) -> None:
    for path in PAGES:
        assert_fit_for_all(page, workbench + path)


def test_a_scenario_is_run_from_its_page_and_its_journey_tells_of_it(
    wide: Page, workbench: str, runner: Runner
) -> None:
    wide.goto(f"{workbench}/journeys/flytning?lang=en")
    expect(wide.get_by_text("Not tried here")).to_be_visible()
    wide.goto(f"{workbench}/scenarios/S02?lang=en")
    expect(wide.get_by_text("not run", exact=True)).to_be_visible()
    expect(wide.get_by_role("link", name="Begin at the portal")).to_have_attribute(
        "href", "http://portal.lt.localhost:8400/cases/two-municipalities?lang=en"
    )
    wide.get_by_role("button", name="Run the scenario").click()
    expect(wide.get_by_text("running now", exact=True)).to_be_visible()
    assert_fit_for_all(wide, f"{workbench}/scenarios/S02")
    wide.goto(f"{workbench}/scenarios/S02?lang=en")
    runner.go.set()
    account = wide.get_by_role("region", name="What came of the last run")
    expect(account).to_be_visible()
    for told in (
        "Sign in: Łucja",
        "not reached",
        "AP_DK_01 → AP_LT_01",
        "Answer: the evidence",
        "application/pdf (39 KB)",
        "the evidence arrived (delivered)",
        "the messages say what they must otherwise",
    ):
        expect(account).to_contain_text(told)
    assert_fit_for_all(wide, f"{workbench}/scenarios/S02")
    assert runner.asked == ["S02"]
    wide.goto(f"{workbench}/journeys/flytning?lang=en")
    expect(wide.get_by_text("Tried: 1 of 1 scenarios ended as expected").first).to_be_visible()


def test_steps_name_whom_to_log_out_for_and_where_the_caseworker_sits(wide: Page, workbench: str) -> None:
    wide.goto(f"{workbench}/scenarios/S12?lang=en")
    steps = wide.get_by_role("heading", name="Go through it yourself").locator("~ ol").first.get_by_role("listitem")
    expect(steps.first).to_contain_text("log out first")
    link = wide.get_by_role("link", name="the caseworker's page at the municipality")
    expect(link).to_have_attribute("href", "http://preview.dk.localhost:8401/casework?lang=en")
    expect(wide.get_by_text("Proof of residence (all registered addresses)")).to_be_visible()
    wide.goto(f"{workbench}/scenarios/S22?lang=en")
    expect(steps.filter(has_text="Choose the country")).to_have_count(4)
    expect(steps.filter(has_text="Log out. Sign in: Erika")).to_have_count(1)


def test_the_comparison_says_which_vendors_it_counts_and_which_not(wide: Page, workbench: str) -> None:
    wide.goto(f"{workbench}/topologies?lang=en")
    counted = wide.get_by_text("one for each kind of system")
    operators = [str(point.operator.en).partition(",")[0] for point in load_topology("per-vendor").access_points]
    assert len(operators) == 5
    for operator in operators:
        expect(counted).to_contain_text(operator)
    expect(counted).to_contain_text("IST and Assemble")


def test_every_code_of_a_scenario_stands_in_words_on_its_page() -> None:
    told = {key for table in (wording.OUTCOMES, wording.STEPS, wording.SPANS, wording.DECISIONS) for key in table}
    assert told == {*Outcome, *Act, *Span, *Decision}
    assert set(wording.SAYINGS) == set(Saying)
    assert set(wording.READINGS) == set(Expected.model_fields)
    pieces = {step.piece for scenario in SCENARIOS.values() for step in scenario.steps if step.piece}
    assert pieces == set(wording.PIECES)


def test_outcomes_are_told_in_words_with_their_codes_and_differences_stay() -> None:
    said = wording.outcome_in_words("delivered, delivered, refused EDM:ERR:0004; 2 documents arrived", "en")
    assert said == "2 × the evidence arrived (delivered), refused (refused EDM:ERR:0004); 2 documents arrived"


def test_a_run_of_which_no_result_comes_is_told_as_such(wide: Page, workbench: str, runner: Runner) -> None:
    runner.breaks = True
    runner.go.set()
    wide.goto(f"{workbench}/scenarios/S03?lang=en")
    wide.get_by_role("button", name="Run the scenario").click()
    expect(wide.get_by_text("could not be run", exact=True)).to_be_visible()


def test_all_are_run_one_after_the_other(wide: Page, workbench: str, runner: Runner) -> None:
    names = list(SCENARIOS)
    wide.goto(f"{workbench}/?lang=en")
    wide.get_by_role("button", name="Run them all").click()
    expect(wide.get_by_text(f"Running now: {names[0]}")).to_be_visible()
    runner.go.set()
    expect(wide.get_by_text(f"{len(names)} have been run, and {len(names)} of them ended as expected")).to_be_visible()
    assert runner.asked == names


def test_the_council_assesses_a_journey_and_the_history_names_who_did(wide: Page, workbench: str) -> None:
    wide.goto(f"{workbench}/journeys/vielse?lang=en")
    wide.get_by_label("Implementation path").select_option("Thorough guidance in English")
    wide.get_by_label("Number of cases").fill("=1+1 a year")
    wide.get_by_role("button", name="Save").click()
    expect(wide.get_by_role("alert")).to_contain_text("Say who you are")
    assert violations(wide) == []
    expect(wide.get_by_text("Nothing has been changed yet.")).to_be_visible()
    wide.get_by_label("Your name").fill("Architect Ane")
    wide.get_by_role("button", name="Save").click()
    expect(wide.get_by_text("2 fields have been saved")).to_be_visible()
    history = wide.get_by_role("heading", name="History").locator("~ ul")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history).to_contain_text("Architect Ane: Number of cases = =1+1 a year")
    expect(wide.get_by_label("Number of cases")).to_have_value("=1+1 a year")


def test_the_table_of_journeys_needs_no_scrolling_on_a_laptop(wide: Page, workbench: str) -> None:
    for lang in ("da", "en"):
        wide.goto(f"{workbench}/journeys?lang={lang}")
        assert wide.locator(".wide").evaluate("region => region.scrollWidth <= region.clientWidth")
        assert wide.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_table_of_journeys_is_a_file_in_which_no_cell_is_a_formula(wide: Page, workbench: str) -> None:
    wide.goto(f"{workbench}/journeys/vielse?lang=en")
    wide.get_by_label("Number of cases").fill("=1+1 a year")
    wide.get_by_label("Your name").fill("Architect Ane")
    wide.get_by_role("button", name="Save").click()
    wide.goto(f"{workbench}/journeys?lang=en")
    with wide.expect_download() as saved:
        wide.get_by_role("link", name="Download as CSV").click()
    written = saved.value.path().read_bytes()
    assert written.startswith("\ufeff".encode())
    headings, *told = csv.reader(written.decode("utf-8-sig").splitlines(), delimiter=";")
    assert len(set(headings)) == len(headings)
    rows = [dict(zip(headings, each, strict=True)) for each in told]
    assert len(rows) == 13
    assert {row["OOTS"] for row in rows} == {"Not tried here (not run by the button yet)"}
    (marriage,) = [row for row in rows if row["Journey"] == "Marriage"]
    assert marriage["Council: Number of cases"] == "'=1+1 a year"
    assert (marriage["Last changed by"], marriage["Last changed (Danish time)"][:4]) == ("Architect Ane", str(NOW.year))
    assert marriage["Vendors"].startswith("EG Digital Welfare ApS")


def test_the_pages_are_shown_under_their_own_name_alone(workbench: str) -> None:
    port = workbench.rpartition(":")[2]
    answered = {
        host: httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": host}, trust_env=False).status_code
        for host in (f"workbench.localhost:{port}", f"evil.example:{port}")
    }
    assert list(answered.values()) == [200, 421]
