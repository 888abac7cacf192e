"""`oots verify`: who signed or sealed a file, and whether it holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oots.cli import Exit
from oots.exchange.verification import FileVerdict, UnreadableError, examine_file
from oots.model.clock import SystemClock
from oots.trust.certificates import TrustAnchors


def verify(
    files: Annotated[list[Path], typer.Argument(help="AS4 messages (.mime), receipts, sealed evidence (XML, PDF).")],
    trust: Annotated[Path, typer.Option(help="PEM file with the authorities that you believe.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    specimens: Annotated[bool, typer.Option("--specimens", help="Accept the marked test keys of the samples.")] = False,
) -> None:
    """Say who signed what, with which certificate, and whether it verifies. Exit 1 if one does not.

    Example: oots verify d/04-response.mime --trust d/trust.pem
    """
    anchors = TrustAnchors.from_pem(trust.read_bytes(), allow_specimens=specimens)
    now = SystemClock().now()
    verdicts: list[FileVerdict] = []
    unreadable: list[tuple[Path, str]] = []
    for file in files:
        try:
            verdicts.append(examine_file(file, anchors, now))
        except (OSError, UnreadableError) as error:
            unreadable.append((file, str(error)))
    typer.echo(_as_json(verdicts, unreadable) if as_json else _as_text(verdicts, unreadable))
    bad = any(not verdict.valid for verdict in verdicts)
    raise typer.Exit(Exit.UNREADABLE if unreadable else Exit.BAD if bad else Exit.GOOD)


def _as_json(verdicts: list[FileVerdict], unreadable: list[tuple[Path, str]]) -> str:
    listed: list[dict[str, object]] = [asdict(verdict) for verdict in verdicts]
    listed += [{"file": str(file), "kind": "unreadable", "valid": False, "problem": why} for file, why in unreadable]
    return json.dumps({"files": listed}, indent=2, ensure_ascii=False)


def _as_text(verdicts: list[FileVerdict], unreadable: list[tuple[Path, str]]) -> str:
    lines = []
    for verdict in verdicts:
        state = "verifies" if verdict.valid else f"DOES NOT VERIFY: {verdict.problem}"
        lines.append(f"{verdict.file}: {verdict.kind}: {state}")
        if verdict.signer:
            lines.append(f"  signed by {verdict.signer} ({verdict.role}) with certificate {verdict.certificate_sha256}")
        lines += [f"  covers {uri}  sha256 {value}" for uri, value in verdict.covered]
    lines += [f"{file}: unreadable: {why}" for file, why in unreadable]
    return "\n".join(lines)
