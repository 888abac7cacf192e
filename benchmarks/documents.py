"""The messages that are measured: the published examples, and those of our own exchange in two versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from oots.model.evidence import DocumentKind, EvidenceDocument, EvidencePackage
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError, EvidenceResponse
from oots.rules.kind import Kind
from oots.wire import answer, request
from oots.wire.profile import V1_0

PROJECT: Final = Path(__file__).resolve().parents[1]
SHARED: Final = PROJECT.parent / "shared"
FIRST: Final = SHARED / "spec" / "official" / "tdd-1.0.0"
SECOND: Final = SHARED / "spec" / "official" / "tdd-2.0.1"
SPECIMENS: Final = PROJECT / "evidence_samples" / "bopaelsattest"

_EXAMPLES: Final = {
    "evidence-request-birth": Kind.REQUEST,
    "evidence-response-birth": Kind.RESPONSE,
    "error-response-education": Kind.ERROR,
    "eb-requirements-birth": Kind.EB_REQUIREMENTS,
    "eb-evidence-types-birth": Kind.EB_EVIDENCE_TYPES,
    "eb-error-birth": Kind.EB_ERROR,
    "dsd-response-birth": Kind.DSD_SERVICES,
    "dsd-response-birth-simple": Kind.DSD_SERVICES,
    "dsd-error-birth": Kind.DSD_ERROR,
    "dsd-error-additional-input-birth": Kind.DSD_ERROR,
}
_OURS: Final = {"01-request": Kind.REQUEST, "02-error": Kind.ERROR, "04-response": Kind.RESPONSE}
_CAPTURES: Final = {"request": Kind.REQUEST, "response": Kind.RESPONSE}
EVIDENCE: Final = (Kind.REQUEST, Kind.RESPONSE, Kind.ERROR)


@dataclass(frozen=True, slots=True)
class Document:
    """A message: where it is from, what it is, its version, its bytes."""

    name: str
    kind: Kind
    version: str
    data: bytes

    @property
    def decode(self) -> Callable[[bytes], EvidenceRequest | Answer]:
        """Our reader of an evidence message of this kind."""
        return request.decode if self.kind is Kind.REQUEST else answer.decode


def published() -> list[Document]:
    """The examples of TDD 1.0.0."""
    return [
        Document(f"published {name}", kind, "v1.0", (FIRST / "examples" / f"{name}.xml").read_bytes())
        for name, kind in _EXAMPLES.items()
    ]


def captured() -> list[Document]:
    """The examples of TDD 2.0.1."""
    return [
        Document(f"published {name}", kind, "v2.0", (SECOND / f"{name}.xml").read_bytes())
        for name, kind in _CAPTURES.items()
    ]


def specimens() -> list[Document]:
    """The messages of our own exchange."""
    return [
        Document(f"our {name}", kind, "v2.0", (SPECIMENS / f"{name}.xml").read_bytes()) for name, kind in _OURS.items()
    ]


def specimens_of_1_0() -> list[Document]:
    """The messages of our own exchange, said again in version 1.0."""
    return [replace(found, version="v1.0", data=_in_1_0(found)) for found in specimens()]


def _in_1_0(document: Document) -> bytes:
    message = document.decode(document.data)
    if isinstance(message, EvidenceRequest):
        return request.encode(_request_of_1_0(message))
    if isinstance(message, EvidenceError):
        return answer.encode(_error_of_1_0(message))
    return answer.encode(_response_of_1_0(message))


def _request_of_1_0(message: EvidenceRequest) -> EvidenceRequest:
    """The request for all languages, which 1.0 asks for in one place."""
    return replace(
        message,
        specification=V1_0.specification,
        requirements=tuple(replace(found, descriptions=()) for found in message.requirements),
        evidence=replace(
            message.evidence,
            distributions=tuple(
                replace(found, languages=(), associated_documents=()) for found in message.evidence.distributions[:1]
            ),
        ),
        language="DA",
    )


def _error_of_1_0(message: EvidenceError) -> EvidenceError:
    """The error whose preview is opened by GET."""
    return replace(
        message,
        specification=V1_0.specification,
        exceptions=tuple(
            replace(found, preview=found.preview and replace(found.preview, method="GET"))
            for found in message.exceptions
        ),
    )


def _response_of_1_0(message: EvidenceResponse) -> EvidenceResponse:
    """The response with its main evidence alone, outside of any package."""
    main = [
        found for package in message.packages for found in package.documents if found.kind is DocumentKind.MAIN_EVIDENCE
    ]
    return replace(
        message,
        specification=V1_0.specification,
        packages=tuple(EvidencePackage(None, (_described(found),)) for found in main),
    )


def _described(document: EvidenceDocument) -> EvidenceDocument:
    """The document without classification, its type described by its titles at least."""
    if document.main is None:
        raise ValueError("not main evidence")
    kind = document.main.evidence_type
    kind = replace(kind, descriptions=kind.descriptions or kind.titles)
    return replace(document, classification_id=None, main=replace(document.main, evidence_type=kind))
