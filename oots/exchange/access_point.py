"""The access point's door: what comes in is believed, recorded and receipted in one transaction; what goes out is
queued in the transaction that decided it, and sent until a receipt comes."""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import httpx
from cryptography import x509

from oots.edelivery.client import RefusedByPeerError, deliver
from oots.edelivery.faults import failed_authentication, invalid_header
from oots.edelivery.header import UserMessage
from oots.edelivery.limits import Limits
from oots.edelivery.message import OpenedMessage, Part, SealedMessage, open_message, seal_message
from oots.edelivery.receipt import check_receipt, seal_receipt
from oots.edelivery.signal import error_signal
from oots.edelivery.signature import SignedDigest
from oots.exchange.envelope import UnsendableError, expect_lawful_header
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import Partner
from oots.exchange.store import Received, Store, Unit, Waiting
from oots.model.clock import Clock, Ids
from oots.model.content import length_of, whole
from oots.model.errors import MessageError, PeerError, TransportError
from oots.model.identifiers import Identifier
from oots.trust.anchors import Trust
from oots.trust.certificates import Role, UntrustedError
from oots.trust.evidence_seal import check_seal
from oots.trust.keys import KeyPair
from oots.trust.revocation import UnsettledError
from oots.wire.profile import PROFILES

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(seconds=60)
CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the clocks of two access points may differ."""


class Handler(Protocol[RecordT]):
    """The service behind an access point; each call happens inside one transaction."""

    def take(self, unit: Unit[RecordT], opened: OpenedMessage) -> None:
        """Act on a believed message, which may yet break any rule."""

    def receipted(self, unit: Unit[RecordT], waiting: Waiting) -> None:
        """The partner has given a valid receipt."""

    def undeliverable(self, unit: Unit[RecordT], waiting: Waiting, why: str) -> None:
        """No receipt came before the deadline, or the partner refused the message."""

    def expire(self, unit: Unit[RecordT], exchange_id: str, now: datetime) -> None:
        """Act on the deadline of an exchange, which has passed."""

    def files_in_use(self, unit: Unit[RecordT]) -> frozenset[str]:
        """The files that exchanges still need."""
        ...


class AccessPoint(Generic[RecordT]):
    """One party's AS4 endpoint and outbox."""

    def __init__(
        self,
        *,
        party: Identifier,
        key: KeyPair,
        trust: Trust,
        partners: Mapping[str, Partner],
        store: Store[RecordT],
        client: httpx.Client,
        clock: Clock,
        ids: Ids,
        limits: TimeLimits = TimeLimits(),  # noqa: B008 (frozen)
        sizes: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self.party = party
        self.partners = partners
        self._trust = trust
        self._oldest = limits.longest_delivery + CLOCKS_DIFFER
        self._sizes = sizes
        self._key = key
        self._store = store
        self._client = client
        self._clock = clock
        self._ids = ids
        self._handler: Handler[RecordT]
        self._work = threading.Event()
        self._sending = threading.Lock()
        self._told: set[str] = set()

    def serve(self, handler: Handler[RecordT]) -> None:
        """Name the service that acts on messages."""
        self._handler = handler

    def receive(self, content_type: str, body: bytes) -> bytes:
        """One HTTP request: a receipt once the message is recorded, an error signal if it is not believed.

        Raises UnsettledError where the sender should try again later.
        """
        now = self._clock.now()
        try:
            reply = self._accept(self._believe(content_type, body, now), body, now)
        except TransportError as refusal:
            reply = self._turn_away(refusal, body, now)
        except UnsettledError as unsettled:
            self._record_refusal(f"put off: {unsettled}", body, now)
            raise
        self._work.set()
        return reply

    def _believe(self, content_type: str, body: bytes, now: datetime) -> OpenedMessage:
        """Whatever goes wrong here is a refusal: a message that makes a reader stumble has not been believed."""
        try:
            opened = open_message(content_type, body, self._trust, now, limits=self._sizes)
        except (TransportError, UnsettledError):
            raise
        except Exception as fault:
            self._stumbled("a message at the door", fault)
            raise failed_authentication(f"the message cannot be judged ({type(fault).__name__})") from fault
        self._expect_for_us(opened, now)
        return opened

    def _expect_for_us(self, opened: OpenedMessage, now: datetime) -> None:
        if opened.signer.party_id not in self.partners:
            raise failed_authentication(f"unknown party {opened.signer.party_id}")
        if opened.header.receiver.value != self.party.value:
            raise invalid_header(f"addressed to {opened.header.receiver.value}")
        if opened.header.timestamp > now + CLOCKS_DIFFER:
            raise invalid_header("the timestamp lies in the future")
        if opened.header.timestamp < now - self._oldest:
            raise invalid_header("the message is older than any that is still being sent")

    def _accept(self, opened: OpenedMessage, body: bytes, now: datetime) -> bytes:
        digest = hashlib.sha256(body).hexdigest()
        party, message_id = opened.signer.party_id, opened.header.message_id
        with self._store.begin() as unit:
            known = unit.received(party, message_id)
            if known is None:
                receipt = seal_receipt(opened, self._message_id(), now, self._key)
                unit.receive(party, message_id, Received(digest, receipt), now)
                self._handler.take(unit, opened)
                return receipt
            if known.body_sha256 == digest:
                unit.journal(self._duplicate(unit, opened, now))
                return known.receipt
        raise failed_authentication(f"message id {message_id} used for another message")

    def _turn_away(self, refusal: TransportError, body: bytes, now: datetime) -> bytes:
        self._record_refusal(f"{refusal.ebms} {refusal.short}: {refusal.why}", body, now)
        return error_signal(refusal, self._message_id(), now, None)

    def _record_refusal(self, why: str, body: bytes, now: datetime) -> None:
        digest = hashlib.sha256(body).hexdigest()
        detail = f"{why} ({len(body)} bytes, sha256 {digest})"
        with self._store.begin() as unit:
            unit.journal(JournalEntry(now, Entry.MESSAGE_REFUSED, detail=detail, signature_valid=False))

    def _duplicate(self, unit: Unit[RecordT], opened: OpenedMessage, now: datetime) -> JournalEntry:
        message_id, party_id = opened.header.message_id, opened.signer.party_id
        return JournalEntry(
            now,
            Entry.DUPLICATE_RECEIVED,
            exchange_id=unit.exchange_of_message(message_id, party_id),
            conversation_id=opened.header.conversation_id,
            message_id=message_id,
            signer=party_id,
            signature_valid=True,
        )

    def post(
        self, unit: Unit[RecordT], header: UserMessage, exchange_id: str, parts: Sequence[Part], deadline: datetime
    ) -> SealedMessage:
        """Seal a message of an exchange and queue it in the caller's transaction; it is sent until `deadline`.

        Raises UnsendableError for a header that our own rules refuse, and for parts that no receiver would take.
        """
        self._expect_sizes(parts)
        try:
            sealed = seal_message(header, parts, self._key)
        except (MessageError, ValueError) as fault:
            raise UnsendableError(str(fault)) from fault
        expect_lawful_header(sealed, parts)
        unit.enqueue(sealed, exchange_id, header.timestamp, deadline)
        self._work.set()
        return sealed

    def _expect_sizes(self, parts: Sequence[Part]) -> None:
        """What this side would not take, it does not send."""
        sizes = [length_of(part.content) for part in parts]
        if max(sizes) > self._sizes.part or sum(sizes) > self._sizes.message - self._sizes.soap:
            raise UnsendableError("the evidence is larger than an exchange takes")

    def header(self, receiver: str, specification: str, exchange_id: str, **fields: object) -> UserMessage:
        """A header from this party to `receiver`, with a new message id and the present time.

        It names version and exchange where the headers of that version do.
        """
        named = PROFILES[specification].exchange_in_header
        return UserMessage(
            message_id=self._message_id(),
            timestamp=self._clock.now(),
            sender=self.party,
            receiver=replace(self.party, value=receiver),
            exchange_id=exchange_id if named else "",
            specification=specification if named else "",
            parts=(),
            **fields,  # type: ignore[arg-type]  # the caller names the fields that are particular to its message
        )

    def expect_believed(self, certificate: str) -> None:
        """Raises UntrustedError unless the holder of this certificate (PEM) is believed as an access point now, and
        UnsettledError where that cannot be told."""
        try:
            held = x509.load_pem_x509_certificate(certificate.encode())
        except ValueError:
            raise UntrustedError("there is no certificate to believe") from None
        self._trust.party_of(held, (), self._clock.now(), Role.ACCESS_POINT)

    def signer_of(self, part: Part) -> str | None:
        """Whose valid seal a piece of evidence bears, if any."""
        return check_seal(whole(part.content), part.media_type, self._trust, self._clock.now()).signer

    def content_id(self) -> str:
        """A new Content-ID, `left@right`; the left side has letters and digits alone (R-EDM-RESP-C042 of 1.0)."""
        return f"{self._ids.uuid().replace('-', '')}@{self._domain}"

    def _message_id(self) -> str:
        return f"{self._ids.uuid()}@{self._domain}"

    @property
    def _domain(self) -> str:
        return f"{self.party.value.lower().replace('_', '-')}.oots.example"

    def tick(self) -> None:
        """Act on deadlines, then send what is due. Safe to call at any time and from any thread."""
        with self._sending:
            now = self._clock.now()
            with self._store.begin() as unit:
                overdue = unit.overdue(now)
            for exchange_id in overdue:
                self._expire(exchange_id, now)
            with self._store.begin() as unit:
                due = unit.due(now)
            for waiting in due:
                self._try(waiting)

    def _expire(self, exchange_id: str, now: datetime) -> None:
        """In a transaction of its own: one exchange that cannot be handled keeps no other from ending."""
        try:
            with self._store.begin() as unit:
                self._handler.expire(unit, exchange_id, now)
        except Exception as fault:
            self._stumbled(f"the deadline of exchange {exchange_id}", fault)

    def _try(self, waiting: Waiting) -> None:
        """One message that cannot be handled keeps no other from being sent, and is tried again until its deadline."""
        try:
            self._send(waiting)
        except Exception as fault:
            self._stumbled(f"message {waiting.message_id}", fault)
            until = self._clock.now() + _LONGEST_PAUSE
            with self._store.begin() as unit:
                unit.postpone(waiting, until)
            if until > waiting.deadline:
                self._attempt(lambda: self._give_up(waiting, "it could not be sent"))

    def _stumbled(self, over: str, fault: Exception) -> None:
        """One line for each occasion: the place in the code, without the text of the error, which may be personal."""
        if over not in self._told:
            self._told.add(over)
            place = traceback.extract_tb(fault.__traceback__)[-1]
            _LOG.error("stumbled over %s: %s in %s:%s", over, type(fault).__name__, place.filename, place.lineno)

    def _send(self, waiting: Waiting) -> None:
        try:
            receipt = self._obtain_receipt(waiting)
        except RefusedByPeerError as refusal:
            self._give_up(waiting, f"refused by {waiting.party_id}: {refusal}")
        except (PeerError, TransportError, UnsettledError) as trouble:
            self._retry(waiting, str(trouble))
        else:
            self._settle(waiting, receipt)

    def _obtain_receipt(self, waiting: Waiting) -> bytes:
        body = self._store.files.get(waiting.body_file, waiting.party_id)
        partner = self.partners[waiting.party_id]
        receipt = deliver(self._client, partner.endpoint, waiting.content_type, body)
        check_receipt(
            receipt,
            message_id=waiting.message_id,
            digests=tuple(SignedDigest(uri, value) for uri, value in waiting.digests),
            receiver=waiting.party_id,
            anchors=self._trust,
            at=self._clock.now(),
        )
        return receipt

    def _settle(self, waiting: Waiting, receipt: bytes) -> None:
        with self._store.begin() as unit:
            unit.settle(waiting, "sent")
            unit.journal(self._receipt_entry(waiting, receipt))
            self._handler.receipted(unit, waiting)

    def _receipt_entry(self, waiting: Waiting, receipt: bytes) -> JournalEntry:
        return JournalEntry(
            self._clock.now(),
            Entry.RECEIPT_RECEIVED,
            exchange_id=waiting.exchange_id,
            message_id=waiting.message_id,
            signer=waiting.party_id,
            signature_valid=True,
            digests=waiting.digests,
            receipt=receipt,
        )

    def _retry(self, waiting: Waiting, why: str) -> None:
        now = self._clock.now()
        pause = min(_FIRST_PAUSE * 2 ** min(waiting.attempts, 10), _LONGEST_PAUSE)
        until = now + pause * random.uniform(0.5, 1.0)  # noqa: S311 (jitter, no secret)
        if until > waiting.deadline:
            self._give_up(waiting, why)
            return
        _LOG.warning("message %s to %s not delivered: %s", waiting.message_id, waiting.party_id, why)
        with self._store.begin() as unit:
            unit.postpone(waiting, until)

    def _give_up(self, waiting: Waiting, why: str) -> None:
        now = self._clock.now()
        with self._store.begin() as unit:
            unit.settle(waiting, "failed")
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

    def work(self, stop: threading.Event, pause: float = 0.5) -> None:
        """Tick until `stop` is set: at once when there is work, otherwise every `pause` seconds."""
        self._attempt(self._remove_orphans)
        while not stop.is_set():
            self._work.wait(pause)
            self._work.clear()
            self._attempt(self.tick)

    def _attempt(self, duty: Callable[[], None]) -> None:
        try:
            duty()
        except Exception as fault:
            self._stumbled(f"a duty of the outbox ({type(fault).__name__})", fault)

    def wake(self) -> None:
        """Let the worker look at once."""
        self._work.set()

    def _remove_orphans(self) -> None:
        """Files that a killed process wrote for a transaction that never was committed are of no use to anybody."""
        with self._store.begin() as unit:
            needed = unit.bodies() | self._handler.files_in_use(unit)
            for name in unit.files.names() - needed:
                unit.files.delete(name)
