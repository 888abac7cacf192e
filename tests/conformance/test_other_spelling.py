"""Rules see through prefixes and the order of attributes and slots, and see what is doubled or out of place."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from lxml import etree

from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.wire.namespaces import RIM
from oots.wire.profile import V1_0
from oots.wire.xml import parse
from tests.support.official_rules import OFFICIAL
from tests.support.other_spelling import reprefixed, slots_reversed

EXAMPLES = {
    "evidence-request-birth": Kind.REQUEST,
    "evidence-response-birth": Kind.RESPONSE,
    "dsd-response-birth": Kind.DSD_SERVICES,
}

pytestmark = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official examples are not on this machine")


def example(name: str) -> etree._Element:
    return parse(Path(OFFICIAL / "examples" / f"{name}.xml").read_bytes(), declarations=10_000)


def broken(kind: Kind, root: etree._Element) -> set[str]:
    reread = parse(etree.tostring(root), declarations=10_000)
    book = rulebook(kind, "v1.0", V1_0.repository)
    return {found.rule for found in book.findings(reread) if found.severity in ("fatal", "warning")}


@pytest.mark.parametrize(("name", "kind"), EXAMPLES.items())
def test_prefixes_and_orders_change_no_verdict(name: str, kind: Kind) -> None:
    root = example(name)
    for number, element in enumerate(root.iter(etree.Element)):
        if number % 7 == 3 and not len(element):
            spoilt = copy.deepcopy(root)
            next(each for at, each in enumerate(spoilt.iter(etree.Element)) if at == number).text = "XX"
            assert (
                broken(kind, spoilt)
                == broken(kind, reprefixed(spoilt))
                == broken(kind, slots_reversed(copy.deepcopy(spoilt)))
            )
    assert broken(kind, root) == broken(kind, reprefixed(root)) == set()


def slot(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter(f"{{{RIM}}}Slot") if each.get("name") == name)


def test_a_doubled_slot_is_seen() -> None:
    root = example("evidence-request-birth")
    slot(root, "IssueDateTime").addnext(copy.deepcopy(slot(root, "IssueDateTime")))
    assert broken(Kind.REQUEST, root) == {"R-EDM-REQ-S006"}


def test_a_slot_in_the_wrong_place_is_seen() -> None:
    root = example("evidence-request-birth")
    root.append(slot(root, "EvidenceRequest"))
    assert broken(Kind.REQUEST, root) == {"R-EDM-REQ-S015"}
