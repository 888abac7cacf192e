"""What EDM 2.0 and 1.2 forbid in an evidence error response."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.model.response import ErrorCode
from oots.rules.checks.answers import (
    a_code_for_each_type,
    preview_is_required,
    request_id_unless_unreadable,
    requester_unless_unreadable,
    severity_without_preview,
)
from oots.rules.checks.attributes import (
    attribute_in,
    coded_attribute,
    has_attribute,
    optional_code_of,
    scheme_exactly_in,
    type_in,
)
from oots.rules.checks.children import counts, filled, has, holds, only
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import at_most_one_slot, named_in, one_slot, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    EDM_ERROR_CODES,
    EDM_EXCEPTION_TYPES,
    ELECTRONIC_ADDRESS_SCHEMES,
    ERROR,
    ERROR_PROVIDERS,
    NUTS,
    PREVIEW_METHODS,
    TWO_LETTER_COUNTRIES,
    TWO_LETTER_LANGUAGES,
    edm_severities,
    preview_required,
)
from oots.rules.exact import a_moment, a_urn_uuid, a_uuid, an_https_url
from oots.rules.rule import Rule, at, fatal
from oots.wire.profile import NEWEST_REPOSITORY
from oots.wire.status import FAILURE

RESPONSE: Final = "/QueryResponse"
EXCEPTION: Final = f"{RESPONSE}/Exception"
PROVIDER: Final = f"{RESPONSE}/{{ErrorProvider}}/Agent"
REQUESTER: Final = f"{RESPONSE}/{{EvidenceRequester}}/Agent"
_at = partial(at, "4.5.3")


def error_rules(version: str) -> tuple[Rule, ...]:
    """The rules on an error response in version `v1.2` or `v2.0`."""
    newest = version == "v2.0"
    return (*_envelope(version), *_agents(), *_exceptions(newest), *(() if newest else _preview_method()))


def _envelope(version: str) -> tuple[Rule, ...]:
    return (
        *_at("/", fatal("R-EDM-ERR-S001", root_is("QueryResponse")), fatal("R-EDM-ERR-S002", root_in("query"))),
        *_at(
            RESPONSE,
            fatal("R-EDM-ERR-S003", request_id_unless_unreadable()),
            fatal("R-EDM-ERR-S006", attribute_in("status", FAILURE)),
            fatal("R-EDM-ERR-S007", counts("RegistryObjectList", 0, 0)),
            fatal("R-EDM-ERR-S008", counts("Exception", 1)),
            fatal("R-EDM-ERR-S009", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-ERR-S010", one_slot("EvidenceResponseIdentifier")),
            fatal("R-EDM-ERR-S011", one_slot("ErrorProvider")),
            fatal("R-EDM-ERR-S013", requester_unless_unreadable()),
            fatal("R-EDM-ERR-C011", counts("Exception", 1)),
            fatal("R-EDM-ERR-C025", request_id_unless_unreadable()),
        ),
        *_at(f"{RESPONSE}/@requestId", fatal("R-EDM-ERR-S004", a_urn_uuid())),
        *_at(
            f"{RESPONSE}/Slot",
            fatal(
                "R-EDM-ERR-S017",
                named_in("SpecificationIdentifier", "EvidenceResponseIdentifier", "ErrorProvider", "EvidenceRequester"),
            ),
        ),
        *_at(
            f"{RESPONSE}/{{SpecificationIdentifier}}",
            fatal("R-EDM-ERR-S018", typed("StringValueType")),
            fatal("R-EDM-ERR-C001", value_is(f"oots-edm:{version}")),
        ),
        *_at(f"{RESPONSE}/{{EvidenceResponseIdentifier}}", fatal("R-EDM-ERR-S019", typed("StringValueType"))),
        *_at(f"{RESPONSE}/{{EvidenceResponseIdentifier}}/Value", fatal("R-EDM-ERR-C002", a_uuid())),
    )


def _agents() -> tuple[Rule, ...]:
    return (
        *_at(
            f"{RESPONSE}/{{ErrorProvider}}",
            fatal("R-EDM-ERR-S020", typed("AnyValueType")),
            fatal("R-EDM-ERR-S026", holds("Agent")),
            fatal("R-EDM-ERR-C023", counts("Agent", 1, 1)),
        ),
        *_at(
            PROVIDER,
            fatal("R-EDM-ERR-S028", has("Identifier", "Name")),
            fatal("R-EDM-ERR-S028", only("Identifier", "Name", "Address", "Classification")),
            fatal("R-EDM-ERR-C007", filled("Classification")),
            fatal("R-EDM-ERR-C024", counts("Address", 1, 1)),
        ),
        *_at(
            f"{PROVIDER}/Identifier",
            fatal("R-EDM-ERR-C003", has_attribute("schemeID")),
            fatal("R-EDM-ERR-C004", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(f"{PROVIDER}/Address/AdminUnitLevel1", fatal("R-EDM-ERR-C005", code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{PROVIDER}/Address/AdminUnitLevel2", fatal("R-EDM-ERR-C006", code_of(NUTS))),
        *_at(f"{PROVIDER}/Classification", fatal("R-EDM-ERR-C008", code_of(ERROR_PROVIDERS))),
        *_at(
            f"{PROVIDER}/Name",
            fatal("R-EDM-ERR-C027", has_attribute("lang")),
            fatal("R-EDM-ERR-C028", optional_code_of("lang", TWO_LETTER_LANGUAGES)),
        ),
        *_at(
            f"{RESPONSE}/{{EvidenceRequester}}",
            fatal("R-EDM-ERR-S021", typed("AnyValueType")),
            fatal("R-EDM-ERR-S029", holds("Agent")),
        ),
        *_at(
            REQUESTER,
            fatal("R-EDM-ERR-S029", has("Identifier", "Name")),
            fatal("R-EDM-ERR-S029", only("Identifier", "Name")),
        ),
        *_at(
            f"{REQUESTER}/Identifier",
            fatal("R-EDM-ERR-C009", has_attribute("schemeID")),
            fatal("R-EDM-ERR-C010", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"{REQUESTER}/Name",
            fatal("R-EDM-ERR-C029", has_attribute("lang")),
            fatal("R-EDM-ERR-C030", optional_code_of("lang", TWO_LETTER_LANGUAGES)),
        ),
    )


def _exceptions(newest: bool) -> tuple[Rule, ...]:
    slots = ("Timestamp", "PreviewLocation", "PreviewDescription") + (() if newest else ("PreviewMethod",))
    severities = edm_severities(NEWEST_REPOSITORY)
    return (
        *_at(
            EXCEPTION,
            fatal("R-EDM-ERR-S012", one_slot("Timestamp")),
            fatal("R-EDM-ERR-C012", has_attribute("xsi:type")),
            fatal("R-EDM-ERR-C013", type_in(EDM_EXCEPTION_TYPES)),
            fatal("R-EDM-ERR-C014", coded_attribute("severity", severities)),
            fatal("R-EDM-ERR-C015", severity_without_preview(ERROR)),
            fatal("R-EDM-ERR-C016", has_attribute("message")),
            fatal("R-EDM-ERR-C017", coded_attribute("code", EDM_ERROR_CODES)),
            fatal("R-EDM-ERR-C022", preview_is_required(preview_required(NEWEST_REPOSITORY))),
            fatal("R-EDM-ERR-C026", a_code_for_each_type({code.code: code.exception_type for code in ErrorCode})),
        ),
        *_at(f"{EXCEPTION}/Slot", fatal("R-EDM-ERR-S027", named_in(*slots))),
        *_at(f"{EXCEPTION}/{{Timestamp}}", fatal("R-EDM-ERR-S022", typed("DateTimeValueType"))),
        *_at(f"{EXCEPTION}/{{Timestamp}}/Value", fatal("R-EDM-ERR-C018", a_moment())),
        *_at(f"{EXCEPTION}/{{PreviewLocation}}", fatal("R-EDM-ERR-S023", typed("StringValueType"))),
        *_at(f"{EXCEPTION}/{{PreviewLocation}}/Value", fatal("R-EDM-ERR-C019", an_https_url())),
        *_at(f"{EXCEPTION}/{{PreviewDescription}}", fatal("R-EDM-ERR-S024", typed("InternationalStringValueType"))),
        *_at(
            f"{EXCEPTION}/{{PreviewDescription}}/Value/LocalizedString",
            fatal("R-EDM-ERR-C020", coded_attribute("xml:lang", TWO_LETTER_LANGUAGES)),
        ),
    )


def _preview_method() -> tuple[Rule, ...]:
    """1.2 says by which HTTP method the preview is opened."""
    return (
        *_at(EXCEPTION, fatal("R-EDM-ERR-S016", at_most_one_slot("PreviewMethod"))),
        *_at(f"{EXCEPTION}/{{PreviewMethod}}", fatal("R-EDM-ERR-S025", typed("StringValueType"))),
        *_at(f"{EXCEPTION}/{{PreviewMethod}}/Value", fatal("R-EDM-ERR-C021", code_of(PREVIEW_METHODS))),
    )
