"""`oots dossier`: one exchange as a signed file that verifies without us."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oots.cli import Exit
from oots.cli.validate import printable
from oots.dossier.comparison import Difference, differences
from oots.dossier.container import BrokenContainerError, NoDossierError, read_dossier
from oots.dossier.verification import Verdict, expect_whole
from oots.dossier.verification import verify as verdict_on
from oots.model.clock import SystemClock, iso
from oots.model.errors import ConfigurationError
from oots.trust.anchors import TrustAnchors
from oots.trust.files import write_whole

app = typer.Typer(no_args_is_help=True, add_completion=False)

FILE = Annotated[Path, typer.Argument(help="A dossier (.zip).")]
SPECIMENS = Annotated[bool, typer.Option("--specimens", help="Accept the marked test keys of the samples.")]


class Redaction(StrEnum):
    """For whom parts are withheld."""

    COUNCIL = "council"


@app.callback()
def dossier() -> None:
    """One exchange as a signed file that verifies on another machine, with nothing but the anchor.

    Example: oots dossier export d -o d.zip
    """


@app.command()
def export(
    exchange: Annotated[str, typer.Argument(help="The folder that a run wrote, or an exchange id with --state.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write; it must not be there yet.")],
    state: Annotated[Path | None, typer.Option(help="The state folder of a service, or of a town.")] = None,
    redact: Annotated[
        Redaction | None, typer.Option(help="Leave out documents and evidence but for their digests.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="The folder with trust.pem and the dossier key.")] = None,
    vault_key: Annotated[
        Path | None,
        typer.Option(
            "--key", envvar="OOTS_VAULT_KEY", help="The vault's key file, where it is not in the state folder."
        ),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option("--database-url", envvar="OOTS_DATABASE_URL", help="The service's PostgreSQL, where it has one."),
    ] = None,
    specimens: SPECIMENS = False,
) -> None:
    """Write the dossier of an exchange, signed with the dossier key of the party that exports it. Services may run.

    Example: oots dossier export d -o d.zip --redact council
    """
    from oots.deployment.criteria import criteria_of
    from oots.deployment.reviews import review_in
    from oots.dossier.export import export as made
    from oots.dossier.from_journal import Place, material_of_journal
    from oots.dossier.from_run import is_run, material_of_run
    from oots.dossier.review_record import signing_times

    made_at = SystemClock().now()
    if out.exists():
        raise ConfigurationError(f"{out} is there already; name a new file")
    if state is not None:
        at, review = Place(state, vault_key, database_url, keys), review_in(state, exchange)
        moments = (made_at, *signing_times(review))
        material = material_of_journal(exchange, at, criteria_of, moments, specimens=specimens)
        material = replace(material, review=review)
    elif is_run(Path(exchange)):
        material = material_of_run(Path(exchange), keys, specimens=specimens)
    else:
        raise ConfigurationError(f"{exchange} is no folder that a run wrote; an exchange id needs --state")
    data = made(material, made_at, redact.value if redact else None)
    write_whole(out, data, mode=0o600)
    typer.echo(f"{out}: {len(material.messages)} messages, {len(data)} bytes; see it with oots dossier verify {out}")


@app.command()
def verify(
    file: FILE,
    trust: Annotated[Path | None, typer.Option(help="PEM file with the authorities that you believe.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    specimens: SPECIMENS = False,
    expect_revocation: Annotated[
        bool,
        typer.Option("--expect-revocation", help="Exit 1 unless answers say of every certificate if it was revoked."),
    ] = False,
) -> None:
    """Say whether a dossier is whole, and what its messages prove. Works offline, with the file and the anchor alone.

    Exit 0: whole, anchored, and every question answered with yes as far as it is not redacted; 1: not, or without
    --trust, or revocation was expected and cannot be judged from the dossier; 2: no dossier at all.

    Example: oots dossier verify d.zip --trust d/trust.pem
    """
    anchors = TrustAnchors.from_pem(_read(trust), allow_specimens=specimens) if trust else None
    try:
        verdict = verdict_on(read_dossier(file), anchors, SystemClock().now())
    except NoDossierError as fault:
        raise ConfigurationError(f"{file}: {fault}") from None
    missed = verdict.revocation_unjudged if expect_revocation else ()
    told = _as_json(file, verdict, missed) if as_json else printable("\n".join(_as_text(file, verdict, missed)))
    typer.echo(told)
    raise typer.Exit(Exit.GOOD if verdict.is_good and not missed else Exit.BAD)


@app.command()
def diff(
    first: FILE,
    second: FILE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Say in which files two dossiers differ. Who signed them is for `verify`. Exit 1 if they differ.

    Example: oots dossier diff full.zip redacted.zip
    """
    manifests = []
    for file in (first, second):
        try:
            manifests.append(expect_whole(read_dossier(file))[0])
        except NoDossierError as fault:
            raise ConfigurationError(f"{file}: {fault}") from None
        except BrokenContainerError as broken:
            raise ConfigurationError(
                *(f"{file}: not whole: {fault.file or 'the dossier'}: {fault.why}" for fault in broken.faults)
            ) from None
    found = differences(*manifests)
    typer.echo(_differences_as_json(found) if as_json else printable("\n".join(_differences_as_text(found))))
    raise typer.Exit(Exit.BAD if found else Exit.GOOD)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from None


