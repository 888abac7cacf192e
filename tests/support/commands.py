"""A command as one types it, in this process: nearly all that a process of its own takes is its imports."""

from __future__ import annotations

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from oots.cli import main


def oots(*words: str | Path, cwd: Path | None = None) -> CompletedProcess[str]:
    """What `oots` with these words prints, and the exit code by which it ends."""
    typed = ["oots", *map(str, words)]
    output, errors = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with chdir(cwd or Path()), patch.object(sys, "argv", typed), redirect_stdout(output), redirect_stderr(errors):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    assert isinstance(code, int), code
    return CompletedProcess(typed, code, _said(output), _said(errors))


def _said(stream: TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, BytesIO)
    return buffer.getvalue().decode()
