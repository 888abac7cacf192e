"""A small data set of the directories, and a way to ask an application without a network."""

from __future__ import annotations

import asyncio

import httpx
from fastapi import FastAPI

from oots.common_services.api import Signer, router
from oots.common_services.entries import Entries
from oots.model.agent import Address
from oots.model.catalogue import (
    AccessService,
    DataService,
    EvidenceTypeList,
    EvidenceTypesOfRequirement,
    Publisher,
    ReferenceFramework,
    Requirement,
    RequirementOfProcedures,
)
from oots.model.clock import FrozenClock, SequentialIds
from oots.model.evidence import Distribution, EvidenceType
from oots.model.identifiers import EAS, UNREGISTERED, Identifier
from oots.model.person import LevelOfAssurance
from oots.model.text import Text
from oots.trust.certificates import Role
from oots.trust.issuing import Participant
from oots.trust.jws import SignerCheck, in_role
from oots.trust.keys import KeyPair
from tests.support.trust import NOW, authority

REPOSITORY = "https://sr.oots.tech.ec.europa.eu/"
DOMICILE = Requirement(
    f"{REPOSITORY}requirements/11111111-1111-4111-8111-111111111111", (Text("EN", "Proof of domicile"),)
)
UNPROVEN = Requirement(
    f"{REPOSITORY}requirements/22222222-2222-4222-8222-222222222222", (Text("EN", "Proof of nothing"),)
)
CERTIFICATE = EvidenceType(
    f"{REPOSITORY}evidencetypeclassifications/DK/33333333-3333-4333-8333-333333333333",
    (Text("DA", "Bopælsattest"), Text("EN", "Residence certificate")),
)
MOVING_IN_GREECE = ReferenceFramework(
    "44444444-4444-4444-8444-444444444444", (Text("EN", "Moving"),), procedure="V1", country="EL"
)
PENSION_IN_LITHUANIA = ReferenceFramework(
    "55555555-5555-4555-8555-555555555555", (Text("EN", "Pension"),), procedure="W1", country="LT"
)
STUDY_IN_LITHUANIA = ReferenceFramework(
    "66666666-6666-4666-8666-666666666666", (Text("EN", "Study"),), procedure="T1", country="LT"
)
DANISH_LIST = EvidenceTypeList(
    "77777777-7777-4777-8777-777777777777", (Text("EN", "Residence certificate"),), (CERTIFICATE,), country="DK"
)
SWEDISH_LIST = EvidenceTypeList(
    "88888888-8888-4888-8888-888888888888", (Text("EN", "Residence certificate"),), (CERTIFICATE,), country="SE"
)


def access_service(party: str, specification: str) -> AccessService:
    """One of Aarhus, which speaks one version."""
    publisher = Publisher(
        Identifier(f"{EAS}0184", "55133018"),
        (Text("DA", "Aarhus Kommune"),),
        Address("DK", nuts="DK042"),
        jurisdiction_country="DK",
        jurisdiction_nuts="DK042",
    )
    return AccessService(
        Identifier(f"{UNREGISTERED}DK", party), (Text("DA", "Adgangspunkt"),), (specification,), publisher
    )


NEW_ACCESS_SERVICE = access_service("AP_DK_01", "oots-edm:v2.0")
OLD_ACCESS_SERVICE = access_service("AP_DK_02", "oots-edm:v1.0")
DATA_SERVICE = DataService(
    "99999999-9999-4999-8999-999999999999",
    CERTIFICATE,
    (Distribution("application/xml", ("DA",), f"{REPOSITORY}datamodels/specimen-1.0"),),
    (NEW_ACCESS_SERVICE, OLD_ACCESS_SERVICE),
    LevelOfAssurance.SUBSTANTIAL,
)
ENTRIES = Entries(
    requirements=(
        RequirementOfProcedures(DOMICILE, (MOVING_IN_GREECE, PENSION_IN_LITHUANIA)),
        RequirementOfProcedures(UNPROVEN, (PENSION_IN_LITHUANIA, STUDY_IN_LITHUANIA)),
    ),
    evidence_types=(
        EvidenceTypesOfRequirement(DOMICILE, (DANISH_LIST, SWEDISH_LIST)),
        EvidenceTypesOfRequirement(UNPROVEN, ()),
    ),
    classifications=frozenset({CERTIFICATE.classification}),
    data_services=(DATA_SERVICE,),
)


CLOCK = FrozenClock(NOW)


def directory_key() -> KeyPair:
    """A key with which a directory signs."""
    return authority().issue(Participant("directories", "directories", Role.DIRECTORY))


def believed() -> SignerCheck:
    """Believes the directories of the authority in memory."""
    return in_role(authority().anchors(), Role.DIRECTORY)


def directories_of(entries: Entries, key: KeyPair | None = None) -> FastAPI:
    """An application that holds `entries` and signs, at the moment of the frozen clock, with `key`."""
    app = FastAPI()
    app.include_router(router(entries, SequentialIds(7), Signer(key or directory_key(), CLOCK)))
    return app


def client_of(app: FastAPI) -> httpx.Client:
    """A client whose every request is answered by `app` in this process."""

    def handle(request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
                answer = await client.send(request)
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

        return asyncio.run(ask())

    return httpx.Client(transport=httpx.MockTransport(handle))
