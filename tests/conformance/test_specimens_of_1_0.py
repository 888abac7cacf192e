"""The official schema and rules of 1.0.0 have nothing above info to say of a whole run in that version."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.support.official_rules import ABSENT, OFFICIAL, official_verdicts

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)

RUN = Path(__file__).parents[2] / "evidence_samples" / "bopaelsattest-v1.0"
DOCUMENTS = {"01-request": "request", "02-error": "error", "03-request": "request", "04-response": "response"}


@pytest.mark.parametrize(("name", "kind"), DOCUMENTS.items())
def test_the_official_rules_find_nothing(name: str, kind: str, tmp_path: Path) -> None:
    lawful = RUN / f"{name}.xml"
    unlawful = tmp_path / "unlawful.xml"
    unlawful.write_bytes(lawful.read_bytes().replace(b">oots-edm:v1.0<", b">oots-edm:v9.0<"))
    found, broken = official_verdicts(kind, [lawful, unlawful])
    assert found == frozenset()
    assert broken


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_official_schema_finds_nothing(name: str) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd" / "driver.xsd"))
    document = etree.parse(RUN / f"{name}.xml")
    assert schema.validate(document), schema.error_log
    document.getroot().append(etree.Element("unexpected"))
    assert not schema.validate(document)
