"""The names of what has arrived: of XML alone, as many as are reasonable, and never what stands there."""

from __future__ import annotations

import pytest

from oots.edelivery.message import Part
from oots.model.evidence import EvidencePackage
from oots.model.fields import FieldTold, Standing
from oots.model.response import EvidenceResponse
from oots.requester.fields_received import LONGEST_NAME, MOST_NAMES, MOST_READ, fields_received
from tests.support.pages import DOCUMENTS
from tests.support.two_sides import AARHUS, START, VILNIUS

DOCUMENT = DOCUMENTS[0]
RESPONSE = EvidenceResponse("a", "b", "oots-edm:v2.0", START, (AARHUS,), VILNIUS, (EvidencePackage(None, (DOCUMENT,)),))


def received(content: bytes, media_type: str = "application/xml", content_id: str = DOCUMENT.content_id) -> list[str]:
    told = fields_received(RESPONSE, [Part(content_id, media_type, content)])
    assert all(field == FieldTold(field.name, Standing.RELEASED, None, DOCUMENT.evidence_id) for field in told)
    return [field.name for field in told]


def test_each_name_is_told_once_and_the_seal_is_none_of_them() -> None:
    seal = '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:Value>x</s:Value></s:Signature>'
    xml = f'<a xmlns="urn:x"><b><c>1</c></b><b><c>2</c><d/></b><e f="g">text</e>{seal}</a>'
    assert received(xml.encode()) == ["b/c", "b/d", "e"]


@pytest.mark.parametrize(
    ("content", "media_type", "content_id"),
    [
        (b"<a><b>1</b></a>", "application/pdf", DOCUMENT.content_id),
        (b"<a><b>1</b></a>", "application/xml", "another@part"),
        (b"<a><b>1</a>", "application/xml", DOCUMENT.content_id),
        (b"<a><b>" + b"1" * MOST_READ + b"</b></a>", "application/xml", DOCUMENT.content_id),
        (b"<a><" + b"b" * (LONGEST_NAME + 1) + b"/></a>", "application/xml", DOCUMENT.content_id),
    ],
)
def test_of_anything_else_no_name_is_told(content: bytes, media_type: str, content_id: str) -> None:
    assert received(b"<a><b>1</b></a>") == ["b"]
    assert received(content, media_type, content_id) == []


def test_no_more_names_are_kept_than_a_document_has_reasonably() -> None:
    names = "".join(f"<n{number}/>" for number in range(MOST_NAMES + 1))
    assert len(received(f"<a>{names}</a>".encode())) == MOST_NAMES
