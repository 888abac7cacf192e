"""What a document is, told by its root element and content, as the rules distinguish it."""

from __future__ import annotations

from enum import StrEnum

from lxml import etree

from oots.wire.namespaces import RS
from oots.wire.status import FAILURE


class Kind(StrEnum):
    """The documents that rules are about; the values are those of `oots validate --kind`."""

    REQUEST = "request"
    RESPONSE = "response"
    ERROR = "error"
    EB_REQUIREMENTS = "eb-requirements"
    EB_EVIDENCE_TYPES = "eb-evidence-types"
    EB_ERROR = "eb-error"
    DSD_SERVICES = "dsd-services"
    DSD_ERROR = "dsd-error"
    EBMS_HEADER = "ebms-header"


def kind_of_answer(root: etree._Element) -> Kind:
    """Whether an answer of the exchange is an error, by its status or an exception in it, or else a response."""
    failed = root.get("status") == FAILURE or root.find(f"{{{RS}}}Exception") is not None
    return Kind.ERROR if failed else Kind.RESPONSE
