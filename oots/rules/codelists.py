"""The code lists of the specification (TDD 3.5), as data with their names.

Codes and names come from the lists published with TDD 1.0.0 (OOTS lists v07.01, EAS, NUTS 2021, ISO 3166-1 and ISO 639
in the Commission's versions 2.3), and from the change logs for what later versions added or removed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from oots.model.response import ErrorCode
from oots.wire.status import additional_input

_FOLDER = Path(__file__).parent / "codelists"


@dataclass(frozen=True, slots=True)
class CodeList:
    """`codes` maps each code to its name; `name` is that of the published list."""

    name: str
    codes: Mapping[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.codes


@cache
def _read(file: str) -> dict[str, str]:
    with (_FOLDER / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


COUNTRIES = CodeList("CountryIdentificationCode", _read("countries"))
LANGUAGES = CodeList("LanguageCode", _read("languages"))
ELECTRONIC_ADDRESS_SCHEMES = CodeList("EAS", _read("electronic_address_schemes"))
NUTS = CodeList("NUTS", _read("nuts"))
AGENT_CLASSIFICATIONS = CodeList("AgentClassification", _read("agent_classifications"))
LEVELS_OF_ASSURANCE = CodeList("LevelsOfAssurance", _read("levels_of_assurance"))
IDENTIFIER_SCHEMES = CodeList("IdentifierSchemes", _read("identifier_schemes"))
JURISDICTION_LEVELS = CodeList("JurisdictionLevel", _read("jurisdiction_levels"))
PROCEDURES_1_0 = CodeList("Procedures", _read("procedures"))
MEDIA_TYPES = CodeList("OOTSMediaTypes", _read("media_types"))
MEDIA_TYPES_1_0 = CodeList(
    "OOTSMediaTypes", {code: name for code, name in MEDIA_TYPES.codes.items() if code != "image/svg+xml"}
)
"""The official 1.0.0 file has a tab before the missing code, so that it does not pass."""

ERROR = "urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"

EDM_ERROR_CODES = CodeList("EDMErrorCodes", {code.code: code.message for code in ErrorCode})
EDM_EXCEPTION_TYPES = CodeList("EDMErrorCodes", {code.exception_type: code.message for code in ErrorCode})
ERROR_PROVIDERS = CodeList(
    "AgentClassification", {code: name for code, name in AGENT_CLASSIFICATIONS.codes.items() if code != "ER"}
)
ERROR_PROVIDERS_1_0 = CodeList("AgentClassification", {"ERRP": ERROR_PROVIDERS.codes["ERRP"]})
"""The official 1.0.0 file runs the other two codes together, so that neither passes."""
EB_ERROR_CODES = CodeList("EBErrorCodes", _read("eb_error_codes"))
DSD_ERROR_CODES = CodeList("DSDErrorCodes", _read("dsd_error_codes"))
DIRECTORY_EXCEPTION_TYPES = {
    "rs:ObjectNotFoundExceptionType": "nothing found",
    "rs:InvalidRequestExceptionType": "the request is not as it must be",
}
EB_EXCEPTION_TYPES = CodeList("EBErrorCodes", DIRECTORY_EXCEPTION_TYPES)
DSD_EXCEPTION_TYPES = CodeList("DSDErrorCodes", DIRECTORY_EXCEPTION_TYPES)


def preview_required(repository: str) -> str:
    """The severity of the exception that offers a preview; `repository` is the host of the Semantic Repository."""
    return f"urn:{repository}:codes:ErrorSeverity:EDMErrorResponse:PreviewRequired"


def edm_severities(repository: str) -> CodeList:
    return CodeList("ErrorSeverity", {ERROR: "error", preview_required(repository): "a preview is required"})


def directory_severities(repository: str) -> CodeList:
    codes = {**edm_severities(repository).codes, additional_input(repository): "the user must answer questions"}
    return CodeList("ErrorSeverity", codes)


LATER_PROCEDURES = {
    "00": "System test",
    "V5": "Driving licence",
    "X7": "Short-term rental",
    "X9": "Data governance",
    "X10": "Data governance",
    "X11": "Data governance",
    "AM1": "Recognition of professional qualifications",
}
PROCEDURES = CodeList("Procedures", {**PROCEDURES_1_0.codes, **LATER_PROCEDURES})
TWO_LETTER_COUNTRIES = CodeList(
    "CountryIdentificationCode", {code: name for code, name in COUNTRIES.codes.items() if len(code) == 2}
)
_OOTS = "AT BE BG HR CY CZ DK EE FI FR DE EL HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE"
OOTS_COUNTRIES = CodeList(
    "OOTS_Country", {**{code: COUNTRIES.codes[code] for code in _OOTS.split()}, "EU": "European Union"}
)
"""Which countries take part; the list of 2.0."""
TWO_LETTER_LANGUAGES = CodeList(
    "LanguageCode", {code: name for code, name in LANGUAGES.codes.items() if len(code) == 2}
)
GENDERS = CodeList("Gender", {"Male": "male", "Female": "female", "Unspecified": "not specified"})
CONCEPT_TYPES = CodeList("concept types", {"string": "text", "boolean": "yes or no", "codelist": "a code"})
ASSOCIATED_DOCUMENTS = CodeList(
    "associated documents",
    {"Annex": "annex", "HumanReadableVersion": "human-readable version", "Translation": "translation"},
)
CLASSIFICATION_NODES = CodeList("classification nodes", {**ASSOCIATED_DOCUMENTS.codes, "MainEvidence": "main evidence"})
PREVIEW_METHODS = CodeList("preview methods", {"GET": "by a link", "POST": "by a form", "PUT": "by a form"})
RESPONDERS = CodeList("AgentClassification", {code: AGENT_CLASSIFICATIONS.codes[code] for code in ("EP", "IP")})
REQUESTERS = CodeList("AgentClassification", {code: AGENT_CLASSIFICATIONS.codes[code] for code in ("ER", "IP")})
