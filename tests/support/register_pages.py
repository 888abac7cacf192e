"""The register pages by themselves, with the packaged registers and personas."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI

from oots.denmark.registers import Registers
from oots.deployment import frames, register_pages
from oots.web.security import BrowserSecurity
from oots.web.sessions import Sessions, SessionStore
from tests.support.denmark import registers
from tests.support.web import Base64Vault, MemoryDatabase, clock_at_noon

ORIGIN = "http://preview.aarhus.localhost"


def register_house(origin: str = ORIGIN, held: Registers | None = None) -> FastAPI:
    """An app with these pages alone."""
    app = FastAPI()
    store = SessionStore(MemoryDatabase(), Base64Vault(), clock_at_noon(), timedelta(hours=1))
    app.add_middleware(Sessions, store=store, cookie="oots-preview", secure=False)
    app.add_middleware(BrowserSecurity, origins=[origin])
    frames.registers().attach(app)
    app.include_router(register_pages.router(held or registers(), [origin]))
    return app
