"""Which rules are held against a document of which kind and version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from oots.rules import cs_2_0, ebms
from oots.rules.edm_1_0.dsd_error import dsd_error_rules
from oots.rules.edm_1_0.dsd_services import dsd_services_rules
from oots.rules.edm_1_0.eb_error import eb_error_rules
from oots.rules.edm_1_0.eb_evidence_types import eb_evidence_types_rules
from oots.rules.edm_1_0.eb_requirements import eb_requirements_rules
from oots.rules.edm_1_0.error import error_rules as first_error_rules
from oots.rules.edm_1_0.request import request_rules as first_request_rules
from oots.rules.edm_1_0.response import response_rules as first_response_rules
from oots.rules.edm_2_0.error import error_rules
from oots.rules.edm_2_0.request import request_rules
from oots.rules.edm_2_0.response import response_rules
from oots.rules.kind import Kind
from oots.rules.rule import Rule
from oots.rules.rulebook import Rulebook
from oots.wire.profile import FIRST_REPOSITORY

Rules = Callable[[str], tuple[Rule, ...]]
"""Takes the host of the Semantic Repository in 1.0, the version (`v2.0`) in later ones."""

_FIRST: Mapping[Kind, Rules] = {
    Kind.REQUEST: first_request_rules,
    Kind.RESPONSE: first_response_rules,
    Kind.ERROR: first_error_rules,
    Kind.EB_REQUIREMENTS: eb_requirements_rules,
    Kind.EB_EVIDENCE_TYPES: eb_evidence_types_rules,
    Kind.EB_ERROR: eb_error_rules,
    Kind.DSD_SERVICES: dsd_services_rules,
    Kind.DSD_ERROR: dsd_error_rules,
    Kind.EBMS_HEADER: lambda _repository: ebms.header_rules("v1.0"),
}
_LATER: Mapping[Kind, Rules] = {
    Kind.REQUEST: request_rules,
    Kind.RESPONSE: response_rules,
    Kind.ERROR: error_rules,
    Kind.EBMS_HEADER: ebms.header_rules,
}
_DIRECTORIES: Mapping[Kind, Rules] = cs_2_0.RULES
VERSIONS: Mapping[Kind, tuple[str, ...]] = {
    **dict.fromkeys(_LATER, ("v1.0", "v1.2", "v2.0")),
    **dict.fromkeys(_DIRECTORIES, ("v1.0", "v2.0")),
}
"""The versions in which there are rules for each kind of document."""


@cache
def rulebook(kind: Kind, version: str, repository: str = FIRST_REPOSITORY) -> Rulebook:
    """The rules for a kind of document in a version (`v1.0`); `repository` is the host that messages of 1.0 name.

    Raises LookupError where there are none.
    """
    if version not in VERSIONS[kind]:
        raise LookupError(f"no rules for {kind} in {version}")
    if version == "v1.0":
        return Rulebook(_FIRST[kind](repository))
    return Rulebook({**_LATER, **_DIRECTORIES}[kind](version))
