"""What comes back: an answer is held against the request that is open, and moves its exchange on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_RESPONSE
from oots.edelivery.message import OpenedMessage
from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import Event, RequesterState, UnlawfulTransitionError, next_requester_state
from oots.exchange.correlation import answer_fits, evidence_is_as_described
from oots.exchange.entries import about_answer, about_request, exchange_named, of_received
from oots.exchange.envelope import Read, answered_request, open_answer
from oots.exchange.held_part import hold
from oots.exchange.journal import Entry, JournalEntry, Note
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import is_location_on
from oots.exchange.unit import Kept, Unit
from oots.model.clock import Clock
from oots.model.errors import MessageError
from oots.model.response import Answer, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.requester.fields_received import fields_received
from oots.requester.record import RequesterExchange
from oots.wire.profile import Profiles

GET_ONLY = "this portal opens previews by GET only"

RequesterUnit = Unit[RequesterExchange]

_VERSION_RULES = {EvidenceResponse: "R-EDM-RESP-C002", EvidenceError: "R-EDM-ERR-C001"}
"""The rule on the version of each kind of answer."""


class Answers:
    """Takes the answers that arrive at the portal's access point."""

    def __init__(
        self, access_point: AccessPoint[RequesterExchange], limits: TimeLimits, clock: Clock, profiles: Profiles
    ) -> None:
        self._access_point = access_point
        self._limits = limits
        self._clock = clock
        self._profiles = profiles

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
        open_request_id = kept.record.open_request_id
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
            parts = tuple(hold(unit.files, part.content_id, part.media_type, part.content) for part in opened.parts[1:])
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
        line = replace(line, detail=kept.record.error_detail or line.detail)
        if not isinstance(answer, EvidenceResponse):
            return line
        fields = fields_received(answer, opened.parts[1:])
        return replace(line, evidence=kept.record.evidence_parts, fields=fields)
