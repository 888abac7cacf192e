"""Our 1.0 rules and the official ones come to the same verdict, on the published examples and on mutants of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lxml import etree

from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.vectors import FOLDER as VECTORS
from oots.wire.profile import V1_0
from oots.wire.xml import parse
from tests.support.official_rules import ABSENT, OFFICIAL, Verdict, official_verdicts
from tests.support.rule_mutants import Mutant, mutants

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)

EXAMPLES = {
    "evidence-request-birth": Kind.REQUEST,
    "evidence-response-birth": Kind.RESPONSE,
    "error-response-education": Kind.ERROR,
    "eb-requirements-birth": Kind.EB_REQUIREMENTS,
    "eb-evidence-types-birth": Kind.EB_EVIDENCE_TYPES,
    "eb-error-birth": Kind.EB_ERROR,
    "dsd-response-birth": Kind.DSD_SERVICES,
    "dsd-response-birth-simple": Kind.DSD_SERVICES,
    "dsd-error-birth": Kind.DSD_ERROR,
    "dsd-error-additional-input-birth": Kind.DSD_ERROR,
}

OURS = {
    "request-natural": Kind.REQUEST,
    "request-legal": Kind.REQUEST,
    "response": Kind.RESPONSE,
    "response-unavailable": Kind.RESPONSE,
    "error-preview": Kind.ERROR,
    "error-not-found": Kind.ERROR,
    "error-unreadable": Kind.ERROR,
    "dsd-services": Kind.DSD_SERVICES,
    "dsd-error-additional-input": Kind.DSD_ERROR,
}
"""Documents of ours that hold what the published examples do not: legal persons, representatives, other errors."""

AS_MEANT = frozenset(
    {"R-EDM-REQ-C008", "R-EDM-REQ-C009", "R-EDM-RESP-S034", "R-EDM-RESP-S035", "R-EDM-ERR-C022"},
)
"""The rules that we follow as they are meant, since their official assertions do not work (docs/rules.md)."""

OF_EACH = 200
"""Mutants of each example, spread evenly over all of them; well over a thousand together."""


@dataclass
class Tally:
    judged: int = 0
    agreed: int = 0
    tripped: int = 0
    only_theirs: Counter[str] = field(default_factory=Counter)
    only_ours: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def our_verdict(kind: Kind, data: bytes) -> frozenset[tuple[str, str]]:
    book = rulebook(kind, "v1.0", V1_0.repository)
    root = parse(data, declarations=10_000)
    return frozenset(
        (found.rule, str(found.severity)) for found in book.findings(root) if found.severity in ("fatal", "warning")
    )


def published(verdict: frozenset[tuple[str | None, str]] | frozenset[tuple[str, str]]) -> set[tuple[str, str]]:
    """The part of a verdict that has published ids and is not about rules that we follow as meant."""
    return {(name, grave) for name, grave in verdict if name and name.startswith("R-") and name not in AS_MEANT}


def is_fatal(verdict: frozenset[tuple[str | None, str]] | frozenset[tuple[str, str]]) -> bool:
    return any(grave == "fatal" for name, grave in verdict if name not in AS_MEANT)


def tally(kind: Kind, judged: list[Mutant], theirs: list[Verdict]) -> Tally:
    result = Tally()
    for mutant, official in zip(judged, theirs, strict=True):
        if official is None:
            result.tripped += 1
            continue
        ours = our_verdict(kind, etree.tostring(mutant.root))
        missing, surplus = published(official) - published(ours), published(ours) - published(official)
        result.judged += 1
        result.changes[mutant.change] += 1
        if not missing and not surplus and is_fatal(official) == is_fatal(ours):
            result.agreed += 1
        else:
            result.examples.append(f"{mutant.change} {mutant.where}: only theirs {missing}, only ours {surplus}")
        result.only_theirs.update(name for name, _ in missing)
        result.only_ours.update(name for name, _ in surplus)
    return result


def chosen(file: Path, number: int) -> list[Mutant]:
    root = etree.fromstring(file.read_bytes(), etree.XMLParser(remove_comments=True))
    every = list(mutants(root))
    step = max(1, len(every) // number)
    return [Mutant("as it is", "/", root), *every[::step][:number]]


def judge(original: Path, kind: Kind, folder: Path) -> Tally:
    judged = chosen(original, OF_EACH)
    files = []
    for number, mutant in enumerate(judged):
        file = folder / f"{original.stem}-{number}.xml"
        file.write_bytes(etree.tostring(mutant.root))
        files.append(file)
    return tally(kind, judged, official_verdicts(kind, files))


def test_our_1_0_rules_agree_with_the_official_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tallies = {
        name: judge(folder / f"{name}.xml", kind, tmp_path)
        for folder, documents in ((OFFICIAL / "examples", EXAMPLES), (VECTORS / "v1.0", OURS))
        for name, kind in documents.items()
    }
    changes = sum((each.changes for each in tallies.values()), Counter[str]())
    with capsys.disabled():
        print(f"\n{'document':34}{'judged':>8}{'agreed':>8}{'only theirs':>13}{'only ours':>11}{'tripped':>9}")  # noqa: T201
        for name, each in tallies.items():
            print(  # noqa: T201
                f"{name:34}{each.judged:8}{each.agreed:8}{each.only_theirs.total():13}"
                f"{each.only_ours.total():11}{each.tripped:9}"
            )
        print("  ".join(f"{change} {number}" for change, number in sorted(changes.items())))  # noqa: T201
    assert [found for each in tallies.values() for found in each.examples] == []
    assert sum(each.judged for each in tallies.values()) >= 400 + len(tallies)
    assert {"drop", "duplicate", "retype", "rename", "empty", "wrong code", "wrong form", "wrong place"} <= set(changes)
