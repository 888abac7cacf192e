"""Sends what waits in the outbox, until a receipt comes or it is of no use any more."""

from __future__ import annotations

import logging
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import httpx

from oots.edelivery.client import RefusedByPeerError, deliver
from oots.edelivery.receipt import check_receipt
from oots.edelivery.signature import SignedDigest
from oots.exchange import outgoing, queue
from oots.exchange.handler import Handler
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import SendingLimits
from oots.exchange.partners import Partner
from oots.exchange.queue import PartnerHealth, Waiting
from oots.exchange.store import Store
from oots.exchange.stumbles import Stumbles
from oots.exchange.unit import Unit
from oots.exchange.watch import Outcome, Watch, Work, came_to, concerns
from oots.model.clock import Clock
from oots.model.errors import PeerError, TransportError, UnavailableError
from oots.trust.anchors import Trust
from oots.trust.revocation import UnsettledError

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=60)
"""Between two attempts to send a message, once the first ones have failed."""
_REACHED_SECONDS = 1.0
"""How exactly it is noted when a partner took a message."""


class Outbox(Generic[RecordT]):
    """The messages of one party that have no receipt yet. What is claimed here is sent by no other replica, unless
    this one dies: then its claim ends, and the partner knows the message by its id."""

    def __init__(
        self,
        *,
        store: Store[RecordT],
        client: httpx.Client,
        partners: Mapping[str, Partner],
        trust: Trust,
        clock: Clock,
        limits: SendingLimits,
        stumbles: Stumbles,
        watch: Watch,
    ) -> None:
        self.limits = limits
        self._store = store
        self._client = client
        self._partners = partners
        self._trust = trust
        self._clock = clock
        self._stumbles = stumbles
        self._watch = watch
        self._handler: Handler[RecordT]
        self._me = secrets.token_hex(8)
        self._claimed: dict[str, str] = {}
        self._reached: dict[str, float] = {}
        self._stopping = False
        self._renewed = 0.0
        self._changed = threading.Condition()
        if not store.database.is_shared:
            with store.begin() as unit:
                queue.free(unit.connection)

    @property
    def lanes(self) -> int:
        """How many messages are under way at most: no partner waits for another's."""
        return max(1, self.limits.in_flight * len(self._partners))

    def serve(self, handler: Handler[RecordT]) -> None:
        """Name the service that hears what becomes of messages."""
        self._handler = handler

    # --- claiming ---

    def claim(self) -> tuple[Waiting, ...]:
        """Claim what is due, for each partner as much as may be under way to it; `send` must be called with each."""
        with self._store.look() as unit:
            now = self._store.database.now(unit.connection, self._clock)
            parties = queue.summary(unit.connection).parties_due(now)
            health = queue.health(unit.connection) if parties else {}
        with self._changed:
            under_way = Counter(self._claimed.values())
        claimed: list[Waiting] = []
        for party_id in parties:
            most = self._room(health.get(party_id, PartnerHealth()), now) - under_way[party_id]
            if most > 0 and party_id in self._partners:
                claimed += self._claim(party_id, most)
        return tuple(claimed)

    def _room(self, health: PartnerHealth, now: datetime) -> int:
        if health.rests_until is not None and now < health.rests_until:
            return 0
        return 1 if health.failures >= self.limits.failures else self.limits.in_flight

    def _claim(self, party_id: str, most: int) -> tuple[Waiting, ...]:
        with self._store.begin() as unit:
            claimed = self._claim_in(unit, party_id, most)
        self._note(claimed)
        return claimed

    def _claim_in(self, unit: Unit[RecordT], party_id: str, most: int) -> tuple[Waiting, ...]:
        now = self._store.database.now(unit.connection, self._clock)
        return queue.claim(unit.connection, party_id, self._me, now, now + self.limits.lease, most)

    def _note(self, claimed: Iterable[Waiting]) -> None:
        with self._changed:
            self._claimed |= {waiting.message_id: waiting.party_id for waiting in claimed}

    def stop_claiming(self) -> None:
        """From now on what is being sent is sent to its end, and nothing after it."""
        self._stopping = True

    def renew(self) -> None:
        """Keep the claims on what is being sent, well before they end."""
        with self._changed:
            message_ids = tuple(self._claimed)
        if message_ids and time.monotonic() - self._renewed >= self.limits.lease.total_seconds() / 4:
            self._renewed = time.monotonic()
            with self._store.begin() as unit:
                until = self._store.database.now(unit.connection, self._clock) + self.limits.lease
                queue.renew(unit.connection, message_ids, self._me, until)

    def bring_forward(self) -> None:
        """What a clock that was set back would keep from being sent is due."""
        longest = max(self.limits.lease, self.limits.rest, LONGEST_PAUSE)
        with self._store.look() as unit:
            latest = self._store.database.now(unit.connection, self._clock) + 2 * longest
            if not queue.is_put_off_beyond(unit.connection, latest):
                return
        with self._store.begin() as unit:
            queue.bring_forward(unit.connection, latest)

    def wait_until_idle(self) -> None:
        """Until nothing is being sent."""
        with self._changed:
            self._changed.wait_for(lambda: not self._claimed)

    # --- sending ---

    def send(self, waiting: Waiting) -> None:
        """Send a claimed message once, and after it, as long as that goes well, what else is due for its partner.

        A message that cannot be handled keeps no other from being sent, and is tried again until its deadline.
        """
        following: Waiting | None = waiting
        while following is not None:
            with self._watch.step(Work.SEND):
                concerns(party_id=waiting.party_id, message_id=following.message_id, exchange_id=following.exchange_id)
                following = self._send_once(following)

    def _send_once(self, waiting: Waiting) -> Waiting | None:
        """The next message, if this one was delivered."""
        try:
            return self._send(waiting)
        except UnavailableError as trouble:
            why = str(trouble)
            _LOG.warning("message %s must wait: %s", waiting.message_id, why)
            self._attempt(waiting, lambda: self._later(waiting, _FIRST_PAUSE, why))
        except Exception as fault:
            self._stumbles.tell(f"message {waiting.message_id}", fault)
            self._attempt(waiting, lambda: self._later(waiting, LONGEST_PAUSE, "it could not be handled"))
        finally:
            with self._changed:
                self._claimed.pop(waiting.message_id, None)
                self._changed.notify_all()
        return None

    def _attempt(self, waiting: Waiting, duty: Callable[[], None]) -> None:
        """What fails here as well is tried by whoever claims the message next."""
        try:
            duty()
        except Exception as fault:
            self._stumbles.tell(f"putting off message {waiting.message_id}", fault)

    def _send(self, waiting: Waiting) -> Waiting | None:
        try:
            receipt = self._obtain_receipt(waiting)
        except RefusedByPeerError as refusal:
            self.give_up(waiting, f"refused by {waiting.party_id}: {refusal}")
        except PeerError as trouble:
            self._note_unreachable(waiting)
            self._retry(waiting, str(trouble))
        except (TransportError, UnsettledError) as trouble:
            self._retry(waiting, str(trouble))
        else:
            return self._settle(waiting, receipt)
        return None

    def _obtain_receipt(self, waiting: Waiting) -> bytes:
        pieces = outgoing.opened(
            waiting.outgoing or b"", waiting.message_id, waiting.party_id, self._store.vault, self._store.files
        )
        partner = self._partners[waiting.party_id]
        receipt = deliver(self._client, partner.endpoint, waiting.content_type, pieces)
        check_receipt(
            receipt,
            message_id=waiting.message_id,
            digests=tuple(SignedDigest(uri, value) for uri, value in waiting.digests),
            receiver=waiting.party_id,
            anchors=self._trust,
            at=self._clock.now(),
        )
        return receipt

    def _settle(self, waiting: Waiting, receipt: bytes) -> Waiting | None:
        """What a receipt means for its message, and the claim on the next one, are one transaction."""
        now = self._clock.now()
        following: tuple[Waiting, ...] = ()
        with self._store.begin() as unit:
            if unit.delivered(waiting):
                unit.journal(_receipt_entry(waiting, receipt, now))
                self._handler.receipted(unit, waiting)
            self._note_reached(unit, waiting.party_id, now)
            if not self._stopping:
                following = self._claim_in(unit, waiting.party_id, 1)
        self._note(following)
        came_to(Outcome.DELIVERED)
        return following[0] if following else None

    def _note_reached(self, unit: Unit[RecordT], party_id: str, now: datetime) -> None:
        if time.monotonic() - self._reached.get(party_id, -_REACHED_SECONDS) >= _REACHED_SECONDS:
            self._reached[party_id] = time.monotonic()
            queue.reached(unit.connection, party_id, now)

    def _note_unreachable(self, waiting: Waiting) -> None:
        self._reached.pop(waiting.party_id, None)
        with self._store.begin() as unit:
            now = self._store.database.now(unit.connection, self._clock)
            queue.unreachable(unit.connection, waiting.party_id, now, self.limits)

    def _retry(self, waiting: Waiting, why: str) -> None:
        pause = min(_FIRST_PAUSE * 2 ** min(waiting.attempts, 10), LONGEST_PAUSE)
        self._later(waiting, pause * random.uniform(0.5, 1.0), why)  # noqa: S311 (jitter, no secret)

    def _later(self, waiting: Waiting, pause: timedelta, why: str) -> None:
        """Try again after a pause, unless that is after the deadline of the message."""
        if self._clock.now() + pause > waiting.deadline:
            self.give_up(waiting, why)
            return
        _LOG.warning("message %s to %s not delivered: %s", waiting.message_id, waiting.party_id, why)
        with self._store.begin() as unit:
            until = self._store.database.now(unit.connection, self._clock) + pause
            queue.postpone(unit.connection, waiting, until, why)
        came_to(Outcome.NOT_DELIVERED)

    def give_up(self, waiting: Waiting, why: str) -> None:
        """Stop trying; the message stays in the outbox as failed, with the reason, and can be wanted again."""
        now = self._clock.now()
        with self._store.begin() as unit:
            if not unit.failed(waiting, why):
                return
            unit.journal(
                JournalEntry(
                    now,
                    Entry.DELIVERY_FAILED,
                    exchange_id=waiting.exchange_id,
                    message_id=waiting.message_id,
                    detail=why,
                )
            )
            self._handler.undeliverable(unit, waiting, why)
        came_to(Outcome.GIVEN_UP)


def _receipt_entry(waiting: Waiting, receipt: bytes, now: datetime) -> JournalEntry:
    return JournalEntry(
        now,
        Entry.RECEIPT_RECEIVED,
        exchange_id=waiting.exchange_id,
        message_id=waiting.message_id,
        signer=waiting.party_id,
        signature_valid=True,
        digests=waiting.digests,
        receipt=receipt,
    )
