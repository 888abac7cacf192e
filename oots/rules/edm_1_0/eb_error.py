"""What TDD 1.0.0 forbids in a refusal of the Evidence Broker."""

from __future__ import annotations

from functools import partial

from oots.rules.checks.attributes import attribute_in, has_attribute, type_in
from oots.rules.checks.children import counts
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import EB_ERROR_CODES, EB_EXCEPTION_TYPES, ERROR, directory_severities
from oots.rules.rule import Rule, at, fatal
from oots.wire.status import FAILURE

_at = partial(at, "3.2")


def eb_error_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EB-ERR; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EB-ERR-S001", root_is("QueryResponse")),
            fatal("R-EB-ERR-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse",
            fatal("R-EB-ERR-S005", has_attribute("status")),
            fatal("R-EB-ERR-S006", attribute_in("status", FAILURE)),
            fatal("R-EB-ERR-017", counts("Slot", 0, 0)),
        ),
        *_at(
            f"QueryResponse[@status={FAILURE}]",
            fatal("R-EB-ERR-S007", counts("RegistryObjectList", 0, 0)),
            fatal("R-EB-ERR-S008", counts("Exception", 1, 1)),
        ),
        *_at(
            "QueryResponse/Exception",
            fatal("R-EB-ERR-009", has_attribute("xsi:type")),
            fatal("R-EB-ERR-011a", has_attribute("severity")),
            fatal("R-EB-ERR-012", attribute_in("severity", ERROR)),
            fatal("R-EB-ERR-013", has_attribute("message")),
            fatal("R-EB-ERR-015", has_attribute("code")),
            fatal("R-EB-ERR-010", type_in(EB_EXCEPTION_TYPES)),
        ),
        *_at(
            "QueryResponse/Exception/@code",
            fatal("R-EB-ERR-016", code_of(EB_ERROR_CODES)),
        ),
        *_at(
            "QueryResponse/Exception/@severity",
            fatal("R-EB-ERR-011b", code_of(directory_severities(repository))),
        ),
    )
