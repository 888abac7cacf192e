"""Any answer to an Evidence Request, told apart by its status (TDD 4.5.2, 4.5.3)."""

from __future__ import annotations

from oots.model.response import Answer, EvidenceError
from oots.wire.error import encode_error, read_error
from oots.wire.profile import PROFILES, Profiles
from oots.wire.response import encode_response, read_response
from oots.wire.status import FAILURE
from oots.wire.xml import parse


def encode(answer: Answer, profiles: Profiles = PROFILES) -> bytes:
    """The canonical bytes of the answer; ValueError names what its version cannot say."""
    if isinstance(answer, EvidenceError):
        return encode_error(answer, profiles)
    return encode_response(answer, profiles)


def decode(data: bytes, profiles: Profiles = PROFILES) -> Answer:
    """The error where the status is Failure, else the response; a `MessageError` names the rule that is broken."""
    root = parse(data)
    if root.get("status") == FAILURE:
        return read_error(root, profiles)
    return read_response(root, profiles)