def _differences_as_json(found: tuple[Difference, ...]) -> str:
    return json.dumps({"differences": [asdict(each) for each in found]}, indent=2, ensure_ascii=False)


def _differences_as_text(found: tuple[Difference, ...]) -> Iterator[str]:
    if not found:
        yield "no difference"
    yield from (f"{each.what}: {each.how}" for each in found)


def _as_text(file: Path, verdict: Verdict, missed: Sequence[str]) -> Iterator[str]:
    manifest = verdict.manifest
    yield f"{file}: {'whole' if not verdict.faults else 'NOT WHOLE'}"
    if manifest and verdict.signer:
        yield f"  exchange {manifest.exchange_id}, made {iso(manifest.made)}, signed by {verdict.signer} (dossier)"
    if not verdict.anchored:
        yield "  signer not anchored: name the authorities that you believe with --trust"
    if manifest and manifest.redaction:
        yield f"  redacted for the {manifest.redaction}"
    yield from (f"  {fault.file or 'the dossier'}: {fault.why}" for fault in verdict.faults)
    for each in verdict.answers:
        yield f"  {each.question_da} / {each.question_en}"
        yield f"    {each.da}"
        yield f"    {each.en}"
    for each_review in verdict.reviews:
        by = f"{each_review.by} ({each_review.key}), {each_review.party}"
        yield f"  Gennemgået / Reviewed: {each_review.verdict}, {by}, {iso(each_review.at)}"
    yield from (f"  remark: {remark.file}: {remark.why}" for remark in verdict.remarks)
    if verdict.revocation:
        yield "  Var et certifikat spærret? / Was a certificate revoked?"
        yield f"    {verdict.revocation.da}"
        yield f"    {verdict.revocation.en}"
    yield from (f"  REVOCATION NOT JUDGED: {why}" for why in missed)


def _as_json(file: Path, verdict: Verdict, missed: Sequence[str]) -> str:
    manifest = verdict.manifest
    told = {
        "file": str(file),
        "good": verdict.is_good and not missed,
        "whole": not verdict.faults,
        "anchored": verdict.anchored,
        "signer": verdict.signer,
        "exchange_id": manifest.exchange_id if manifest else None,
        "made_at": manifest.made_at if manifest else None,
        "redaction": manifest.redaction if manifest else None,
        "faults": [asdict(fault) for fault in verdict.faults],
        "reviews": [asdict(review) | {"at": iso(review.at)} for review in verdict.reviews],
        "remarks": [asdict(remark) for remark in verdict.remarks],
        "answers": [asdict(each) for each in verdict.answers],
        "revocation_judged": not verdict.revocation_unjudged,
        "revocation": asdict(verdict.revocation) if verdict.revocation else None,
        "messages": [
            {
                "message": each.number,
                "message_id": each.header.message_id if each.header else None,
                "travelled": each.travelled,
                "sent": each.sent,
                "received": each.received,
            }
            for each in verdict.messages
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)
