"""Writes `docs/rules.md`: every rule by kind of document, and where ours part from the official files of 1.0.0.

`python -m oots.validation.rules_document docs/rules.md`
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from oots.rules.deviations import DEVIATIONS, Deviation
from oots.rules.kind import Kind
from oots.validation.catalogue import PAIR, Entry, selected

_INTRODUCTION = """\
# Rules

Every rule that messages are held against, by `oots validate` and by both sides of an exchange on every message in and
out. `oots rules ID` explains one, with a document that keeps it and one that breaks it. Generated from the tables in
`oots/rules` by `make rules`; a test fails when it is out of date.

Only **fatal** refuses a message; a **warning** is noted in the journal; **caution** and **info** are for readers of
reports. Ids are
those of the Technical Design Documents; those that begin with `OOTSDK-` are ours. In reports `XSD` stands for what the
schema finds. Rules of 1.0 are shown with the Semantic Repository's host of release 1.0.0, which is a setting.
"""
_DEVIATIONS = """\
## Where 1.0 parts from the official files
The rules of 1.0 follow the official Schematron files of release 1.0.0 assertion by assertion, because partners are
judged by these files. This is all that differs, and what is doubtful and followed nevertheless.
"""
_HEADINGS = {
    Kind.REQUEST: "Evidence request",
    Kind.RESPONSE: "Evidence response",
    Kind.ERROR: "Evidence error response",
    Kind.EB_REQUIREMENTS: "Evidence Broker: requirements",
    Kind.EB_EVIDENCE_TYPES: "Evidence Broker: evidence types",
    Kind.EB_ERROR: "Evidence Broker: error",
    Kind.DSD_SERVICES: "Data Service Directory: data services",
    Kind.DSD_ERROR: "Data Service Directory: error",
    Kind.EBMS_HEADER: "ebMS header",
    PAIR: "Between messages",
}


def document() -> str:
    """The whole text."""
    parts = [_INTRODUCTION, _deviations(), *(_section(kind, heading) for kind, heading in _HEADINGS.items())]
    return "\n".join(parts)


def _deviations() -> str:
    rows = [
        (_ids(each), ", ".join(each.kinds) or "all", each.treatment, each.official, each.ours) for each in DEVIATIONS
    ]
    return _DEVIATIONS + _table(("rules", "of", "treatment", "the official file", "here"), rows)


def _ids(deviation: Deviation) -> str:
    return ", ".join(deviation.rules) or "–"


def _section(kind: str, heading: str) -> str:
    found = selected(kind, None)
    return f"## {heading}\n`--kind {kind}`, {len({entry.id for entry in found})} ids.\n" + _table(
        ("rule", "severity", "versions", "demand", "TDD"), map(_row, found)
    )


def _row(entry: Entry) -> tuple[str, ...]:
    return entry.id, entry.severity, ", ".join(entry.versions), entry.sentence, entry.chapter


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(("", *_lines(heads, rows), ""))


def _lines(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(("---",) * len(heads))
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
