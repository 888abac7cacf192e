"""How a service logs: one line for each event, with the exchange and the message that it is about, and no person."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import Final, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from oots.model.about import at_hand

Form = Literal["text", "json"]
"""Lines for people, or one JSON object a line."""

_QUIET: Final = ("httpx", "signxml", "pyhanko", "pyhanko_certvalidator", "opentelemetry")
_LOG = logging.getLogger(__name__)


def start_logging(form: Form | None = None, stream: TextIO | None = None) -> None:
    """Send all that is logged in this process to `stream` (standard error); without a `form` as text to a terminal and
    as JSON elsewhere."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(form or ("text" if stream.isatty() else "json"), colours=stream.isatty()))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for quiet in _QUIET:
        logging.getLogger(quiet).setLevel(logging.WARNING)
    threading.excepthook = _thread_failed


def formatter(form: Form, *, colours: bool = False) -> logging.Formatter:
    """Writes a record with its time (UTC), level, logger, and what the work at hand is about.

    Of an exception it writes type and way through the code, never the text, which may quote a person.
    """
    common: list[Processor] = [
        _with_what_is_at_hand,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _discreet,
    ]
    rendered: list[Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [_on_one_line, structlog.dev.ConsoleRenderer(colors=colours)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
    )


def _with_what_is_at_hand(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**at_hand(), **event}


def _discreet(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception becomes its type and its way; asyncio repeats one in the further lines of its message."""
    exception = event.pop("exc_info", None)
    if exception:
        kind, _, way = exception
        event["exception"] = "".join([*traceback.format_tb(way), kind.__name__])
    if event.get("logger") == "asyncio":
        event["event"] = event["event"].partition("\n")[0]
    return event


def _on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a partner wrote cannot begin a line of its own; JSON sees to that itself."""
    return {key: value if key == "exception" else _escaped(value) for key, value in event.items()}


def _escaped(value: object) -> object:
    if not isinstance(value, str):
        return value
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in value)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    """A thread that ends with an exception says so here, and not with the exception's text on standard error."""
    name = failed.thread.name if failed.thread else "without a name"
    _LOG.error("the thread %s ended", name, exc_info=(failed.exc_type, failed.exc_value, failed.exc_traceback))  # type: ignore[arg-type]  # an exception is always there
