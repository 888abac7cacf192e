"""Every reader accepts its seeds and survives what fuzzing has found; atheris is not needed for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.trust.evidence_seal import check_seal
from tests.fuzz import readers
from tests.fuzz.readers import FOUND, TARGETS, Target

INPUTS = sorted(FOUND.glob("*/*"))
MOST_BYTES = 16 * 1024


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_accepts_a_seed_and_declares_what_it_raises_for_one_that_is_cut_short(name: str) -> None:
    target = TARGETS[name]
    seeds = target.seeds()
    assert any(target.survives(seed) for seed in seeds)
    for seed in seeds:
        for cut in (0, 1, len(seed) // 2, len(seed) - 1):
            target.survives(seed[:cut])


@pytest.mark.parametrize("file", INPUTS, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_was_found_once_does_no_harm_again(file: Path) -> None:
    data = file.read_bytes()
    assert len(data) <= MOST_BYTES, "what is kept is small"
    TARGETS[file.parent.name].survives(data)


def test_a_reader_that_raises_what_it_does_not_declare_is_found() -> None:
    broken = Target(lambda data: data[0], (ValueError,), list)
    assert broken.survives(b"x")
    with pytest.raises(IndexError):
        broken.survives(b"")


def test_a_pdf_is_refused_that_says_a_million_objects_in_three_kilobytes() -> None:
    bomb = (FOUND / "pdf-seal" / "a-million-objects").read_bytes()
    assert len(bomb) < 4_000
    report = check_seal(bomb, "application/pdf", readers._authority().anchors, readers.NOW)
    assert report.problem == "the seal does not verify (PdfDecodeLimitError)"
    sealed, _ = TARGETS["pdf-seal"].seeds()
    assert check_seal(sealed, "application/pdf", readers._authority().anchors, readers.NOW).valid
