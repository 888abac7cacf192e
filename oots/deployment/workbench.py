"""The workbench as a service: what it knows of the town around it, and where it keeps its notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

from fastapi import APIRouter, Depends, FastAPI

from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.database.opening import open_database
from oots.denmark.municipality import municipalities
from oots.deployment import frames
from oots.deployment.apps import Surroundings
from oots.deployment.comparison import compare
from oots.deployment.services import DANISH_PORTAL, FOREIGN_PREVIEW_HOST, PORTAL, preview_host
from oots.deployment.settings import WorkbenchSettings
from oots.eid import personas
from oots.scenario_files.reading import files, read_scenarios
from oots.trust.vault import Vault
from oots.web.health import add_health
from oots.web.origins import Origins
from oots.web.security import NO_TELEMETRY, BrowserSecurity, only_at
from oots.web.sessions import Sessions, SessionStore
from oots.web.words import Words
from oots.workbench import pages
from oots.workbench.journeys import deck
from oots.workbench.notebook import Notebook
from oots.workbench.pages import Person, Surrounding
from oots.workbench.runs import Runs, Start

SESSION_LIFE = timedelta(hours=8)
VAULT_KEY = "vault.key"


def workbench_app(settings: WorkbenchSettings, around: Surroundings, start: Start | None = None) -> FastAPI:
    """Scenarios, journeys and topologies; `start` runs scenarios otherwise than in a process of their own.

    Raises ConfigurationError for a state folder that cannot be used, and for scenario files with faults.
    """
    settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings.state)
    vault = Vault.from_file(settings.state / VAULT_KEY)
    notebook = Notebook(database, vault.apart("workbench"))
    scenarios = read_scenarios(files())
    own = Origins(settings.origins).to_browser(settings.workbench_origin)

    @asynccontextmanager
    async def closing(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(
        title="Workbench", docs_url=None, redoc_url=None, openapi_url=None, lifespan=closing, telemetry=NO_TELEMETRY
    )
    frame = frames.workbench()
    frame.attach(app)
    sessions = SessionStore(database, vault, around.clock, SESSION_LIFE)
    app.add_middleware(Sessions, store=sessions, cookie="oots-workbench", secure=settings.tls)
    app.add_middleware(BrowserSecurity, origins=[own])
    guarded = APIRouter(dependencies=[Depends(only_at([own]))])
    guarded.include_router(
        pages.router(
            frame=frame,
            scenarios=lambda: scenarios,
            deck=deck(),
            notebook=notebook,
            runs=Runs(notebook, around.clock, start),
            around=_surrounding(settings),
            clock=around.clock,
        )
    )
    app.include_router(guarded)
    add_health(app)
    return app


def _surrounding(settings: WorkbenchSettings) -> Surrounding:
    portals = {"LT": settings.origins.get(f"https://{PORTAL}"), "DK": settings.origins.get(f"https://{DANISH_PORTAL}")}
    known = personas.by_key(personas.load())
    return Surrounding(
        portals={country: address for country, address in portals.items() if address},
        persons={key: Person(persona.name, persona.story) for key, persona in known.items()},
        municipalities={code: municipality.name for code, municipality in municipalities().items()},
        places=[
            (frames.place(origin), address)
            for origin, address in settings.origins.items()
            if origin != settings.workbench_origin
        ],
        topologies=cache(lambda: compare(settings.municipalities)),
        requirements=_requirements(),
        casework=_casework(settings),
    )


def _requirements() -> dict[str, Words]:
    """The names in the entries of the directories; the language that lacks one gets the English or the first."""
    named = {}
    for each in load_entries(STANDARD_ENTRIES).requirements:
        names = {text.lang: text.value for text in each.requirement.names}
        english = names.get("EN") or next(iter(names.values()))
        named[each.requirement.identifier] = Words(names.get("DA", english), english)
    return named


def _casework(settings: WorkbenchSettings) -> dict[str, str]:
    """Where caseworkers have their page, by kommunekode: at the municipality's own preview space, or the only one."""
    previews = {
        origin: address
        for origin, address in settings.origins.items()
        if origin.startswith("https://preview.") and origin != f"https://{FOREIGN_PREVIEW_HOST}"
    }
    shared = next(iter(previews.values())) if len(previews) == 1 else None
    found = {
        code: previews.get(f"https://{preview_host(municipality)}", shared)
        for code, municipality in municipalities().items()
    }
    return {code: f"{address}/casework" for code, address in found.items() if address}
