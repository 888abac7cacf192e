"""The one door between bytes and the model: judged before it is read, and before it leaves."""

from __future__ import annotations

from oots.edelivery.header import SPECIFICATION, UserMessage
from oots.edelivery.message import OpenedMessage
from oots.model.clock import Ids
from oots.model.errors import MessageError
from oots.model.identifiers import Identifier, is_uuid
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceResponse
from oots.wire import answer as answer_codec
from oots.wire import request as request_codec
from oots.wire import schema

PROFILE = "edm-v2.0"


def open_request(opened: OpenedMessage) -> EvidenceRequest:
    """The request of a believed message; raises MessageError naming the line or rule that it breaks."""
    document = opened.document
    request = request_codec.decode(document)
    schema.enforce(document, PROFILE)
    _agree("SpecificationIdentifier", request.specification, opened.header.specification, "R-EDM-ebMS-038")
    _agree("EvidenceRequester", request.requester.identifier, opened.header.original_sender, None)
    _agree("EvidenceProvider", request.provider.identifier, opened.header.final_recipient, None)
    return request


def open_answer(opened: OpenedMessage) -> Answer:
    """The response or error of a believed message; evidence references and MIME parts must be the same set."""
    document = opened.document
    answer = answer_codec.decode(document)
    schema.enforce(document, PROFILE)
    _agree("SpecificationIdentifier", answer.specification, opened.header.specification, "R-EDM-ebMS-038")
    if isinstance(answer, EvidenceResponse):
        referenced = sorted(document.content_id for package in answer.packages for document in package.documents)
        carried = sorted(part.content_id for part in opened.parts[1:])
        if referenced != carried:
            raise MessageError("the evidence parts are not those that the response refers to")
        _agree("EvidenceRequester", answer.requester.identifier, opened.header.final_recipient, None)
    return answer


def _agree(what: str, body: str | Identifier, header: str | Identifier, rule: str | None) -> None:
    if body != header:
        raise MessageError(f"{what} of the body and the ebMS header disagree", rule=rule)


def write_request(request: EvidenceRequest) -> bytes:
    """Canonical bytes of a request that is valid against our own schema."""
    return _valid(request_codec.encode(request))


def write_answer(answer: Answer) -> bytes:
    """Canonical bytes of a response or error that is valid against our own schema."""
    return _valid(answer_codec.encode(answer))


def _valid(document: bytes) -> bytes:
    schema.enforce(document, PROFILE)
    return document


def replying_to(header: UserMessage, authority: Identifier, ids: Ids) -> dict[str, object]:
    """What a reply's header takes from the message it answers: corners swapped, conversation and exchange kept.

    Where that header breaks a rule the reply keeps it: a missing corner is the access point that sent, or `authority`;
    a conversation or exchange that is no UUID gets one; the version is the one spoken here.
    """
    return {
        "conversation_id": header.conversation_id if is_uuid(header.conversation_id) else ids.uuid(),
        "exchange_id": header.exchange_id if is_uuid(header.exchange_id) else ids.uuid(),
        "original_sender": header.final_recipient if header.final_recipient.value else authority,
        "final_recipient": header.original_sender if header.original_sender.value else header.sender,
        "specification": SPECIFICATION,
    }
