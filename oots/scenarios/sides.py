"""Both sides of a running town as a scenario sees them: who asks, who answers, and what stands in their journals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, true

from oots.deployment.apps import Exchanging
from oots.exchange.conversation import ProviderState
from oots.exchange.journal import JournalEntry
from oots.exchange.queue import WAITING
from oots.exchange.schema import OUTBOX
from oots.exchange.unit import Kept
from oots.requester.service import EvidenceRequester
from oots.scenario_files.scenario import Portal
from oots.scenarios.live_town import LiveTown

_UNDER_WAY = frozenset({ProviderState.ANSWERED})


_PORTALS = {Portal.LT: "requester", Portal.DK: "requester-dk"}


@dataclass(frozen=True)
class Asking:
    """A portal: its service, all of it, and the address at which a browser finds it."""

    service: EvidenceRequester
    side: Exchanging
    address: str


class Sides:
    """The portals and data services of one town."""

    def __init__(self, live: LiveTown) -> None:
        self._live = live

    def portal_of(self, portal: Portal) -> Asking:
        """Raises LookupError where the town has no such portal."""
        side = self._live.requesters[_PORTALS[portal]]
        if not isinstance(side.service, EvidenceRequester):
            raise TypeError(type(side.service))
        return Asking(side.service, side, self._live.address(_PORTALS[portal]))

    @property
    def answering(self) -> tuple[Exchanging, ...]:
        return tuple(self._live.providers.values())

    @property
    def taking(self) -> tuple[Exchanging, ...]:
        """Who takes requests: the data services, and the intermediary before them where the town has one."""
        return (*self.answering, *self._live.intermediaries.values())

    def address_of_provider(self, kommunekode: str) -> str:
        """Where a browser finds the data service of a municipality; raises LookupError where it has none."""
        side = self._live.provider_of(kommunekode)
        return next(self._live.address(name) for name, each in self._live.providers.items() if each is side)

    def place_of(self, host: str) -> str:
        """What kind of page is shown at this host: `portal`, `preview`, or another."""
        return host.partition(".")[0]

    def answered_for_good(self, asking: Asking, exchange_id: str) -> bool:
        """Whether no final answer of this exchange is on its way."""
        return all(kept.state not in _UNDER_WAY for _, kept in self._kept(asking, exchange_id))

    @property
    def everything_was_tried(self) -> bool:
        """Whether no message waits to be sent for the first time."""
        return self._none_waits(OUTBOX.c.why.is_(None))

    @property
    def everything_was_sent(self) -> bool:
        """Whether no message waits to be sent at all."""
        return self._none_waits(true())

    def _none_waits(self, such: ColumnElement[bool]) -> bool:
        waiting = select(OUTBOX.c.message_id).where(OUTBOX.c.state == WAITING, such).limit(1)
        for side in self._live.sides.values():
            with side.store.look() as unit:
                if unit.connection.execute(waiting).first():
                    return False
        return True

    def provider_states(self, asking: Asking, exchange_id: str) -> list[str]:
        """Where the data services stand that heard of the exchange."""
        return [str(kept.state) for _, kept in self._kept(asking, exchange_id)]

    def provider_journal(self, asking: Asking, exchange_id: str) -> list[JournalEntry]:
        """What the data services recorded of the exchange, and the intermediary before them."""
        lines = []
        for side, kept in self._kept(asking, exchange_id, self.taking):
            with side.store.look() as unit:
                lines += [told.entry for told in unit.timeline(kept.exchange_id)]
        return lines

    def _kept(
        self, asking: Asking, exchange_id: str, sides: Sequence[Exchanging] = ()
    ) -> Iterator[tuple[Exchanging, Kept[Any]]]:
        """The exchange as these sides have it, by default the data services. In EDM 1.x each has another name for it
        than the portal: the first request tells, noted under the access point from which it came."""
        request_id = asking.service.progress(exchange_id).request.request_id
        senders = [each.access_point.party.value for each in (asking.side, *self._live.intermediaries.values())]
        for side in sides or self.answering:
            with side.store.look() as unit:
                found = unit.find(exchange_id), *(unit.find_by_request(sender, request_id) for sender in senders)
                if kept := next((each for each in found if each), None):
                    yield side, kept

    def refusals(self) -> list[JournalEntry]:
        """Messages that were refused at the door of whoever takes requests, and belong to no exchange."""
        lines = []
        for side in self.taking:
            with side.store.look() as unit:
                lines += [told.entry for told in unit.refusals()]
        return lines
