"""A response must be of the provider, the evidence type and the person that were asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from oots.model.agent import Agent
from oots.model.catalogue import Requirement
from oots.model.errors import MessageError
from oots.model.evidence import (
    Distribution,
    DocumentKind,
    EvidenceDocument,
    EvidencePackage,
    IssuingAuthority,
    MainMetadata,
    RequestedEvidenceType,
)
from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceResponse
from oots.model.text import Text
from oots.requester.fit import expect_fit
from tests.support.two_sides import AARHUS, SOLVEJ, START, TYPE, VILNIUS

REQUEST = EvidenceRequest(
    "r",
    "oots-edm:v2.0",
    START,
    "V1",
    (Requirement("https://sr.oots.tech.ec.europa.eu/requirements/x", (Text("EN", "Proof"),)),),
    (VILNIUS,),
    Agent(AARHUS.identifier, AARHUS.names),
    RequestedEvidenceType("e", TYPE, (Distribution("application/pdf"),)),
    SOLVEJ,
    True,
    True,
)
METADATA = MainMetadata(
    NaturalPerson(SOLVEJ.family_name, SOLVEJ.given_name, SOLVEJ.date_of_birth),
    IssuingAuthority(AARHUS.identifier, AARHUS.names),
    TYPE,
    date(2026, 9, 1),
)


def response(metadata: MainMetadata = METADATA, provider: Agent = AARHUS) -> EvidenceResponse:
    document = EvidenceDocument(
        "o", "c", "e", DocumentKind.MAIN_EVIDENCE, "a@b", "Attest", Distribution("application/pdf"), metadata
    )
    return EvidenceResponse(
        "x", "r", "oots-edm:v2.0", START, (provider,), VILNIUS, (EvidencePackage("p", (document,)),)
    )


def test_what_was_asked_for_fits() -> None:
    expect_fit(REQUEST, response())
    expect_fit(REQUEST, replace(response(), packages=()))


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("another evidence provider", lambda: response(provider=replace(AARHUS, identifier=VILNIUS.identifier))),
        (
            "another type",
            lambda: response(replace(METADATA, evidence_type=replace(TYPE, classification=TYPE.classification + "0"))),
        ),
        ("somebody else", lambda: response(replace(METADATA, subject=replace(SOLVEJ, given_name="Anders")))),
        (
            "somebody else",
            lambda: response(replace(METADATA, subject=replace(SOLVEJ, date_of_birth=date(1984, 6, 13)))),
        ),
    ],
    ids=["provider", "evidence type", "name", "date of birth"],
)
def test_what_nobody_asked_for_does_not(why: str, change: Callable[[], EvidenceResponse]) -> None:
    expect_fit(REQUEST, response())
    with pytest.raises(MessageError, match=why):
        expect_fit(REQUEST, change())
