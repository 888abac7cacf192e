"""The evidence requester: asks, goes to the preview, collects, and forgets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_REQUEST,
    EXECUTE_QUERY_RESPONSE,
    REGREP,
    UserMessage,
)
from oots.edelivery.message import OpenedMessage, Part
from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import Event, RequesterState, UnlawfulTransitionError, next_requester_state
from oots.exchange.correlation import answer_fits, evidence_is_as_described
from oots.exchange.entries import about_answer, about_request, exchange_named, of_received, of_sealed
from oots.exchange.envelope import Read, answered_request, open_answer, write_request
from oots.exchange.handler import NotAgainError
from oots.exchange.journal import Entry, EvidencePart, JournalEntry, Note, TimelineEvent
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import is_location_on
from oots.exchange.queue import Waiting
from oots.exchange.store import Store
from oots.exchange.unit import Kept, Unit
from oots.model.agent import Agent, AgentRole
from oots.model.clock import Clock, Ids
from oots.model.content import Content
from oots.model.errors import MessageError
from oots.model.evidence import Distribution, DocumentKind, EvidenceDocument, EvidenceType, RequestedEvidenceType
from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import Answer, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.requester.cases import Case
from oots.requester.discovery import Finding
from oots.requester.record import ReceivedPart, RequesterExchange
from oots.wire.preview import with_return
from oots.wire.profile import PROFILES, Profile, Profiles

PDF = "application/pdf"
XML = "application/xml"
GET_ONLY = "this portal opens previews by GET only"

RequesterUnit = Unit[RequesterExchange]


class NotPossibleError(Exception):
    """What the person wants cannot be done where the exchange stands; `state` says where that is."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(state)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an exchange stands, for the portal's pages and for machines.

    `offer` is there once the provider has offered a preview; `documents` once evidence has arrived (their bytes are
    gone after `evidence_deleted_at`). `deadline` is when the portal gives up waiting.
    """

    exchange_id: str
    conversation_id: str
    case: str
    state: RequesterState
    request: EvidenceRequest
    deadline: datetime | None
    offer: PreviewOffer | None
    documents: tuple[EvidenceDocument, ...]
    parts: tuple[ReceivedPart, ...]
    available_from: datetime | None
    error_code: str | None
    error_detail: str | None
    evidence_deleted_at: datetime | None
    previewed: bool


class EvidenceRequester:
    """One authority's procedure portal behind an access point (the `Handler` of its messages)."""

    def __init__(
        self,
        *,
        access_point: AccessPoint[RequesterExchange],
        store: Store[RequesterExchange],
        authority: Agent,
        return_base: str,
        limits: TimeLimits,
        clock: Clock,
        ids: Ids,
        profiles: Profiles = PROFILES,
    ) -> None:
        self._access_point = access_point
        self._store = store
        self._profiles = profiles
        self.authority = replace(authority, role=AgentRole.EVIDENCE_REQUESTER)
        self._return_base = return_base
        self._limits = limits
        self._clock = clock
        self._ids = ids

    # --- what a person does ---

    def ask(
        self, case: Case, finding: Finding, person: NaturalPerson, conversation_id: str, form: str | None = None
    ) -> str:
        """Turn the person's explicit request into request 1; returns the ExchangeId.

        `conversation_id` is the bare UUID of the person's session in the portal. A `form` asks once: sent again, it
        returns the exchange that it has become. Raises BusyError where too much waits for the provider already.
        """
        self._access_point.expect_room(finding.access_service.identifier.value)
        now = self._clock.now()
        exchange_id = self._ids.uuid()
        request = self.request_for(case, finding, person, now)
        record = RequesterExchange(conversation_id, case.key, finding.access_service.identifier.value, request, now)
        with self._store.begin() as unit:
            known = unit.form(form, exchange_id, now) if form else exchange_id
            if known != exchange_id:
                return known
            sent = self._send(unit, exchange_id, record, request)
            deadline = sent.timestamp + self._limits.first_round_trip + self._limits.grace
            record = replace(record, request_message_id=sent.message_id)
            state = next_requester_state(RequesterState.NEW, Event.REQUEST)
            unit.keep(Kept(exchange_id, state, deadline, record))
        return exchange_id

    def request_for(self, case: Case, finding: Finding, person: NaturalPerson, now: datetime) -> EvidenceRequest:
        """Request 1 of this case, not sent yet, in the version that the finding names."""
        profile = self._profiles[finding.specification]
        wanted = _wanted(finding.service.distributions, profile)
        publisher = finding.access_service.publisher
        return EvidenceRequest(
            request_id=self._ids.uuid(),
            specification=profile.specification,
            issued=now,
            procedure=case.procedure,
            requirements=(replace(finding.requirement, descriptions=()),),
            requesters=(self.authority,),
            provider=Agent(publisher.identifier, publisher.names),
            evidence=RequestedEvidenceType(
                finding.service.identifier,
                _described(finding.service.evidence_type, profile),
                (wanted if profile.associated_documents else replace(wanted, languages=()),),
            ),
            subject=person,
            possibility_for_preview=case.preview,
            explicit_request_given=True,
            language=None if profile.associated_documents else next(iter(wanted.languages), None),
        )

    def formats_asked(self, finding: Finding) -> tuple[str, ...]:
        """The media types that request 1 asks for: main evidence, and its readable version where that can be asked."""
        wanted = _wanted(finding.service.distributions, self._profiles[finding.specification])
        offered = [distribution.format for distribution in finding.service.distributions]
        readable = DocumentKind.HUMAN_READABLE_VERSION in wanted.associated_documents and PDF in offered
        return (wanted.format, PDF) if readable and wanted.format != PDF else (wanted.format,)

    def go_to_preview(self, exchange_id: str) -> str:
        """Send request 2 (once) and return the preview location, a lawful https URL for the person's browser."""
        with self._store.begin() as unit:
            kept = self._kept(unit, exchange_id)
            offer = kept.record.offer
            if offer is None:
                raise NotPossibleError(kept.state)
            if kept.state == RequesterState.PREVIEW_OFFERED:
                self._ask_again(unit, kept, offer)
            elif kept.state != RequesterState.PREVIEWING:
                raise NotPossibleError(kept.state)
            profile = self._profiles[kept.record.request.specification]
            return offer.location if profile.return_slot else with_return(self._visit(kept, offer))

    def _visit(self, kept: Kept[RequesterExchange], offer: PreviewOffer) -> PreviewVisit:
        return PreviewVisit(offer.location, f"{self._return_base}/return/{kept.exchange_id}")

    def _ask_again(self, unit: RequesterUnit, kept: Kept[RequesterExchange], offer: PreviewOffer) -> None:
        request = replace(
            kept.record.request,
            request_id=self._ids.uuid(),
            issued=self._clock.now(),
            preview=self._visit(kept, offer),
        )
        sent = self._send(unit, kept.exchange_id, kept.record, request)
        state = next_requester_state(RequesterState.PREVIEW_OFFERED, Event.SECOND_REQUEST)
        deadline = sent.timestamp + self._limits.decide + self._limits.grace
        record = replace(kept.record, second_request_id=request.request_id, request_message_id=sent.message_id)
        unit.keep(replace(kept, state=state, deadline=deadline, record=record))

    def progress(self, exchange_id: str) -> Progress:
        """Where the exchange stands; raises LookupError for an unknown one."""
        with self._store.look() as unit:
            return _progress(self._kept(unit, exchange_id))

    def evidence(self, exchange_id: str, number: int) -> tuple[EvidenceDocument, Content]:
        """A received document and its content; raises LookupError when there is none or it has been deleted."""
        with self._store.look() as unit:
            kept = self._kept(unit, exchange_id)
            if kept.record.evidence_deleted_at is not None:
                raise LookupError("the evidence has been deleted")
            document = _documents(kept.record)[number]
            part = next(part for part in kept.record.parts if part.content_id == document.content_id)
            return document, unit.files.get(part.stored)

    def finish(self, exchange_id: str) -> None:
        """End the procedure step: the evidence has been used and is deleted."""
        now = self._clock.now()
        with self._store.begin() as unit:
            kept = self._kept(unit, exchange_id)
            if kept.state != RequesterState.DELIVERED:
                raise NotPossibleError(kept.state)
            line = self._line(kept, Entry.EVIDENCE_DELETED, now)
            unit.journal(replace(line, evidence=_evidence_parts(kept.record)))
            state = next_requester_state(RequesterState.DELIVERED, Event.FINISH)
            record = kept.record.without_evidence(now)
            unit.keep(replace(kept, state=state, record=record))

    def timeline(self, exchange_id: str) -> tuple[TimelineEvent, ...]:
        """What the journal says of the exchange."""
        with self._store.look() as unit:
            return unit.timeline(exchange_id)

    def _kept(self, unit: RequesterUnit, exchange_id: str) -> Kept[RequesterExchange]:
        kept = unit.find(exchange_id)
        if kept is None:
            raise LookupError(exchange_id)
        return kept

    # --- messages out ---

    def _send(
        self, unit: RequesterUnit, exchange_id: str, record: RequesterExchange, request: EvidenceRequest
    ) -> UserMessage:
        """Queue a request; returns its header."""
        document = write_request(request, self._profiles)
        limit = self._limits.first_round_trip if request.preview is None else self._limits.decide
        header = self._access_point.header(
            record.party_id,
            request.specification,
            exchange_id,
            action=EXECUTE_QUERY_REQUEST,
            conversation_id=record.conversation_id,
            original_sender=self.authority.identifier,
            final_recipient=request.provider.identifier,
        )
        part = Part(self._access_point.content_id(), REGREP, document)
        deadline = header.timestamp + limit + self._limits.grace
        sealed = self._access_point.post(unit, header, exchange_id, (part,), deadline)
        unit.note_request(self._access_point.party.value, request.request_id, document, exchange_id, header.timestamp)
        unit.journal(about_request(of_sealed(Entry.REQUEST_SENT, sealed, exchange_id, document), request))
        return header

    # --- messages in ---

    def take(self, unit: RequesterUnit, opened: OpenedMessage) -> None:
        """Act on an answer; one that fits no exchange or comes too late is recorded and ignored."""
        now = self._clock.now()
        kept = self._exchange_of(unit, opened)
        try:
            self._act(unit, *self._expected(unit, kept, opened), opened, now)
        except (MessageError, UnlawfulTransitionError) as unfit:
            entry = self._arrival(opened, kept, Entry.ANSWER_IGNORED, None, now)
            unit.journal(replace(entry, detail=str(unfit)))

    def _exchange_of(self, unit: RequesterUnit, opened: OpenedMessage) -> Kept[RequesterExchange] | None:
        """The exchange that the header names; in EDM 1.x the one to which the answered request belongs."""
        if opened.header.exchange_id:
            return unit.find(opened.header.exchange_id)
        answered = answered_request(opened.document)
        return unit.find_by_request(self._access_point.party.value, answered) if answered else None

    def _expected(
        self, unit: RequesterUnit, kept: Kept[RequesterExchange] | None, opened: OpenedMessage
    ) -> tuple[Kept[RequesterExchange], Read[Answer]]:
        """The exchange and the answer, if it is one to the request that is open, from whom it was sent to."""
        if opened.header.action not in (EXECUTE_QUERY_RESPONSE, EXCEPTION_RESPONSE):
            raise MessageError("a portal takes answers only")
        read = open_answer(opened, self._profiles)
        answer = read.content
        if kept is None or kept.record.party_id != opened.signer.party_id:
            raise MessageError("no exchange with this partner has that ExchangeId or request")
        if answer.specification != kept.record.request.specification:
            raise MessageError("the answer speaks another version than the request", rule=_VERSION_RULES[type(answer)])
        if kept.record.conversation_id != opened.header.conversation_id:
            raise MessageError("the answer belongs to another conversation", rule="R-EDM-ebMS-017")
        open_request_id = kept.record.second_request_id or kept.record.request.request_id
        if answer.request_id is not None and answer.request_id.lower() != open_request_id.lower():
            raise MessageError("the answer is to a request that is not open", rule="R-EDM-RESP-S003")
        return kept, replace(read, notes=read.notes + self._judged(unit, kept, opened, open_request_id))

    def _judged(
        self, unit: RequesterUnit, kept: Kept[RequesterExchange], opened: OpenedMessage, request_id: str
    ) -> tuple[Note, ...]:
        """What an answer breaks harmlessly of what was asked, and its evidence of what it says of it."""
        request = unit.request_document(kept.exchange_id, request_id)
        fits = answer_fits(opened.document, request) if request else ()
        return fits + evidence_is_as_described(opened.document, opened.parts[1:], self._access_point.signer_of)

    def _act(
        self,
        unit: RequesterUnit,
        kept: Kept[RequesterExchange],
        read: Read[Answer],
        opened: OpenedMessage,
        now: datetime,
    ) -> None:
        answer = read.content
        event = self._event_of(kept, answer)
        state = next_requester_state(RequesterState(kept.state), event)
        record = self._with_answer(unit, kept.record, opened, answer)
        deadline = self._deadline_after(event, now)
        unit.keep(replace(kept, state=state, deadline=deadline, record=record))
        received = isinstance(answer, EvidenceResponse)
        entry = Entry.RESPONSE_RECEIVED if received else Entry.EXCEPTION_RECEIVED
        line = self._arrival(opened, replace(kept, record=record), entry, answer, now)
        unit.journal(replace(line, notes=read.notes))

    def _deadline_after(self, event: Event, now: datetime) -> datetime | None:
        if event is Event.PREVIEW_OFFERED:
            return now + self._limits.follow_link + self._limits.grace
        return None

    def _with_answer(
        self, unit: RequesterUnit, record: RequesterExchange, opened: OpenedMessage, answer: Answer
    ) -> RequesterExchange:
        if isinstance(answer, EvidenceResponse):
            parts = tuple(_kept_part(unit, part) for part in opened.parts[1:])
            return replace(record, response=answer, parts=parts)
        if answer.preview is not None:
            if unfit := self._unfit(record, answer.preview):
                return replace(record, error_detail=unfit)
            return replace(record, offer=answer.preview)
        exception = answer.exceptions[0]
        return replace(record, error_code=exception.code.code, error_detail=exception.detail)

    def _unfit(self, record: RequesterExchange, offer: PreviewOffer) -> str | None:
        """Why nobody is sent to a preview: a host that is not one of this provider's, or a visit other than by GET."""
        if not is_location_on(offer.location, self._access_point.partners[record.party_id].preview_hosts):
            return "R-EDM-ERR-C019: PreviewLocation is not on a host of this provider"
        if offer.method not in (None, "GET"):
            return GET_ONLY
        return None

    def _event_of(self, kept: Kept[RequesterExchange], answer: Answer) -> Event:
        if isinstance(answer, EvidenceError):
            if answer.preview is not None:
                return Event.REFUSAL if self._unfit(kept.record, answer.preview) else Event.PREVIEW_OFFERED
            return Event.TIME_UP if answer.exceptions[0].code is ErrorCode.TIMEOUT else Event.REFUSAL
        if answer.available_from is not None:
            return Event.DEFERRAL
        return Event.EVIDENCE if answer.packages else Event.NOTHING

    # --- what becomes of requests and deadlines ---

    def receipted(self, unit: RequesterUnit, waiting: Waiting) -> None:
        """A receipt says that the request has arrived; the exchange moves with the answer only."""

    def undeliverable(self, unit: RequesterUnit, waiting: Waiting, why: str) -> None:
        """Ends the exchange unless it has gone on: an answer may come where only receipts are lost."""
        if self._kept(unit, waiting.exchange_id).record.request_message_id == waiting.message_id:
            self._end(unit, waiting.exchange_id, Event.UNDELIVERABLE)

    def expire(self, unit: RequesterUnit, exchange_id: str, now: datetime) -> None:
        """A requester that has waited long enough gives up on its own (TDD 4.4)."""
        kept = self._kept(unit, exchange_id)
        if kept.deadline is not None and kept.deadline <= now:
            unit.journal(replace(self._line(kept, Entry.TIME_UP, now), detail=f"gave up while {kept.state}"))
            self._end(unit, exchange_id, Event.TIME_UP)

    def again(self, unit: RequesterUnit, waiting: Waiting, now: datetime) -> None:
        """Send a request that could not be delivered in a new message, while the provider would still take it."""
        line = unit.sent(waiting.exchange_id, waiting.message_id)
        if line is None or line.at + self._limits.longest_delivery < now:
            raise NotAgainError("the request is too old for the provider; ask anew")
        kept = self._kept(unit, waiting.exchange_id)
        second = kept.record.second_request_id is not None
        event = Event.SECOND_AGAIN if second else Event.FIRST_AGAIN
        try:
            state = next_requester_state(RequesterState(kept.state), event)
        except UnlawfulTransitionError as fault:
            raise NotAgainError(str(fault)) from fault
        limit = self._limits.decide if second else self._limits.first_round_trip
        deadline = now + limit + self._limits.grace
        message_id = self._access_point.post_again(unit, line, (), deadline)
        record = replace(kept.record, request_message_id=message_id)
        unit.keep(replace(kept, state=state, deadline=deadline, record=record))

    def _end(self, unit: RequesterUnit, exchange_id: str, event: Event) -> None:
        kept = self._kept(unit, exchange_id)
        try:
            state = next_requester_state(RequesterState(kept.state), event)
        except UnlawfulTransitionError:
            return
        unit.keep(replace(kept, state=state, deadline=None))

    # --- the journal ---

    def _line(self, kept: Kept[RequesterExchange], entry: Entry, now: datetime) -> JournalEntry:
        request = kept.record.request
        line = JournalEntry(
            now,
            entry,
            exchange_id=kept.exchange_id,
            conversation_id=kept.record.conversation_id,
            requester=str(self.authority.identifier),
            provider=str(request.provider.identifier),
        )
        return about_request(line, request)

    def _arrival(
        self,
        opened: OpenedMessage,
        kept: Kept[RequesterExchange] | None,
        entry: Entry,
        answer: Answer | None,
        now: datetime,
    ) -> JournalEntry:
        told = kept.exchange_id if kept else exchange_named(opened.header)
        line = of_received(entry, opened, told, now, schema_valid=answer is not None)
        line = about_request(line, kept.record.request) if kept else line
        line = about_answer(line, answer) if answer else line
        if kept is None:
            return line
        evidence = _evidence_parts(kept.record) if isinstance(answer, EvidenceResponse) else ()
        return replace(line, evidence=evidence, detail=kept.record.error_detail or line.detail)


