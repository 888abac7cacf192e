"""The inspector as a service: whose journals it reads, and where it keeps what reviewers do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, Depends, FastAPI

from oots.abroad import field_names as fields_abroad
from oots.denmark import field_names as danish_fields
from oots.deployment import frames
from oots.deployment.apps import Surroundings
from oots.deployment.at_rest import Retention
from oots.deployment.criteria import criteria_of
from oots.deployment.participants import INSPECTOR_KEY
from oots.deployment.reviewers import doors_of, issuer_client
from oots.deployment.settings import InspectorSettings
from oots.deployment.trust import read_anchors
from oots.exchange.journals import JournalOf, Journals
from oots.exchange.store import Store
from oots.inspector.access.looks import Access
from oots.inspector.access.reviewers import SESSION_LIFE, Gate
from oots.inspector.inspection import Inspection
from oots.inspector.listing.reader import Reader
from oots.inspector.pages import access as access_pages
from oots.inspector.pages import joined as pages
from oots.inspector.pages.dossier import DossierDesk
from oots.model.fields import KnownFields
from oots.review.desk import REVIEWER_KEY, Desk
from oots.review.record import Review
from oots.trust.keys import has_key, load_key_pair
from oots.trust.register import REGISTER_FILE, RevocationRegister
from oots.web.health import Health, add_health
from oots.web.origins import Origins
from oots.web.security import NO_TELEMETRY, BrowserSecurity, only_at
from oots.web.sessions import Sessions, SessionStore


def inspector_app(settings: InspectorSettings, around: Surroundings, issuer: httpx.Client | None = None) -> FastAPI:
    """The pages for the council; `issuer` reaches the issuer of reviewers otherwise than as the machine does. Raises
    ConfigurationError for keys that are missing or do not fit, and for a state folder that cannot be used."""
    key = load_key_pair(settings.keys, REVIEWER_KEY)
    store = Store(settings.state, Review, vault_key=settings.vault_key, clock=around.clock)
    own = Origins(settings.origins).to_browser(settings.inspector_origin)
    sessions = SessionStore(store.database, store.vault, around.clock, SESSION_LIFE)
    retention = Retention(store, sessions, around.clock)
    reader = Reader(_journals(settings))
    client = issuer or issuer_client()
    stop = threading.Event()
    worker = threading.Thread(target=retention.work, args=(stop,), name="inspector-retention")

    @asynccontextmanager
    async def working(_app: FastAPI) -> AsyncIterator[None]:
        retention.purge()
        worker.start()
        reader.start()
        try:
            yield
        finally:
            reader.stop()
            stop.set()
            worker.join()
            client.close()
            store.close()

    app = FastAPI(
        title="Inspector", docs_url=None, redoc_url=None, openapi_url=None, lifespan=working, telemetry=NO_TELEMETRY
    )
    frame = frames.inspector()
    frame.attach(app)
    access_pages.answer_refusals(app, frame)
    app.add_middleware(Sessions, store=sessions, cookie="oots-inspector", secure=settings.tls)
    app.add_middleware(BrowserSecurity, origins=[own], live=True)
    guarded = APIRouter(dependencies=[Depends(only_at([own]))])
    anchors = read_anchors(settings.keys, specimens=around.specimens)
    inspection = Inspection(
        journals=_journals(settings),
        anchors=anchors,
        frame=frame,
        clock=around.clock,
        names={service: frames.service_named(service) for service in settings.journals},
        access=Access(store, around.clock),
        reader=reader,
        known=_known_fields,
        desk=Desk(store, key, anchors, around.clock),
        register=RevocationRegister(settings.keys / REGISTER_FILE),
    )
    doors = doors_of(settings, own, around.clock, client)
    app.state.gate = Gate(doors.mark, around.clock, sessions)
    guarded.include_router(pages.router(inspection, doors, _dossiers(settings, store)))
    app.include_router(guarded)
    add_health(app, Health(works=lambda: reader.works and worker.is_alive()))
    return app


def _dossiers(settings: InspectorSettings, store: Store[Review]) -> DossierDesk:
    has_one = has_key(settings.keys, INSPECTOR_KEY)
    key = load_key_pair(settings.keys, INSPECTOR_KEY) if has_one else None
    secret = {name for name, field in InspectorSettings.model_fields.items() if not field.repr}
    return DossierDesk(key, store.files, criteria_of, settings.model_dump(mode="json", exclude=secret))


def _journals(settings: InspectorSettings) -> Journals:
    kept = settings.journals.items()
    return Journals([JournalOf(service, each.state, each.vault_key, each.database_url) for service, each in kept])


def _known_fields(classification: str) -> KnownFields | None:
    return danish_fields.known_fields(classification) or fields_abroad.known_fields(classification)
