"""A requester and a provider joined by a wire that a test can listen to, cut and bend; no sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx

from oots.edelivery.header import PARTY_TYPE
from oots.exchange.access_point import AccessPoint
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import SendingLimits, TimeLimits
from oots.exchange.partners import Partner
from oots.exchange.store import Store
from oots.model.agent import Address, Agent, AgentRole
from oots.model.catalogue import AccessService, DataService, Publisher, Requirement
from oots.model.clock import AdvancedClock, FrozenClock, RandomIds
from oots.model.evidence import Distribution, DocumentKind, EvidenceType
from oots.model.identifiers import EAS, Identifier
from oots.model.issuing import (
    Applicant,
    Issue,
    Issued,
    IssuedDocument,
    Match,
    Matched,
    MatchOutcome,
    NotMatched,
    Offer,
    Order,
)
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.model.text import Text
from oots.provider.casework import Casework
from oots.provider.preview import PreviewSpace
from oots.provider.record import ProviderExchange
from oots.provider.service import EvidenceProvider
from oots.provider.source import OnlySource
from oots.requester.cases import CASES, Case
from oots.requester.discovery import Finding
from oots.requester.record import RequesterExchange
from oots.requester.service import EvidenceRequester
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE, init_keys
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.keys import KeyPair, load_key_pair
from oots.wire.profile import PROFILES, Profiles

START = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
DATA_MODEL = "https://sr.oots.tech.ec.europa.eu/datamodels/an-attest-of-tests-1.0"
CLASSIFICATION = "https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/7d6b1f0e-2c43-4b8e-9f57-3a1c5e8d2b64"
PREVIEW = "https://preview.aarhus.localhost"
PORTAL = "https://portal.lt.localhost"

AARHUS = Agent(
    Identifier(EAS + "0184", "55133018"), (Text("DA", "Aarhus Kommune"),), Address("DK"), AgentRole.EVIDENCE_PROVIDER
)
VILNIUS = Agent(
    Identifier(EAS + "0200", "999000001"),
    (Text("EN", "The fictive registration authority"),),
    Address("LT"),
    AgentRole.EVIDENCE_REQUESTER,
)
SOLVEJ = NaturalPerson(
    "Prøvesen", "Solvej", date(1984, 6, 12), LevelOfAssurance.HIGH, identifier="DK/LT/0f6b2c1dsolvej"
)
TYPE = EvidenceType(CLASSIFICATION, (Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")))
XML = Distribution("application/xml", ("DA",), DATA_MODEL)
PDF = Distribution("application/pdf", ("DA", "EN"))
DOCUMENT = "<attest>Solvej Prøvesen, Åboulevarden 1</attest>".encode()
READABLE = b"%PDF-1.7 the readable version"

FINDING = Finding(
    Requirement(CASES[0].requirement, (Text("EN", "Proof of domicile address"),)),
    DataService(
        "4f0c9b1e-8d52-4e0b-a7b6-52c1d94e7a10",
        TYPE,
        (XML, PDF),
        (
            AccessService(
                Identifier("urn:oasis:names:tc:ebcore:partyid-type:unregistered:DK", "AP_DK_01"),
                (Text("EN", "Danish access point"),),
                ("oots-edm:v2.0",),
                Publisher(AARHUS.identifier, AARHUS.names, Address("DK"), "DK"),
            ),
        ),
        LevelOfAssurance.SUBSTANTIAL,
    ),
    AccessService(
        Identifier("urn:oasis:names:tc:ebcore:partyid-type:unregistered:DK", "AP_DK_01"),
        (Text("EN", "Danish access point"),),
        ("oots-edm:v2.0",),
        Publisher(AARHUS.identifier, AARHUS.names, Address("DK"), "DK"),
    ),
    "oots-edm:v2.0",
)


def finding_in(specification: str) -> Finding:
    """The same, where both sides speak this version."""
    return replace(FINDING, specification=specification)


def issued() -> Issued:
    """One package: an XML document and its readable version."""
    return Issued(
        TYPE,
        date(2026, 9, 1),
        (
            IssuedDocument(DocumentKind.MAIN_EVIDENCE, "Bopælsattest", XML, DOCUMENT),
            IssuedDocument(DocumentKind.HUMAN_READABLE_VERSION, "Bopælsattest (PDF)", PDF, READABLE),
        ),
    )


@dataclass
class FakeSource:
    """A register that answers what a test wants; `fails` makes it break down, `slow` too slow.

    It knows of no representatives unless it `represents`, and issues what was attached once approved.
    """

    match_result: Match = field(default_factory=lambda: Matched("key"))
    issue_result: Issue = field(default_factory=lambda: (issued(),))
    without_preview: bool = False
    fails: bool = False
    slow: bool = False
    represents: bool = False
    subject: type[NaturalPerson] | type[LegalPerson] = NaturalPerson
    elsewhere: tuple[Text, ...] = ()
    asked: list[Applicant] = field(default_factory=list)

    @property
    def authority(self) -> Agent:
        return AARHUS

    def offer(self, classification: str) -> Offer | None:
        if classification != CLASSIFICATION:
            return None
        level, procedures = LevelOfAssurance.SUBSTANTIAL, ("V1", "S1")
        return Offer(TYPE, (XML, PDF), level, procedures, self.without_preview, self.subject, self.elsewhere)

    def match(self, applicant: Applicant) -> Match:
        if self.fails:
            raise RuntimeError("the register is down")
        if self.slow:
            raise TimeoutError("the register is slow")
        self.asked.append(applicant)
        if applicant.representative and not self.represents:
            return NotMatched(MatchOutcome.NOT_REPRESENTED, 1)
        return self.match_result

    def issue(self, order: Order) -> Issue:
        if order.approval is None:
            return self.issue_result
        if order.approval.attached is None:
            return (issued(),)
        annex = IssuedDocument(DocumentKind.ANNEX, "Vedhæftet", PDF, order.approval.attached)
        return (replace(issued(), documents=(issued().documents[0], annex)),)


Bend = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class Wire:
    """Routes AS4 posts to the access points. `bend` may answer in an endpoint's stead or raise."""

    bend: Bend | None = None
    endpoints: dict[str, AccessPoint[object]] = field(default_factory=dict)
    heard: list[tuple[str, str, bytes]] = field(default_factory=list)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._carry))

    def _carry(self, request: httpx.Request) -> httpx.Response:
        if self.bend is not None and (bent := self.bend(request)) is not None:
            return bent
        body, content_type = request.read(), request.headers["content-type"]
        self.heard.append((request.url.host, content_type, body))
        return httpx.Response(200, content=self.endpoints[request.url.host].receive(content_type, body))


