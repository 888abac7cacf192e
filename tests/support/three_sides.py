"""A requester and a provider with an intermediary between them, joined by a wire; no sockets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from oots.edelivery.header import PARTY_TYPE
from oots.exchange.access_point import AccessPoint
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import Partner
from oots.exchange.store import Store
from oots.intermediary.record import Passage
from oots.intermediary.routes import Route
from oots.intermediary.service import Intermediary
from oots.model.agent import Address, Agent, AgentRole
from oots.model.clock import AdvancedClock, FrozenClock, RandomIds
from oots.model.identifiers import EAS, Identifier
from oots.model.text import Text
from oots.provider.preview import PreviewSpace
from oots.provider.record import ProviderExchange
from oots.provider.service import EvidenceProvider
from oots.requester.cases import CASES
from oots.requester.discovery import Finding
from oots.requester.record import RequesterExchange
from oots.requester.service import EvidenceRequester
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.keys import load_key_pair
from tests.support.two_sides import (
    AARHUS,
    FINDING,
    PARTICIPANTS,
    PORTAL,
    PREVIEW,
    SOLVEJ,
    START,
    VILNIUS,
    FakeSource,
    OnlySource,
    Wire,
)

PLATFORM_PARTY = "AP_DK_NAT"
PLATFORM = Agent(
    Identifier(EAS + "0184", "99900002"),
    (Text("DA", "Mellemleddet"), Text("EN", "The intermediary")),
    Address("DK"),
    AgentRole.INTERMEDIARY_PLATFORM,
)


def finding_through_the_platform(specification: str = "oots-edm:v2.0") -> Finding:
    """What the directories say where an intermediary is the access point of the authority."""
    access = replace(
        FINDING.access_service, identifier=replace(FINDING.access_service.identifier, value=PLATFORM_PARTY)
    )
    return replace(FINDING, access_service=access, specification=specification)


def make_keys_of_three(directory: Path) -> Path:
    """Keys of all three, and of a party that nobody knows."""
    init_keys(directory, (*PARTICIPANTS, Participant("ap-dk-nat", PLATFORM_PARTY, Role.ACCESS_POINT)), START)
    return directory


@dataclass
class ThreeSides:
    """All three services with their stores, on one clock. The hosts on the wire are `lt`, `nat` and `dk`."""

    folder: Path
    keys: Path
    clock: AdvancedClock
    wire: Wire
    source: FakeSource
    requester: EvidenceRequester
    provider: EvidenceProvider
    space: PreviewSpace
    points: dict[str, AccessPoint[Any]]
    stores: dict[str, Store[Any]]

    def run(self) -> None:
        """Let messages go to and fro until nothing is due."""
        for _ in range(6):
            for point in self.points.values():
                point.tick()

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.run()

    def ask(self, finding: Finding | None = None) -> str:
        """Request 1 is queued and not yet sent."""
        finding = finding or finding_through_the_platform()
        return self.requester.ask(CASES[0], finding, SOLVEJ, RandomIds().uuid())

    def to_preview(self, exchange_id: str) -> str:
        """Queue request 2 and return the token of the link."""
        return self.requester.go_to_preview(exchange_id).partition("?")[0].rpartition("/")[2]

    def log(self, side: str) -> list[JournalEntry]:
        """What the journal of `lt`, `nat` or `dk` says of all exchanges."""
        with self.stores[side].begin() as unit:
            return [told.entry for each in unit.exchange_ids(9) for told in unit.timeline(each)]

    def entries(self, side: str) -> list[Entry]:
        return [line.entry for line in self.log(side)]

    def passage(self) -> Any:
        """The only exchange as the intermediary keeps it."""
        with self.stores["nat"].look() as unit:
            (kept,) = unit.all()
        return kept

    def restart_the_intermediary(self) -> None:
        """It ends, and a new process opens its store."""
        self.stores["nat"].close()
        self.add_the_intermediary()

    def add_the_intermediary(self) -> None:
        store: Store[Passage] = Store(self.folder / "nat", Passage)
        partners = [
            Partner("AP_LT_01", "http://lt/as4", return_hosts=("portal.lt.localhost",)),
            Partner("AP_DK_01", "http://dk/as4", preview_hosts=("preview.aarhus.localhost",)),
            Partner("AP_XX_09", "http://xx/as4"),
        ]
        point = _point(self, "nat", PLATFORM_PARTY, partners, store)
        ids = RandomIds()
        routes = (Route("AP_DK_01", frozenset({AARHUS.identifier})),)
        point.serve(
            Intermediary(
                access_point=point, agent=PLATFORM, routes=routes, limits=TimeLimits(), clock=self.clock, ids=ids
            )
        )

    def close(self) -> None:
        for store in self.stores.values():
            store.close()


def _point(town: ThreeSides, host: str, party: str, partners: list[Partner], store: Store[Any]) -> AccessPoint[Any]:
    point: AccessPoint[Any] = AccessPoint(
        party=Identifier(PARTY_TYPE, party),
        key=load_key_pair(town.keys, party.lower().replace("_", "-")),
        trust=TrustAnchors.from_pem((town.keys / TRUST_FILE).read_bytes()),
        partners={partner.party_id: partner for partner in partners},
        store=store,
        client=town.wire.client(),
        clock=town.clock,
        ids=RandomIds(),
    )
    town.points[host] = town.wire.endpoints[host] = point
    town.stores[host] = store
    return point


def three_sides(folder: Path, keys: Path, *, before_the_requester: bool = False) -> ThreeSides:
    """A fresh town of three in `folder`, with the keys of `make_keys_of_three`: the intermediary stands before the
    provider, or before the requester, which then sends it whatever the directories say."""
    clock, source = AdvancedClock(FrozenClock(START)), FakeSource()
    town = ThreeSides(folder, keys, clock, Wire(), source, None, None, None, {}, {})  # type: ignore[arg-type]
    to_platform = "http://nat/as4"
    asking: Store[RequesterExchange] = Store(folder / "lt", RequesterExchange)
    answering: Store[ProviderExchange] = Store(folder / "dk", ProviderExchange)
    dk = Partner(PLATFORM_PARTY, to_platform, preview_hosts=("preview.aarhus.localhost",))
    lt = Partner(PLATFORM_PARTY, to_platform, return_hosts=("portal.lt.localhost",))
    requester_point = _point(town, "lt", "AP_LT_01", [dk], asking)
    town.add_the_intermediary()
    provider_point = _point(town, "dk", "AP_DK_01", [lt], answering)
    town.requester = EvidenceRequester(
        access_point=requester_point,
        store=asking,
        authority=VILNIUS,
        return_base=PORTAL,
        limits=TimeLimits(),
        clock=clock,
        ids=RandomIds(),
        **({"gateway": PLATFORM_PARTY, "intermediaries": (PLATFORM,)} if before_the_requester else {}),
    )
    town.provider = EvidenceProvider(
        access_point=provider_point,
        sources=OnlySource(source),
        preview_base=PREVIEW,
        limits=TimeLimits(),
        clock=clock,
        ids=RandomIds(),
        intermediaries=() if before_the_requester else (PLATFORM,),
    )
    requester_point.serve(town.requester)
    provider_point.serve(town.provider)
    town.space = PreviewSpace(answering, town.provider, clock)
    return town
