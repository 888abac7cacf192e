"""The evidence requester: asks, goes to the preview, collects, and forgets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, REGREP, UserMessage
from oots.edelivery.message import OpenedMessage, Part
from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import Event, RequesterState, UnlawfulTransitionError, next_requester_state
from oots.exchange.entries import about_request, of_sealed
from oots.exchange.envelope import write_request
from oots.exchange.handler import NotAgainError
from oots.exchange.held_part import HeldPart
from oots.exchange.journal import Entry, JournalEntry, TimelineEvent
from oots.exchange.limits import TimeLimits
from oots.exchange.queue import Waiting
from oots.exchange.store import Store
from oots.exchange.unit import Kept
from oots.model.agent import Agent, AgentRole
from oots.model.clock import Clock, Ids
from oots.model.content import Content
from oots.model.evidence import EvidenceDocument
from oots.model.person import Subject
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import PreviewOffer
from oots.own_log.log import AskedAboutMe, Reader, asked_about
from oots.requester import case_files, own_log
from oots.requester.answers import Answers, RequesterUnit
from oots.requester.cases import Case
from oots.requester.discovery import Finding
from oots.requester.first_request import first_request, formats_asked
from oots.requester.record import RequesterExchange
from oots.wire.preview import with_return
from oots.wire.profile import PROFILES, Profiles


class NotPossibleError(Exception):
    """What the person wants cannot be done where the exchange stands; `state` says where that is."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(state)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an exchange stands, for the portal's pages and for machines.

    `offer` is there once the provider has offered a preview; `documents` once evidence has arrived (their bytes are
    gone after `evidence_deleted_at`). `deadline` is when the portal gives up waiting. `piece` is what it is for in its
    case, `file_id` names the file of that case, which holds all its exchanges: a secret of its persons.
    """

    exchange_id: str
    conversation_id: str
    case: str
    state: RequesterState
    request: EvidenceRequest
    deadline: datetime | None
    offer: PreviewOffer | None
    documents: tuple[EvidenceDocument, ...]
    parts: tuple[HeldPart, ...]
    available_from: datetime | None
    error_code: str | None
    error_detail: str | None
    evidence_deleted_at: datetime | None
    previewed: bool
    piece: str | None = None
    file_id: str = ""


class EvidenceRequester:
    """One authority's procedure portal behind an access point (the `Handler` of its messages).

    `intermediaries` are the platforms (role IP) through which its requests go; they are sent to `gateway`, a party id,
    or, without one, to the access points that the directories name.
    """

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
        intermediaries: tuple[Agent, ...] = (),
        gateway: str | None = None,
    ) -> None:
        self._access_point = access_point
        self._store = store
        self._intermediaries = intermediaries
        self._gateway = gateway
        self._profiles = profiles
        self.authority = replace(authority, role=AgentRole.EVIDENCE_REQUESTER)
        self.return_base = return_base
        self._limits = limits
        self._clock = clock
        self._ids = ids
        self._answers = Answers(access_point, limits, clock, profiles)
        case_files.make_table(store.database)

    # --- what a person does ---

    def ask(
        self,
        case: Case,
        finding: Finding,
        subject: Subject,
        conversation_id: str,
        form: str | None = None,
        *,
        representative: Subject | None = None,
        file_id: str | None = None,
    ) -> str:
        """Turn the explicit request of the subject, or of who represents it, into request 1; returns the ExchangeId.

        `conversation_id` is the bare UUID of the person's session in the portal. A `form` asks once: sent again, it
        returns the exchange that it has become. `file_id` names the file of the case; without it a new one begins.
        Raises BusyError where too much waits for the provider already.
        """
        party_id = self._gateway or finding.access_service.identifier.value
        self._access_point.expect_room(party_id)
        now = self._clock.now()
        exchange_id, file_id = self._ids.uuid(), file_id or self._ids.token()
        request = self.request_for(case, finding, subject, now, representative)
        piece = finding.piece.key if finding.piece else None
        record = RequesterExchange(conversation_id, case.key, party_id, request, now, piece=piece, file_id=file_id)
        with self._store.begin() as unit:
            known = unit.form(form, exchange_id, now) if form else exchange_id
            if known != exchange_id:
                return known
            sent = self._send(unit, exchange_id, record, request)
            deadline = sent.timestamp + self._limits.first_round_trip + self._limits.grace
            record = replace(record, request_message_id=sent.message_id)
            state = next_requester_state(RequesterState.NEW, Event.REQUEST)
            unit.keep(Kept(exchange_id, state, deadline, record))
            for who in own_log.calls(subject, representative):
                unit.subjects.note(exchange_id, *who)
            case_files.add(unit.connection, file_id, exchange_id, now)
        return exchange_id

    def request_for(
        self, case: Case, finding: Finding, subject: Subject, now: datetime, representative: Subject | None = None
    ) -> EvidenceRequest:
        """Request 1 of this case, not sent yet, in the version that the finding names."""
        return first_request(
            case,
            finding,
            subject,
            representative,
            requesters=(self.authority, *self._intermediaries),
            profiles=self._profiles,
            request_id=self._ids.uuid(),
            now=now,
        )

    def formats_asked(self, finding: Finding) -> tuple[str, ...]:
        """The media types that request 1 asks for: main evidence, and its readable version where that can be asked."""
        return formats_asked(finding, self._profiles)

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
        return PreviewVisit(offer.location, f"{self.return_base}/return/{kept.exchange_id}")

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

    def file(self, file_id: str) -> tuple[Progress, ...]:
        """The exchanges of one case in their order; raises LookupError for an unknown file."""
        with self._store.look() as unit:
            found = [unit.find(each) for each in case_files.exchanges_of(unit.connection, file_id)]
        exchanges = tuple(_progress(kept) for kept in found if kept is not None)
        if not exchanges:
            raise LookupError("there is no such file")
        return exchanges

    def invite(self, file_id: str) -> str:
        """A new secret with which one further person may join the file; the one before opens nothing any more.

        Raises LookupError where somebody has joined already.
        """
        secret = self._ids.token()
        with self._store.begin() as unit:
            if not case_files.invite(unit.connection, file_id, secret, self._clock.now()):
                raise LookupError("the seat is taken")
        return secret

    def invited_to(self, secret: str) -> str:
        """The file that a secret lets into; raises LookupError for an unknown one and for one that was used."""
        with self._store.look() as unit:
            file_id = case_files.invited_to(unit.connection, secret)
        if file_id is None:
            raise LookupError("there is no such invitation")
        return file_id

    def join(self, secret: str, mark: str) -> None:
        """Use up an invitation for the person with this mark; raises LookupError as `invited_to` does."""
        with self._store.begin() as unit:
            if not case_files.join(unit.connection, secret, mark):
                raise LookupError("there is no such invitation")

    def joined(self, file_id: str) -> str | None:
        """The mark of the person who has joined the file by invitation; None for nobody."""
        with self._store.look() as unit:
            return case_files.taken_by(unit.connection, file_id)

    def evidence(self, exchange_id: str, number: int) -> tuple[EvidenceDocument, Content]:
        """A received document and its content; raises LookupError when there is none or it has been deleted."""
        with self._store.look() as unit:
            kept = self._kept(unit, exchange_id)
            if kept.record.evidence_deleted_at is not None:
                raise LookupError("the evidence has been deleted")
            document = kept.record.documents[number]
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
            unit.journal(replace(line, evidence=kept.record.evidence_parts))
            state = next_requester_state(RequesterState.DELIVERED, Event.FINISH)
            record = kept.record.without_evidence(now)
            unit.keep(replace(kept, state=state, record=record))

    def timeline(self, exchange_id: str) -> tuple[TimelineEvent, ...]:
        """What the journal says of the exchange."""
        with self._store.look() as unit:
            return unit.timeline(exchange_id)

    def asked_about(self, reader: Reader) -> tuple[AskedAboutMe[RequesterExchange], ...]:
        """What a person's own log tells her, the latest first."""
        return asked_about(self._store, reader)

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

    # --- messages in, and what becomes of those that went out ---

    def take(self, unit: RequesterUnit, opened: OpenedMessage) -> None:
        """Act on an answer; one that fits no exchange or comes too late is recorded and ignored."""
        self._answers.take(unit, opened)

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
        record.documents,
        record.parts,
        record.response.available_from if record.response else None,
        record.error_code,
        record.error_detail,
        record.evidence_deleted_at,
        record.second_request_id is not None,
        record.piece,
        record.file_id or "",
    )
