"""A PDF may cost so much time and memory, and no more; and it costs nobody else anything."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
import typst

from oots.web.page_images import MOST_MEMORY, Reader, UnreadablePdfError

PLAIN = typst.compile(b"Attest")
SECONDS = 0.5
LETTERS = 100


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    small = Reader(SECONDS, MOST_MEMORY // 4)
    yield small
    small.close()


def pdf(*objects: bytes) -> bytes:
    """The objects, numbered from 1, of which the first is the catalogue."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % numbered for numbered in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R >>\n"


def page(contents: bytes, *more: bytes) -> bytes:
    """One page that shows object 4, and may name object 5 /F."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>",
        contents,
        *more,
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(content), content)


def forms(times: int, depth: int) -> bytes:
    """A form that shows another one so many times, which does likewise."""
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99]"
    shown = (b"%b /Resources << /XObject << /F %d 0 R >> >>" % (form, number) for number in range(6, 5 + depth))
    inner = [stream(b"/F Do " * times, entries) for entries in shown]
    return page(stream(b"/F Do"), *inner, stream(b"0 0 1 1 re f", form))


def swollen(megabytes: int) -> bytes:
    packed = zlib.compress(zlib.compress(b"0 0 1 1 re f " * (80_000 * megabytes)))
    return page(stream(packed, b"/Filter [/FlateDecode /FlateDecode]"))


def costs_too_much(reader: Reader, hostile: bytes, *asked: float | str) -> None:
    for _ in range(2):
        with pytest.raises(UnreadablePdfError, match="costs more"):
            reader.ask(hostile, *asked)  # type: ignore[arg-type]
        assert b"Attest" in reader.ask(PLAIN, "texts", 1, LETTERS)


@pytest.mark.parametrize("asked", [("texts", 1, LETTERS), ("image", 1, 0, 1.0, 10_000)], ids=["texts", "image"])
def test_forms_within_forms_without_end_are_given_up(reader: Reader, asked: tuple[float | str, ...]) -> None:
    """Each question has a document of its own: one that was given up is not read again."""
    assert reader.ask(forms(2, 3), *asked)  # type: ignore[arg-type]
    costs_too_much(reader, forms(20, 18 + len(asked)), *asked)


def test_contents_that_swell_beyond_all_bounds_are_given_up(reader: Reader) -> None:
    assert reader.ask(swollen(0), "texts", 1, LETTERS) == b'[""]'
    costs_too_much(reader, swollen(50), "texts", 1, LETTERS)


def test_a_document_that_costs_too_much_is_read_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = forms(20, 20)
    costs_too_much(reader, hostile, "texts", 1, LETTERS)
    monkeypatch.setattr(reader, "_exchanged", lambda *_: pytest.fail("it was read again"))
    with pytest.raises(UnreadablePdfError, match="costs more"):
        reader.ask(hostile, "texts", 1, LETTERS)


def test_a_reader_that_was_lost_is_started_again(reader: Reader) -> None:
    assert b"Attest" in reader.ask(PLAIN, "texts", 1, LETTERS)
    reader.close()
    assert b"Attest" in reader.ask(PLAIN, "texts", 1, LETTERS)
