"""One app per service: the only place where rooms are joined."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Depends, FastAPI

from oots.abroad.records import load_records
from oots.abroad.source import ForeignSources
from oots.authority import api as authority_api
from oots.authority import pages as authority_pages
from oots.common_services import api as directories_api
from oots.common_services.client import DirectoriesClient
from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.denmark.municipality import load_municipality
from oots.denmark.registers import Registers
from oots.denmark.source import MunicipalSources
from oots.denmark.switch import RegisterSwitch
from oots.deployment import directories_pages, frames, register_pages
from oots.deployment.at_rest import Retention
from oots.deployment.clock_watch import ClockWatch
from oots.deployment.danish_providers import (
    KOMMUNEKODE,
    Entrance,
    fee_notes,
    kommunekode_list,
    served_by_municipalities,
)
from oots.deployment.encryption import decryption_keys, recipients
from oots.deployment.metrics import Metrics
from oots.deployment.metrics import router as metrics_router
from oots.deployment.participants import DIRECTORIES, foreign_seal_name, key_name, seal_name
from oots.deployment.prompt import PromptTransport
from oots.deployment.services import ABROAD, DENMARK, INSPECTOR_HOST
from oots.deployment.settings import (
    AccessPointSettings,
    AuthoritySettings,
    DirectoriesSettings,
    EidSettings,
    ExchangeSettings,
    IntermediarySettings,
    ProviderSettings,
    RequesterSettings,
    ServiceSettings,
)
from oots.deployment.some_types import SomeTypesOf
from oots.deployment.tracing import tracing_to
from oots.deployment.trust import trust_of
from oots.edelivery.header import PARTY_TYPE
from oots.eid.app import create_app as eid_app_of
from oots.exchange import api as exchange_api
from oots.exchange.access_point import AccessPoint
from oots.exchange.journal import TimelineEvent
from oots.exchange.status import Figures, expect_ready, figures
from oots.exchange.store import Store
from oots.exchange.watch import Watch, Watcher
from oots.intermediary import pages as intermediary_pages
from oots.intermediary.record import Passage
from oots.intermediary.service import Intermediary
from oots.model.agent import Address, Agent, AgentRole
from oots.model.clock import Clock, Ids
from oots.model.identifiers import EAS, Identifier
from oots.model.text import Text
from oots.provider import casework_pages
from oots.provider import pages as provider_pages
from oots.provider.casework import Casework
from oots.provider.mailbox import PostOffice
from oots.provider.pages import Opened
from oots.provider.preview import PreviewSpace
from oots.provider.record import ProviderExchange
from oots.provider.service import EvidenceProvider
from oots.provider.source import EvidenceSources
from oots.requester import pages as requester_pages
from oots.requester.discovery import Discovery
from oots.requester.record import RequesterExchange
from oots.requester.service import EvidenceRequester
from oots.trust.anchors import Trust
from oots.trust.authority import TRUST_FILE
from oots.trust.certificates import Role
from oots.trust.evidence_seal import check_seal
from oots.trust.issuing import ISSUING, ROOT
from oots.trust.jws import in_role
from oots.trust.keys import KeyPair, load_key_pair
from oots.trust.pades import seal_pdf
from oots.trust.xades import seal_xml
from oots.web.behind import BehindTheScenes
from oots.web.frame import Frame
from oots.web.health import Health, add_health
from oots.web.openid import Issuer
from oots.web.origins import Origins
from oots.web.security import NO_TELEMETRY, BrowserSecurity, only_at
from oots.web.sessions import Sessions, SessionStore
from oots.web.signin import SignIn
from oots.web.telling import ways_of
from oots.web.words import Words

RecordT = TypeVar("RecordT")

SESSION_LIFE = timedelta(hours=2)
PEER_SECONDS = 30.0
REGISTER_SWITCH = "registers.json"
"""In a provider's state folder: which of its registers are disturbed, for demos and stories."""


