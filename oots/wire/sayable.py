"""What a message of each version has words for: the model says more than any single one of them.

Each function raises ValueError naming the first field that the version of the message cannot say, or that it lacks.
"""

from __future__ import annotations

from typing import Final

from oots.model.evidence import Distribution, DocumentKind, EvidenceDocument, EvidencePackage
from oots.model.person import LegalPerson, NaturalPerson, Subject
from oots.model.request import ClassificationAnswer, EvidenceRequest
from oots.model.response import EdmException, ErrorCode, EvidenceError, EvidenceResponse
from oots.wire.profile import Profile

ANSWER_TYPES: Final = ("string", "boolean", "codelist")
"""The types of questions that EDM 2.0 lists."""


def enforce_request(request: EvidenceRequest, profile: Profile) -> None:
    _enforce_distributions(request.evidence.distributions, profile)
    if profile.associated_documents:
        _refuse("language", request.language, profile)
    if profile.return_slot and request.preview:
        _demand("preview.return_location", request.preview.return_location, profile)
    if profile.descriptions_demanded:
        _demand("evidence.evidence_type.descriptions", request.evidence.evidence_type.descriptions, profile)
    if not profile.further_attributes:
        _refuse("requirements.descriptions", any(found.descriptions for found in request.requirements), profile)
        _refuse("representative as a legal person", isinstance(request.representative, LegalPerson), profile)
        _enforce_first_attributes("subject", request.subject, profile)
        _enforce_first_attributes("representative", request.representative, profile)
    if profile.plain_procedure:
        for answer in request.provider_classification:
            _enforce_answer(answer, profile)


def enforce_response(response: EvidenceResponse, profile: Profile) -> None:
    for package in response.packages:
        if profile.packaged:
            _demand("package_id", package.package_id, profile)
        else:
            _enforce_flat(package, profile)
        for document in package.documents:
            _enforce_document(document, profile)


def enforce_error(error: EvidenceError, profile: Profile) -> None:
    if not profile.many_exceptions:
        _refuse("a second exception", error.exceptions[1:], profile)
    for exception in error.exceptions:
        _enforce_exception(exception, profile)


def _enforce_distributions(distributions: tuple[Distribution, ...], profile: Profile) -> None:
    if profile.associated_documents or profile.descriptions_demanded:
        _demand("evidence.distributions", distributions, profile)
    if not profile.associated_documents:
        _refuse("a second distribution", distributions[1:], profile)
    for distribution in distributions:
        if profile.associated_documents:
            _refuse("transformation", distribution.transformation, profile)
        else:
            _refuse("languages of what is wanted", distribution.languages, profile)
            _refuse("associated_documents", distribution.associated_documents, profile)


def _enforce_first_attributes(role: str, person: Subject | None, profile: Profile) -> None:
    """A natural person has the attributes of EDM 1.0 only."""
    if not isinstance(person, NaturalPerson):
        return
    _refuse(f"{role}.nationality", person.nationality, profile)
    _refuse(f"{role}.country_of_birth", person.country_of_birth, profile)
    _refuse(f"{role}.town_of_birth", person.town_of_birth, profile)
    _refuse(f"{role}.country_of_residence", person.country_of_residence, profile)
    _refuse(f"{role}.phone_number", person.phone_number, profile)
    _refuse(f"{role}.email_address", person.email_address, profile)


def _enforce_answer(answer: ClassificationAnswer, profile: Profile) -> None:
    _demand("provider_classification.scheme", answer.scheme, profile)
    _refuse(f"the type {answer.type} of a question", answer.type not in ANSWER_TYPES, profile)


def _enforce_flat(package: EvidencePackage, profile: Profile) -> None:
    _refuse("package_id", package.package_id, profile)
    _refuse("associations", package.associations, profile)
    _refuse("a second document in a package", package.documents[1:], profile)


def _enforce_document(document: EvidenceDocument, profile: Profile) -> None:
    _refuse("associated_documents", document.distribution.associated_documents, profile)
    if profile.packaged:
        _demand("classification_id", document.classification_id, profile)
        _refuse("transformation", document.distribution.transformation, profile)
        return
    _refuse("classification_id", document.classification_id, profile)
    _refuse(f"a document that is {document.kind}", document.kind is not DocumentKind.MAIN_EVIDENCE, profile)
    _demand("main", document.main, profile)
    if profile.descriptions_demanded and document.main:
        _demand("main.evidence_type.descriptions", document.main.evidence_type.descriptions, profile)


def _enforce_exception(exception: EdmException, profile: Profile) -> None:
    method = exception.preview.method if exception.preview else None
    _refuse("preview.method", method and method not in profile.preview_methods, profile)
    if profile.authorization_is_preview and exception.code is ErrorCode.AUTHORIZATION:
        _demand("preview", exception.preview, profile)


def _refuse(field: str, value: object, profile: Profile) -> None:
    if value:
        raise ValueError(f"{field}: {profile.specification} has no place for it")


def _demand(field: str, value: object, profile: Profile) -> None:
    if not value:
        raise ValueError(f"{field}: {profile.specification} demands it")
