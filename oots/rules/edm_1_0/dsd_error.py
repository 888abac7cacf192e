"""What TDD 1.0.0 forbids in a refusal of the Data Service Directory."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.answers import no_slot_without_exception
from oots.rules.checks.attributes import (
    attribute_filled,
    attribute_in,
    attribute_like,
    attribute_unlike,
    has_attribute,
    type_in,
)
from oots.rules.checks.children import counts, filled, has
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import named_in, one_slot, some_slot, typed
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    DSD_ERROR_CODES,
    DSD_EXCEPTION_TYPES,
    ERROR,
    JURISDICTION_LEVELS,
    LANGUAGES,
    LEVELS_OF_ASSURANCE,
    directory_severities,
)
from oots.rules.forms import a_uuid, evidence_type_url
from oots.rules.rule import Rule, at, fatal, info
from oots.wire.status import FAILURE, additional_input

EVIDENCE_TYPE: Final = "QueryResponse/Exception/{DataServiceEvidenceType}/DataServiceEvidenceType"
_at = partial(at, "3.1")


def dsd_error_rules(repository: str) -> tuple[Rule, ...]:
    """The official files DSD-ERR-S and DSD-ERR-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-DSD-ERR-S001", root_is("QueryResponse")),
            fatal("R-DSD-ERR-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse",
            fatal("R-DSD-RESP-S005", has_attribute("status")),
            fatal("R-DSD-RESP-S006", attribute_in("status", FAILURE)),
        ),
        *_at(
            f"QueryResponse[@status={FAILURE}]",
            fatal("R-DSD-RESP-S007", counts("RegistryObjectList", 0, 0)),
            info("R-DSD-RESP-S008", counts("Exception", 1)),
            fatal("R-DSD-RESP-S009", no_slot_without_exception()),
        ),
        *_at(
            "QueryResponse/Exception[@code=DSD:ERR:0005]/Slot",
            fatal(
                "R-DSD-RESP-S010",
                named_in("DataServiceEvidenceType", "UserRequestedClassificationConcepts", "JurisdictionDetermination"),
            ),
        ),
        *_at(
            "QueryResponse/Exception[@code=DSD:ERR:0005]",
            info("R-DSD-RESP-S011", one_slot("JurisdictionDetermination")),
            info("R-DSD-RESP-S012", one_slot("UserRequestedClassificationConcepts")),
            fatal("R-DSD-RESP-S013", one_slot("DataServiceEvidenceType")),
            fatal("R-DSD-ERR-C019", attribute_unlike("severity", ERROR)),
            fatal(
                "R-DSD-ERR-C025", attribute_like("severity", additional_input(repository), additional_input(repository))
            ),
        ),
        *_at(
            "QueryResponse/Exception/{JurisdictionDetermination}",
            fatal("R-EDM-REQ-S014", typed("AnyValueType")),
            fatal("R-EDM-REQ-S020", has("EvidenceProviderJurisdictionDetermination")),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}",
            fatal("R-EDM-REQ-S015", typed("CollectionValueType")),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}/Element",
            fatal("R-EDM-REQ-S016", typed("AnyValueType")),
            fatal("R-EDM-REQ-S019", has("EvidenceProviderClassification")),
        ),
        *_at(
            "QueryResponse/Exception/{DataServiceEvidenceType}",
            fatal("R-EDM-REQ-S017", typed("AnyValueType")),
            fatal("R-EDM-REQ-S018", has("DataServiceEvidenceType")),
        ),
        *_at(
            EVIDENCE_TYPE,
            fatal(
                "R-EDM-REQ-S021",
                has(
                    "Identifier",
                    "EvidenceTypeClassification",
                    "Title",
                    "DistributedAs",
                    without=(
                        "AccessService",
                        "EvidenceProviderJurisdictionDetermination",
                        "EvidenceProviderClassification",
                    ),
                ),
            ),
        ),
        *_at(
            "Exception[@code=DSD:ERR:0005]",
            fatal("R-DSD-RESP-S022", some_slot("UserRequestedClassificationConcepts", "JurisdictionDetermination")),
        ),
        *_at(
            "QueryResponse/Exception/{JurisdictionDetermination}/EvidenceProviderJurisdictionDetermination/JurisdictionContextId",
            fatal("R-DSD-ERR-C001", a_uuid()),
        ),
        *_at(
            "QueryResponse/Exception/{JurisdictionDetermination}/EvidenceProviderJurisdictionDetermination/JurisdictionContext",
            fatal("R-DSD-ERR-C003", attribute_filled("lang")),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}/EvidenceProviderClassification/Identifier",
            fatal("R-DSD-ERR-C005", a_uuid()),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}/EvidenceProviderClassification",
            fatal("R-DSD-ERR-C006", filled("Type")),
            fatal("R-DSD-ERR-C007", filled("Description")),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}/EvidenceProviderClassification/Description",
            fatal("R-DSD-ERR-C009", attribute_filled("lang")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Identifier",
            fatal("R-DSD-ERR-C010", a_uuid()),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/EvidenceTypeClassification",
            fatal("R-DSD-ERR-C011", evidence_type_url(repository)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title",
            fatal("R-DSD-ERR-C013", attribute_filled("lang")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description",
            fatal("R-DSD-ERR-C015", attribute_filled("lang")),
        ),
        *_at(
            "QueryResponse/Exception",
            fatal("R-DSD-ERR-C016", has_attribute("xsi:type")),
            fatal("R-DSD-ERR-C020", has_attribute("message")),
            fatal("R-DSD-ERR-C021", has_attribute("code")),
            fatal("R-DSD-ERR-C017", type_in(DSD_EXCEPTION_TYPES)),
        ),
        *_at(
            "QueryResponse/Exception/{JurisdictionDetermination}/EvidenceProviderJurisdictionDetermination/JurisdictionContext/@lang",
            fatal("R-DSD-ERR-C002", code_of(LANGUAGES)),
        ),
        *_at(
            "QueryResponse/Exception/{UserRequestedClassificationConcepts}/EvidenceProviderClassification/Description/@lang",
            fatal("R-DSD-ERR-C008", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title/@lang",
            fatal("R-DSD-ERR-C012", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description/@lang",
            fatal("R-DSD-ERR-C014", code_of(LANGUAGES)),
        ),
        *_at(
            "QueryResponse/Exception/{JurisdictionDetermination}/EvidenceProviderJurisdictionDetermination/JurisdictionLevel",
            fatal("R-DSD-ERR-C004", code_of(JURISDICTION_LEVELS)),
        ),
        *_at(
            "QueryResponse/Exception/@code",
            fatal("R-DSD-ERR-C023", code_of(DSD_ERROR_CODES)),
        ),
        *_at(
            "QueryResponse/Exception/@severity",
            fatal("R-DSD-ERR-C018", code_of(directory_severities(repository))),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/AuthenticationLevelOfAssurance",
            fatal("R-DSD-ERR-C024", code_of(LEVELS_OF_ASSURANCE)),
        ),
    )
