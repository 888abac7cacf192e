"""`oots documents`: what it prints and writes, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from oots.cli import documents
from oots.denmark.document_model import definitions
from oots.model.errors import ConfigurationError
from oots.wire.schema import XSD_DIR, enforce


def said(*words: str) -> str:
    result = CliRunner().invoke(documents.app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_evidence_type_is_listed() -> None:
    lines = said("list").splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == list(definitions())


def test_a_mapping_tells_what_releases_an_element_and_what_is_never_released() -> None:
    printed = said("mapping", "civilstandsattest")
    spouse = next(line for line in printed.splitlines() if line.startswith("| AegtefaelleNavn |"))
    assert "58c05926-aca9-47b8-a7b6-bf83b104887a" in spouse
    assert "| CPR Folkekirkeoplysning | Religion" in printed


def test_a_mapping_of_the_residence_certificate_names_the_form_of_the_regulation_and_those_of_others() -> None:
    printed = said("mapping", "bopaelsattest-aktuel")
    assert "| Person/Efternavn | Navn.efternavn | Body/ConcernedPerson/Surname |" in printed
    assert "de4a-domicile-registration-1.7" in printed


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no evidence type"):
        CliRunner().invoke(documents.app, ["mapping", "skattebillet"], catch_exceptions=False)


def test_schemas_are_written_as_they_lie_in_the_repository(tmp_path: Path) -> None:
    names = said("schemas", str(tmp_path / "new")).split()
    assert {name: (tmp_path / "new" / name).read_bytes() for name in names} == {
        file.name: file.read_bytes() for file in (XSD_DIR / "dk").glob("*.xsd")
    }


def test_a_sample_of_each_document_is_valid_and_has_its_letter(tmp_path: Path) -> None:
    names = said("samples", str(tmp_path)).split()
    for type_id in (each.id for each in definitions().values() if each.root):
        enforce((tmp_path / f"{type_id}-1.xml").read_bytes(), f"dk-{type_id}-1.0")
        assert (tmp_path / f"{type_id}-2.pdf").read_bytes().startswith(b"%PDF-")
    assert {"byggetilladelse-5.pdf", "fripladsbevilling-3.pdf"} <= set(names)
