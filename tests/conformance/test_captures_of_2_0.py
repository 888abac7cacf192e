"""What was captured from other implementations of TDD 2.0, and the headers published with 1.0.0, break no rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.wire.xml import parse
from tests.support.official_rules import ABSENT, OFFICIAL

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)

NEWEST = OFFICIAL.parent / "tdd-2.0.1"
PUBLISHED = [
    (NEWEST / "request.xml", Kind.REQUEST, "v2.0"),
    (NEWEST / "response.xml", Kind.RESPONSE, "v2.0"),
    (NEWEST / "request.ebms.xml", Kind.EBMS_HEADER, "v2.0"),
    (NEWEST / "eb_requirements_fr.xml", Kind.EB_REQUIREMENTS, "v2.0"),
    (NEWEST / "dsd_data_services_fi.xml", Kind.DSD_SERVICES, "v2.0"),
    (OFFICIAL / "examples" / "ebms-header-request-birth.xml", Kind.EBMS_HEADER, "v1.0"),
    (OFFICIAL / "examples" / "ebms-header-response-birth.xml", Kind.EBMS_HEADER, "v1.0"),
]


def broken(root: etree._Element, kind: Kind, version: str) -> set[str]:
    """Fatal rules and warnings."""
    findings = rulebook(kind, version).findings(root)
    return {found.rule for found in findings if found.severity in ("fatal", "warning")}


def read(file: Path) -> etree._Element:
    return parse(file.read_bytes(), declarations=10_000)


@pytest.mark.parametrize(("file", "kind", "version"), PUBLISHED, ids=[file.stem for file, _, _ in PUBLISHED])
def test_it_breaks_no_rule(file: Path, kind: Kind, version: str) -> None:
    assert broken(read(file), kind, version) == set()


def test_the_same_request_is_none_of_1_0_or_1_2() -> None:
    request = read(NEWEST / "request.xml")
    assert "R-EDM-REQ-C001" in broken(request, Kind.REQUEST, "v1.0")
    assert {"R-EDM-REQ-C001", "R-EDM-REQ-S022"} <= broken(request, Kind.REQUEST, "v1.2")


def test_the_type_of_a_package_is_read_under_any_prefix() -> None:
    text = (NEWEST / "response.xml").read_text(encoding="utf-8")
    renamed = text.replace("xmlns:rim=", "xmlns:reg=").replace("<rim:", "<reg:").replace("</rim:", "</reg:")
    renamed = renamed.replace('"rim:', '"reg:')
    assert broken(parse(renamed.encode()), Kind.RESPONSE, "v2.0") == set()
    unbound = renamed.replace('"reg:RegistryPackageType"', '"rim:RegistryPackageType"')
    assert broken(parse(unbound.encode()), Kind.RESPONSE, "v2.0") == {"R-EDM-RESP-S066"}
