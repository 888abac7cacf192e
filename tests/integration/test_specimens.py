"""The specimens are what today's code writes, byte for byte, and each refusal says what its folder's name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.scenarios.specimens import KEYS, REFUSED, write_specimens
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.validation.documents import examine
from oots.wire.error import decode_error

SAMPLES = Path(__file__).parents[2] / "evidence_samples"
ATTACKS = "attacks/"  # written by the attacks themselves
DOCUMENTS = sorted(file for file in SAMPLES.rglob("*.xml") if file.parent.name != "attacks")


def files_below(folder: Path) -> dict[str, bytes]:
    found = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return {name: content for name, content in found.items() if name != "README.md" and not name.startswith(ATTACKS)}


def test_the_same_code_writes_the_same_specimens(tmp_path: Path) -> None:
    write_specimens(tmp_path)
    written, kept = files_below(tmp_path), files_below(SAMPLES)
    assert sorted(written) == sorted(kept)
    assert [name for name in sorted(written) if written[name] != kept[name]] == []


@pytest.mark.parametrize("code", [refused.code for refused in REFUSED])
def test_a_refused_specimen_carries_the_code_of_its_folder(code: str) -> None:
    error = decode_error((SAMPLES / "refused" / code / "02-error.xml").read_bytes())
    assert [exception.code.code.replace(":", "-") for exception in error.exceptions] == [code]


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(SAMPLES)))
def test_every_document_but_the_damaged_request_is_valid(file: Path) -> None:
    report = examine(file.read_bytes(), file.name)
    assert report.schema_valid is True or "EDM-ERR-0003/01-request" in str(file)


def test_the_authorities_of_the_specimens_are_refused_elsewhere() -> None:
    pem = (SAMPLES / "bopaelsattest" / TRUST_FILE).read_bytes()
    assert pem == (KEYS / TRUST_FILE).read_bytes()
    assert TrustAnchors.from_pem(pem).pem == pem