FOREIGN_PORTAL = Agent(
    Identifier(EAS + "0200", "999000001"),
    (
        Text("LT", "Išgalvota gyventojų registravimo tarnyba"),
        Text("DA", "Den opdigtede registreringsmyndighed i Litauen"),
        Text("EN", "The fictive registration authority of Lithuania"),
    ),
    Address("LT"),
    AgentRole.EVIDENCE_REQUESTER,
)


@dataclass(frozen=True)
class Surroundings:
    """What a service takes from outside: time, identifiers, and the client with which it calls others.

    `specimens` lets the marked test keys count, for runs that make specimens and nothing else.
    """

    clock: Clock
    ids: Ids
    client: httpx.Client
    specimens: bool = False


@dataclass(frozen=True)
class Exchanging:
    """A composed service with an access point, for those who need more than its app."""

    app: FastAPI
    access_point: AccessPoint[Any]
    service: EvidenceRequester | EvidenceProvider | Intermediary
    store: Store[Any]


def peer_client(settings: ServiceSettings) -> httpx.Client:
    """A client for other services: no redirects, no proxies, no waiting for a head that comes letter by letter; with
    TLS it believes the demo authority alone."""
    verify: ssl.SSLContext | bool = True
    if settings.tls:
        verify = ssl.create_default_context(cafile=str(settings.keys / TRUST_FILE))
    transport = PromptTransport(verify=verify, trust_env=False)
    return httpx.Client(transport=transport, timeout=PEER_SECONDS, follow_redirects=False, trust_env=False)


def directories_app(settings: DirectoriesSettings, around: Surroundings) -> FastAPI:
    """Evidence Broker and Data Service Directory."""
    app = _app("Directories")
    frame = frames.directories()
    frame.attach(app)
    app.add_middleware(BrowserSecurity, origins=list(settings.origins.values()))
    held = load_entries(settings.data or STANDARD_ENTRIES)
    year = around.clock.now().year
    entries = served_by_municipalities(held, _entrances(settings), lambda each: fee_notes(each, year))
    signer = directories_api.Signer(load_key_pair(settings.keys, DIRECTORIES), around.clock)
    app.include_router(directories_api.router(entries, around.ids, signer))
    app.include_router(directories_pages.router(frame, entries))
    add_health(app)
    return app


def _entrances(settings: DirectoriesSettings) -> list[Entrance]:
    if not settings.access_points:
        return [Entrance(settings.municipalities)]
    return [
        Entrance(
            tuple(code for code in point.municipalities if code in settings.municipalities),
            point.party_id,
            frozenset(point.evidence_types) or None,
        )
        for point in settings.access_points
    ]


def authority_app(settings: AuthoritySettings, around: Surroundings) -> FastAPI:
    """The demo authority: what it says about certificates to machines, and to people."""
    app = _app("Authority")
    frame = frames.authority()
    frame.attach(app)
    app.add_middleware(BrowserSecurity, origins=list(settings.origins.values()))
    keys = {name: load_key_pair(settings.keys, name) for name in (ROOT, ISSUING)}
    authorities = authority_api.Authorities(keys, settings.keys, around.clock, settings.crl_interval)
    app.include_router(authority_api.router(authorities))
    app.include_router(authority_pages.router(frame, authorities))
    add_health(app)
    return app


def eid_app(settings: EidSettings, around: Surroundings) -> FastAPI:
    """The stand-in eIDAS node; its signing key lives as long as its process, so a restart asks for a new sign-in."""
    issuer = Origins(settings.origins).to_browser(settings.eid_origin)
    return eid_app_of(
        issuer=issuer,
        clients=settings.clients,
        signing_key=ec.generate_private_key(ec.SECP256R1()),
        clock=around.clock,
    )


