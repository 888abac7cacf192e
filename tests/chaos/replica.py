"""A service as it is deployed, with one more door at which the driver stands in for persons and their pages.

Started as `python -m tests.chaos.replica requester`, with the environment of that service.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from functools import cache
from typing import cast

from fastapi import APIRouter, FastAPI, HTTPException

from oots.denmark.municipality import load_municipality
from oots.denmark.registers import Registers
from oots.denmark.source import MunicipalSource
from oots.denmark.switch import RegisterSwitch
from oots.deployment import serving
from oots.deployment.apps import (
    Exchanging,
    Surroundings,
    directories_client,
    provider_service,
    requester_service,
)
from oots.deployment.participants import seal_name
from oots.deployment.settings import ProviderSettings, RequesterSettings, ServiceSettings
from oots.model.agent import Agent
from oots.model.clock import SystemClock
from oots.model.evidence import Distribution
from oots.model.issuing import Applicant, Issue, Match, Offer, Order
from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.provider.preview import PreviewClosedError, PreviewSpace
from oots.provider.service import EvidenceProvider
from oots.provider.source import EvidenceSource, OnlySource
from oots.requester.cases import case_of
from oots.requester.discovery import Discovery, Finding
from oots.requester.service import EvidenceRequester, NotPossibleError
from oots.trust.keys import load_key_pair

ENTRY = ("tests.chaos.replica",)
SOLVEJ = NaturalPerson(
    "Prøvesen", "Solvej", date(1984, 6, 12), LevelOfAssurance.HIGH, identifier="DK/LT/7c1f0a52e94b4d0f8a3b"
)
_NOT_NOW = 409


class ReadyMadeSource:
    """The municipality's register, which issues each kind of evidence once and then gives the same again."""

    def __init__(self, source: EvidenceSource) -> None:
        self._source = source
        self._issued: dict[tuple[str, str, Distribution], Issue] = {}

    @property
    def authority(self) -> Agent:
        return self._source.authority

    def offer(self, classification: str) -> Offer | None:
        return self._source.offer(classification)

    def match(self, applicant: Applicant) -> Match:
        return self._source.match(applicant)

    def issue(self, order: Order) -> Issue:
        kind = (order.person_key, order.classification, order.wanted)
        if kind not in self._issued:
            self._issued[kind] = self._source.issue(order)
        return self._issued[kind]


def app_of(settings: ServiceSettings, around: Surroundings) -> FastAPI:
    match settings:
        case RequesterSettings():
            return _requester(settings, around)
        case ProviderSettings():
            return _provider(settings, around)
    raise TypeError(type(settings))


def _requester(settings: RequesterSettings, around: Surroundings) -> FastAPI:
    exchanging = requester_service(settings, around)
    requester = cast(EvidenceRequester, exchanging.service)
    discovery = Discovery(directories_client(settings, around), "LT", settings.versions)
    routes = APIRouter(prefix="/chaos")

    @cache
    def finding(case: str) -> Finding:
        return discovery.find(case_of(case), "DK")[0]

    @routes.post("/ask/{case}/{conversation}")
    def ask(case: str, conversation: str) -> str:
        return requester.ask(case_of(case), finding(case), SOLVEJ, conversation)

    @routes.post("/preview/{exchange_id}")
    def preview(exchange_id: str) -> str:
        return requester.go_to_preview(exchange_id).partition("?")[0].rpartition("/")[2]

    @routes.post("/finish/{exchange_id}")
    def finish(exchange_id: str) -> None:
        try:
            requester.finish(exchange_id)
        except NotPossibleError as already:
            raise HTTPException(_NOT_NOW, already.state) from None

    exchanging.app.include_router(routes)
    return exchanging.app


def _provider(settings: ProviderSettings, around: Surroundings) -> FastAPI:
    exchanging = provider_service(settings, around)
    provider = cast(EvidenceProvider, exchanging.service)
    provider.sources = OnlySource(ReadyMadeSource(_without_seals(settings)))
    space = _space(exchanging, provider, around)
    routes = APIRouter(prefix="/chaos")

    @routes.post("/decide/{token}/{choice}")
    def decide(token: str, choice: str) -> str:
        try:
            space.admit(token, SOLVEJ)
            return space.decide(token, [0] if choice == "accept" else [])
        except PreviewClosedError as closed:
            raise HTTPException(_NOT_NOW, str(closed.stage)) from None

    exchanging.app.include_router(routes)
    return exchanging.app


def _without_seals(settings: ProviderSettings) -> MunicipalSource:
    """Making and judging seals takes longer than everything that is tried here."""
    return MunicipalSource(
        municipality=load_municipality(settings.municipality),
        registers=Registers.from_files(settings.register_file, switch=RegisterSwitch(time.sleep), clock=SystemClock()),
        key=load_key_pair(settings.keys, seal_name(settings.municipality)),
        seal_xml=lambda document, _key, _at: document,
        seal_pdf=lambda *_: b"%PDF-1.7 for readers",
    )


def _space(exchanging: Exchanging, provider: EvidenceProvider, around: Surroundings) -> PreviewSpace:
    return PreviewSpace(exchanging.access_point._store, provider, around.clock)


def main() -> None:
    serving.app_of = app_of
    serving.serve(sys.argv[1])


if __name__ == "__main__":
    main()
