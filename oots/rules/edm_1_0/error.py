"""What TDD 1.0.0 forbids in an evidence error response."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.answers import request_id_unless_unreadable
from oots.rules.checks.attributes import attribute_in, attribute_unlike, has_attribute, scheme_in, type_in
from oots.rules.checks.children import counts, filled, has
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import (
    at_most_one_slot,
    named_in,
    no_stray_slot_value,
    one_slot,
    typed,
    value_is,
    value_like,
)
from oots.rules.checks.values import code_of, occurring_in
from oots.rules.codelists import (
    COUNTRIES,
    EDM_ERROR_CODES,
    EDM_EXCEPTION_TYPES,
    ELECTRONIC_ADDRESS_SCHEMES,
    ERROR,
    ERROR_PROVIDERS_1_0,
    LANGUAGES,
    edm_severities,
    preview_required,
)
from oots.rules.forms import a_moment, a_urn_uuid, a_uuid, an_https_url
from oots.rules.rule import Rule, at, fatal, info
from oots.wire.status import FAILURE, UNAVAILABLE

SPECIFICATION: Final = "oots-edm:v1.0"

_at = partial(at, "4.5.3")


def error_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EDM-ERR-S and EDM-ERR-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EDM-ERR-S001", root_is("QueryResponse")),
            fatal("R-EDM-ERR-S02", root_in("query")),
        ),
        *_at(
            "QueryResponse/@requestId",
            fatal("R-EDM-ERR-S004", a_urn_uuid()),
        ),
        *_at(
            "QueryResponse",
            fatal("R-EDM-ERR-S06", attribute_in("status", FAILURE, UNAVAILABLE)),
            info("R-EDM-ERR-S07", counts("RegistryObjectList", 0, 0)),
            fatal("R-EDM-ERR-S08", counts("Exception", 1)),
            fatal("R-EDM-ERR-S09", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-ERR-S10", one_slot("EvidenceResponseIdentifier")),
            fatal("R-EDM-ERR-S11", one_slot("ErrorProvider")),
            fatal("OOTSDK-EDM-ERR-001", one_slot("EvidenceRequester")),
            info("R-EDM-ERR-S003", request_id_unless_unreadable()),
            fatal("R-EDM-ERR-S017a", no_stray_slot_value()),
        ),
        *_at(
            "QueryResponse/{SpecificationIdentifier}",
            fatal("R-EDM-ERR-S18", typed("StringValueType")),
            fatal("R-EDM-ERR-C001", value_is(SPECIFICATION)),
        ),
        *_at(
            "QueryResponse/{EvidenceResponseIdentifier}",
            fatal("R-EDM-ERR-S19", typed("StringValueType")),
        ),
        *_at(
            "QueryResponse/{IssueDateTime}",
            fatal("R-EDM-ERR-S22", typed("DateTimeValueType")),
        ),
        *_at(
            "QueryResponse/{EvidenceRequester}",
            fatal("R-EDM-ERR-S021", typed("AnyValueType")),
        ),
        *_at(
            "QueryResponse/{ErrorProvider}",
            fatal("R-EDM-ERR-S020", typed("AnyValueType")),
            fatal("R-EDM-ERR-S026", has("Agent")),
        ),
        *_at(
            "Exception",
            fatal("R-EDM-ERR-S12", one_slot("Timestamp")),
        ),
        *_at(
            "Exception[{PreviewMethod}]",
            fatal("R-EDM-ERR-S16", at_most_one_slot("PreviewMethod")),
        ),
        *_at(
            "Exception[{PreviewDescription}]",
            fatal("R-EDM-ERR-S15", at_most_one_slot("PreviewDescription")),
        ),
        *_at(
            "Exception/{PreviewLocation}",
            fatal("R-EDM-ERR-S23", typed("StringValueType")),
        ),
        *_at(
            "Exception/{PreviewMethod}",
            fatal("R-EDM-ERR-S25", typed("StringValueType")),
        ),
        *_at(
            "Exception/{PreviewDescription}",
            fatal("R-EDM-ERR-S24", typed("InternationalStringValueType")),
        ),
        *_at(
            "QueryResponse/Exception/Slot",
            info("R-EDM-ERR-S017b", named_in("Timestamp", "PreviewLocation", "PreviewDescription", "PreviewMethod")),
        ),
        *_at(
            "QueryResponse/{EvidenceResponseIdentifier}/Value",
            fatal("R-EDM-ERR-C002", a_uuid()),
        ),
        *_at(
            "QueryResponse/{ErrorProvider}/Agent/Identifier",
            fatal("R-EDM-ERR-C003", has_attribute("schemeID")),
            fatal("R-EDM-ERR-C004", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            "QueryResponse/{ErrorProvider}/Agent",
            fatal("R-EDM-ERR-C007", filled("Classification")),
        ),
        *_at(
            "QueryResponse/{EvidenceRequester}/Agent/Identifier",
            fatal("R-EDM-ERR-C009", has_attribute("schemeID")),
            fatal("R-EDM-ERR-C010", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"QueryResponse[@status={FAILURE}]",
            fatal("R-EDM-ERR-C011", counts("Exception", 1, 1)),
        ),
        *_at(
            "QueryResponse/Exception",
            fatal("R-EDM-ERR-C012", has_attribute("xsi:type")),
            fatal("R-EDM-ERR-C016", has_attribute("message")),
            fatal("R-EDM-ERR-C013", type_in(EDM_EXCEPTION_TYPES)),
        ),
        *_at(
            "QueryResponse/Exception[@xsi:type=rs:AuthorizationExceptionType]",
            fatal("R-EDM-ERR-C015", attribute_unlike("severity", ERROR)),
        ),
        *_at(
            "QueryResponse/Exception/{Timestamp}/Value",
            fatal("R-EDM-ERR-C018", a_moment()),
        ),
        *_at(
            "QueryResponse/Exception/{PreviewLocation}",
            fatal("R-EDM-ERR-C019", an_https_url()),
        ),
        *_at(
            "QueryResponse/Exception/{PreviewMethod}",
            fatal("R-EDM-ERR-C021", value_like("^GET$", "GET")),
        ),
        *_at(
            f"QueryResponse/Exception[@severity={preview_required(repository)}]",
            fatal("R-EDM-ERR-C022", one_slot("PreviewLocation")),
        ),
        *_at(
            "QueryResponse/{ErrorProvider}/Agent/Address/AdminUnitLevel1",
            fatal("R-EDM-ERR-C005", code_of(COUNTRIES)),
        ),
        *_at(
            "QueryResponse/{ErrorProvider}/Agent/Classification",
            fatal("R-EDM-ERR-C008", code_of(ERROR_PROVIDERS_1_0)),
        ),
        *_at(
            "QueryResponse/Exception/@code",
            fatal("R-EDM-ERR-C017", code_of(EDM_ERROR_CODES)),
        ),
        *_at(
            "QueryResponse/Exception/@severity",
            fatal("R-EDM-ERR-C014", occurring_in(edm_severities(repository))),
        ),
        *_at(
            "QueryResponse/Exception/{PreviewDescription}/Value/LocalizedString/@xml:lang",
            fatal("R-EDM-ERR-C020", code_of(LANGUAGES)),
        ),
    )
