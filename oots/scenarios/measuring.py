"""What a topology does in a run: the same story is told in it, and what was sent and kept is counted."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oots.deployment.apps import Exchanging
from oots.edelivery.message import open_message
from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange.journal import Entry
from oots.exchange.queue import WAITING
from oots.exchange.status import figures
from oots.model.clock import SystemClock
from oots.model.errors import PeerError
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision

_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Measured:
    """One exchange with a preview on a running town: how it ended, the messages and receipts that it took, the access
    points on the way (party ids, the portal's first), in how many journals it stands, how many lines these have, and at
    how many places evidence lay until it was deleted."""

    outcome: str
    messages: int
    receipts: int
    way: tuple[str, ...]
    journals: int
    journal_lines: int
    places_of_evidence: int

    @property
    def hops(self) -> int:
        return len(self.way) - 1


def measure(topology: str | Path, municipalities: Sequence[str], edm: str | None = None) -> Measured:
    """Run the story of the bopælsattest in a town of these municipalities; raises what the story raises."""
    with (
        tempfile.TemporaryDirectory(prefix="oots-topology-") as state,
        live_town(
            Path(state),
            SystemClock(),
            topology=topology,
            municipality=municipalities[0],
            municipalities=municipalities,
            edm=edm,
        ) as live,
    ):
        outcome = tell(live, Decision.ACCEPT, lambda _line: None).outcome
        return _measured(live, outcome)


def _measured(live: LiveTown, outcome: str) -> Measured:
    _wait_until_sent(live)
    heard = live.tap.overheard
    at = live.clock.now()
    opened = [open_message(each.content_type, each.body, live.anchors, at) for each in heard]
    way = _way([(each.header.sender.value, each.header.receiver.value) for each in opened])
    journals = [journal for side in live.sides.values() if (journal := _journal(side))]
    return Measured(
        outcome=outcome,
        messages=len(heard),
        receipts=sum(read_signal(each.answer).kind is SignalKind.RECEIPT for each in heard),
        way=way,
        journals=len(journals),
        journal_lines=sum(map(len, journals)),
        places_of_evidence=sum(Entry.EVIDENCE_DELETED in journal for journal in journals),
    )


def _wait_until_sent(live: LiveTown) -> None:
    """Until no side has anything to send any more; raises PeerError after half a minute."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while any(_waiting(side) for side in live.sides.values()):
        if time.monotonic() > end:
            raise PeerError("messages still wait to be sent")
        time.sleep(_PAUSE_SECONDS)


def _waiting(side: Exchanging) -> int:
    with side.store.look() as unit:
        return figures(unit.connection).outbox.get(WAITING, 0)


def _way(hops: list[tuple[str, str]]) -> tuple[str, ...]:
    """The access points from the one that asks first on, in the order in which the messages were sent on."""
    way = [hops[0][0]]
    for sender, receiver in hops:
        if sender == way[-1] and receiver not in way:
            way.append(receiver)
    return tuple(way)


def _journal(side: Exchanging) -> list[Entry]:
    with side.store.look() as unit:
        return [event.entry.entry for each in unit.exchange_ids(1) for event in unit.timeline(each)]