_VERSION_RULES = {EvidenceResponse: "R-EDM-RESP-C002", EvidenceError: "R-EDM-ERR-C001"}
"""The rule on the version of each kind of answer."""


def _wanted(distributions: tuple[Distribution, ...], profile: Profile) -> Distribution:
    """Structured evidence with its readable version, or what people can read where a version cannot ask for both;
    otherwise the first that is offered."""
    best = XML if profile.associated_documents else PDF
    for offered in distributions:
        if offered.format == best:
            readable = (DocumentKind.HUMAN_READABLE_VERSION,) if profile.associated_documents else ()
            return replace(offered, associated_documents=readable)
    return distributions[0]


def _described(evidence_type: EvidenceType, profile: Profile) -> EvidenceType:
    """With a description where the version demands one: that of the directory, else the title."""
    if evidence_type.descriptions or not profile.descriptions_demanded:
        return evidence_type
    return replace(evidence_type, descriptions=evidence_type.titles)


def _kept_part(unit: RequesterUnit, part: Part) -> ReceivedPart:
    stored = unit.files.put(part.content).stored
    return ReceivedPart(part.content_id, part.media_type, stored.name, stored.sha256, stored.length, stored.key)


def _documents(record: RequesterExchange) -> tuple[EvidenceDocument, ...]:
    if record.response is None:
        return ()
    return tuple(document for package in record.response.packages for document in package.documents)


def _evidence_parts(record: RequesterExchange) -> tuple[EvidencePart, ...]:
    parts = {part.content_id: part for part in record.parts}
    return tuple(
        EvidencePart(
            document.evidence_id,
            document.content_id,
            parts[document.content_id].media_type,
            parts[document.content_id].sha256,
            parts[document.content_id].length,
        )
        for document in _documents(record)
    )


def _progress(kept: Kept[RequesterExchange]) -> Progress:
    record = kept.record
    return Progress(
        kept.exchange_id,
        record.conversation_id,
        record.case,
        RequesterState(kept.state),
        record.request,
        kept.deadline,
        record.offer,
        _documents(record),
        record.parts,
        record.response.available_from if record.response else None,
        record.error_code,
        record.error_detail,
        record.evidence_deleted_at,
        record.second_request_id is not None,
    )
