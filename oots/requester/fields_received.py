"""Which fields have arrived: the names of the elements of structured evidence, and never what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oots.edelivery.message import Part
from oots.model.content import length_of, whole
from oots.model.errors import MessageError
from oots.model.fields import FieldTold, Standing
from oots.model.response import EvidenceResponse
from oots.wire.element_names import leaf_paths

MOST_READ = 256 * 1024
"""Bytes of a document that is read for this."""
MOST_NAMES, LONGEST_NAME = 200, 200
"""What is kept of the names of one document, which others have chosen."""
_XML = "application/xml"


def fields_received(response: EvidenceResponse, parts: Sequence[Part]) -> tuple[FieldTold, ...]:
    """Those of each XML among the parts, by the evidence that the response says it is; of others nothing is known."""
    contents = {part.content_id: part for part in parts if part.media_type == _XML}
    return tuple(
        FieldTold(name, Standing.RELEASED, evidence_id=document.evidence_id)
        for package in response.packages
        for document in package.documents
        if document.content_id in contents
        for name in _names(contents[document.content_id])
    )


def _names(part: Part) -> Iterator[str]:
    if length_of(part.content) > MOST_READ:
        return
    try:
        names = leaf_paths(whole(part.content))
    except MessageError:
        return
    yield from (name for name in names[:MOST_NAMES] if len(name) <= LONGEST_NAME)
