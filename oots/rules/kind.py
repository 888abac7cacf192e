"""What a document is, told by its root element and content, as the rules distinguish it."""

from __future__ import annotations

from enum import StrEnum


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