def requester_service(settings: RequesterSettings, around: Surroundings) -> Exchanging:
    """The procedure portal and its access point."""
    store = _store(settings, RequesterExchange, around)
    trust = _trust(settings, around, store)
    metrics = _metrics(store, around)
    access_point = _access_point(settings, store, around, trust, metrics)
    requester = EvidenceRequester(
        access_point=access_point,
        store=store,
        authority=_portal_authority(settings),
        return_base=settings.portal_origin,
        limits=settings.limits,
        clock=around.clock,
        ids=around.ids,
        profiles=settings.profiles,
        intermediaries=tuple(each.agent for each in settings.intermediaries),
        gateway=settings.gateway,
    )
    access_point.serve(requester)
    directories = directories_client(settings, around)
    app = _exchanging_app("Procedure portal", settings, store, access_point, around, metrics, "portal")
    municipality = load_municipality(settings.municipality) if settings.country == DENMARK else None
    frame = frames.portal(municipality)
    frame.attach(app)
    app.include_router(
        requester_pages.router(
            requester=requester,
            discovery=Discovery(directories, settings.country, settings.versions),
            country=settings.country,
            provider_countries=settings.provider_countries,
            frame=frame,
            sign_in=_sign_in(settings, settings.portal_origin, around),
            origins=Origins(settings.origins),
            check_seal=lambda content, media_type: check_seal(content, media_type, trust, around.clock.now()),
            ids=around.ids,
            clock=around.clock,
            code_lists={KOMMUNEKODE: kommunekode_list()},
            grace=settings.limits.grace,
            behind=_behind(store, settings, *reversed(frames.sides(settings.country))),
        )
    )
    return Exchanging(app, access_point, requester, store)


def _portal_authority(settings: RequesterSettings) -> Agent:
    """Whose portal it is: a Danish municipality's, or that of the authority abroad."""
    if settings.country == DENMARK:
        return replace(load_municipality(settings.municipality).agent, role=AgentRole.EVIDENCE_REQUESTER)
    return FOREIGN_PORTAL


def directories_client(settings: RequesterSettings, around: Surroundings) -> DirectoriesClient:
    """The portal's way to the directories; it believes answers signed by a key in the role `directory` alone."""
    return DirectoriesClient(
        around.client,
        f"{settings.directories}/eb",
        f"{settings.directories}/dsd",
        check_signer=in_role(_trust(settings, around), Role.DIRECTORY),
        clock=around.clock,
    )


def provider_service(settings: ProviderSettings, around: Surroundings) -> Exchanging:
    """The municipality's data service, its preview space and its access point."""
    store = _store(settings, ProviderExchange, around)
    metrics = _metrics(store, around)
    access_point = _access_point(settings, store, around, _trust(settings, around, store), metrics)
    registers = _registers(settings, around.clock) if settings.holdings == "denmark" else None
    provider = EvidenceProvider(
        access_point=access_point,
        sources=_sources(settings, registers) if registers else _sources_abroad(settings),
        intermediaries=tuple(each.agent for each in settings.intermediaries),
        preview_base=settings.preview_origin,
        limits=settings.limits,
        clock=around.clock,
        ids=around.ids,
        profiles=settings.profiles,
    )
    access_point.serve(provider)
    app = _exchanging_app("Municipal data service", settings, store, access_point, around, metrics, "preview")
    frame = _preview_frame(settings)
    frame.attach(app)
    app.include_router(
        provider_pages.router(
            space=PreviewSpace(store, provider, around.clock),
            post_office=PostOffice(store, provider.authorities),
            frame=frame,
            sign_in=_sign_in(settings, settings.preview_origin, around),
            origins=Origins(settings.origins),
            opened=Opened(
                registers=settings.insight and registers is not None,
                casework=settings.casework,
                digital_post=registers is not None,
            ),
            behind=_behind(store, settings, *frames.sides(DENMARK if registers is None else ABROAD)),
        )
    )
    if settings.casework:
        guarded = APIRouter(dependencies=[Depends(only_at(_own_origins(settings)))])
        guarded.include_router(casework_pages.router(Casework(store, around.clock), frame))
        app.include_router(guarded)
    if settings.insight and registers is not None:
        app.include_router(register_pages.router(registers, _own_origins(settings)))
    return Exchanging(app, access_point, provider, store)


