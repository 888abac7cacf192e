"""A whole exchange in which the access point before the authority is not ours: portal, our access point, phase4, the
authority."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from oots.edelivery.header import PARTY_TYPE
from oots.edelivery.limits import Limits
from oots.exchange.access_point import AccessPoint
from oots.exchange.api import router
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import Partner
from oots.exchange.recheck import recheck
from oots.exchange.store import Store
from oots.model.clock import RandomIds, SystemClock
from oots.model.identifiers import Identifier
from oots.provider.preview import PreviewSpace
from oots.provider.record import ProviderExchange
from oots.provider.service import EvidenceProvider
from oots.provider.source import OnlySource
from oots.requester.cases import CASES
from oots.requester.record import RequesterExchange
from oots.requester.service import EvidenceRequester
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.keys import load_key_pair
from tests.interop import peer
from tests.support.chromium import free_port, served
from tests.support.two_sides import FINDING, PARTICIPANTS, PORTAL, PREVIEW, SOLVEJ, VILNIUS, FakeSource

PORTALS, GATEWAY, AUTHORITYS = "AP_LT_01", "AP_DK_01", "AP_DK_02"
BEHIND = Participant("ap-dk-02", AUTHORITYS, Role.ACCESS_POINT)
_SECONDS = 120.0


@dataclass(frozen=True)
class Corners:
    """Portal and authority, with their journals."""

    requester: EvidenceRequester
    requester_point: AccessPoint[RequesterExchange]
    requester_store: Store[RequesterExchange]
    provider_point: AccessPoint[ProviderExchange]
    provider_store: Store[ProviderExchange]
    space: PreviewSpace
    anchors: TrustAnchors

    def run(self) -> None:
        """phase4 passes a message on before it gives its receipt, so that nothing has to be waited for."""
        for _ in range(3):
            self.requester_point.tick()
            self.provider_point.tick()

    def logs(self, exchange_id: str) -> tuple[list[JournalEntry], list[JournalEntry]]:
        with self.requester_store.begin() as ours, self.provider_store.begin() as theirs:
            return tuple([told.entry for told in unit.timeline(exchange_id)] for unit in (ours, theirs))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def corners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corners]:
    """Skipped where the peer cannot be had, except in continuous integration."""
    try:
        peer.build()
    except peer.UnavailablePeerError as trouble:
        if os.environ.get("CI"):
            pytest.fail(f"continuous integration needs phase4: {trouble}")
        pytest.skip(f"phase4 cannot be had: {trouble}")
    with four_corners(tmp_path_factory.mktemp("corners")) as built:
        yield built


@contextmanager
def four_corners(folder: Path) -> Iterator[Corners]:
    keys = folder / "state" / "keys"
    init_keys(keys, (*PARTICIPANTS, BEHIND), SystemClock().now())
    peer.export_keys(folder / "state", "ap-dk-01", folder / "phase4")
    anchors = TrustAnchors.from_pem((keys / TRUST_FILE).read_bytes())
    portals, authoritys = free_port(), free_port()
    routes = {
        PORTALS: (GATEWAY, AUTHORITYS, f"http://127.0.0.1:{authoritys}/as4"),
        AUTHORITYS: (GATEWAY, PORTALS, f"http://127.0.0.1:{portals}/as4"),
    }
    with peer.running(folder / "phase4", routes) as gateway, httpx.Client(timeout=_SECONDS) as client:

        def point(party: str, store: Store, **hosts: tuple[str, ...]) -> AccessPoint:  # type: ignore[type-arg]
            return AccessPoint(
                party=Identifier(PARTY_TYPE, party),
                key=load_key_pair(keys, party.lower().replace("_", "-")),
                trust=anchors,
                partners={GATEWAY: Partner(GATEWAY, gateway.endpoint, **hosts)},
                store=store,
                client=client,
                clock=SystemClock(),
                ids=RandomIds(),
            )

        requester_store = Store(folder / "requester", RequesterExchange)
        provider_store = Store(folder / "provider", ProviderExchange)
        requester_point = point(PORTALS, requester_store, preview_hosts=("preview.aarhus.localhost",))
        provider_point = point(AUTHORITYS, provider_store, return_hosts=("portal.lt.localhost",))
        around = {"limits": TimeLimits(), "clock": SystemClock(), "ids": RandomIds()}
        requester = EvidenceRequester(
            access_point=requester_point, store=requester_store, authority=VILNIUS, return_base=PORTAL, **around
        )
        provider = EvidenceProvider(
            access_point=provider_point, sources=OnlySource(FakeSource()), preview_base=PREVIEW, **around
        )
        requester_point.serve(requester)
        provider_point.serve(provider)
        space = PreviewSpace(provider_store, provider, SystemClock())
        with served(_app(requester_point), portals), served(_app(provider_point), authoritys):
            yield Corners(requester, requester_point, requester_store, provider_point, provider_store, space, anchors)
        requester_store.close()
        provider_store.close()


def _app(point: AccessPoint) -> FastAPI:  # type: ignore[type-arg]
    app = FastAPI()
    app.include_router(router(point, Limits().message))
    return app


_RECEIVED = {
    Entry.REQUEST_SENT: Entry.REQUEST_RECEIVED,
    Entry.EXCEPTION_SENT: Entry.EXCEPTION_RECEIVED,
    Entry.RESPONSE_SENT: Entry.RESPONSE_RECEIVED,
}


def documents(log: list[JournalEntry], entries: set[Entry]) -> list[tuple[str | None, bytes | None]]:
    return [(line.conversation_id, line.document) for line in log if line.entry in entries]


def test_evidence_comes_through_an_access_point_of_others_and_both_journals_agree(corners: Corners) -> None:
    exchange_id = corners.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    corners.run()
    token = corners.requester.go_to_preview(exchange_id).rpartition("/")[2]
    corners.run()
    assert corners.space.admit(token, SOLVEJ)
    corners.space.decide(token, [0])
    corners.run()
    assert corners.requester.progress(exchange_id).state is RequesterState.DELIVERED

    ours, theirs = corners.logs(exchange_id)
    sent, received = set(_RECEIVED), set(_RECEIVED.values())
    assert len(documents(ours, sent)) == len(documents(theirs, sent)) == 2
    assert documents(ours, sent) == documents(theirs, received)
    assert documents(theirs, sent) == documents(ours, received)
    (answer,), (arrived,) = (
        [line for line in log if line.entry is entry]
        for log, entry in ((theirs, Entry.RESPONSE_SENT), (ours, Entry.RESPONSE_RECEIVED))
    )
    assert [part.sha256 for part in answer.evidence] == [part.sha256 for part in arrived.evidence]
    assert len(arrived.evidence) == 2
    assert answer.message_id != arrived.message_id, "phase4 sends messages of its own"
    assert {line.signer for line in (*ours, *theirs) if line.entry in received} == {GATEWAY}
    assert [line.entry for line in (*ours, *theirs)].count(Entry.RECEIPT_RECEIVED) == 4
    verdicts = [verdict for line in (*ours, *theirs) if (verdict := recheck(line, corners.anchors)) is not None]
    assert verdicts
    assert all(verdict.valid for verdict in verdicts)
