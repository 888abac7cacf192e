"""What a log line says of an event, and what it never says of an exception."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from oots.deployment.logs import Form, formatter, start_logging
from oots.model.about import about, at_hand

NAME = "Solvej Prøvesen"
FORMS: tuple[Form, ...] = ("text", "json")


def logged(through: logging.Formatter, say: Callable[[logging.Logger], None], name: str = "test") -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(through)
    log = logging.Logger(name)
    log.addHandler(handler)
    say(log)
    return written.getvalue()


def fails(log: logging.Logger) -> None:
    try:
        raise ValueError("no such person: " + NAME)
    except ValueError:
        log.exception("the register failed")


@pytest.mark.parametrize("form", FORMS)
def test_a_log_line_names_the_kind_and_place_of_an_exception_and_never_quotes_it(form: Form) -> None:
    assert NAME in logged(logging.Formatter(), fails)
    line = logged(formatter(form), fails)
    assert "the register failed" in line
    assert "ValueError" in line
    assert "in fails" in line
    assert NAME not in line


@pytest.mark.parametrize("form", FORMS)
def test_what_asyncio_tells_of_a_lost_task_quotes_no_exception(form: Form) -> None:
    async def lose() -> None:
        async def fail() -> None:
            raise ValueError(NAME)

        task = asyncio.get_running_loop().create_task(fail())
        await asyncio.wait([task])
        told["message"] = f"Task exception was never retrieved\nfuture: {task!r}"
        task.exception()

    told: dict[str, str] = {}
    asyncio.run(lose())
    assert NAME in logged(formatter(form), lambda log: log.error(told["message"]))
    line = logged(formatter(form), lambda log: log.error(told["message"]), "asyncio")
    assert "Task exception was never retrieved" in line
    assert NAME not in line


def test_a_line_of_json_says_when_how_grave_and_where() -> None:
    line = json.loads(logged(formatter("json"), lambda log: log.warning("Ærø %d", 7), "oots.exchange"))
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "Ærø 7", "level": "warning", "logger": "oots.exchange"}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_partner_wrote_begins_no_line_of_its_own(form: Form) -> None:
    with about(message_id="1@x\n2026-01-01 forged"):
        line = logged(formatter(form), lambda log: log.warning("said %s", "a\r\n2026-01-01 forged\x1b[2J"))
    assert line.count("forged") == 2
    assert line.count("\n") == 1
    assert "\r" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize("form", FORMS)
def test_a_line_says_which_exchange_and_message_the_work_is_about(form: Form) -> None:
    with (
        about(exchange_id="e-1", conversation_id="c-1"),
        about(message_id="m-1", party_id="AP_DK_01", exchange_id=None),
    ):
        line = logged(formatter(form), lambda log: log.info("sent"))
    for known in ("exchange_id", "e-1", "conversation_id", "c-1", "message_id", "m-1", "party_id", "AP_DK_01"):
        assert known in line
    assert "e-1" not in logged(formatter(form), lambda log: log.info("later"))


def test_the_work_of_one_thread_is_not_what_another_is_about() -> None:
    with ThreadPoolExecutor(1) as other, about(exchange_id="e-1"):
        assert other.submit(lambda: dict(at_hand())).result() == {}
        assert at_hand() == {"exchange_id": "e-1"}
    with pytest.raises(ValueError, match="over"), about(exchange_id="e-2"):
        raise ValueError("over")
    assert at_hand() == {}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def own_logging() -> Iterator[None]:
    """A process whose log goes nowhere yet; what is done to it is undone."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level, root.handlers = root.handlers, root.level, []
    try:
        yield
    finally:
        root.handlers, root.level, threading.excepthook = handlers, level, hook


@pytest.mark.parametrize(
    ("form", "stream", "is_json"),
    [
        (None, io.StringIO, True),
        (None, Terminal, False),
        ("text", io.StringIO, False),
        ("json", Terminal, True),
    ],
)
def test_a_terminal_is_given_text_and_everything_else_json_unless_told(
    form: Form | None, stream: type[io.StringIO], is_json: bool
) -> None:
    written = stream()
    with own_logging():
        start_logging(form, written)
        logging.getLogger("oots").info("ready")
    assert written.getvalue().startswith("{") is is_json
    assert "ready" in written.getvalue()


def test_a_thread_that_fails_says_so_without_quoting(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("no such person: " + NAME)

    written = io.StringIO()
    with own_logging():
        start_logging("json", written)
        thread = threading.Thread(target=fail, name="outbox")
        thread.start()
        thread.join()
    line = json.loads(written.getvalue())
    assert line["event"] == "the thread outbox ended"
    assert "ValueError" in line["exception"]
    assert NAME not in written.getvalue() + capsys.readouterr().err
