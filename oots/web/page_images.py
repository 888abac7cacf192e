"""What a PDF shows, as images and as text: made from the very bytes, since a sandboxed frame renders no PDF."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from threading import Lock

from oots.model.content import Content, sha256_of, whole
from oots.trust.sealed_file import SealedFile
from oots.web import page_reader
from oots.web.page_reader import MISSING, UNREADABLE, read_blocks, write_blocks

SCALE = 2.0
"""Pixels per point: 144 dots per inch."""
MOST_PAGES = 50
MOST_LETTERS = 1_000_000
MOST_PIXELS = 16_000_000
MOST_SECONDS = 10.0
MOST_MEMORY = 1024 * 1024 * 1024
"""What a question about a PDF may cost, of computing and in bytes: a few hundred bytes can ask for hours and GBs."""
_MOST_REMEMBERED = 1000


class UnreadablePdfError(ValueError):
    """PDFium cannot read the document, or not within the limits."""


class Reader:
    """A process of its own that reads PDFs, started when it is needed, and again when a document was its end.

    Such a document is not read again: everybody else waits meanwhile. Safe for threads, as PDFium is not.
    """

    def __init__(self, seconds: float = MOST_SECONDS, memory: int = MOST_MEMORY) -> None:
        self._command = [sys.executable, "-m", page_reader.__name__, str(seconds), str(memory)]
        self._process: subprocess.Popen[bytes] | None = None
        self._fatal: set[str] = set()
        self._turn = Lock()

    def ask(self, pdf: Content, call: str, *more: float) -> bytes:
        """What `page_reader` answers; raises IndexError for a page that is not there, and UnreadablePdfError."""
        digest = sha256_of(pdf)
        with self._turn:
            if digest in self._fatal:
                raise UnreadablePdfError("a PDF that costs more than it may")
            try:
                kind, content = self._exchanged(*_question(pdf, call, *more))
            except (EOFError, OSError):
                self._end()
                self._remember(digest)
                raise UnreadablePdfError("a PDF that costs more than it may") from None
        if kind == MISSING:
            raise IndexError(*more)
        if kind == UNREADABLE:
            raise UnreadablePdfError("not a readable PDF")
        return content

    def _exchanged(self, question: bytes, pdf: bytes) -> tuple[bytes, bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter with our own arguments)
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None  # noqa: S101 (a pipe, as was asked for)
        assert answers is not None  # noqa: S101 (likewise)
        write_blocks(questions, question, pdf)
        return read_blocks(answers)

    def _remember(self, digest: str) -> None:
        if len(self._fatal) >= _MOST_REMEMBERED:
            self._fatal.clear()
        self._fatal.add(digest)

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError), process:  # what was not read yet is of no use to anybody
                pass


def _question(pdf: Content, call: str, *more: float) -> tuple[bytes, bytes]:
    """The two blocks of a question: a sealed file is read by the other process itself."""
    if isinstance(pdf, SealedFile):
        sealed = {"folder": str(pdf.folder), "stored": asdict(pdf.stored)}
        return json.dumps([call, sealed, *more]).encode(), b""
    return json.dumps([call, None, *more]).encode(), whole(pdf)


@cache
def _reader() -> Reader:
    reader = Reader()
    atexit.register(reader.close)
    return reader


def texts_of(pdf: Content) -> tuple[str, ...]:
    """The text of each page; raises UnreadablePdfError, also beyond 50 pages or a million letters: a person who decides
    is shown all of a document, or told to open it herself."""
    return tuple(json.loads(_reader().ask(pdf, "texts", MOST_PAGES, MOST_LETTERS)))


def render(pdf: Content, page: int, scale: float = SCALE) -> bytes:
    """One page (from 0) as a PNG, at a smaller scale if it would exceed 16 million pixels.

    Raises IndexError for a page that is not there, UnreadablePdfError for what is no PDF.
    """
    return _reader().ask(pdf, "image", MOST_PAGES, page, scale, MOST_PIXELS)
