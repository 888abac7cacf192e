"""Any answer to an Evidence Request, told apart by its status (TDD 4.5.2, 4.5.3)."""

from __future__ import annotations

from oots.model.response import Answer, EvidenceError
from oots.wire.error import decode_error, encode_error
from oots.wire.response import decode_response, encode_response
from oots.wire.status import FAILURE
from oots.wire.xml import parse


def encode(answer: Answer) -> bytes:
    """The canonical bytes of the answer."""
    return encode_error(answer) if isinstance(answer, EvidenceError) else encode_response(answer)


def decode(data: bytes) -> Answer:
    """The error where the status is Failure, else the response; a `MessageError` names the rule that is broken."""
    return decode_error(data) if parse(data).get("status") == FAILURE else decode_response(data)
