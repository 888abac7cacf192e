"""`oots status`: how services stand, without opening anything that is personal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oots.cli import Exit
from oots.cli.journal import DATABASE, STATE

if TYPE_CHECKING:
    from oots.exchange.status import PartnerStatus, Status


def status(
    state: STATE = Path("state"),
    database_url: DATABASE = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show exchanges by state, what waits to be sent and for how long, what could not be sent and why, and partners.

    Services may run; no key is needed. Exit 1: a message has failed or a partner cannot be reached at present; 2: the
    store cannot be read; 5: no store there.

    Example: oots status state
    """
    from oots.exchange.status import examine
    from oots.model.clock import SystemClock

    now = SystemClock().now()
    found = examine(state, database_url, now)
    if as_json:
        typer.echo(json.dumps({name: asdict(each) for name, each in found.items()}, indent=2, default=_written))
    else:
        typer.echo("\n".join(_as_text(found, now)))
    raise typer.Exit(_worth(found, now))


def _worth(found: Mapping[str, Status], now: datetime) -> Exit:
    if not found:
        return Exit.NOTHING_CHECKED
    bad = any(each.failed or any(partner.rests(now) for partner in each.figures.partners) for each in found.values())
    return Exit.BAD if bad else Exit.GOOD


def _written(value: object) -> str:
    from oots.model.clock import iso

    return iso(value) if isinstance(value, datetime) else str(value)


def _as_text(found: Mapping[str, Status], now: datetime) -> Iterator[str]:
    if not found:
        yield "no store here"
    for name, each in found.items():
        yield f"{name}: {sum(each.figures.exchanges.values())} exchanges, journal entry {each.figures.last_entry}"
        yield from (f"  {line}" for line in (*_exchanges(each, now), *_queue(each, now), *_partners(each, now)))


def _exchanges(each: Status, now: datetime) -> Iterator[str]:
    for state, count in sorted(each.figures.exchanges.items()):
        oldest = each.oldest.get(state)
        yield f"{state:<18} {count:>8}" + (f"   the oldest for {_span(now, oldest)}" if oldest else "")
    if each.next_deadline:
        late = each.next_deadline <= now
        yield f"next deadline      {_span(now, each.next_deadline)}{' ago' if late else ''}"


def _queue(each: Status, now: datetime) -> Iterator[str]:
    figures = each.figures
    waiting, failed = (figures.outbox.get(state, 0) for state in ("waiting", "failed"))
    oldest = f", the oldest for {_span(now, figures.oldest_waiting)}" if figures.oldest_waiting else ""
    yield f"to be sent         {waiting:>8}   {each.due} due now{oldest}"
    yield f"not delivered      {failed:>8}"
    for message in each.failed:
        yield f"  {message.message_id} to {message.party_id}, {message.attempts} attempts: {message.why}"


def _partners(each: Status, now: datetime) -> Iterator[str]:
    for partner in each.figures.partners:
        yield f"partner {partner.party_id}: {_health(partner, now)}"


def _health(partner: PartnerStatus, now: datetime) -> str:
    delivered = f"last delivery {_span(now, partner.delivered_at)} ago" if partner.delivered_at else "no delivery yet"
    failures = f", {partner.failures} failures since" if partner.failures else ""
    rests = f", rests for {_span(now, partner.rests_until)}" if partner.rests(now) and partner.rests_until else ""
    return delivered + failures + rests


def _span(now: datetime, moment: datetime) -> str:
    """The time between, in the largest unit that fits."""
    seconds = round(abs((now - moment).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
