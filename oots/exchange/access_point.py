"""The access point's door: what comes in is believed, recorded and receipted in one transaction; what goes out is
queued in the transaction that decided it, and sent until a receipt comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from types import MappingProxyType
from typing import Generic, TypeVar

import httpx
from cryptography import x509
from sqlalchemy.exc import IntegrityError

from oots.edelivery.encryption import Decryption
from oots.edelivery.faults import failed_authentication, invalid_header
from oots.edelivery.header import TEST, UserMessage
from oots.edelivery.limits import Limits
from oots.edelivery.message import (
    OpenedMessage,
    Part,
    SealedMessage,
    header_of,
    open_message,
    says_the_same,
    seal_message,
)
from oots.edelivery.receipt import seal_receipt
from oots.edelivery.signal import error_signal
from oots.edelivery.signature import SignedDigest
from oots.exchange.entries import exchange_named, sent_again
from oots.exchange.envelope import UnsendableError, expect_lawful_header
from oots.exchange.evidence_files import Arriving
from oots.exchange.handler import Handler
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import SendingLimits, TimeLimits
from oots.exchange.outbox import Outbox
from oots.exchange.partners import Partner
from oots.exchange.store import Store
from oots.exchange.stumbles import Stumbles
from oots.exchange.unit import Received, Unit
from oots.exchange.watch import Outcome, Watch, Work, came_to, concerns
from oots.exchange.worker import Worker
from oots.model.clock import Clock, Ids
from oots.model.content import Hashed, Readable, length_of
from oots.model.errors import BusyError, MessageError, NotArrivedError, TransportError, UnavailableError
from oots.model.identifiers import Identifier
from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.evidence_seal import check_seal
from oots.trust.keys import KeyPair
from oots.trust.revocation import UnsettledError
from oots.wire.profile import PROFILES

RecordT = TypeVar("RecordT")

_LOG = logging.getLogger(__name__)

_MOST_BEGINNINGS = 3
_TRIED_AT_LEAST = timedelta(minutes=1)
"""For how long a message is sent that is late already, such as the answer that says so (EDM:ERR:0005)."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the clocks of two access points may differ."""


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
        sending: SendingLimits = SendingLimits(),  # noqa: B008 (frozen)
        watch: Watch = Watch(),  # noqa: B008 (it keeps nothing)
        decryption_keys: Sequence[KeyPair] = (),
        recipients: Mapping[str, x509.Certificate] = MappingProxyType({}),
    ) -> None:
        """`decryption_keys` open what is encrypted for this party; `recipients` are the certificates for which messages
        to partners are encrypted, by party id. Both are needed for partners with an encrypted profile alone."""
        self.party = party
        self.partners = partners
        self._trust = trust
        self._oldest = limits.longest_delivery + CLOCKS_DIFFER
        self._sizes = sizes
        self._decryption = Decryption(tuple(decryption_keys), lambda signer: self.partners[signer.party_id].encrypted)
        self._recipients = recipients
        self._key = key
        self._store = store
        self._clock = clock
        self._ids = ids
        self._handler: Handler[RecordT]
        self._stumbles = Stumbles()
        self._watch = watch
        outbox = Outbox(
            store=store,
            client=client,
            partners=partners,
            trust=trust,
            clock=clock,
            limits=sending,
            stumbles=self._stumbles,
            watch=watch,
        )
        store.acquaint(key.certificate)
        self._worker = Worker(store, outbox, clock, self._stumbles)

    def serve(self, handler: Handler[RecordT]) -> None:
        """Name the service that acts on messages."""
        self._handler = handler
        self._worker.serve(handler)

    def receive(self, content_type: str, body: bytes | Readable) -> bytes:
        """One HTTP request: a receipt once the message is recorded, an error signal if it is not believed.

        The body is read as it arrives, and no further than it is believed; what is large in it goes to a file at once.
        Raises UnsettledError, BusyError and UnavailableError where the sender should try again later, and
        NotArrivedError as the body does; no file stays then.
        """
        with self._watch.step(Work.RECEIVE):
            try:
                return self._receive(content_type, body, self._clock.now())
            except (UnsettledError, BusyError, UnavailableError):
                came_to(Outcome.PUT_OFF)
                raise

    def _receive(self, content_type: str, body: bytes | Readable, now: datetime) -> bytes:
        read = Hashed(BytesIO(body) if isinstance(body, bytes) else body)
        arriving = self._store.files.arriving()
        try:
            opened = self._believe(content_type, read, arriving, now)
        except BaseException as fault:
            arriving.delete()
            if isinstance(fault, TransportError):
                return self._turn_away(fault, read, now)
            if isinstance(fault, UnsettledError):
                self._record_refusal(f"put off: {fault}", read, now)
            raise
        try:
            receipt, taken = self._accept(opened, read.sha256, now)
        except TransportError as refusal:
            arriving.delete()
            return self._turn_away(refusal, read, now)
        arriving.delete(except_for=taken)
        return receipt

    def _believe(self, content_type: str, body: Readable, arriving: Arriving, now: datetime) -> OpenedMessage:
        """Whatever goes wrong here is a refusal: a message that makes a reader stumble has not been believed."""
        try:
            return open_message(
                content_type,
                body,
                self._trust,
                now,
                limits=self._sizes,
                believe=lambda header, signer: self._expect_for_us(header, signer, now),
                new_file=arriving.sealing,
                decryption=self._decryption,
            )
        except (TransportError, UnsettledError, BusyError, NotArrivedError):
            raise
        except OSError as fault:
            raise UnavailableError(f"the evidence cannot be written ({fault.strerror})") from fault
        except Exception as fault:
            self._stumbles.tell("a message at the door", fault)
            raise failed_authentication(f"the message cannot be judged ({type(fault).__name__})") from fault

    def _expect_for_us(self, header: UserMessage, signer: Party, now: datetime) -> None:
        if signer.party_id not in self.partners:
            raise failed_authentication(f"unknown party {signer.party_id}")
        concerns(
            party_id=signer.party_id,
            message_id=header.message_id,
            conversation_id=header.conversation_id,
            exchange_id=exchange_named(header),
        )
        if header.receiver.value != self.party.value:
            raise invalid_header(f"addressed to {header.receiver.value}")
        self.expect_room(signer.party_id)
        if header.timestamp > now + CLOCKS_DIFFER:
            raise invalid_header("the timestamp lies in the future")
        if header.timestamp < now - self._oldest:
            raise invalid_header("the message is older than any that is still being sent")

    def _accept(self, opened: OpenedMessage, digest: str, now: datetime) -> tuple[bytes, frozenset[str]]:
        """The receipt that is stored together with all that the message does, and the files that are needed since; the
        stored receipt for a message that was here before. A test of the connection gets a receipt and does nothing.

        Two transactions that get into each other's way are two deliveries of one message, or two messages of one
        exchange: the second begins anew, and finds what the first has done.
        """
        if opened.header.action == TEST:
            came_to(Outcome.RECEIPTED)
            return seal_receipt(opened, self._message_id(), now, self._key), frozenset()
        self._store.acquaint(opened.certificate)
        for _ in range(_MOST_BEGINNINGS):
            with suppress(IntegrityError):
                return self._take(opened, digest, now)
        raise UnavailableError("other transactions are always faster")

    def _take(self, opened: OpenedMessage, digest: str, now: datetime) -> tuple[bytes, frozenset[str]]:
        party, message_id = opened.signer.party_id, opened.header.message_id
        with self._store.look() as unit:
            known = unit.received(party, message_id)
        receipt = known.receipt if known else seal_receipt(opened, self._message_id(), now, self._key)
        with self._store.begin() as unit:
            if known is None and unit.receive(party, message_id, Received(digest, receipt), now):
                self._handler.take(unit, opened)
                came_to(Outcome.RECEIPTED)
                return receipt, unit.files_taken
            receipt = self._receipt_again(unit, opened, digest, now)
            unit.journal(self._duplicate(unit, opened, now))
            came_to(Outcome.DUPLICATE)
            return receipt, unit.files_taken

    def _receipt_again(self, unit: Unit[RecordT], opened: OpenedMessage, digest: str, now: datetime) -> bytes:
        """The stored receipt for a message that was here before, or one for the digests of this time, where it says the
        same and was signed anew. Raises TransportError where it is another one under the same id."""
        party, message_id = opened.signer.party_id, opened.header.message_id
        known = unit.received(party, message_id)
        if known is not None and known.body_sha256 == digest:
            return known.receipt
        first = unit.arrived(message_id, party)
        before = {SignedDigest(uri, value) for uri, value in first.digests} if first else set()
        if known is None or first is None or not says_the_same(opened, first.soap or b"", before):
            raise failed_authentication(f"message id {message_id} used for another message")
        return (
            known.receipt if before == set(opened.digests) else seal_receipt(opened, self._message_id(), now, self._key)
        )

    def _turn_away(self, refusal: TransportError, read: Hashed, now: datetime) -> bytes:
        came_to(Outcome.REFUSED)
        self._record_refusal(f"{refusal.ebms} {refusal.short}: {refusal.why}", read, now)
        return error_signal(refusal, self._message_id(), now, None)

    def _record_refusal(self, why: str, read: Hashed, now: datetime) -> None:
        detail = f"{why} ({read.length} bytes read, sha256 {read.sha256})"
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

    def expect_room(self, party_id: str) -> None:
        """Raises BusyError where so much waits for a partner that nothing more is taken on for it."""
        if not self._worker.has_room(party_id):
            raise BusyError(f"too much waits to be sent to {party_id}")

    def post(
        self, unit: Unit[RecordT], header: UserMessage, exchange_id: str, parts: Sequence[Part], deadline: datetime
    ) -> SealedMessage:
        """Seal a message of an exchange and queue it in the caller's transaction; it is sent until `deadline`.

        Raises UnsendableError for a header that our own rules refuse, for parts that no receiver would take, and where
        nobody is believed for whom they could be encrypted; UnavailableError where that cannot be told at present.
        """
        self._expect_sizes(parts)
        try:
            sealed = seal_message(header, parts, self._key, self._recipient(header.receiver.value))
        except UnsettledError as doubt:
            raise UnavailableError(f"nothing can be encrypted for {header.receiver.value}: {doubt}") from doubt
        except UntrustedError as doubt:
            raise UnsendableError(f"nothing is encrypted for {header.receiver.value}: {doubt}") from doubt
        except (MessageError, ValueError) as fault:
            raise UnsendableError(str(fault)) from fault
        expect_lawful_header(sealed, parts)
        worth = max(deadline, header.timestamp + _TRIED_AT_LEAST)
        unit.enqueue(sealed, exchange_id, self._store.database.now(unit.connection, self._clock), worth)
        self._store.database.announce(unit.connection)
        return sealed

    def _expect_sizes(self, parts: Sequence[Part]) -> None:
        """What this side would not take, it does not send."""
        sizes = [length_of(part.content) for part in parts]
        if max(sizes) > self._sizes.part or sum(sizes) > self._sizes.message - self._sizes.soap:
            raise UnsendableError("the evidence is larger than an exchange takes")

    def _recipient(self, party_id: str) -> x509.Certificate | None:
        """The certificate for which messages to a partner are encrypted, None where they are sent in the clear.

        Raises UntrustedError where there is none that is believed now, UnsettledError where that cannot be told.
        """
        partner = self.partners.get(party_id)
        if partner is None or not partner.encrypted:
            return None
        certificate = self._recipients.get(party_id)
        if certificate is None:
            raise UntrustedError("there is no certificate for that")
        holder = self._trust.party_of(certificate, (), self._clock.now(), Role.ENCRYPTION)
        if holder.party_id != party_id:
            raise UntrustedError(f"the certificate is that of {holder.party_id}")
        return certificate

    def post_again(self, unit: Unit[RecordT], line: JournalEntry, evidence: Sequence[Part], deadline: datetime) -> str:
        """Send the document of a message that was sent, as the journal tells of it, in a new message; returns its id.

        `evidence` are the parts that came after the document.
        """
        was = header_of(line.soap or b"")
        header = replace(was, message_id=self._message_id(), timestamp=self._clock.now(), parts=())
        document = Part(was.parts[0].content_id, was.parts[0].media_type, line.document or b"")
        sealed = self.post(unit, header, line.exchange_id or "", (document, *evidence), deadline)
        unit.journal(sent_again(line, sealed))
        return sealed.message_id

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
        """Raises UntrustedError unless the holder of this certificate (PEM) is believed as an access point now, and can
        be sent to as its profile says; UnsettledError where that cannot be told."""
        try:
            held = x509.load_pem_x509_certificate(certificate.encode())
        except ValueError:
            raise UntrustedError("there is no certificate to believe") from None
        party = self._trust.party_of(held, (), self._clock.now(), Role.ACCESS_POINT)
        self._recipient(party.party_id)

    def believes(self, certificate: str) -> bool:
        """Whether the holder of this certificate (PEM), who has asked for evidence, is believed now; raises
        UnsettledError where that cannot be told."""
        try:
            self.expect_believed(certificate)
        except UnsettledError:
            raise
        except UntrustedError as doubt:
            _LOG.warning("evidence is withheld: %s", doubt)
            return False
        return True

    def signer_of(self, part: Part) -> str | None:
        """Whose valid seal a piece of evidence bears, if any."""
        return check_seal(part.content, part.media_type, self._trust, self._clock.now()).signer

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
        self._worker.tick()

    def work(self, stop: threading.Event) -> None:
        """Act on deadlines and send, until `stop` is set."""
        self._worker.work(stop)

    def wake(self) -> None:
        """Let the worker look at once."""
        self._worker.wake()
