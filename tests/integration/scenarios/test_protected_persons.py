"""What must not be seen of protected persons, looked for in everything that a running town shows, says and keeps."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from oots.edelivery.message import open_message
from oots.model.clock import SystemClock
from oots.model.content import whole
from oots.scenario_files.reading import SHIPPED, read_scenario
from oots.scenario_files.scenario import Act, Fault, Scenario, Step, Trouble, municipalities_of
from oots.scenarios.citizen import Citizen
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.messages import said
from oots.scenarios.running import Result, tell
from oots.scenarios.telling import Teller

S03, S04, S05 = (read_scenario(SHIPPED / f"{name}.toml") for name in ("S03", "S04", "S05"))
SECRET = re.compile("Saxogade|1662 København|171189-?1630", re.IGNORECASE)
"""Street, town and personal number of the person of S03."""


@dataclass(frozen=True)
class Told:
    """A telling of S03: who told it, and how many messages the town had heard before and has heard after."""

    teller: Teller
    first: int
    last: int


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("town")


@pytest.fixture(scope="module")
def logged() -> Iterator[list[str]]:
    """Every line that any service logs."""
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Keeping(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(scope="module")
def live(state: Path, logged: list[str]) -> Iterator[LiveTown]:
    municipalities = municipalities_of([S03, S04, S05])
    with live_town(state, SystemClock(), municipalities=municipalities) as live:
        yield live


def without(scenario: Scenario, *acts: Act) -> Scenario:
    return scenario.model_copy(update={"steps": tuple(step for step in scenario.steps if step.do not in acts)})


def declined() -> Scenario:
    """S03, but that she says no."""
    steps = [Step(do=Act.DECLINE) if step.do is Act.ACCEPT else step for step in without(S03, Act.FINISH).steps]
    return S03.model_copy(update={"steps": tuple(steps)})


def broken(trouble: Trouble) -> Scenario:
    """S03, but that something fails when she asks."""
    acts = (Act.SIGN_IN, Act.CHOOSE_MUNICIPALITY, Act.REQUEST)
    steps = (*(step for step in S03.steps if step.do in acts), Step(do=Act.WAIT_FOR_ANSWER))
    return S03.model_copy(update={"steps": steps, "faults": (Fault(what=trouble),)})


def told(live: LiveTown, scenario: Scenario) -> Told:
    first = len(live.tap.overheard)
    teller = Teller(live, scenario)
    teller.tell()
    assert teller.astray is None
    return Told(teller, first, len(live.tap.overheard))


@pytest.fixture(scope="module")
def accepted(live: LiveTown) -> Told:
    return told(live, S03)


@pytest.fixture(scope="module")
def refused(live: LiveTown) -> list[Told]:
    """Tellings in which nothing was delivered."""
    troubles = (Trouble.REGISTER_FAILING, Trouble.FORMAT_UNKNOWN, Trouble.VERSION_UNKNOWN)
    return [told(live, scenario) for scenario in (declined(), *map(broken, troubles))]


def messages_of(live: LiveTown, telling: Told) -> str:
    overheard = live.tap.overheard[telling.first : telling.last]
    return said(overheard, live.anchors, live.clock.now()).text


def test_she_sees_her_own_address_and_sends_it_only_in_the_document_that_she_approves(
    live: LiveTown, accepted: Told
) -> None:
    assert SECRET.search("\n".join(accepted.teller.seen.texts["preview"]))
    *asked, answered = live.tap.overheard[accepted.first : accepted.last]
    at = live.clock.now()
    assert len(asked) == 3
    assert SECRET.search(said([answered], live.anchors, at).text)
    assert not SECRET.search(said(asked, live.anchors, at).text)


def test_the_message_around_the_document_does_not_repeat_the_address(live: LiveTown, accepted: Told) -> None:
    heard = live.tap.overheard[accepted.last - 1]
    opened = open_message(heard.content_type, heard.body, live.anchors, live.clock.now())
    assert SECRET.search(whole(opened.parts[1].content).decode())
    assert not SECRET.search(opened.document.decode())
    assert not SECRET.search(opened.soap.decode())
    assert not SECRET.search(heard.answer.decode())


def test_where_nothing_is_delivered_no_page_of_the_portal_and_no_message_has_the_address(
    live: LiveTown, refused: list[Told]
) -> None:
    assert len(refused) == 4
    for telling in refused:
        assert telling.teller.documents == 0
        assert not SECRET.search(messages_of(live, telling))
        assert not SECRET.search("\n".join(telling.teller.seen.sources["portal"]))


def test_no_address_of_a_page_has_it(accepted: Told, refused: list[Told]) -> None:
    addresses = [address for telling in (accepted, *refused) for address in telling.teller.seen.addresses]
    assert len(addresses) > 50
    assert not SECRET.search("\n".join(addresses))


def test_no_page_that_strangers_can_open_has_it(live: LiveTown, accepted: Told, refused: list[Told]) -> None:
    with ExitStack() as ends:
        citizen = ends.enter_context(closing(Citizen()))
        pages = [citizen.open(f"{address}/") for address in live.town.origins.values()]
    assert len(pages) >= 5
    assert not SECRET.search("\n".join(page.source for page in pages))


def test_no_log_has_it(logged: list[str], accepted: Told, refused: list[Told]) -> None:
    assert any("the register failed" in line for line in logged)
    assert not SECRET.search("\n".join(logged))


def contents(state: Path) -> Iterator[tuple[Path, bytes]]:
    """Of each file that a service keeps."""
    for path in state.rglob("*"):
        if path.is_file() and "keys" not in path.parts:
            with suppress(FileNotFoundError):  # it was being written, and has its name by now
                yield path, path.read_bytes()


def test_nothing_that_is_kept_has_it_in_the_open(state: Path, accepted: Told, refused: list[Told]) -> None:
    kept = dict(contents(state))
    assert [path for path in kept if path.suffix == ".sqlite"]
    for path, content in kept.items():
        assert not SECRET.search(content.decode("latin-1")), path


# --- S04 and S05 ---


def of_nobody(text: str) -> str:
    """Without what tells one person, one municipality, one moment and one exchange from another."""
    for pattern in (
        r"<(ds|xades):(X509Certificate|SignatureValue|DigestValue|X509SerialNumber)[^>]*>[^<]*",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{20,}",
        "Uffe|Trine|Udenbo|Truet|[Ff]redericia|[Kk]olding|Vejle|Haderslev|0607|0621",
        r"\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?|\d{6}-\d{4}|kl\. \d\d\.\d\d(\.\d\d)?|\d{1,2}\. [a-z]+ \d{4}",
        r"(69116418|29189897)|[0-9A-F]{8}(?=Side|Page|[^0-9A-Za-z])|[A-Za-z0-9+/_-]{30,}={0,2}|\b\d+ (kB|byte)",
        "(?i)\\b(kvinde|mand|female|male)\\b",
    ):
        text = re.sub(pattern, "·", text)
    return text


@pytest.fixture(scope="module")
def both(live: LiveTown) -> tuple[Result, Result]:
    first, second = (tell(live, scenario) for scenario in (S04, S05))
    assert first.as_expected, first.actual
    assert second.as_expected, second.actual
    return first, second


def test_a_threatened_person_goes_the_same_way_as_one_without_a_fixed_abode(both: tuple[Result, Result]) -> None:
    ordinary, threatened = (result.facts for result in both)
    assert ordinary is not None
    assert threatened is not None
    assert (threatened.outcomes, threatened.requester, threatened.provider) == (
        ordinary.outcomes,
        ordinary.requester,
        ordinary.provider,
    )
    assert threatened.requester_journal == ordinary.requester_journal
    assert threatened.messages.number == ordinary.messages.number


def test_the_portal_shows_of_a_threatened_person_what_it_shows_of_the_other(both: tuple[Result, Result]) -> None:
    ordinary, threatened = (
        {of_nobody(page) for page in result.facts.texts["portal"].splitlines() if "Vi venter på svar" not in page}
        for result in both
        if result.facts
    )
    assert any("Kvittering: dokumentationen er brugt" in page for page in ordinary)
    assert len(ordinary) > 4
    assert threatened == ordinary


def test_what_is_sent_of_a_threatened_person_says_the_same_as_that_of_the_other(both: tuple[Result, Result]) -> None:
    ordinary, threatened = (of_nobody(result.facts.messages.text) for result in both if result.facts)
    assert "Uden fast bopæl" in ordinary or "uden fast bopæl" in ordinary
    assert threatened == ordinary
