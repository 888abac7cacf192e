"""The intermediary: takes a message of one side, and passes its document and evidence on in a message of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_REQUEST, EXECUTE_QUERY_RESPONSE, REGREP, UserMessage
from oots.edelivery.message import OpenedMessage, Part, SealedMessage, header_of
from oots.exchange.access_point import AccessPoint
from oots.exchange.entries import about_answer, about_request, exchange_named, of_received, of_sealed
from oots.exchange.envelope import (
    Read,
    UnsendableError,
    answered_request,
    open_answer,
    open_request,
    replying_to,
    version_of,
    write_answer,
)
from oots.exchange.handler import NotAgainError
from oots.exchange.held_part import hold
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.queue import Waiting
from oots.exchange.unit import Kept, Unit
from oots.intermediary.record import Passage, PassedPart
from oots.intermediary.routes import Route, route_of
from oots.intermediary.states import PassageEvent, PassageState, UnlawfulPassageError, next_state
from oots.model.agent import Agent, AgentRole
from oots.model.clock import Clock, Ids
from oots.model.errors import MessageError
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EdmException, ErrorCode, EvidenceError, EvidenceResponse
from oots.model.text import Text
from oots.trust.revocation import UnsettledError
from oots.wire.profile import PROFILES, Profiles
from oots.wire.request import decode, request_id_of

_LOG = logging.getLogger(__name__)

NOT_BELIEVED = "the certificate of the requester is not believed any more"

PassageUnit = Unit[Passage]


class _NotPassedOnError(Exception):
    """A request that is answered here: with this EDM code, and a detail that names no person."""

    def __init__(self, code: ErrorCode, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code.code} {detail}")


class Intermediary:
    """A platform between access points (the `Handler` of its messages), called `agent` where it speaks for itself.

    Documents and evidence are passed on byte for byte. Each side sees the intermediary's access point as its partner
    and gets its receipts; which exchange a message belongs to is kept in the store. A request that cannot be read, is
    too late, or names an authority to which none of `routes` leads is answered here.
    """

    def __init__(
        self,
        *,
        access_point: AccessPoint[Passage],
        agent: Agent,
        routes: Sequence[Route],
        limits: TimeLimits,
        clock: Clock,
        ids: Ids,
        profiles: Profiles = PROFILES,
    ) -> None:
        self._access_point = access_point
        self.agent = agent
        self.routes = tuple(routes)
        self._limits = limits
        self._clock = clock
        self._ids = ids
        self._profiles = profiles

    @property
    def _own_party(self) -> str:
        return self._access_point.party.value

    def take(self, unit: PassageUnit, opened: OpenedMessage) -> None:
        """Pass a request on, or an answer back; anything else is recorded and left alone."""
        now = self._clock.now()
        if opened.header.action == EXECUTE_QUERY_REQUEST:
            try:
                self._take_request(unit, opened, now)
            except UnsendableError as fault:
                _LOG.error("a request is left without an answer, because none would be lawful: %s", fault)
            return
        try:
            self._take_answer(unit, opened, now)
        except (MessageError, UnlawfulPassageError, UnsendableError) as unfit:
            line = of_received(Entry.ANSWER_IGNORED, opened, exchange_named(opened.header), now, schema_valid=False)
            unit.journal(replace(line, detail=str(unfit)))

    # --- requests ---

    def _take_request(self, unit: PassageUnit, opened: OpenedMessage, now: datetime) -> None:
        exchange_id = exchange_named(opened.header) or self._ids.uuid()
        try:
            read = open_request(opened, self._profiles)
        except MessageError as broken:
            unit.journal(
                replace(
                    of_received(Entry.REQUEST_RECEIVED, opened, exchange_id, now, schema_valid=False),
                    detail=broken.detail,
                )
            )
            self._answer_here(unit, opened, exchange_id, None, ErrorCode.INVALID_REQUEST, broken.detail, now)
            return
        request = read.content
        noted = unit.noted_request(self._own_party, request.request_id)
        if noted is not None and noted.was(opened.document):
            line = of_received(Entry.DUPLICATE_RECEIVED, opened, noted.exchange_id, now, schema_valid=True)
            unit.journal(about_request(line, request))
            return
        kept = self._previewed(unit, opened, request)
        exchange_id = kept.exchange_id if kept else exchange_id
        self._record(unit, opened, exchange_id, read, now)
        try:
            if noted is not None:
                raise MessageError("the request id has been used before", rule="R-EDM-REQ-S004")
            self._pass_on(unit, opened, exchange_id, kept, request, now)
        except (MessageError, UnlawfulPassageError, UnsendableError) as broken:
            detail = broken.detail if isinstance(broken, MessageError) else str(broken)
            self._answer_here(unit, opened, exchange_id, request, ErrorCode.INVALID_REQUEST, detail, now)
        except _NotPassedOnError as refusal:
            self._answer_here(unit, opened, exchange_id, request, refusal.code, refusal.detail, now)

    def _previewed(self, unit: PassageUnit, opened: OpenedMessage, request: EvidenceRequest) -> Kept[Passage] | None:
        """The exchange whose preview a second request follows, if it was offered to the same requester; the header of
        EDM 1.x names none, the link alone tells."""
        if request.preview is None:
            return None
        kept = unit.find_by_token(request.preview.location)
        named = exchange_named(opened.header)
        if kept is None or kept.record.requester_party != opened.signer.party_id:
            return None
        return kept if named in (None, kept.exchange_id) else None

    def _record(
        self, unit: PassageUnit, opened: OpenedMessage, exchange_id: str, read: Read[EvidenceRequest], now: datetime
    ) -> None:
        line = of_received(Entry.REQUEST_RECEIVED, opened, exchange_id, now, schema_valid=True)
        unit.journal(replace(about_request(line, read.content), notes=read.notes))

    def _pass_on(
        self,
        unit: PassageUnit,
        opened: OpenedMessage,
        exchange_id: str,
        kept: Kept[Passage] | None,
        request: EvidenceRequest,
        now: datetime,
    ) -> None:
        answer_until = self._answer_until(opened.header, request)
        if now > answer_until - self._limits.grace:
            raise _NotPassedOnError(ErrorCode.TIMEOUT, "the request has come too late to be passed on")
        if request.preview is None:
            kept = self._begun(unit, opened, exchange_id, request, answer_until)
        elif kept is None:
            raise MessageError("the preview link is not known in this exchange", rule="R-EDM-REQ-C005")
        elif kept.record.conversation_id != opened.header.conversation_id:
            raise MessageError("request 2 has another ConversationId than request 1", rule="R-EDM-ebMS-017")
        event = PassageEvent.REQUEST if request.preview is None else PassageEvent.SECOND_REQUEST
        state = next_state(kept.state, event)
        record = replace(
            kept.record,
            open_request_id=request.request_id,
            answer_until=answer_until,
            asked_by=opened.certificate.public_bytes(Encoding.PEM).decode(),
        )
        sealed = self._forward(unit, opened, kept.exchange_id, record.provider_party, (), answer_until)
        unit.journal(about_request(of_sealed(Entry.REQUEST_SENT, sealed, kept.exchange_id, opened.document), request))
        unit.note_request(self._own_party, request.request_id, opened.document, kept.exchange_id, now)
        unit.keep(Kept(kept.exchange_id, state, answer_until, replace(record, passed_on_as=sealed.message_id)))

    def _answer_until(self, header: UserMessage, request: EvidenceRequest) -> datetime:
        """Until when the requester waits for an answer: T1 or T3 from the ebMS timestamp of its own message."""
        limit = self._limits.first_round_trip if request.preview is None else self._limits.decide
        return header.timestamp + limit + self._limits.grace

    def _begun(
        self,
        unit: PassageUnit,
        opened: OpenedMessage,
        exchange_id: str,
        request: EvidenceRequest,
        answer_until: datetime,
    ) -> Kept[Passage]:
        """A new exchange, to the access point of the authority that is asked."""
        if unit.find(exchange_id) is not None:
            raise MessageError("the ExchangeId has been used before", rule="R-EDM-ebMS-037")
        classification = request.evidence.evidence_type.classification
        route = route_of(self.routes, request.provider.identifier, classification)
        if route is None:
            raise _NotPassedOnError(
                ErrorCode.UNRESOLVED_REFERENCE, "no access point behind this intermediary serves that authority"
            )
        passage = Passage(
            opened.header.conversation_id,
            opened.signer.party_id,
            route.party_id,
            request.specification,
            request.request_id,
            answer_until,
            asked_by="",
        )
        return Kept(exchange_id, PassageState.NEW, None, passage)

    # --- answers ---

    def _take_answer(self, unit: PassageUnit, opened: OpenedMessage, now: datetime) -> None:
        if opened.header.action not in (EXECUTE_QUERY_RESPONSE, EXCEPTION_RESPONSE):
            raise MessageError("an intermediary takes requests and answers only")
        read = open_answer(opened, self._profiles)
        answer = read.content
        kept = self._answered(unit, opened, answer)
        event = PassageEvent.PREVIEW_OFFERED if _offer_in(answer) else PassageEvent.ANSWER
        state = next_state(kept.state, event)
        if opened.parts[1:] and not self._access_point.believes(kept.record.asked_by):
            self._withhold(unit, opened, kept, state, read, now)
            return
        names = _evidence_ids(answer)
        parts = tuple(_kept(unit, part, names.get(part.content_id, "")) for part in opened.parts[1:])
        received = Entry.RESPONSE_RECEIVED if isinstance(answer, EvidenceResponse) else Entry.EXCEPTION_RECEIVED
        line = of_received(received, opened, kept.exchange_id, now, schema_valid=True)
        remains = tuple(part.remains for part in parts)
        unit.journal(replace(about_answer(line, answer), notes=read.notes, evidence=remains))
        sealed = self._forward(
            unit, opened, kept.exchange_id, kept.record.requester_party, _parts(unit, parts), kept.record.answer_until
        )
        sent = Entry.RESPONSE_SENT if isinstance(answer, EvidenceResponse) else Entry.EXCEPTION_SENT
        line = of_sealed(sent, sealed, kept.exchange_id, opened.document)
        unit.journal(replace(about_answer(line, answer), evidence=remains))
        location = _offer_in(answer)
        record = replace(kept.record, returned_as=sealed.message_id, parts=parts)
        deadline = now + self._limits.follow_link + 2 * self._limits.grace if location else None
        unit.keep(Kept(kept.exchange_id, state, deadline, record), location)

    def _withhold(
        self,
        unit: PassageUnit,
        opened: OpenedMessage,
        kept: Kept[Passage],
        state: PassageState,
        read: Read[Answer],
        now: datetime,
    ) -> None:
        """Keep nothing of the evidence; the requester gets an error in its stead. The provider cannot know: it has seen
        the certificate of the intermediary alone."""
        line = of_received(Entry.RESPONSE_RECEIVED, opened, kept.exchange_id, now, schema_valid=True)
        unit.journal(replace(about_answer(line, read.content), notes=read.notes, detail=NOT_BELIEVED))
        self._answer_in_its_stead(unit, kept, state, ErrorCode.AUTHORIZATION, NOT_BELIEVED)

    def _answered(self, unit: PassageUnit, opened: OpenedMessage, answer: Answer) -> Kept[Passage]:
        """The exchange whose open request this answers, if it comes from where that was passed on to."""
        named = opened.header.exchange_id
        answered = answered_request(opened.document)
        kept = unit.find(named) if named else None
        if not named and answered:
            kept = unit.find_by_request(self._own_party, answered)
        if kept is None or kept.record.provider_party != opened.signer.party_id:
            raise MessageError("no exchange with this partner has that ExchangeId or request")
        if answer.specification != kept.record.specification:
            raise MessageError("the answer speaks another version than the request")
        if kept.record.conversation_id != opened.header.conversation_id:
            raise MessageError("the answer belongs to another conversation", rule="R-EDM-ebMS-017")
        if answer.request_id is not None and answer.request_id.lower() != kept.record.open_request_id.lower():
            raise MessageError("the answer is to a request that is not open", rule="R-EDM-RESP-S003")
        return kept

    # --- messages out ---

    def _forward(
        self,
        unit: PassageUnit,
        opened: OpenedMessage,
        exchange_id: str,
        receiver: str,
        evidence: Sequence[Part],
        deadline: datetime,
    ) -> SealedMessage:
        """Queue the document of a message and its evidence, byte for byte, in a message of our own to `receiver`."""
        was = opened.header
        header = self._access_point.header(
            receiver,
            version_of(opened),
            exchange_id,
            action=was.action,
            conversation_id=was.conversation_id,
            original_sender=was.original_sender,
            final_recipient=was.final_recipient,
        )
        document = Part(was.parts[0].content_id, was.parts[0].media_type, opened.document)
        return self._access_point.post(unit, header, exchange_id, (document, *evidence), deadline)

    def _answer_here(
        self,
        unit: PassageUnit,
        opened: OpenedMessage,
        exchange_id: str,
        request: EvidenceRequest | None,
        code: ErrorCode,
        detail: str,
        now: datetime,
    ) -> None:
        """Answer a request that is not passed on; an exchange that is under way stays as it is."""
        specification = request.specification if request else version_of(opened)
        asker = request.requester.named if request else None
        if asker is None and self._profiles[specification].requester_always_named:
            asker = Agent(opened.header.sender, (Text("EN", opened.header.sender.value),))
        request_id = request.request_id if request else request_id_of(opened.document)
        error = self._error(specification, request_id, asker, code, detail, now)
        deadline = opened.header.timestamp + self._limits.first_round_trip + self._limits.grace
        self._post_error(unit, opened.header, opened.signer.party_id, exchange_id, error, deadline)

    def _error(
        self,
        specification: str,
        request_id: str | None,
        requester: Agent | None,
        code: ErrorCode,
        detail: str,
        now: datetime,
    ) -> EvidenceError:
        """Where EDM:ERR:0002 means a preview and nothing else (1.0), who lacks authorisation has asked invalidly."""
        if code is ErrorCode.AUTHORIZATION and self._profiles[specification].authorization_is_preview:
            code = ErrorCode.INVALID_REQUEST
        return EvidenceError(
            response_id=self._ids.uuid(),
            request_id=request_id,
            specification=specification,
            error_provider=replace(self.agent, role=AgentRole.ERROR_PROVIDER),
            requester=requester,
            exceptions=(EdmException(code, now, detail),),
        )

    def _post_error(
        self,
        unit: PassageUnit,
        asked: UserMessage,
        receiver: str,
        exchange_id: str,
        error: EvidenceError,
        deadline: datetime,
    ) -> str:
        """Queue an error of our own as the reply to a message with the header `asked`; returns its id."""
        header = self._access_point.header(
            receiver,
            error.specification,
            exchange_id,
            action=EXCEPTION_RESPONSE,
            **replying_to(asked, self.agent.identifier, self._ids),
        )
        document = write_answer(error, self._profiles)
        part = Part(self._access_point.content_id(), REGREP, document)
        sealed = self._access_point.post(unit, header, exchange_id, (part,), deadline)
        unit.journal(about_answer(of_sealed(Entry.EXCEPTION_SENT, sealed, exchange_id, document), error))
        return sealed.message_id

    # --- what becomes of messages and deadlines ---

    def receipted(self, unit: PassageUnit, waiting: Waiting) -> None:
        """After the receipt for the last answer no evidence is kept."""
        kept = unit.find(waiting.exchange_id)
        if kept and kept.state == PassageState.RETURNED and kept.record.returned_as == waiting.message_id:
            self._forget_evidence(unit, replace(kept, state=next_state(kept.state, PassageEvent.RECEIPT)))

    def undeliverable(self, unit: PassageUnit, waiting: Waiting, why: str) -> None:
        """A request that cannot be passed on is answered here, since nobody else will; an answer that cannot be passed
        back is kept for as long as somebody may want it to be sent again."""
        kept = unit.find(waiting.exchange_id)
        if kept is None:
            return
        if kept.record.passed_on_as == waiting.message_id and kept.record.returned_as != waiting.message_id:
            self._answer_for_the_silent(unit, kept)
        elif kept.state == PassageState.RETURNED and kept.record.returned_as == waiting.message_id:
            state = next_state(kept.state, PassageEvent.UNDELIVERABLE)
            unit.keep(replace(kept, state=state, deadline=self._clock.now() + self._limits.decide))

    def _answer_for_the_silent(self, unit: PassageUnit, kept: Kept[Passage]) -> None:
        """Tell the requester that the access point behind did not take the request (EDM:ERR:0005), unless an answer
        has come all the same."""
        try:
            state = next_state(kept.state, PassageEvent.OWN_ANSWER)
        except UnlawfulPassageError:
            return
        why = "the access point of the authority could not be reached in time"
        self._answer_in_its_stead(unit, kept, state, ErrorCode.TIMEOUT, why)

    def _answer_in_its_stead(
        self, unit: PassageUnit, kept: Kept[Passage], state: PassageState, code: ErrorCode, detail: str
    ) -> None:
        """Answer the open request with an error of our own."""
        record = kept.record
        line = unit.sent(kept.exchange_id, record.passed_on_as)
        if line is None:
            return
        request = decode(line.document or b"", self._profiles)
        now = self._clock.now()
        error = self._error(record.specification, record.open_request_id, request.requester.named, code, detail, now)
        asked = header_of(line.soap or b"")
        until = record.answer_until
        message_id = self._post_error(unit, asked, record.requester_party, kept.exchange_id, error, until)
        unit.keep(Kept(kept.exchange_id, state, None, replace(record, returned_as=message_id)))

    def again(self, unit: PassageUnit, waiting: Waiting, now: datetime) -> None:
        """Pass back an answer that could not be delivered in a new message, while the requester would still take it."""
        line = unit.sent(waiting.exchange_id, waiting.message_id)
        kept = unit.find(waiting.exchange_id)
        if line is None or kept is None or kept.record.returned_as != waiting.message_id:
            raise NotAgainError("only the last answer of an exchange is passed on again; the portal must ask anew")
        if line.at + self._limits.longest_delivery < now:
            raise NotAgainError("the answer is too old: the requester has given up")
        try:
            state = next_state(kept.state, PassageEvent.AGAIN)
        except UnlawfulPassageError as fault:
            raise NotAgainError(str(fault)) from fault
        self._expect_believed_still(kept)
        deadline = now + self._limits.first_round_trip
        message_id = self._access_point.post_again(unit, line, _parts(unit, kept.record.parts), deadline)
        unit.keep(replace(kept, state=state, deadline=None, record=replace(kept.record, returned_as=message_id)))

    def _expect_believed_still(self, kept: Kept[Passage]) -> None:
        try:
            believed = not kept.record.parts or self._access_point.believes(kept.record.asked_by)
        except UnsettledError:
            raise NotAgainError("nobody can say at present whether the requester is believed; try again") from None
        if not believed:
            raise NotAgainError(NOT_BELIEVED)

    def expire(self, unit: PassageUnit, exchange_id: str, now: datetime) -> None:
        """Where no answer, no second request or no receipt has come in time, nothing is passed on any more."""
        kept = unit.find(exchange_id)
        if kept is None or kept.deadline is None or kept.deadline > now:
            return
        line = self._line(kept, Entry.TIME_UP, now)
        unit.journal(replace(line, detail=f"nothing more is passed on; it stood at {kept.state}"))
        self._forget_evidence(unit, replace(kept, state=next_state(kept.state, PassageEvent.TIME_UP)))

    def _forget_evidence(self, unit: PassageUnit, kept: Kept[Passage]) -> None:
        if kept.record.parts:
            line = self._line(kept, Entry.EVIDENCE_DELETED, self._clock.now())
            unit.journal(replace(line, evidence=tuple(part.remains for part in kept.record.parts)))
        unit.keep(replace(kept, deadline=None, record=replace(kept.record, parts=())))

    def _line(self, kept: Kept[Passage], entry: Entry, now: datetime) -> JournalEntry:
        return JournalEntry(now, entry, exchange_id=kept.exchange_id, conversation_id=kept.record.conversation_id)


def _offer_in(answer: Answer) -> str | None:
    """The location of the preview that an answer offers."""
    offer = answer.preview if isinstance(answer, EvidenceError) else None
    return offer.location if offer else None


def _kept(unit: PassageUnit, part: Part, evidence_id: str) -> PassedPart:
    return PassedPart(evidence_id, hold(unit.files, part.content_id, part.media_type, part.content))


def _parts(unit: PassageUnit, parts: Sequence[PassedPart]) -> tuple[Part, ...]:
    held = (part.held for part in parts)
    return tuple(Part(part.content_id, part.media_type, unit.files.get(part.stored)) for part in held)


def _evidence_ids(answer: Answer) -> dict[str, str]:
    """The identifier of each piece of evidence by its Content-ID."""
    packages = answer.packages if isinstance(answer, EvidenceResponse) else ()
    return {document.content_id: document.evidence_id for package in packages for document in package.documents}