def intermediary_service(settings: IntermediarySettings, around: Surroundings) -> Exchanging:
    """The platform between the authorities behind it and everybody else, with its access point."""
    store = _store(settings, Passage, around)
    metrics = _metrics(store, around)
    access_point = _access_point(settings, store, around, _trust(settings, around, store), metrics)
    agent = settings.agent.agent
    intermediary = Intermediary(
        access_point=access_point,
        agent=agent,
        routes=[table.route for table in settings.routes],
        limits=settings.limits,
        clock=around.clock,
        ids=around.ids,
        profiles=settings.profiles,
    )
    access_point.serve(intermediary)
    app = _exchanging_app("Intermediary", settings, store, access_point, around, metrics, "intermediary")
    frame = frames.intermediary(agent)
    frame.attach(app)
    app.include_router(intermediary_pages.router(frame, intermediary.routes, inspector=_inspector(settings)))
    return Exchanging(app, access_point, intermediary, store)


def _behind(store: Store[Any], settings: ExchangeSettings, own: Words, other: Words) -> BehindTheScenes | None:
    """What happens behind the pages of citizens: for demos, never by default."""
    if not settings.insight:
        return None

    def timeline(exchange_id: str) -> Sequence[TimelineEvent]:
        with store.look() as unit:
            return unit.timeline(exchange_id)

    return BehindTheScenes(timeline, ways_of(own, other), _inspector(settings))


def _inspector(settings: AccessPointSettings) -> str | None:
    """Where a browser finds the inspector; None where pages are not to lead there, and where there is none."""
    if not settings.insight:
        return None
    try:
        return Origins(settings.origins).to_browser(f"https://{INSPECTOR_HOST}")
    except ValueError:
        return None


def _registers(settings: ProviderSettings, clock: Clock) -> Registers:
    """The stand-ins for registers; every replica sees how they were switched."""
    switch = RegisterSwitch(time.sleep, settings.state / REGISTER_SWITCH)
    return Registers.from_files(
        settings.register_file, settings.representation_file, settings.records_folder, switch=switch, clock=clock
    )


def _preview_frame(settings: ProviderSettings) -> Frame:
    if settings.holdings == "abroad":
        return frames.preview_abroad()
    return frames.preview(load_municipality(settings.municipality))


def _sources_abroad(settings: ProviderSettings) -> EvidenceSources:
    def key_of(country: str) -> KeyPair:
        return load_key_pair(settings.keys, foreign_seal_name(country))

    return ForeignSources.of_registries(load_records(settings.register_file), key_of, seal_xml, seal_pdf)


def _sources(settings: ProviderSettings, registers: Registers) -> EvidenceSources:
    municipal = MunicipalSources.of_municipalities(
        settings.municipalities,
        host=settings.municipality,
        registers=registers,
        key_of=lambda kommunekode: load_key_pair(settings.keys, seal_name(kommunekode)),
        seal_xml=seal_xml,
        seal_pdf=seal_pdf,
    )
    return SomeTypesOf(municipal, settings.evidence_types) if settings.evidence_types else municipal


def _trust(settings: AccessPointSettings, around: Surroundings, store: Store[Any] | None = None) -> Trust:
    """What is believed about revocation is kept in `store`."""
    heard = store.answers.add if store else None
    return trust_of(settings, around.client, around.clock, heard, specimens=around.specimens)


def _store(settings: AccessPointSettings, record: type[RecordT], around: Surroundings) -> Store[RecordT]:
    return Store(
        settings.state,
        record,
        vault_key=settings.vault_key,
        clock=around.clock,
        database_url=settings.database_url,
    )


