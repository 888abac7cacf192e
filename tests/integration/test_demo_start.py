"""What stops the demo, or a service, at its start: a state that cannot be, a broken register, a child that ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from oots.cli import Exit, main
from oots.deployment import demo, supervisor
from oots.deployment.apps import Surroundings
from oots.deployment.processes import started
from oots.deployment.serving import KINDS, app_of
from oots.deployment.settings import read
from oots.deployment.town import SERVICES, Ports, Town
from oots.model.clock import FrozenClock, SequentialIds
from oots.model.errors import ConfigurationError
from oots.trust.authority import export_specimen_keys, init_keys
from oots.trust.register import REGISTER_FILE
from tests.support.demo import free_port
from tests.support.doors import SPECIMEN_KEYS
from tests.support.trust import NOW
from tests.support.two_sides import START

Run = Callable[[], int]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with an authority and no participants, for a demo that makes no keys."""
    init_keys(tmp_path / "keys", (), NOW)
    return tmp_path


@pytest.fixture
def children_end(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Says with which status every service ends instead of running."""

    def at_once(status: int) -> None:
        command = ("tests.support.ending", "of this start", str(status))
        monkeypatch.setattr(supervisor, "started", lambda _, environment, log: started(command, environment, log))

    return at_once


@pytest.fixture
def run(state: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def nothing(*_arguments: Any) -> None:
        """No keys are made, no signals caught."""

    for name in ("init_service_keys", "_on_end", "refuse_taken"):
        monkeypatch.setattr(demo, name, nothing)
    return lambda: demo.run_demo(8400, state, tls=False, municipality="0751")


@pytest.fixture
def handlers() -> Iterator[None]:
    """What this process does when it is told to end, as it was."""
    endings = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(each) for each in endings]
    yield
    for each, handler in zip(endings, before, strict=True):
        signal.signal(each, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(("before", "heard"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)], ids=["", "nohup"])
def test_the_end_of_the_terminal_ends_the_demo_unless_it_was_to_stay(before: signal.Handlers, heard: bool) -> None:
    signal.signal(signal.SIGHUP, before)
    demo._on_end()
    assert (signal.getsignal(signal.SIGHUP) != before) == heard
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    for again in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.raise_signal(again)  # a second one does not keep services from being ended


@pytest.mark.parametrize(("status", "code"), [(2, Exit.UNREADABLE), (1, Exit.OWN_FAULT), (0, Exit.OWN_FAULT)])
def test_a_service_with_a_wrong_configuration_is_no_fault_of_ours(
    state: Path,
    run: Run,
    children_end: Callable[[int], None],
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: Exit,
) -> None:
    (state / "log").mkdir()
    (state / "log" / "authority.log").write_text("of a week ago\n" * 9, encoding="utf-8")
    children_end(status)
    assert run() == code
    said = capsys.readouterr().err.splitlines()
    assert said == [f"authority did not start; the end of {state / 'log' / 'authority.log'}:", "  of this start"]


def test_a_broken_register_stops_the_demo_before_anything_starts(
    state: Path, run: Run, children_end: Callable[[int], None]
) -> None:
    register = state / "keys" / REGISTER_FILE
    register.write_text("[]", encoding="utf-8")
    children_end(2)
    assert run() == Exit.UNREADABLE
    log = state / "log" / "authority.log"
    log.unlink()
    register.write_text("[", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"revoked\.json .*put back its last good copy"):
        run()
    assert not log.exists()


@pytest.mark.parametrize("service", SERVICES)
def test_a_broken_register_stops_every_service_at_its_start(tmp_path: Path, service: str) -> None:
    town = Town(tmp_path, Ports.from_first(8400))
    export_specimen_keys(SPECIMEN_KEYS, town.keys)
    register = town.keys / REGISTER_FILE
    settings = read(KINDS[service], town.values(service))
    with httpx.Client() as unused:
        around = Surroundings(FrozenClock(START), SequentialIds(5), unused, specimens=True)
        register.write_text("[", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"revoked\.json .*put back its last good copy"):
            app_of(settings, around)
        register.write_text("[]", encoding="utf-8")
        asyncio.run(start_and_end(app_of(settings, around)))


async def start_and_end(app: FastAPI) -> None:
    async with app.router.lifespan_context(app):
        pass


@pytest.mark.parametrize("impossible", ["file", "file/below", "/proc/oots"])
def test_a_state_folder_that_cannot_be_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], impossible: str
) -> None:
    (tmp_path / "file").touch()
    for words in (("keys", "init"), ("demo", "--port", str(free_port()))):
        monkeypatch.setattr("sys.argv", ["oots", *words, "--state", str(tmp_path / impossible)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == Exit.UNREADABLE
        said = capsys.readouterr().err
        assert said.startswith(f"oots: cannot create the state folder {tmp_path / impossible} (")
        assert said.endswith("): choose another with --state\n")
