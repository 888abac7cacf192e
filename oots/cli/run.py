"""`oots run`: a story without a browser, with everything it leaves behind in a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oots.cli import Exit
from oots.scenarios.outcome import Decision, Edm

if TYPE_CHECKING:
    from oots.scenarios.folder import Told

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def run() -> None:
    """A whole exchange without a browser, with everything it leaves in a folder.

    Example: oots run bopaelsattest --out d
    """


@app.command()
def bopaelsattest(
    out: Annotated[Path, typer.Option(help="An empty or new folder for documents, messages, receipts, evidence.")],
    decision: Annotated[Decision, typer.Option(help="What the citizen decides; `none` lets the time run out.")] = (
        Decision.ACCEPT
    ),
    state: Annotated[Path | None, typer.Option(help="Keep keys and journals here instead of forgetting them.")] = None,
    edm: Annotated[Edm, typer.Option(help="The version of the exchange data model.")] = Edm.V2_0,
    as_json: Annotated[bool, typer.Option("--json", help="Print exchange.json instead of a summary.")] = False,
) -> None:
    """A person moves to Lithuania and fetches her bopælsattest from Aarhus. Exit 0 only if it ends as it should.

    Example: oots run bopaelsattest --out d --decision decline
    """
    from oots.scenarios.bopaelsattest import run_bopaelsattest

    summary, messages = run_bopaelsattest(out, decision, state, say=_quiet if as_json else _progress, edm=edm.value)
    typer.echo(json.dumps(summary, indent=2, ensure_ascii=False) if as_json else _told(summary, messages, out))
    raise typer.Exit(Exit.GOOD if summary["outcome"] == summary["expected"] else Exit.BAD)


def _progress(line: str) -> None:
    typer.echo(f"  {line}", err=True)


def _quiet(_line: str) -> None:
    """With --json nothing but the result is printed."""


def _told(summary: dict[str, object], messages: Sequence[Told], out: Path) -> str:
    headers = [told.opened.header for told in messages]
    lines = [
        f"{number}. {header.sender.value} → {header.receiver.value}  {told.says}"
        for number, (told, header) in enumerate(zip(messages, headers, strict=True), start=1)
    ]
    evidence = summary["evidence"]
    for item in evidence if isinstance(evidence, list) else ():
        same = "yes" if item["sha256_shown"] == item["sha256_received"] else "NO"
        lines.append(f"   {item['file']}  shown = received: {same}")
    lines.append(f"outcome {summary['outcome']} (expected {summary['expected']}); all files are in {out}")
    return "\n".join(lines)
