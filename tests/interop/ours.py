"""Our own access point on a free port, which keeps what it is given; and messages of ours, sent and receipted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from oots.edelivery.client import deliver
from oots.edelivery.header import PARTY_TYPE, UserMessage
from oots.edelivery.limits import Limits
from oots.edelivery.message import OpenedMessage, Part, SealedMessage, seal_message
from oots.edelivery.receipt import check_receipt
from oots.exchange.access_point import AccessPoint
from oots.exchange.api import router
from oots.exchange.entries import of_received
from oots.exchange.journal import Entry
from oots.exchange.partners import Partner
from oots.exchange.queue import Waiting
from oots.exchange.store import Store
from oots.exchange.unit import Unit
from oots.model.clock import RandomIds, SystemClock
from oots.model.content import whole
from oots.model.identifiers import Identifier
from oots.requester.record import RequesterExchange
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.keys import load_key_pair
from tests.support.chromium import served

OURS, THEIRS = "AP_DK_01", "AP_LT_01"
_NOWHERE = "http://127.0.0.1:9/as4"


@dataclass(frozen=True)
class Taken:
    """A message as it was believed: its header, and of each part the media type, length and SHA-256."""

    header: UserMessage
    parts: tuple[tuple[str, int, str], ...]


@dataclass
class Keeper:
    """A service that acts on nothing."""

    taken: list[Taken] = field(default_factory=list)

    def take(self, unit: Unit[RequesterExchange], opened: OpenedMessage) -> None:
        contents = [(part.media_type, whole(part.content)) for part in opened.parts]
        parts = tuple((kind, len(content), hashlib.sha256(content).hexdigest()) for kind, content in contents)
        self.taken.append(Taken(opened.header, parts))
        unit.journal(of_received(Entry.REQUEST_RECEIVED, opened, None, SystemClock().now(), schema_valid=True))

    def receipted(self, unit: Unit[RequesterExchange], waiting: Waiting) -> None: ...

    def undeliverable(self, unit: Unit[RequesterExchange], waiting: Waiting, why: str) -> None: ...

    def again(self, unit: Unit[RequesterExchange], waiting: Waiting, now: datetime) -> None: ...

    def expire(self, unit: Unit[RequesterExchange], exchange_id: str, now: datetime) -> None: ...


@dataclass(frozen=True)
class Ours:
    """Our access point with its keys."""

    keys: Path
    keeper: Keeper
    point: AccessPoint[RequesterExchange]
    store: Store[RequesterExchange]
    endpoint: str

    def refusals(self) -> list[str]:
        with self.store.begin() as unit:
            return [str(line.entry.detail) for line in unit.refusals()]

    @property
    def anchors(self) -> TrustAnchors:
        return TrustAnchors.from_pem((self.keys / TRUST_FILE).read_bytes())

    def sealed(
        self, header: UserMessage, parts: Sequence[Part], keys: Path | None = None, *, encrypt: bool = False
    ) -> SealedMessage:
        """A message of ours, signed with the key in another folder where one is named."""
        recipient = load_key_pair(self.keys, "decrypt-ap-lt-01").certificate if encrypt else None
        return seal_message(header, parts, load_key_pair(keys or self.keys, "ap-dk-01"), recipient)

    def deliver(self, message: SealedMessage, endpoint: str) -> bytes:
        """Send it; its receipt, which is held against what was sent."""
        with httpx.Client(timeout=120.0) as client:
            receipt = deliver(client, endpoint, message.content_type, message.pieces)
        check_receipt(
            receipt,
            message_id=message.message_id,
            digests=message.digests,
            receiver=THEIRS,
            anchors=self.anchors,
            at=SystemClock().now(),
        )
        return receipt


@contextmanager
def our_side(folder: Path, keys: Path, *, encrypted: bool) -> Iterator[Ours]:
    """Run it with one partner, with whom encryption is agreed or not."""
    store = Store(folder, RequesterExchange)
    keeper = Keeper()
    point = AccessPoint(
        party=Identifier(PARTY_TYPE, OURS),
        key=load_key_pair(keys, "ap-dk-01"),
        trust=TrustAnchors.from_pem((keys / TRUST_FILE).read_bytes()),
        partners={THEIRS: Partner(THEIRS, _NOWHERE, encrypted=encrypted)},
        store=store,
        client=httpx.Client(),
        clock=SystemClock(),
        ids=RandomIds(),
        decryption_keys=[load_key_pair(keys, "decrypt-ap-dk-01")],
    )
    point.serve(keeper)
    app = FastAPI()
    app.include_router(router(point, Limits().message))
    with served(app) as port:
        yield Ours(keys, keeper, point, store, f"http://127.0.0.1:{port}/as4")
    store.close()
