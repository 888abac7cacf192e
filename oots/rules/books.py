"""Which rules are held against a document of which kind and version."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from oots.rules.edm_1_0.dsd_error import dsd_error_rules
from oots.rules.edm_1_0.dsd_services import dsd_services_rules
from oots.rules.edm_1_0.eb_error import eb_error_rules
from oots.rules.edm_1_0.eb_evidence_types import eb_evidence_types_rules
from oots.rules.edm_1_0.eb_requirements import eb_requirements_rules
from oots.rules.edm_1_0.error import error_rules
from oots.rules.edm_1_0.request import request_rules
from oots.rules.edm_1_0.response import response_rules
from oots.rules.kind import Kind
from oots.rules.rule import Rule
from oots.rules.rulebook import Rulebook

Rules = Callable[[str], tuple[Rule, ...]]
"""The rules for a host of the Semantic Repository."""

_V1_0: dict[Kind, Rules] = {
    Kind.REQUEST: request_rules,
    Kind.RESPONSE: response_rules,
    Kind.ERROR: error_rules,
    Kind.EB_REQUIREMENTS: eb_requirements_rules,
    Kind.EB_EVIDENCE_TYPES: eb_evidence_types_rules,
    Kind.EB_ERROR: eb_error_rules,
    Kind.DSD_SERVICES: dsd_services_rules,
    Kind.DSD_ERROR: dsd_error_rules,
}


@cache
def rulebook(kind: Kind, version: str, repository: str) -> Rulebook:
    """The rules for a kind of document in a version (`v1.0`)."""
    return Rulebook(_V1_0[kind](repository))
