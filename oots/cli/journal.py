"""`oots journal`: whether the log is whole, and the end of what has been kept long enough."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from oots.cli import Exit
from oots.exchange.journal_report import JournalReport, Purged, examine_journal
from oots.exchange.store import stores_in
from oots.model.clock import SystemClock, iso
from oots.model.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, add_completion=False)

STATE = Annotated[Path, typer.Argument(help="The state folder of a service, or of a town with its services.")]
KEY = Annotated[
    Path | None,
    typer.Option("--key", envvar="OOTS_VAULT_KEY", help="The vault's key file, where it is not in the state folder."),
]
DATABASE = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="OOTS_DATABASE_URL",
        help="The service's PostgreSQL, where it has one; the state folder is then that of this service.",
        show_envvar=True,
    ),
]


@app.callback()
def journal() -> None:
    """The log that both sides keep of every exchange for twelve months (2022/1463, article 17).

    Example: oots journal verify state
    """


@app.command()
def verify(
    state: STATE,
    key: KEY = None,
    database_url: DATABASE = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Say whether entries are missing, altered, moved or cut off at the end, and what was purged. Services may run.

    Exit 0: whole; 1: not; 2: cannot be read; 5: no entry to check. The highest counts.

    Example: oots journal verify state --json
    """
    reports: dict[Path, JournalReport] = {}
    unread: dict[Path, str] = {}
    for folder in folders_of(state, key, database_url):
        try:
            reports[folder] = examine_journal(folder, key, database_url)
        except ConfigurationError as fault:
            unread[folder] = str(fault)
    typer.echo(_as_json(reports, unread) if as_json else "\n".join(_as_text(reports, unread)))
    raise typer.Exit(_worth(reports, unread))


@app.command()
def purge(
    state: STATE,
    key: KEY = None,
    database_url: DATABASE = None,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Delete only what is older than this day (UTC). Nothing younger than twelve months is deleted, so a "
            "day within them is refused.",
        ),
    ] = None,
) -> None:
    """Delete entries of more than twelve months ago, and all that belongs to them; a service that runs does so itself.

    Exit 2 while the service runs, and for a day within the twelve months; 5: no store there.

    Example: oots journal purge state

    Example: oots journal purge state/provider --before 2024-12-31
    """
    from oots.deployment.at_rest import purge_folder

    folders = folders_of(state, key, database_url)
    limit = before.replace(tzinfo=UTC) if before else None
    if not folders:
        typer.echo(f"{state}: no store here, so there is nothing to purge")
    for folder in folders:
        done = purge_folder(folder, key, SystemClock(), limit, database_url)
        typer.echo(f"{folder}: {f'entries {done.first} to {done.last} are purged' if done else 'nothing to purge'}")
    raise typer.Exit(Exit.GOOD if folders else Exit.NOTHING_CHECKED)


def folders_of(state: Path, key: Path | None, database_url: str | None = None) -> tuple[Path, ...]:
    """The folders with a store in `state`.

    Raises ConfigurationError for one key file for several services: each has its own.
    """
    folders = stores_in(state, database_url)
    if key is not None and len(folders) > 1:
        raise ConfigurationError("a key file belongs to one service: name the folder of that service")
    return folders


def _worth(reports: Mapping[Path, JournalReport], unread: Mapping[Path, str]) -> Exit:
    if unread:
        return Exit.UNREADABLE
    if any(report.faults for report in reports.values()):
        return Exit.BAD
    return Exit.GOOD if any(report.entries for report in reports.values()) else Exit.NOTHING_CHECKED


def _as_json(reports: Mapping[Path, JournalReport], unread: Mapping[Path, str]) -> str:
    listed: list[dict[str, object]] = [
        {"folder": str(folder), "whole": not report.faults} | asdict(report) for folder, report in reports.items()
    ]
    listed += [{"folder": str(folder), "whole": None, "problem": why} for folder, why in unread.items()]
    return json.dumps({"journals": listed}, indent=2, ensure_ascii=False, default=_written)


def _written(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)


def _as_text(reports: Mapping[Path, JournalReport], unread: Mapping[Path, str]) -> Iterator[str]:
    if not reports and not unread:
        yield "no journal here"
    for folder, report in reports.items():
        yield f"{folder}: {_verdict(report)}"
        yield from (f"  {line}" for line in _said(report))
    for folder, why in unread.items():
        yield f"{folder}: not read: {why}"


def _verdict(report: JournalReport) -> str:
    if report.faults:
        return "NOT WHOLE"
    return "whole" if report.entries else "no entries"


def _said(report: JournalReport) -> Iterator[str]:
    if report.entries:
        span = " to ".join(iso(at) if at else "no time" for at in (report.first_at, report.last_at))
        yield f"{report.entries} entries, {span}"
        yield f"ends with entry {report.head.number}, {report.head.link}"
    if report.chained_through is not None:
        yield f"entries up to {report.chained_through} were written before there was a chain"
    yield from (_purged(purged) for purged in report.purges)
    yield from (fault.says for fault in report.faults)


def _purged(purged: Purged) -> str:
    what = purged.what
    return f"{what.count} entries ({what.first} to {what.last}) purged at {iso(purged.at)}"