@dataclass
class TwoSides:
    """Both services with their stores, on one clock."""

    requester: EvidenceRequester
    provider: EvidenceProvider
    space: PreviewSpace
    source: FakeSource
    clock: AdvancedClock
    wire: Wire
    requester_point: AccessPoint[RequesterExchange]
    provider_point: AccessPoint[ProviderExchange]
    requester_store: Store[RequesterExchange]
    provider_store: Store[ProviderExchange]
    keys: Path
    anchors: TrustAnchors
    casework: Casework

    def run(self) -> None:
        """Let messages go to and fro until nothing is due."""
        for _ in range(4):
            self.requester_point.tick()
            self.provider_point.tick()

    def ask(
        self,
        case: Case = CASES[0],
        person: Subject = SOLVEJ,
        finding: Finding = FINDING,
        representative: NaturalPerson | None = None,
    ) -> str:
        exchange_id = self.requester.ask(case, finding, person, RandomIds().uuid(), representative=representative)
        self.run()
        return exchange_id

    def to_preview(self, exchange_id: str) -> str:
        """Send request 2 and return the token of the link."""
        location = self.requester.go_to_preview(exchange_id)
        self.run()
        return location.rpartition("/")[2]

    def pass_time(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.run()

    def provider_log(self, exchange_id: str) -> list[JournalEntry]:
        with self.provider_store.begin() as unit:
            return [told.entry for told in unit.timeline(exchange_id)]

    def requester_log(self, exchange_id: str) -> list[JournalEntry]:
        with self.requester_store.begin() as unit:
            return [told.entry for told in unit.timeline(exchange_id)]

    def sent(self, exchange_id: str) -> list[Entry]:
        return [line.entry for line in self.provider_log(exchange_id) if line.entry.value.endswith("-sent")]


PARTICIPANTS = (
    Participant("ap-lt-01", "AP_LT_01", Role.ACCESS_POINT),
    Participant("ap-dk-01", "AP_DK_01", Role.ACCESS_POINT),
    Participant("ap-xx-09", "AP_XX_09", Role.ACCESS_POINT),
    Participant("decrypt-ap-lt-01", "AP_LT_01", Role.ENCRYPTION),
    Participant("decrypt-ap-dk-01", "AP_DK_01", Role.ENCRYPTION),
)


def make_keys(directory: Path) -> Path:
    """Keys of both sides and of a third party that nobody knows."""
    init_keys(directory, PARTICIPANTS, START)
    return directory


@cache
def _key(directory: Path, name: str) -> KeyPair:
    """Checking an RSA key takes longer than the rest of a pair."""
    return load_key_pair(directory, name)


def two_sides(
    folder: Path,
    keys: Path,
    source: FakeSource | None = None,
    profiles: Profiles = PROFILES,
    *,
    specimens: bool = False,
    databases: tuple[str | None, str | None] = (None, None),
    sending: SendingLimits = SendingLimits(),  # noqa: B008 (frozen)
    intermediaries: tuple[Agent, ...] = (),
    encrypted: tuple[bool, bool] = (False, False),
) -> TwoSides:
    """A fresh pair in `folder`, with the keys in `keys`, which may be specimens; `databases` are the addresses of the
    requester's and the provider's PostgreSQL, `encrypted` says whether each of them has agreed on encryption."""
    clock, wire, source = AdvancedClock(FrozenClock(START)), Wire(), source or FakeSource()
    anchors = TrustAnchors.from_pem((keys / TRUST_FILE).read_bytes(), allow_specimens=specimens)
    requester_store = Store(folder / "requester", RequesterExchange, database_url=databases[0])
    provider_store = Store(folder / "provider", ProviderExchange, database_url=databases[1])
    ids, client = RandomIds(), wire.client()

    def point(party: str, key: str, partner: Partner, store: Store) -> AccessPoint:  # type: ignore[type-arg]
        theirs = f"decrypt-{partner.party_id.lower().replace('_', '-')}"
        return AccessPoint(
            party=Identifier(PARTY_TYPE, party),
            key=_key(keys, key),
            trust=anchors,
            partners={partner.party_id: partner},
            store=store,
            client=client,
            clock=clock,
            ids=ids,
            sending=sending,
            decryption_keys=[_key(keys, f"decrypt-{key}")] if partner.encrypted else (),
            recipients={partner.party_id: _key(keys, theirs).certificate} if partner.encrypted else {},
        )

    dk = Partner("AP_DK_01", "http://dk/as4", preview_hosts=("preview.aarhus.localhost",), encrypted=encrypted[0])
    lt = Partner("AP_LT_01", "http://lt/as4", return_hosts=("portal.lt.localhost",), encrypted=encrypted[1])
    requester_point = point("AP_LT_01", "ap-lt-01", dk, requester_store)
    provider_point = point("AP_DK_01", "ap-dk-01", lt, provider_store)
    wire.endpoints |= {"lt": requester_point, "dk": provider_point}
    requester = EvidenceRequester(
        access_point=requester_point,
        store=requester_store,
        authority=VILNIUS,
        return_base=PORTAL,
        limits=TimeLimits(),
        clock=clock,
        ids=ids,
        profiles=profiles,
    )
    provider = EvidenceProvider(
        access_point=provider_point,
        sources=OnlySource(source),
        preview_base=PREVIEW,
        limits=TimeLimits(),
        clock=clock,
        ids=ids,
        profiles=profiles,
        intermediaries=intermediaries,
    )
    requester_point.serve(requester)
    provider_point.serve(provider)
    space = PreviewSpace(provider_store, provider, clock)
    return TwoSides(
        requester,
        provider,
        space,
        source,
        clock,
        wire,
        requester_point,
        provider_point,
        requester_store,
        provider_store,
        keys,
        anchors,
        Casework(provider_store, clock),
    )
