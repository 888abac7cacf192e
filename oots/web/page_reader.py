"""Reads PDFs for `page_images`, as a process that may be lost: PDFium counts neither time nor memory.

Called with the seconds of computing and the bytes of memory that one question may take. A question is two blocks, what
is asked in JSON and the PDF, or else where its sealed file is and how that opens, so that no process has all of a large
one in memory; an answer is two, its kind and its content.
"""

from __future__ import annotations

import json
import resource
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import pypdfium2 as pdfium

from oots.model.errors import ConfigurationError
from oots.trust.sealed_file import SealedFile, Stored

FOUND: Final = b"found"
MISSING: Final = b"missing"
UNREADABLE: Final = b"unreadable"
_LENGTH: Final = struct.Struct(">Q")


def write_blocks(stream: IO[bytes], *blocks: bytes) -> None:
    """Each with its length before it."""
    for block in blocks:
        stream.write(_LENGTH.pack(len(block)))
        stream.write(block)
    stream.flush()


def read_blocks(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """The next two blocks; raises EOFError where the stream ends before."""
    return _block(stream), _block(stream)


def _block(stream: IO[bytes]) -> bytes:
    head = stream.read(_LENGTH.size)
    block = stream.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
    if len(head) < _LENGTH.size or len(block) < _LENGTH.unpack(head)[0]:
        raise EOFError
    return block


def _answer(question: bytes, pdf: bytes) -> tuple[bytes, bytes]:
    call, sealed, *more = json.loads(question)
    try:
        with _opened(_file(sealed) if sealed else BytesIO(pdf)) as document:
            return FOUND, _CALLS[call](document, *more)
    except IndexError:
        return MISSING, b""
    except (pdfium.PdfiumError, MemoryError, ConfigurationError):
        return UNREADABLE, b""


@contextmanager
def _opened(pdf: BinaryIO) -> Iterator[pdfium.PdfDocument]:
    """PDFium reads of the file what it needs."""
    with pdf:
        document = pdfium.PdfDocument(pdf)
        try:
            yield document
        finally:
            document.close()


def _file(sealed: Mapping[str, Any]) -> BinaryIO:
    return SealedFile(Path(sealed["folder"]), Stored(**sealed["stored"])).open()


def _texts(document: pdfium.PdfDocument, most: int, most_letters: int) -> bytes:
    """The texts of all pages, as a list in JSON; MemoryError where there are more pages or letters than that."""
    if len(document) > most:
        raise MemoryError
    texts = [_text(page) for page in document]
    if sum(map(len, texts)) > most_letters:
        raise MemoryError
    return json.dumps(texts).encode()


def _text(page: pdfium.PdfPage) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace("\r\n", "\n").strip()


def _image(document: pdfium.PdfDocument, most: int, page: int, scale: float, most_pixels: int) -> bytes:
    """One of the first `most` pages as a PNG; IndexError for any other."""
    if not 0 <= page < min(len(document), most):
        raise IndexError(page)
    sheet = document[page]
    width, height = sheet.get_size()
    fitting = min(scale, (most_pixels / max(width * height, 1)) ** 0.5)
    png = BytesIO()
    sheet.render(scale=fitting, rev_byteorder=True).to_pil().save(png, format="PNG", compress_level=1)
    return png.getvalue()


_CALLS: Final[Mapping[str, Callable[..., bytes]]] = {"texts": _texts, "image": _image}


def main(seconds: float, memory: int) -> None:
    """Answer until there are no more questions; one that takes too long ends the process, whatever it is doing.

    Where a system does not count memory (macOS), time alone is an end.
    """
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    while True:
        try:
            question, pdf = read_blocks(sys.stdin.buffer)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_PROF, seconds)
        answer = _answer(question, pdf)
        signal.setitimer(signal.ITIMER_PROF, 0)
        write_blocks(sys.stdout.buffer, *answer)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
