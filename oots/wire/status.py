"""Outcome and severity of a RegRep answer, as URNs (TDD 3.5)."""

from __future__ import annotations

from typing import Final

_STATUS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
SUCCESS: Final = _STATUS + "Success"
UNAVAILABLE: Final = _STATUS + "Unavailable"
FAILURE: Final = _STATUS + "Failure"
SEVERITY_ERROR: Final = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"


def additional_input(repository: str) -> str:
    """The severity of the exception with which the Data Service Directory asks for the user's answers; `repository` is
    the host of the Semantic Repository."""
    return f"urn:{repository}:codes:ErrorSeverity:DSDErrorResponse:AdditionalInput"
