"""Both sides of a running town as a scenario sees them: who asks, who answers, and what stands in their journals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from oots.deployment.apps import Exchanging
from oots.deployment.town import PORTAL
from oots.exchange.conversation import ProviderState
from oots.exchange.journal import JournalEntry
from oots.exchange.queue import WAITING
from oots.exchange.schema import OUTBOX
from oots.exchange.store import Store
from oots.exchange.unit import Kept
from oots.provider.service import EvidenceProvider
from oots.requester.service import EvidenceRequester
from oots.scenario_files.scenario import Portal
from oots.scenarios.live_town import LiveTown

_UNDER_WAY = frozenset({ProviderState.ANSWERED})


@dataclass(frozen=True)
class Asking:
    """A portal: its service, and the address at which a browser finds it."""

    service: EvidenceRequester
    address: str


class Sides:
    """The portals and data services of one town."""

    def __init__(self, live: LiveTown) -> None:
        self._live = live

    def portal_of(self, portal: Portal) -> Asking:
        """Raises LookupError where the town has no such portal."""
        if portal is not Portal.LT:
            raise LookupError(f"the town has no portal {portal}")
        service = self._live.requester.service
        if not isinstance(service, EvidenceRequester):
            raise TypeError(type(service))
        return Asking(service, self._live.town.origins[f"https://{PORTAL}"])

    @property
    def answering(self) -> tuple[Exchanging, ...]:
        return (self._live.provider,)

    def place_of(self, host: str) -> str:
        """What kind of page is shown at this host: `portal`, `preview`, or another."""
        return host.partition(".")[0]

    def answered_for_good(self, exchange_id: str) -> bool:
        """Whether no final answer of this exchange is on its way."""
        return all(kept.state not in _UNDER_WAY for kept in self.kept(exchange_id))

    @property
    def everything_was_tried(self) -> bool:
        """Whether no message waits to be sent for the first time."""
        untried = select(OUTBOX.c.message_id).where(OUTBOX.c.state == WAITING, OUTBOX.c.why.is_(None)).limit(1)
        for side in (self._live.requester, *self.answering):
            with side.store.look() as unit:
                if unit.connection.execute(untried).first():
                    return False
        return True

    def kept(self, exchange_id: str) -> Iterator[Kept[Any]]:
        """What the data services keep of it; in EDM 1.x they have another name for it than the portal."""
        for side in self.answering:
            with side.store.look() as unit:
                if kept := unit.find(exchange_id) or self._by_request(side.store, exchange_id):
                    yield kept

    def _by_request(self, store: Store[Any], exchange_id: str) -> Kept[Any] | None:
        with suppress(LookupError), store.look() as unit:
            progress = self._requester_of(exchange_id).progress(exchange_id)
            return unit.find_by_request(self._live.requester.access_point.party.value, progress.request.request_id)
        return None

    def _requester_of(self, exchange_id: str) -> EvidenceRequester:
        return self.portal_of(Portal.LT).service

    def provider_journal(self, exchange_id: str) -> list[JournalEntry]:
        """What the data services recorded of an exchange."""
        lines = []
        for kept in self.kept(exchange_id):
            for side in self.answering:
                with side.store.look() as unit:
                    lines += [told.entry for told in unit.timeline(kept.exchange_id)]
        return lines

    def refusals(self) -> list[JournalEntry]:
        """Messages that were refused at the door of a data service, and belong to no exchange."""
        lines = []
        for side in self.answering:
            with side.store.look() as unit:
                lines += [told.entry for told in unit.refusals()]
        return lines


def providers_of(live: LiveTown) -> tuple[EvidenceProvider, ...]:
    """The data services of a town."""
    services = [side.service for side in Sides(live).answering]
    return tuple(service for service in services if isinstance(service, EvidenceProvider))
