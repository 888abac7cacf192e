"""Requests that schemathesis makes up for what the services say of themselves: `python -m tests.fuzz.schemas`.

Pages hide from OpenAPI, so tests/integration/web/test_any_request.py knocks at every route; this goes further into the
doors for machines.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings

from tests.support.manners import expect_good_manners
from tests.support.services import services


def try_out(app: FastAPI, examples: int) -> list[str]:
    """So many requests for every operation of the app; returns what the operations are called."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    names = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            answer = case.call()
            headers = {name: values[0] for name, values in answer.headers.items()}
            expect_good_manners(f"{case.method} {case.formatted_path}", answer.status_code, headers)

        ask()
        names.append(operation.label)
    return names


def main() -> None:
    """Say what was tried; the first request that makes a service stumble ends the run."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=500, help="for each operation (default 500)")
    examples = options.parse_args().examples
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        for name, (app, _origin) in services(folder, ends).items():
            operations = try_out(app, examples)
            sys.stdout.write(f"{name:<12} {examples} requests each: {', '.join(operations)}\n")


if __name__ == "__main__":
    main()
