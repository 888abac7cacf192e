"""`oots verify`: who signed or sealed a file, and whether it holds."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from oots.cli import Exit
from oots.exchange.verification import FileVerdict, UndecryptedError, UnreadableError, UnsignedError, examine_file
from oots.model.clock import SystemClock
from oots.model.errors import ConfigurationError
from oots.trust.anchors import TrustAnchors
from oots.trust.kept_lists import kept_lists
from oots.trust.keys import KeyPair, load_key_pair

_KEY_ENDING = ".key.pem"


def verify(
    files: Annotated[list[Path], typer.Argument(help="AS4 messages (.mime), receipts, sealed evidence (XML, PDF).")],
    trust: Annotated[Path, typer.Option(help="PEM file with the authorities that you believe.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    specimens: Annotated[bool, typer.Option("--specimens", help="Accept the marked test keys of the samples.")] = False,
    lists: Annotated[
        list[Path] | None,
        typer.Option("--crl", help="A revocation list (DER); every authority on the way then needs one that is good."),
    ] = None,
    decryption_keys: Annotated[
        list[Path] | None,
        typer.Option(
            "--decryption-key",
            metavar="<file>",
            help="The key of the receiver of an encrypted message (decrypt-….key.pem, its certificate beside it).",
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"],
            metavar="<time>",
            help="Judge as of this moment instead of now: 2026-09-01T08:30:00Z.",
        ),
    ] = None,
) -> None:
    """Say who signed what, with which certificate, and whether it verifies. Exit 1 if one does not.

    Revocation is looked at where lists are given. The parts of an encrypted message can be compared with what was
    signed only with the key of its receiver; without it the message is not judged (exit 5).

    Example: oots verify d/04-response.mime --trust d/trust.pem
    """
    revocations = kept_lists(lists) if lists else None
    anchors = TrustAnchors.from_pem(_read(trust), revocations=revocations, allow_specimens=specimens)
    now = at.replace(tzinfo=UTC) if at else SystemClock().now()
    keys = [_key(file) for file in decryption_keys or ()]
    verdicts: list[FileVerdict] = []
    unjudged: list[tuple[Path, str]] = []
    exits = [Exit.GOOD]
    for file in files:
        try:
            verdicts.append(examine_file(file, anchors, now, keys))
            exits.append(Exit.GOOD if verdicts[-1].valid else Exit.BAD)
        except OSError as error:
            unjudged.append((file, error.strerror or str(error)))
            exits.append(Exit.UNREADABLE)
        except UnreadableError as error:
            unjudged.append((file, str(error)))
            exits.append(Exit.UNREADABLE)
        except (UnsignedError, UndecryptedError) as error:
            unjudged.append((file, str(error)))
            exits.append(Exit.NOTHING_CHECKED)
    typer.echo(_as_json(verdicts, unjudged) if as_json else _as_text(verdicts, unjudged))
    raise typer.Exit(max(exits))


def _key(file: Path) -> KeyPair:
    name = file.name.removesuffix(_KEY_ENDING)
    if name == file.name:
        raise ConfigurationError(f"{file} is not called <name>{_KEY_ENDING}, with <name>.cert.pem beside it")
    return load_key_pair(file.parent, name)


def _read(trust: Path) -> bytes:
    try:
        return trust.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{trust}: {error.strerror}") from None


def _as_json(verdicts: list[FileVerdict], unjudged: list[tuple[Path, str]]) -> str:
    listed: list[dict[str, object]] = [asdict(verdict) for verdict in verdicts]
    listed += [{"file": str(file), "kind": "not judged", "valid": False, "problem": why} for file, why in unjudged]
    return json.dumps({"files": listed}, indent=2, ensure_ascii=False)


def _as_text(verdicts: list[FileVerdict], unjudged: list[tuple[Path, str]]) -> str:
    lines = []
    for verdict in verdicts:
        state = "verifies" if verdict.valid else f"DOES NOT VERIFY: {verdict.problem}"
        lines.append(f"{verdict.file}: {verdict.kind}: {state}")
        if verdict.signer:
            lines.append(f"  signed by {verdict.signer} ({verdict.role}) with certificate {verdict.certificate_sha256}")
        lines += [f"  covers {each.reference}  sha256 {each.sha256_base64}" for each in verdict.covered]
    lines += [f"{file}: not judged: {why}" for file, why in unjudged]
    return "\n".join(lines)
