"""The one door between bytes and the model: judged before it is read, and before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from oots.edelivery.header import UserMessage
from oots.edelivery.message import OpenedMessage, Part, SealedMessage
from oots.exchange.correlation import header_carries, noted
from oots.exchange.journal import Note
from oots.model.clock import Ids
from oots.model.content import whole
from oots.model.errors import MessageError
from oots.model.identifiers import Identifier, bare_uuid, is_uuid
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError
from oots.rules.judgement import judge, lawful
from oots.rules.kind import Kind, kind_of_answer
from oots.rules.pairs.header_to_body import header_to_body
from oots.wire import answer as answer_codec
from oots.wire import request as request_codec
from oots.wire.namespaces import RIM
from oots.wire.profile import PROFILES, V1_0, V2_0, Profile, Profiles, profile_of
from oots.wire.schema import subject
from oots.wire.xml import parse

Content = TypeVar("Content")

_VERSION = "SpecificationIdentifier"
_VERSION_RULES = {Kind.REQUEST: "R-EDM-REQ-C001", Kind.RESPONSE: "R-EDM-RESP-C002", Kind.ERROR: "R-EDM-ERR-C001"}


class UnsendableError(Exception):
    """Our own fault: a message that our own rules refuse is never sent."""


@dataclass(frozen=True, slots=True)
class Read(Generic[Content]):
    """What a believed message says, and the rules that it breaks without being refused for it."""

    content: Content
    notes: tuple[Note, ...]


def open_request(opened: OpenedMessage, profiles: Profiles = PROFILES) -> Read[EvidenceRequest]:
    """The request of a believed message; raises MessageError naming the line or rule that it breaks."""
    notes = _judged(opened, Kind.REQUEST, profiles)
    return Read(request_codec.decode(opened.document, profiles), notes)


def open_answer(opened: OpenedMessage, profiles: Profiles = PROFILES) -> Read[Answer]:
    """The response or error of a believed message; raises MessageError naming the line or rule that it breaks."""
    notes = _judged(opened, None, profiles)
    return Read(answer_codec.decode(opened.document, profiles), notes)


def _judged(opened: OpenedMessage, kind: Kind | None, profiles: Profiles) -> tuple[Note, ...]:
    """Notes on header and body by the rules of the version they agree on; an answer tells itself of which kind it is.

    Raises MessageError for what refuses the message. The header is judged before the body is.
    """
    profile = _profile(opened, kind, profiles)
    notes = noted(judge(opened.messaging, Kind.EBMS_HEADER, profile))
    root = parse(opened.document)
    return notes + noted(judge(root, kind or kind_of_answer(root), profile)) + header_carries(opened)


def _profile(opened: OpenedMessage, kind: Kind | None, profiles: Profiles) -> Profile:
    """The version that body and header name; where the body names none, that of the header or the newest."""
    named, headed = version_in(opened.document), opened.header.specification
    if not named:
        return profiles.get(headed, V2_0)
    profile = profile_of(named, _VERSION_RULES[kind or kind_of_answer(parse(opened.document))], profiles)
    if headed not in ("", named):
        raise MessageError("body and ebMS header name different versions", rule="R-EDM-ebMS-038")
    return profile


def answered_request(document: bytes) -> str | None:
    """The bare id of the request that an answer names, whatever else may be wrong with it; None if it names none."""
    try:
        return bare_uuid(parse(document).get("requestId", ""))
    except (MessageError, ValueError):
        return None


def version_of(opened: OpenedMessage) -> str:
    """The version to answer an unreadable message in: that of its body, else of its header, else the newest."""
    for named in (version_in(opened.document), opened.header.specification):
        if named in PROFILES:
            return named
    return V2_0.specification


def version_in(document: bytes) -> str:
    """The version that a document names, which may be broken elsewhere; empty where it names none."""
    try:
        root = parse(document)
    except MessageError:
        return ""
    slots = root.iterchildren(f"{{{RIM}}}Slot")
    values = (slot.findtext(f"{{{RIM}}}SlotValue/{{{RIM}}}Value") for slot in slots if slot.get("name") == _VERSION)
    return (next(values, None) or "").strip()


def write_request(request: EvidenceRequest, profiles: Profiles = PROFILES) -> bytes:
    """Canonical bytes of a request; raises UnsendableError for one that our own rules refuse."""
    profile = profiles[request.specification]
    return sendable(lambda: _lawful(request_codec.encode(request, profiles), Kind.REQUEST, profile))


def write_answer(answer: Answer, profiles: Profiles = PROFILES) -> bytes:
    """Canonical bytes of a response or error; raises UnsendableError for one that our own rules refuse."""
    kind = Kind.ERROR if isinstance(answer, EvidenceError) else Kind.RESPONSE
    return sendable(lambda: _lawful(answer_codec.encode(answer, profiles), kind, profiles[answer.specification]))


def _lawful(document: bytes, kind: Kind, profile: Profile) -> bytes:
    lawful(judge(parse(document), kind, profile))
    return document


def expect_lawful_header(sealed: SealedMessage, parts: Sequence[Part]) -> None:
    """Raises UnsendableError for a header that our own rules refuse; those of 1.x all have the same."""
    profile = PROFILES.get(sealed.header.specification, V1_0)
    messaging = subject(parse(sealed.soap))
    types = {part.content_id: part.media_type for part in parts}
    sendable(lambda: noted(judge(messaging, Kind.EBMS_HEADER, profile)))
    sendable(lambda: noted(header_to_body(messaging, parse(whole(parts[0].content)), types)))


def sendable(make: Callable[[], Content]) -> Content:
    """What is made or judged of a message of ours; raises UnsendableError where our own rules refuse it."""
    try:
        return make()
    except (MessageError, ValueError) as fault:
        raise UnsendableError(str(fault)) from fault


def replying_to(header: UserMessage, authority: Identifier, ids: Ids) -> dict[str, object]:
    """What a reply's header takes from the message it answers: corners swapped, conversation and exchange kept.

    Where that header breaks a rule the reply keeps it: a corner that is missing, blank or of no scheme is the access
    point that sent, or `authority`; a conversation that is no UUID gets one, and one in upper case is written in lower.
    """
    told = header.conversation_id
    return {
        "conversation_id": told.lower() if is_uuid(told) else ids.uuid(),
        "original_sender": header.final_recipient if _is_named(header.final_recipient) else authority,
        "final_recipient": header.original_sender if _is_named(header.original_sender) else header.sender,
    }


def _is_named(corner: Identifier) -> bool:
    return bool(corner.scheme.strip() and corner.value.strip())
