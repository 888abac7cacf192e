"""`docs/rules.md` says what the tables say, and its deviations are about rules that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.rules.books import rulebook
from oots.rules.deviations import DEVIATIONS, Deviation, Treatment
from oots.rules.kind import Kind
from oots.rules.rule import Severity
from oots.validation.rules_document import document

DOCUMENT = Path(__file__).parents[3] / "docs" / "rules.md"


def severities(deviation: Deviation) -> dict[str, set[Severity]]:
    """The severities in 1.0 of the rules that a deviation is about, in the kinds that it names."""
    rules = [rule for kind in deviation.kinds or Kind for rule in rulebook(kind, "v1.0").rules]
    return {name: {rule.severity for rule in rules if rule.id == name} for name in deviation.rules}


def test_the_document_is_what_make_rules_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "out of date: make rules"


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda each: ",".join(each.rules) or each.treatment)
def test_a_deviation_is_about_rules_of_1_0_with_the_severity_that_it_tells(deviation: Deviation) -> None:
    expected = Severity.INFO if deviation.treatment is Treatment.AS_INFO else Severity.FATAL
    assert severities(deviation) == {name: {expected} for name in deviation.rules}


def test_every_rule_that_the_official_files_cannot_report_is_listed_once() -> None:
    told = [
        (kind, rule)
        for each in DEVIATIONS
        if each.treatment is Treatment.AS_INFO
        for kind in each.kinds
        for rule in each.rules
    ]
    assert len(told) == len(set(told)) == 9
