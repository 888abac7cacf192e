"""Page images and texts of a PDF."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from oots.trust.sealed_file import SealedFile, Sealing
from oots.web import page_images
from oots.web.page_images import UnreadablePdfError, render, texts_of

PDF = typst.compile(b"#set page(width: 100pt, height: 200pt, margin: 5pt)\nF\xc3\xb8rste\n#pagebreak()\nAnden")


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_each_page_gives_its_text() -> None:
    assert texts_of(PDF) == ("Første", "Anden")


def test_a_page_becomes_a_png_of_its_size_times_the_scale() -> None:
    png = render(PDF, 0, 3.0)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert size(png) == (300, 600)


def test_pages_look_different() -> None:
    assert render(PDF, 0) == render(PDF, 0)
    assert render(PDF, 0) != render(PDF, 1)


@pytest.mark.parametrize("page", [-1, 2])
def test_a_page_that_is_not_there_is_an_index_error(page: int) -> None:
    assert render(PDF, 1)
    with pytest.raises(IndexError):
        render(PDF, page)


def test_a_sealed_file_is_read_by_the_other_process_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sealing(tmp_path) as sealing:
        sealing.write(PDF)
        file = sealing.finish()
    monkeypatch.setattr(SealedFile, "open", None)
    assert texts_of(file) == texts_of(PDF)
    assert render(file, 1) == render(PDF, 1)


def test_a_sealed_file_that_does_not_open_is_refused(tmp_path: Path) -> None:
    with Sealing(tmp_path) as sealing:
        sealing.write(PDF)
        file = sealing.finish()
    assert texts_of(file) == ("Første", "Anden")
    with pytest.raises(UnreadablePdfError):
        texts_of(SealedFile(tmp_path, replace(file.stored, key="00" * 32)))


def test_what_is_no_pdf_is_refused() -> None:
    assert texts_of(PDF)
    for act in (lambda: texts_of(b"%PDF-1.7 nothing"), lambda: render(b"", 0)):
        with pytest.raises(UnreadablePdfError):
            act()


def test_a_huge_page_is_drawn_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    assert size(render(PDF, 0, 1.0)) == (100, 200)
    monkeypatch.setattr(page_images, "MOST_PIXELS", 5000)
    assert size(render(PDF, 0, 1.0)) == (50, 100)


def test_a_document_of_more_pages_is_not_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_images, "MOST_PAGES", 2)
    assert texts_of(PDF) == ("Første", "Anden")
    monkeypatch.setattr(page_images, "MOST_PAGES", 1)
    with pytest.raises(UnreadablePdfError):
        texts_of(PDF)


def test_more_letters_than_a_page_may_show_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_images, "MOST_LETTERS", len("FørsteAnden"))
    assert texts_of(PDF) == ("Første", "Anden")
    monkeypatch.setattr(page_images, "MOST_LETTERS", len("FørsteAnden") - 1)
    with pytest.raises(UnreadablePdfError):
        texts_of(PDF)
