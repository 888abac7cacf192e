"""The doors of both access points, as stages for attacks on messages: real stores, real keys, no sockets."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from sqlalchemy import func, select

from oots.edelivery import mime, soap
from oots.edelivery.header import CID, EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage, encode
from oots.edelivery.limits import Limits
from oots.edelivery.message import Part, SealedMessage, seal_message
from oots.edelivery.mime import MimePart
from oots.edelivery.shape import ds
from oots.edelivery.signal import SignalKind, read_signal
from oots.edelivery.signature import sign
from oots.exchange.access_point import AccessPoint
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.schema import EXCHANGE, INBOX, OUTBOX, REQUEST
from oots.exchange.store import Store
from oots.model.clock import Ids, SequentialIds
from oots.model.content import whole
from oots.model.errors import TransportError
from oots.model.identifiers import Identifier
from oots.model.request import EvidenceRequest
from oots.requester.cases import CASES
from oots.trust.authority import export_specimen_keys
from oots.trust.keys import KeyPair, load_key_pair
from oots.wire import request as requests
from oots.wire.xml import canonical
from tests.support.attacks import Refused, caught_by
from tests.support.moments import set_back
from tests.support.two_sides import FINDING, SOLVEJ, VILNIUS, TwoSides, two_sides

SPECIMEN_KEYS = Path(__file__).parents[1] / "specimen_keys"
SAYS_NOTHING = b'<query:QueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:4.0"></query:QueryRequest>'
SERIES = 0xA7
Sent = tuple[str, bytes]


@cache
def specimen_keys() -> Path:
    """The specimens' keys with the modes that a service demands."""
    folder = Path(mkdtemp(prefix="oots-specimen-keys-"))
    export_specimen_keys(SPECIMEN_KEYS, folder)
    return folder


@cache
def specimen_key(name: str) -> KeyPair:
    """A specimen key by its name, such as `ap-lt-01`; checking one takes as long as the rest of a stage."""
    return load_key_pair(specimen_keys(), name)


