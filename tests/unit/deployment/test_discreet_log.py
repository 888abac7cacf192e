"""What a log line says of an exception."""

from __future__ import annotations

import io
import logging

from oots.deployment.serving import Discreet


def logged(formatter: logging.Formatter) -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    log = logging.Logger("test")
    log.addHandler(handler)
    try:
        raise ValueError("no such person: Solvej Prøvesen")
    except ValueError:
        log.exception("the register failed")
    return written.getvalue()


def test_a_log_line_names_the_kind_and_place_of_an_exception_and_never_quotes_it() -> None:
    assert "Solvej" in logged(logging.Formatter())
    line = logged(Discreet())
    assert "the register failed" in line
    assert "ValueError" in line
    assert "in logged" in line
    assert "Solvej Prøvesen" not in line.replace('raise ValueError("no such person: Solvej Prøvesen")', "")
