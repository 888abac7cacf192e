"""Our schemas beside the published ones: the same verdict on every published example and on mutants of them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from oots.model.errors import MessageError
from oots.rules.judgement import SCHEMA
from oots.validation.documents import examine
from oots.wire.schema import enforce, first_fault
from oots.wire.xml import canonical, parse
from tests.support.schema_mutants import ABSENT, CURRENT, EXAMPLES, KEPT, MUTANTS, OFFICIAL, REFUSED, Mutant

pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason=ABSENT)

REGREP = sorted(path.name for path in EXAMPLES.glob("*.xml") if "ebms" not in path.name)
HEADERS = sorted(EXAMPLES.glob("ebms-*.xml"))


@pytest.fixture(scope="module")
def published() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(OFFICIAL / "tdd-1.0.0" / "xsd" / "driver.xsd"))


def accepted(data: bytes, profile: str) -> bool:
    try:
        enforce(data, profile)
    except MessageError:
        return False
    return True


@pytest.mark.parametrize("name", REGREP)
def test_a_published_example_is_accepted_by_all_three(name: str, published: etree.XMLSchema) -> None:
    data = (EXAMPLES / name).read_bytes()
    assert published.validate(parse(data))
    enforce(data, "edm-v1.0")
    assert examine(data, name).schema_valid is True


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_judged_as_the_published_schema_judges_it(mutant: Mutant, published: etree.XMLSchema) -> None:
    data = mutant.data(EXAMPLES)
    assert canonical(parse(data)) != canonical(parse((EXAMPLES / mutant.file).read_bytes())), "nothing was changed"
    assert published.validate(parse(data)) is mutant.accepted
    assert accepted(data, "edm-v1.0") is mutant.accepted


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_readable_report_agrees_on_a_mutant_and_says_where(mutant: Mutant) -> None:
    report = examine(mutant.data(EXAMPLES), mutant.file)
    assert report.schema_valid is mutant.accepted
    assert all(found.line and found.xpath and found.found for found in report.findings if found.rule == SCHEMA)


def test_a_third_of_the_mutants_is_lawful() -> None:
    assert len(MUTANTS) >= 30
    assert 2 * len(KEPT) == len(REFUSED)


@pytest.mark.parametrize("name", REGREP)
def test_every_single_change_to_an_example_is_judged_alike(name: str, published: etree.XMLSchema) -> None:
    root = parse((EXAMPLES / name).read_bytes())
    verdicts = [(published.validate(root), first_fault(root, "edm-v1.0") is None, what) for what in changes(root)]
    assert {official for official, _, _ in verdicts} == {True, False}
    assert [what for official, ours, what in verdicts if official is not ours] == []


def changes(root: etree._Element) -> Iterator[str]:
    """Make one change after the other to the tree, each undone before the next; yields what was changed."""
    for element in list(root.iter()):
        name = etree.QName(element).localname
        yield from (f"{name} {what}" for what in _attributes_changed(element))
        yield from (f"{name} {what}" for what in _text_changed(element))
        yield from (f"{name} {what}" for what in _place_changed(element))


def _attributes_changed(element: etree._Element) -> Iterator[str]:
    for attribute in list(element.attrib):
        value = element.attrib.pop(attribute)
        yield f"without {attribute}"
        element.set(attribute, "å" * 300)
        yield f"with long {attribute}"
        element.set(attribute, value)
    element.set("surprise", "1")
    yield "with an unknown attribute"
    del element.attrib["surprise"]


def _text_changed(element: etree._Element) -> Iterator[str]:
    if len(element):
        return
    before = element.text
    for value in ("", "x", "true", "2026-02-30", "2026-01-01", "x" * 1100):
        element.text = value
        yield f"with text {value[:12]!r}"
    element.text = before


def _place_changed(element: etree._Element) -> Iterator[str]:
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    parent.remove(element)
    yield "removed"
    parent.insert(place, element)
    twin = deepcopy(element)
    parent.insert(place, twin)
    yield "twice"
    parent.remove(twin)
    parent.insert(place + 1, element)
    if place + 1 < len(parent):
        parent.insert(place, parent[place + 1])
        yield "after its neighbour"
        parent.insert(place, element)


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.name)
def test_a_published_header_is_accepted(path: Path) -> None:
    enforce(path.read_bytes(), "ebms")
    assert examine(path.read_bytes(), path.name).schema_valid is True


@pytest.mark.parametrize(
    ("name", "profile", "kind", "version"),
    [
        ("request.xml", "edm-v2.0", "request", "oots-edm:v2.0"),
        ("response.xml", "edm-v2.0", "response", "oots-edm:v2.0"),
        ("request.ebms.xml", "ebms", "ebms-header", "oots-edm:v2.0"),
        ("eb_requirements_fr.xml", "edm-v2.0", "eb-requirements", "oots-cs:v2.0"),
        ("dsd_data_services_fi.xml", "edm-v2.0", "dsd-services", "oots-cs:v2.0"),
    ],
)
def test_a_reference_message_of_the_current_version_is_accepted(
    name: str, profile: str, kind: str, version: str
) -> None:
    data = (CURRENT / name).read_bytes()
    enforce(data, profile)
    report = examine(data, name)
    assert (report.kind, report.version, report.schema_valid) == (kind, version, True)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("request.xml", "<sdg:Language>EN</sdg:Language>", "<sdg:Transformation>x</sdg:Transformation>"),
        ("request.xml", "<sdg:Format>application/pdf</sdg:Format>", ""),
        ("request.xml", "1992-10-22", "22.10.1992"),
        ("response.xml", "1970-03-03", "not-a-date"),
        ("response.xml", "<sdg:Evidence>", "<sdg:Surprise/><sdg:Evidence>"),
        ("response.xml", "rim:RegistryPackageType", "rim:ExtrinsicObjectType"),
        ("eb_requirements_fr.xml", "<sdg:RelatedTo>", "<sdg:Related/><sdg:RelatedTo>"),
        ("dsd_data_services_fi.xml", "<sdg:ConformsTo>oots-edm:v2.0</sdg:ConformsTo>", ""),
    ],
)
def test_a_mutant_of_a_reference_message_is_refused_by_both(name: str, old: str, new: str) -> None:
    mutant = Mutant(f"{old} → {new}", name, old, new, accepted=False)
    assert accepted((CURRENT / name).read_bytes(), "edm-v2.0")
    assert not accepted(mutant.data(CURRENT), "edm-v2.0")
    assert examine(mutant.data(CURRENT), name).schema_valid is False
