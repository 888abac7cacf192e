"""The one door between bytes and the model: judged before it is read, and before it leaves."""

from __future__ import annotations

from oots.edelivery.header import UserMessage
from oots.edelivery.message import OpenedMessage
from oots.model.clock import Ids
from oots.model.errors import MessageError
from oots.model.identifiers import Identifier, bare_uuid, is_uuid
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceResponse
from oots.wire import answer as answer_codec
from oots.wire import request as request_codec
from oots.wire import schema
from oots.wire.namespaces import RIM
from oots.wire.profile import PROFILES, V2_0, Profiles
from oots.wire.xml import parse


def open_request(opened: OpenedMessage, profiles: Profiles = PROFILES) -> EvidenceRequest:
    """The request of a believed message; raises MessageError naming the line or rule that it breaks."""
    document = opened.document
    request = request_codec.decode(document, profiles)
    schema.enforce(document, profiles[request.specification].schema)
    _agree_on_version(request.specification, opened.header, profiles)
    _agree("EvidenceRequester", request.requester.identifier, opened.header.original_sender, None)
    _agree("EvidenceProvider", request.provider.identifier, opened.header.final_recipient, None)
    return request


def open_answer(opened: OpenedMessage, profiles: Profiles = PROFILES) -> Answer:
    """The response or error of a believed message; evidence references and MIME parts must be the same set."""
    document = opened.document
    answer = answer_codec.decode(document, profiles)
    schema.enforce(document, profiles[answer.specification].schema)
    _agree_on_version(answer.specification, opened.header, profiles)
    if isinstance(answer, EvidenceResponse):
        referenced = sorted(document.content_id for package in answer.packages for document in package.documents)
        carried = sorted(part.content_id for part in opened.parts[1:])
        if referenced != carried:
            raise MessageError("the evidence parts are not those that the response refers to")
        _agree("EvidenceRequester", answer.requester.identifier, opened.header.final_recipient, None)
    return answer


def answered_request(document: bytes) -> str | None:
    """The bare id of the request that an answer names, whatever else may be wrong with it; None if it names none."""
    try:
        return bare_uuid(parse(document).get("requestId", ""))
    except (MessageError, ValueError):
        return None


def version_of(opened: OpenedMessage) -> str:
    """The version to answer an unreadable message in: that of its body, else of its header, else the newest."""
    for named in (_version_in(opened.document), opened.header.specification):
        if named in PROFILES:
            return named
    return V2_0.specification


def _version_in(document: bytes) -> str:
    """The value of the slot SpecificationIdentifier of a document that may be broken elsewhere."""
    try:
        root = parse(document)
    except MessageError:
        return ""
    slots = root.iterchildren(f"{{{RIM}}}Slot")
    values = (slot.findtext(f"{{{RIM}}}SlotValue/{{{RIM}}}Value") for slot in slots if slot.get("name") == _VERSION)
    return (next(values, None) or "").strip()


_VERSION = "SpecificationIdentifier"


def _agree_on_version(body: str, header: UserMessage, profiles: Profiles) -> None:
    """EDM 2.0 names its version in the header; the header of EDM 1.x names none."""
    if header.specification:
        _agree(_VERSION, body, header.specification, "R-EDM-ebMS-038")
    elif profiles[body].exchange_in_header:
        raise MessageError(f"{body} needs four message properties", rule="R-EDM-ebMS-018")


def _agree(what: str, body: str | Identifier, header: str | Identifier, rule: str | None) -> None:
    if body != header:
        raise MessageError(f"{what} of the body and the ebMS header disagree", rule=rule)


def write_request(request: EvidenceRequest, profiles: Profiles = PROFILES) -> bytes:
    """Canonical bytes of a request that is valid against our own schema."""
    return _valid(request_codec.encode(request, profiles), profiles[request.specification].schema)


def write_answer(answer: Answer, profiles: Profiles = PROFILES) -> bytes:
    """Canonical bytes of a response or error that is valid against our own schema."""
    return _valid(answer_codec.encode(answer, profiles), profiles[answer.specification].schema)


def _valid(document: bytes, profile: str) -> bytes:
    schema.enforce(document, profile)
    return document


def replying_to(header: UserMessage, authority: Identifier, ids: Ids) -> dict[str, object]:
    """What a reply's header takes from the message it answers: corners swapped, conversation and exchange kept.

    Where that header breaks a rule the reply keeps it: a missing corner is the access point that sent, or `authority`;
    a conversation that is no UUID gets one.
    """
    return {
        "conversation_id": header.conversation_id if is_uuid(header.conversation_id) else ids.uuid(),
        "original_sender": header.final_recipient if header.final_recipient.value else authority,
        "final_recipient": header.original_sender if header.original_sender.value else header.sender,
    }