def _access_point(
    settings: AccessPointSettings, store: Store[Any], around: Surroundings, trust: Trust, metrics: Metrics
) -> AccessPoint[Any]:
    watchers: list[Watcher] = [metrics.watch]
    if settings.traces:
        watchers.append(tracing_to(settings.traces, settings.party_id))
    return AccessPoint(
        party=Identifier(PARTY_TYPE, settings.party_id),
        key=load_key_pair(settings.keys, key_name(settings.party_id)),
        trust=trust,
        partners=settings.partners,
        store=store,
        client=around.client,
        clock=around.clock,
        ids=around.ids,
        limits=settings.limits,
        sizes=settings.sizes,
        sending=settings.sending,
        watch=Watch(*watchers),
        decryption_keys=decryption_keys(settings),
        recipients=recipients(settings),
    )


def _metrics(store: Store[Any], around: Surroundings) -> Metrics:
    def asked() -> Figures:
        with store.look() as unit:
            return figures(unit.connection)

    return Metrics(asked, around.clock)


def _sign_in(settings: ExchangeSettings, own_origin: str, around: Surroundings) -> SignIn:
    origins = Origins(settings.origins)
    issuer = origins.to_browser(settings.eid_origin)
    return SignIn(
        node=Issuer(issuer, f"{issuer}/authorize", f"{settings.eid_internal}/token", f"{settings.eid_internal}/jwks"),
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        redirect_uri=f"{origins.to_browser(own_origin)}/signin/callback",
        clock=around.clock,
        http=around.client,
    )


def _app(title: str, lifespan: Callable[[FastAPI], Any] | None = None) -> FastAPI:
    return FastAPI(
        title=title, docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, telemetry=NO_TELEMETRY
    )


def _exchanging_app(
    title: str,
    settings: AccessPointSettings,
    store: Store[Any],
    access_point: AccessPoint[Any],
    around: Surroundings,
    metrics: Metrics,
    cookie: str,
) -> FastAPI:
    """An app with the AS4 door, sessions and a worker that sends and watches deadlines while the app runs."""

    workers: list[threading.Thread] = []

    @asynccontextmanager
    async def working(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        retention.purge()
        workers[:] = [
            threading.Thread(target=access_point.work, args=(stop,), name=f"{cookie}-outbox"),
            threading.Thread(target=retention.work, args=(stop,), name=f"{cookie}-retention"),
            threading.Thread(target=clock_watch.work, args=(stop,), name=f"{cookie}-clock"),
        ]
        for worker in workers:
            worker.start()
        try:
            yield
        finally:
            stop.set()
            access_point.wake()
            for worker in workers:
                worker.join()
            store.close()

    sessions = SessionStore(store.database, store.vault, around.clock, SESSION_LIFE)
    retention = Retention(store, sessions, around.clock)
    clock_watch = ClockWatch(around.clock)
    app = _app(title, working)
    add_health(app, Health(lambda: expect_ready(store), lambda: all(worker.is_alive() for worker in workers)))
    app.add_middleware(Sessions, store=sessions, cookie=f"oots-{cookie}", secure=settings.tls)
    browser_origins = list(settings.origins.values())
    app.add_middleware(BrowserSecurity, origins=_own_origins(settings), form_targets=browser_origins)
    app.include_router(exchange_api.router(access_point, settings.largest_message, at_once=settings.most_at_once))
    if settings.metrics:
        app.include_router(metrics_router(metrics, browser_origins))
    return app


def _own_origins(settings: AccessPointSettings) -> list[str]:
    own = settings.portal_origin if isinstance(settings, RequesterSettings) else None
    own = settings.preview_origin if isinstance(settings, ProviderSettings) else own
    own = settings.intermediary_origin if isinstance(settings, IntermediarySettings) else own
    return [Origins(settings.origins).to_browser(own)] if own else []
