"""The Evidence Response and the Evidence Error Response (TDD 4.5.2, 4.5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from oots.model.agent import Agent
from oots.model.evidence import EvidencePackage
from oots.model.text import Text


class ErrorCode(Enum):
    """Code list EDMErrorCodes: code, `xsi:type` and message belong together."""

    AUTHENTICATION = ("EDM:ERR:0001", "rs:AuthenticationExceptionType", "Failed Authentication")
    AUTHORIZATION = ("EDM:ERR:0002", "rs:AuthorizationExceptionType", "Missing Authorization")
    INVALID_REQUEST = (
        "EDM:ERR:0003",
        "rs:InvalidRequestExceptionType",
        "Syntactically or semantically invalid request",
    )
    NOT_FOUND = ("EDM:ERR:0004", "rs:ObjectNotFoundExceptionType", "Object not found")
    TIMEOUT = ("EDM:ERR:0005", "rs:TimeoutExceptionType", "Exceeding timeout period")
    UNRESOLVED_REFERENCE = (
        "EDM:ERR:0006",
        "rs:UnresolvedReferenceExceptionType",
        "Referenced object that cannot be resolved",
    )
    UNSUPPORTED = (
        "EDM:ERR:0007",
        "rs:UnsupportedCapabilityExceptionType",
        "Optional feature or capability is not supported",
    )
    QUERY = ("EDM:ERR:0008", "query:QueryExceptionType", "Invalid query syntax or semantics that must be corrected")

    def __init__(self, code: str, exception_type: str, message: str) -> None:
        self.code = code
        self.exception_type = exception_type
        self.message = message


@dataclass(frozen=True, slots=True)
class PreviewOffer:
    """The link to the preview space, an https URL, and what it is for, in several languages.

    `method` is the HTTP method of the visit, GET, POST or PUT (EDM 1.x; 2.0 knows GET only).
    """

    location: str
    descriptions: tuple[Text, ...]
    method: str | None = None


@dataclass(frozen=True, slots=True)
class EdmException:
    """One `rs:Exception`. A `preview` makes it PreviewRequired, which is lawful with AUTHORIZATION only (C022)."""

    code: ErrorCode
    timestamp: datetime
    detail: str | None = None
    preview: PreviewOffer | None = None


@dataclass(frozen=True, slots=True)
class EvidenceError:
    """`query:QueryResponse` with status Failure. `request_id` is bare, and None when it could not be read."""

    response_id: str
    request_id: str | None
    specification: str
    error_provider: Agent
    requester: Agent | None
    exceptions: tuple[EdmException, ...]

    @property
    def preview(self) -> PreviewOffer | None:
        return next((exception.preview for exception in self.exceptions if exception.preview), None)


@dataclass(frozen=True, slots=True)
class EvidenceResponse:
    """`query:QueryResponse` with status Success, or Unavailable when `available_from` says when to ask again."""

    response_id: str
    request_id: str
    specification: str
    issued: datetime
    providers: tuple[Agent, ...]
    requester: Agent
    packages: tuple[EvidencePackage, ...] = ()
    available_from: datetime | None = None


Answer = EvidenceResponse | EvidenceError
