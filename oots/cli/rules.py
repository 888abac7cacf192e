"""`oots rules`: which rules there are, and what one of them wants."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import indent
from typing import Annotated, Final

import typer

from oots.cli.validate import known_version
from oots.model.errors import ConfigurationError
from oots.rules.judgement import SCHEMA
from oots.rules.kind import Kind
from oots.validation.catalogue import PAIR, Entry, Explanation, explained, named, near, selected
from oots.validation.report import UNREADABLE_FILE

NO_RULES: Final = {SCHEMA: "what the XML schema finds", UNREADABLE_FILE: "a file that cannot be judged"}
"""What stands in reports in the place of an id."""


def rules(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="The id of a rule, to have it explained.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only rules on this kind of document, or `pair`.")] = None,
    edm: Annotated[str | None, typer.Option(help="Only rules of this version: v1.0, v1.2 or v2.0.")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List every rule, or explain one: wording, chapter, place, and a document that keeps it beside one that breaks it.

    Example: oots rules R-EDM-REQ-S005
    """
    found = selected(_known_kind(kind), known_version(edm))
    if name is None:
        typer.echo(_as_json(found) if as_data else "\n".join(_listed(found)))
        return
    explanations = [explained(entry) for entry in _of_that_id(name, found)]
    typer.echo(_explained_as_json(explanations) if as_data else "\n\n".join(map(_explained, explanations)))


def _known_kind(name: str | None) -> str | None:
    known = (*Kind, PAIR)
    if name is not None and name not in known:
        raise ConfigurationError(f"--kind {name}: known are {', '.join(known)}")
    return name


def _of_that_id(name: str, found: Sequence[Entry]) -> tuple[Entry, ...]:
    """Raises ConfigurationError naming what could have been meant."""
    if entries := named(name, found):
        return entries
    if elsewhere := named(name, selected(None, None)):
        kinds = ", ".join(dict.fromkeys(f"{entry.kind} {'/'.join(entry.versions)}" for entry in elsewhere))
        raise ConfigurationError(f"{elsewhere[0].id} is a rule on {kinds}")
    if name.upper() in NO_RULES:
        raise ConfigurationError(f"{name.upper()} is no rule: it stands for {NO_RULES[name.upper()]}")
    meant = near(name)
    hint = f"did you mean {', '.join(meant)}?" if meant else "oots rules lists those that there are"
    raise ConfigurationError(f"{name} is no rule known here: {hint}")


def _listed(found: Iterable[Entry]) -> Iterator[str]:
    for entry in found:
        yield f"{entry.id:<20} {entry.severity:<8} {','.join(entry.versions):<15} {entry.kind:<18} {entry.sentence}"


def _explained(explanation: Explanation) -> str:
    entry = explanation.entry
    lines = [
        f"{entry.id}  {entry.severity}",
        f"  {entry.sentence}",
        f"  of {entry.kind} in {', '.join(entry.versions)}; TDD {entry.chapter}",
    ]
    if entry.place:
        lines.append(f"  looks at {entry.place}")
    if explanation.example is not None:
        lines += ["  kept:", indent(explanation.example.passing, "    ")]
        lines += ["  broken:", indent(explanation.example.failing, "    ")]
    for each in explanation.deviations:
        lines += [f"  official file of 1.0.0: {each.official}", f"  here ({each.treatment}): {each.ours}"]
    return "\n".join(lines)


def _as_json(found: Iterable[Entry]) -> str:
    return json.dumps({"rules": [asdict(entry) for entry in found]}, indent=2, ensure_ascii=False)


def _explained_as_json(explanations: Iterable[Explanation]) -> str:
    listed = [
        asdict(each.entry)
        | {
            "passing": each.example and each.example.passing,
            "failing": each.example and each.example.failing,
            "deviations": [
                {"treatment": deviation.treatment, "official": deviation.official, "ours": deviation.ours}
                for deviation in each.deviations
            ],
        }
        for each in explanations
    ]
    return json.dumps({"rules": listed}, indent=2, ensure_ascii=False)
