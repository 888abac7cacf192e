"""A message that says what its version has no words for is not written, and the fault names the field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oots.model.evidence import DocumentKind, EvidencePackage
from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.wire import answer, request
from oots.wire.profile import PROFILES, V1_0, V1_2, V2_0, Profile
from tests.support import wire
from tests.support.edm_messages import a_preview, a_request, a_response, an_error

EVIDENCE = a_request(V1_0).evidence
UNDESCRIBED = replace(wire.CERTIFICATE, descriptions=())
BY_GET = PreviewOffer("https://preview.aarhus.localhost/p/1", (), "GET")


def asking(**changes: object) -> EvidenceRequest:
    return replace(a_request(V1_0), evidence=replace(EVIDENCE, **changes))  # type: ignore[arg-type]


def answering(**changes: object) -> EvidenceRequest:
    answered = replace(wire.ANSWER, **changes)  # type: ignore[arg-type]
    return replace(a_request(V2_0), provider_classification=(answered,))


def wanting(profile: Profile, **changes: object) -> EvidenceRequest:
    evidence = a_request(profile).evidence
    wanted = replace(evidence.distributions[0], **changes)  # type: ignore[arg-type]
    return replace(a_request(profile), evidence=replace(evidence, distributions=(wanted,)))


def person(**attributes: str) -> NaturalPerson:
    return replace(wire.PERSON, **attributes)  # type: ignore[arg-type]


def in_package(**changes: object) -> EvidenceResponse:
    package = a_response(V1_0).packages[0]
    return replace(a_response(V1_0), packages=(replace(package, **changes),))  # type: ignore[arg-type]


def in_document(profile: Profile, **changes: object) -> EvidenceResponse:
    package = a_response(profile).packages[0]
    document = replace(package.documents[0], **changes)  # type: ignore[arg-type]
    documents = (document, *package.documents[1:])
    return replace(a_response(profile), packages=(replace(package, documents=documents),))


def failing(profile: Profile, *exceptions: EdmException) -> EvidenceError:
    return replace(an_error(profile), exceptions=exceptions)


NOT_FOUND = EdmException(ErrorCode.NOT_FOUND, wire.NOW)
UNAUTHORIZED = EdmException(ErrorCode.AUTHORIZATION, wire.NOW)
REQUESTS: list[tuple[str, EvidenceRequest]] = [
    ("language", replace(a_request(V2_0), language="DA")),
    ("preview.return_location", replace(a_request(V2_0), preview=PreviewVisit("https://preview.dk/", None))),
    ("transformation", wanting(V2_0, transformation=wire.XML.conforms_to)),
    ("provider_classification.scheme", answering(scheme=None)),
    ("Codelist", answering(type="Codelist")),
    ("languages", wanting(V1_2, languages=("DA",))),
    ("associated_documents", wanting(V1_2, associated_documents=(DocumentKind.ANNEX,))),
    ("second distribution", asking(distributions=EVIDENCE.distributions * 2)),
    ("distributions", asking(distributions=())),
    ("evidence_type.descriptions", asking(evidence_type=UNDESCRIBED)),
    ("requirements.descriptions", replace(a_request(V1_0), requirements=(wire.DOMICILE,))),
    ("representative as a legal person", replace(a_request(V1_0), representative=wire.COMPANY)),
    ("representative.email_address", replace(a_request(V1_0), representative=person(email_address="a@b.dk"))),
    *(
        (f"subject.{name}", replace(a_request(V1_0), subject=person(**{name: "DK"})))
        for name in ("nationality", "country_of_birth", "town_of_birth", "country_of_residence", "phone_number")
    ),
]
ANSWERS: list[tuple[str, EvidenceResponse | EvidenceError]] = [
    ("package_id", in_package(package_id=wire.a_uuid(51))),
    ("associations", in_package(associations=(wire.BELONGS,))),
    ("second document", in_package(documents=(wire.MAIN, wire.READABLE))),
    ("classification_id", in_document(V1_0, classification_id=wire.a_uuid(21))),
    ("HumanReadableVersion", in_document(V1_0, kind=DocumentKind.HUMAN_READABLE_VERSION)),
    ("main", in_document(V1_0, main=None)),
    ("main.evidence_type.descriptions", in_document(V1_0, main=replace(wire.MAIN_METADATA, evidence_type=UNDESCRIBED))),
    (
        "associated_documents",
        in_document(V1_2, distribution=replace(wire.XML, associated_documents=(DocumentKind.ANNEX,))),
    ),
    ("package_id", replace(wire.RESPONSE, packages=(EvidencePackage(None, (wire.MAIN,)),))),
    ("classification_id", in_document(V2_0, classification_id=None)),
    ("transformation", in_document(V2_0, distribution=replace(wire.XML, transformation=wire.XML.conforms_to))),
    ("second exception", failing(V1_0, NOT_FOUND, NOT_FOUND)),
    ("preview", failing(V1_0, UNAUTHORIZED)),
    ("preview.method", failing(V2_0, replace(UNAUTHORIZED, preview=BY_GET))),
    ("preview.method", failing(V1_0, replace(UNAUTHORIZED, preview=replace(BY_GET, method="PUT")))),
]


@pytest.mark.parametrize(("field", "asked"), REQUESTS, ids=[field for field, _ in REQUESTS])
def test_a_request_that_its_version_cannot_say_is_not_written(field: str, asked: EvidenceRequest) -> None:
    request.encode(a_request(PROFILES[asked.specification]))
    with pytest.raises(ValueError, match=field):
        request.encode(asked)


@pytest.mark.parametrize(("field", "told"), ANSWERS, ids=[field for field, _ in ANSWERS])
def test_an_answer_that_its_version_cannot_say_is_not_written(
    field: str, told: EvidenceResponse | EvidenceError
) -> None:
    profile = PROFILES[told.specification]
    for lawful in (a_response(profile), an_error(profile), a_preview(profile)):
        answer.encode(lawful)
    with pytest.raises(ValueError, match=field):
        answer.encode(told)
