"""Deliveries in a second by 1, 2 and 4 replicas of a requester that share one PostgreSQL, to a partner of 50 ms."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.documents import SPECIMENS
from benchmarks.processes import cpu_seconds
from benchmarks.record import Bar, Curve, Line, Measured, Record, Series
from benchmarks.servers import server
from benchmarks.slow_partner import SlowPartner, slow_partner
from benchmarks.town import RunningTown, another, running_town
from oots.deployment.participants import key_name
from oots.deployment.services import PROVIDER_PARTY, REQUESTER_PARTY
from oots.deployment.trust import read_anchors
from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, SealedMessage, open_message, seal_message
from oots.edelivery.receipt import seal_receipt
from oots.exchange.queue import summary
from oots.exchange.store import Store
from oots.model.clock import SystemClock
from oots.model.identifiers import Identifier
from oots.requester.record import RequesterExchange
from oots.trust.keys import load_key_pair

TITLE: Final = "Deliveries by replicas"
REPLICAS: Final = (1, 2, 4)
PARTNER_SECONDS: Final = 0.05
IN_FLIGHT: Final = 2
LEAST_OF_TWO: Final = 1.8
LEAST_OF_FOUR: Final = 3.4
_ROUNDS: Final = 3
_SECONDS: Final = 4
_PATIENCE: Final = 120.0


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Each round starts with one replica and adds others; the same messages are queued for each number of them."""
    del rounds, full
    rates = {number: Series() for number in REPLICAS}
    cpu = Series()
    with ExitStack() as ends:
        url = ends.enter_context(server()).new_database()
        partner = ends.enter_context(slow_partner(PARTNER_SECONDS))
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="oots-bench-")))
        town = ends.enter_context(running_town(folder, {"requester": _environment(url, partner)}))
        store = ends.enter_context(closing(Store(folder / "requester", RequesterExchange, database_url=url)))
        messages = _messages(town, partner, _SECONDS * _ideal(REPLICAS[-1]))
        _deliver(store, partner, messages[:8])
        for _ in range(_ROUNDS):
            with ExitStack() as others:
                running = 1
                for number in REPLICAS:
                    for _ in range(number - running):
                        others.enter_context(another(town, "requester"))
                    running = number
                    before = cpu_seconds(town.process("requester"))
                    queued = messages[: _SECONDS * _ideal(number)]
                    rates[number].add(_deliver(store, partner, queued))
                    if number == 1:
                        cpu.add((cpu_seconds(town.process("requester")) - before) * 1000 / len(queued))
    return Measured(tuple(_records(rates, cpu)), (_curve(rates),))


def _ideal(replicas: int) -> int:
    """Deliveries in a second where nothing but the partner takes time."""
    return round(replicas * IN_FLIGHT / PARTNER_SECONDS)


def _environment(url: str, partner: SlowPartner) -> dict[str, str]:
    there = {"party_id": PROVIDER_PARTY, "endpoint": partner.endpoint, "preview_hosts": ["preview.example"]}
    return {
        "OOTS_DATABASE_URL": url,
        "OOTS_IN_FLIGHT": str(IN_FLIGHT),
        "OOTS_PARTNERS": json.dumps({PROVIDER_PARTY: there}),
    }


def _messages(town: RunningTown, partner: SlowPartner, number: int) -> list[SealedMessage]:
    """Sealed requests, whose receipts the partner has."""
    keys, now = town.town.keys, SystemClock().now()
    ours, theirs = (load_key_pair(keys, key_name(party)) for party in (REQUESTER_PARTY, PROVIDER_PARTY))
    anchors = read_anchors(keys)
    document = (SPECIMENS / "01-request.xml").read_bytes()
    made = []
    for _ in range(number):
        header = UserMessage(
            message_id=f"{uuid4()}@requester.example",
            timestamp=now,
            sender=Identifier(PARTY_TYPE, REQUESTER_PARTY),
            receiver=Identifier(PARTY_TYPE, PROVIDER_PARTY),
            action=EXECUTE_QUERY_REQUEST,
            conversation_id=str(uuid4()),
            original_sender=Identifier("urn:example", "C1"),
            final_recipient=Identifier("urn:example", "C4"),
            exchange_id=str(uuid4()),
            specification="oots-edm:v2.0",
            parts=(),
        )
        sealed = seal_message(header, (Part(f"{uuid4().hex}@requester.example", REGREP, document),), ours)
        opened = open_message(sealed.content_type, sealed.body, anchors, now)
        partner.receipts[sealed.message_id] = seal_receipt(opened, f"{uuid4()}@provider.example", now, theirs)
        made.append(sealed)
    return made


def _deliver(store: Store[RequesterExchange], partner: SlowPartner, messages: Sequence[SealedMessage]) -> float:
    """Queue all of them at once; deliveries in a second, from the first tenth to the last."""
    partner.answered.clear()
    now = SystemClock().now()
    with store.begin() as unit:
        for sealed in messages:
            unit.enqueue(sealed, sealed.header.exchange_id, now, now + timedelta(hours=1))
        store.database.announce(unit.connection)
    end = time.monotonic() + _PATIENCE
    while _waiting(store):
        if time.monotonic() > end:
            raise TimeoutError(f"{len(partner.answered)} of {len(messages)} messages were delivered")
        time.sleep(0.05)
    answered = sorted(partner.answered)
    tenth = len(answered) // 10
    return (len(answered) - 2 * tenth - 1) / (answered[-1 - tenth] - answered[tenth])


def _waiting(store: Store[RequesterExchange]) -> bool:
    with store.look() as unit:
        return bool(summary(unit.connection).lengths)


def _records(rates: dict[int, Series], cpu: Series) -> Iterator[Record]:
    one, two, four = (rates[number] for number in REPLICAS)
    yield one.record("1 replica", "deliveries/s")
    yield two.record(
        "2 replicas", "deliveries/s", bar=Bar(least=LEAST_OF_TWO, on_ratio=True), beside=one, named="one replica"
    )
    yield four.record(
        "4 replicas", "deliveries/s", bar=Bar(least=LEAST_OF_FOUR, on_ratio=True), beside=one, named="one replica"
    )
    yield cpu.record("CPU of the only replica, without the database server", "ms per delivery")


def _curve(rates: dict[int, Series]) -> Curve:
    measured = tuple((float(number), series.record("", "").value) for number, series in rates.items())
    ideal = tuple((float(number), float(_ideal(number))) for number in REPLICAS)
    lines = (Line("measured", measured), Line("if nothing but the partner took time", ideal))
    return Curve("replicas", TITLE, "replicas", "deliveries/s", lines)
