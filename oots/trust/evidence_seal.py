"""The seal of a piece of evidence, whatever its format."""

from __future__ import annotations

from datetime import datetime

from oots.model.content import Content, whole
from oots.trust.anchors import Trust
from oots.trust.pades import check_pdf_seal
from oots.trust.seal_report import SealReport
from oots.trust.xades import check_xml_seal


def check_seal(content: Content, media_type: str, anchors: Trust, at: datetime) -> SealReport:
    """The verdict on XML or PDF evidence; another media type carries no seal that is known here."""
    match media_type:
        case "application/xml":
            return check_xml_seal(whole(content), anchors, at)
        case "application/pdf":
            return check_pdf_seal(content, anchors, at)
    return SealReport("none", False, problem=f"no seal is known for {media_type}")
