"""The seal of a piece of evidence, whatever its format."""

from __future__ import annotations

from datetime import datetime

from oots.trust.anchors import Trust
from oots.trust.pades import check_pdf_seal
from oots.trust.seal_report import SealReport
from oots.trust.xades import check_xml_seal

_CHECKS = {"application/xml": check_xml_seal, "application/pdf": check_pdf_seal}


def check_seal(content: bytes, media_type: str, anchors: Trust, at: datetime) -> SealReport:
    """The verdict on XML or PDF evidence; another media type carries no seal that is known here."""
    check = _CHECKS.get(media_type)
    if check is None:
        return SealReport("none", False, problem=f"no seal is known for {media_type}")
    return check(content, anchors, at)