@dataclass
class Door:
    """An access point at which hostile messages arrive.

    The municipality holds evidence that waits for its preview, so that there is something to steal. What is sent has
    the same bytes each time, unless it is encrypted for a `recipient`.
    """

    town: TwoSides
    waiting: str
    point: AccessPoint[Any]
    store: Store[Any]
    caught: list[TransportError] = field(default_factory=list)
    recipient: x509.Certificate | None = None
    ids: Ids = field(default_factory=lambda: SequentialIds(SERIES))

    # --- honest messages, to be changed ---

    @property
    def now(self) -> datetime:
        return self.town.clock.now()

    def key(self, name: str = "ap-lt-01") -> KeyPair:
        return specimen_key(name)

    def header(self, **changes: object) -> UserMessage:
        """The header of a first request from the portal, with a new message id, exchange and conversation."""
        plain = UserMessage(
            message_id=f"{self.ids.uuid()}@ap-lt-01.oots.example",
            timestamp=self.now,
            sender=Identifier(PARTY_TYPE, "AP_LT_01"),
            receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
            action=EXECUTE_QUERY_REQUEST,
            conversation_id=self.ids.uuid(),
            original_sender=VILNIUS.identifier,
            final_recipient=FINDING.access_service.publisher.identifier,
            exchange_id=self.ids.uuid(),
            specification="oots-edm:v2.0",
            parts=(),
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    def request(self) -> EvidenceRequest:
        """A lawful first request with a new request id."""
        asked = self.town.requester.request_for(CASES[0], FINDING, SOLVEJ, self.now)
        return replace(asked, request_id=self.ids.uuid())

    def part(self, document: bytes | None = None) -> Part:
        content = requests.encode(self.request()) if document is None else document
        return Part(f"{self.ids.uuid().replace('-', '')}@ap-lt-01.oots.example", REGREP, content)

    def sealed(self, of: UserMessage | None = None, *parts: Part, key: KeyPair | None = None) -> SealedMessage:
        """A message of the portal; by default a lawful first request, signed by its own key."""
        return seal_message(of or self.header(), parts or (self.part(),), key or self.key(), self.recipient)

    def small(self, *more: Part) -> SealedMessage:
        """A message of the portal that is believed, with a document that says nothing: it makes a small vector."""
        return self.sealed(None, self.part(SAYS_NOTHING), *more)

    # --- what a stage must be able to do ---

    def control(self) -> None:
        """A lawful request is receipted and answered with the offer of a preview."""
        of = self.header()
        message = self.sealed(of)
        assert read_signal(self.point.receive(message.content_type, message.body)).kind is SignalKind.RECEIPT
        answered = [line.error_code for line in self.log(of.exchange_id) if line.entry is Entry.EXCEPTION_SENT]
        assert answered == ["EDM:ERR:0002"]

    def released(self) -> object:
        """No evidence has left, and that which waits still does."""
        with self.town.provider_store.begin() as unit:
            waiting = unit.find(self.waiting)
            assert waiting is not None
            answered = [line for kept in unit.all() for line in unit.timeline(kept.exchange_id)]
            return waiting, sum(line.entry.entry is Entry.RESPONSE_SENT for line in answered)

    def anew(self) -> Self:
        self.caught.clear()
        return replace(self, ids=SequentialIds(SERIES))

    # --- how it refuses ---

    def refused(self, content_type: str, body: bytes) -> Refused:
        """Post it: an error signal, one line in the journal, and no trace anywhere else."""
        before, lines, caught = self._rows(), len(self._refusals()), len(self.caught)
        signal = read_signal(self.point.receive(content_type, body))
        assert signal.kind is SignalKind.ERROR, "the message was accepted"
        assert self._rows() == before, "a refused message left a trace"
        (line,) = self._refusals()[lines:]
        assert line.signature_valid is False
        (fault,) = self.caught[caught:]
        return Refused(signal.codes[0], caught_by(fault), str(line.detail), (content_type, body))

    def refused_by_rule(self, message: SealedMessage) -> Refused:
        """Post it: a receipt, and an answer that is an error naming what is wrong."""
        before = len(self.log(message.header.exchange_id))
        reply = self.point.receive(message.content_type, message.body)
        assert read_signal(reply).kind is SignalKind.RECEIPT
        log = self.log(message.header.exchange_id)[before:]
        (answer,) = (line for line in log if line.entry is Entry.EXCEPTION_SENT)
        rule = str(answer.detail).partition(": ")[0]
        by = rule if rule.startswith(("R-", "OOTSDK-")) else "provider.service.EvidenceProvider"
        return Refused(str(answer.error_code), by, str(answer.detail))

    def log(self, exchange_id: str) -> list[JournalEntry]:
        with self.store.begin() as unit:
            return [told.entry for told in unit.timeline(exchange_id)]

    def _refusals(self) -> list[JournalEntry]:
        with self.store.begin() as unit:
            return [told.entry for told in unit.refusals()]

    def _rows(self) -> list[int]:
        with self.store.engine.begin() as connection:
            counts = (select(func.count()).select_from(table) for table in (EXCHANGE, INBOX, OUTBOX, REQUEST))
            return [connection.execute(count).scalar_one() for count in counts]


def provider_door(folder: Path) -> AbstractContextManager[Door]:
    """The municipality's access point, with evidence waiting behind it."""
    return _provider_door(folder, agreed=False)


def encrypting_door(folder: Path) -> AbstractContextManager[Door]:
    """The same where both have agreed that parts are encrypted."""
    return _provider_door(folder, agreed=True)


@contextmanager
def _provider_door(folder: Path, *, agreed: bool) -> Iterator[Door]:
    town = two_sides(folder, specimen_keys(), specimens=True, encrypted=(agreed, agreed))
    waiting = town.ask()
    door = Door(town, waiting, town.provider_point, town.provider_store)
    door.recipient = specimen_key("decrypt-ap-dk-01").certificate if agreed else None
    listen(door.point, door.caught)
    try:
        yield door
    finally:
        town.provider_store.close()
        town.requester_store.close()


same_provider_door = set_back(provider_door)
same_encrypting_door = set_back(encrypting_door)


def listen(point: AccessPoint[Any], caught: list[TransportError]) -> None:
    """Note each message that `point` turns away, with its way through the code."""
    turn_away = point._turn_away

    def heard(refusal: TransportError, *rest: Any) -> bytes:
        caught.append(refusal)
        return turn_away(refusal, *rest)

    point._turn_away = heard  # type: ignore[assignment]


# --- changes to a sealed message ---


def repackaged(message: SealedMessage, envelope: bytes, attachments: Sequence[MimePart] | None = None) -> Sent:
    """The message with another envelope, and with other attachments where they are given."""
    parts = attachments_of(message) if attachments is None else attachments
    return mime.write(envelope, parts, message.message_id)


def attachments_of(message: SealedMessage) -> list[MimePart]:
    """The attachments as they were sent."""
    return list(mime.read(message.content_type, message.body, Limits()).attachments.values())


def altered(message: SealedMessage, change: Callable[[etree._Element], object]) -> Sent:
    """The message after a change to its envelope that the signature does not follow."""
    root = etree.fromstring(message.soap)
    change(root)
    return repackaged(message, canonical(root))


def resigned(
    message: SealedMessage,
    change: Callable[[etree._Element], object],
    key: KeyPair,
    algorithm: hashes.HashAlgorithm | None = None,
) -> Sent:
    """The message after a change to its signature, which is made anew over the SignedInfo that results (RSA)."""
    root = etree.fromstring(message.soap)
    change(root)
    (signed_info,) = root.iter(ds("SignedInfo"))
    (value,) = root.iter(ds("SignatureValue"))
    assert isinstance(key.private_key, rsa.RSAPrivateKey)
    made = key.private_key.sign(canonical(signed_info), padding.PKCS1v15(), algorithm or hashes.SHA256())
    value.text = b64encode(made).decode()
    return repackaged(message, canonical(root))


def signed_anew(
    header: UserMessage,
    attachments: Sequence[MimePart],
    key: KeyPair,
    change: Callable[[etree._Element], object] = lambda root: None,
) -> Sent:
    """A message as `seal_message` would not make it: its envelope changed first, then all of it signed."""
    root = soap.build([encode(header)])
    change(root)
    octets = {CID + part.content_id: whole(part.content) for part in attachments}
    envelope, _digests = sign(root, octets, key)
    return mime.write(envelope, attachments, header.message_id)
