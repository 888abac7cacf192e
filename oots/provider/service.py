"""The evidence provider: takes requests, matches the person, offers the preview, and answers."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.edelivery.message import OpenedMessage
from oots.exchange.access_point import CLOCKS_DIFFER, AccessPoint
from oots.exchange.conversation import Event, ProviderState, next_provider_state
from oots.exchange.correlation import second_repeats_first
from oots.exchange.entries import about_request, exchange_named, of_header, of_received
from oots.exchange.envelope import Read, UnsendableError, open_request, version_of
from oots.exchange.handler import NotAgainError
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import is_location_on
from oots.exchange.queue import Waiting
from oots.exchange.unit import Kept, Noted
from oots.model.agent import Agent
from oots.model.clock import Clock, Ids
from oots.model.errors import MessageError
from oots.model.identifiers import Identifier
from oots.model.issuing import Applicant, ByHand, Issue, Match, Matched, NotYet, Offer, Order
from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import Answer, ErrorCode, EvidenceError, PreviewOffer
from oots.model.text import Text
from oots.provider import checks
from oots.provider.answers import Answers
from oots.provider.arrival import Arrival
from oots.provider.checks import Refusal
from oots.provider.record import HeldPackage, Preview, ProviderExchange
from oots.provider.replies import ProviderUnit, Replies, evidence_parts
from oots.provider.source import EvidenceSource, EvidenceSources
from oots.trust.certificates import UntrustedError
from oots.trust.revocation import UnsettledError
from oots.wire.profile import PROFILES, Profiles
from oots.wire.request import request_id_of

_LOG = logging.getLogger(__name__)

PREVIEW_DESCRIPTIONS = (
    Text("DA", "Se og godkend din dokumentation, før den sendes"),
    Text("EN", "Check and approve your evidence before it is sent"),
)


class EvidenceProvider:
    """The data service of the authorities behind an access point (the `Handler` of its messages).

    `sources` are their registers; a story may put others in their place. It answers each request in the name of the
    authority that was asked and in the version that the request speaks, one of `profiles`. `intermediaries` are the
    platforms (role IP) through which its responses go.
    """

    def __init__(
        self,
        *,
        access_point: AccessPoint[ProviderExchange],
        sources: EvidenceSources,
        preview_base: str,
        limits: TimeLimits,
        clock: Clock,
        ids: Ids,
        profiles: Profiles = PROFILES,
        intermediaries: tuple[Agent, ...] = (),
    ) -> None:
        self._access_point = access_point
        self.sources = sources
        self._preview_base = preview_base
        self._limits = limits
        self._clock = clock
        self._ids = ids
        self._profiles = profiles
        self._answers = Answers(intermediaries, ids, profiles)
        self._replies = Replies(access_point, ids, profiles)

    # --- messages in ---

    def take(self, unit: ProviderUnit, opened: OpenedMessage) -> None:
        """Answer a request; anything else that arrives here is recorded and left alone.

        So is a request that not even an error can answer lawfully: it has arrived, and sending it again would not help.
        """
        now = self._clock.now()
        if opened.header.action != EXECUTE_QUERY_REQUEST:
            self._ignore(unit, opened, now)
            return
        try:
            self._answer(unit, opened, now)
        except UnsendableError as fault:
            _LOG.error("a request is left without an answer, because none would be lawful: %s", fault)

    def _answer(self, unit: ProviderUnit, opened: OpenedMessage, now: datetime) -> None:
        try:
            read = self._read(unit, opened)
        except MessageError as broken:
            arrival = Arrival(opened, exchange_named(opened.header) or self._ids.uuid())
            self._refuse_unread(unit, arrival, broken, now)
            return
        request = read.content
        if noted := unit.noted_request(opened.signer.party_id, request.request_id):
            self._repeat(unit, opened, request, noted, now)
            return
        arrival = Arrival(opened, self._exchange_of(unit, opened, request), read.notes)
        unit.note_request(opened.signer.party_id, request.request_id, opened.document, arrival.exchange_id, now)
        try:
            self._proceed(unit, arrival, request, now)
        except MessageError as broken:
            self._refuse(unit, arrival, request, Refusal(ErrorCode.INVALID_REQUEST, broken.detail), now)
        except Refusal as refusal:
            self._refuse(unit, arrival, request, refusal, now)
        except UnsendableError as fault:
            self._refuse(unit, arrival, request, self._unsendable(fault), now)

    def _ignore(self, unit: ProviderUnit, opened: OpenedMessage, now: datetime) -> None:
        told = exchange_named(opened.header)
        line = of_received(Entry.ANSWER_IGNORED, opened, told, now, schema_valid=False)
        unit.journal(replace(line, detail="a data service takes requests only"))

    def _read(self, unit: ProviderUnit, opened: OpenedMessage) -> Read[EvidenceRequest]:
        read = open_request(opened, self._profiles)
        noted = unit.noted_request(opened.signer.party_id, read.content.request_id)
        if noted and not noted.was(opened.document):
            raise MessageError("the request id has been used before", rule="R-EDM-REQ-S004")
        return read

    def _repeat(
        self, unit: ProviderUnit, opened: OpenedMessage, request: EvidenceRequest, noted: Noted, now: datetime
    ) -> None:
        """The same request in a new message is recorded where it belongs, and asks for nothing again."""
        line = of_received(Entry.DUPLICATE_RECEIVED, opened, noted.exchange_id, now, schema_valid=True)
        unit.journal(about_request(line, request))

    def _unsendable(self, fault: UnsendableError) -> Refusal:
        """The answer would break a rule: our own data are at fault."""
        _LOG.error("an answer is not sent, because it would break a rule: %s", fault)
        return Refusal(ErrorCode.QUERY, "the answer of this data service would not be lawful")

    def _exchange_of(self, unit: ProviderUnit, opened: OpenedMessage, request: EvidenceRequest) -> str:
        """The exchange that the header names; in EDM 1.x the one whose preview link is named, else a new one."""
        if opened.header.exchange_id:
            return opened.header.exchange_id
        offered = self._offered(unit, opened, request)
        return offered.exchange_id if offered else self._ids.uuid()

    def _proceed(self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, now: datetime) -> None:
        self._record_arrival(unit, arrival, request, now, None)
        checks.issued_lately(request, now, self._limits.longest_delivery + CLOCKS_DIFFER, CLOCKS_DIFFER)
        if request.preview is None:
            self._first(unit, arrival, request, now)
        else:
            self._second(unit, arrival, request, request.preview, now)

    # --- round trip 1 ---

    def _first(self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, now: datetime) -> None:
        if unit.find(arrival.exchange_id) is not None:
            raise MessageError("the ExchangeId has been used before", rule="R-EDM-ebMS-037")
        checks.in_time(arrival.opened.header.timestamp, now, self._limits)
        source = checks.served_authority(self.sources.of(request.provider.identifier))
        offer = checks.known_evidence_type(request, source.offer(request.evidence.evidence_type.classification))
        wanted = checks.offered_distribution(request, offer)
        checks.lawful_ground(request, offer)
        subject = checks.assured_subject(request, offer)
        person = self._matched(unit, arrival, request, source, subject, now)
        order = Order(
            person.person_key,
            offer.evidence_type.classification,
            wanted,
            now,
            self._case_number(now),
            tuple(requirement.identifier for requirement in request.requirements),
            request.provider_classification,
            request.procedure,
        )
        issue = self._issue(source, order)
        self._answer_first(unit, arrival, _exchange(arrival, request), subject, issue, now)

    def offer(self, request: EvidenceRequest) -> Offer | None:
        """What the authority that is asked offers under the evidence type of this request, if it is served here."""
        source = self.sources.of(request.provider.identifier)
        return source.offer(request.evidence.evidence_type.classification) if source else None

    def _authority(self, asked: Identifier | None) -> Agent:
        """Who answers: the authority that was asked, if it is served here."""
        source = self.sources.of(asked) if asked else None
        return source.authority if source else self.sources.host

    def _matched(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        request: EvidenceRequest,
        source: EvidenceSource,
        subject: NaturalPerson,
        now: datetime,
    ) -> Matched:
        match = self._ask_register(source, Applicant(subject, None, request.provider_classification))
        matched = isinstance(match, Matched)
        entry = Entry.IDENTITY_MATCHED if matched else Entry.IDENTITY_NOT_MATCHED
        line = about_request(of_header(entry, arrival.opened.header, arrival.exchange_id, now), request)
        detail = None if matched else f"{match.candidates} candidates"  # type: ignore[union-attr]  # NotMatched then
        unit.journal(replace(line, detail=detail))
        if not isinstance(match, Matched):
            raise Refusal(ErrorCode.NOT_FOUND, "the person could not be matched uniquely")
        return match

    def _ask_register(self, source: EvidenceSource, applicant: Applicant) -> Match:
        try:
            return source.match(applicant)
        except Exception as failure:
            raise self._register_failed(failure) from failure

    def _issue(self, source: EvidenceSource, order: Order) -> Issue:
        try:
            return source.issue(order)
        except Exception as failure:
            raise self._register_failed(failure) from failure

    def _register_failed(self, failure: Exception) -> Refusal:
        _LOG.error("the register failed: %s", type(failure).__name__)
        return Refusal(ErrorCode.QUERY, "the register behind this data service failed")

    def _case_number(self, now: datetime) -> str:
        return f"{now:%Y}-{self._ids.uuid()[-8:].upper()}"

    def _answer_first(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        exchange: ProviderExchange,
        subject: NaturalPerson,
        issue: Issue,
        now: datetime,
    ) -> None:
        request = exchange.request
        deadline = self._first_deadline(arrival)
        authority = self._authority(request.provider.identifier)
        if isinstance(issue, tuple):
            held = self._answers.hold(
                unit, authority, issue, request.specification, subject, self._access_point.content_id
            )
            exchange = replace(exchange, packages=held)
            if request.possibility_for_preview:
                self._offer_preview(unit, arrival, exchange, now, deadline)
                return
            packages = tuple(each.package for each in held)
            answer = self._answers.response(authority, request, request.request_id, now, packages)
            self._conclude(unit, _new(arrival, exchange), Event.EVIDENCE, answer, held, now, deadline)
            return
        available = issue.available_from if isinstance(issue, NotYet | ByHand) else None
        happened = Event.DEFERRAL if available else Event.NOTHING
        answer = self._answers.response(authority, request, request.request_id, now, (), available)
        self._conclude(unit, _new(arrival, exchange), happened, answer, (), now, deadline)

    def _first_deadline(self, arrival: Arrival) -> datetime:
        return arrival.opened.header.timestamp + self._limits.first_round_trip + self._limits.grace

    def _offer_preview(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        exchange: ProviderExchange,
        now: datetime,
        deadline: datetime,
    ) -> None:
        token = self._ids.token()
        location = f"{self._preview_base}/p/{token}"
        expires = now + self._limits.follow_link
        exchange = replace(exchange, preview=Preview(location, expires))
        state = next_provider_state(ProviderState.NEW, Event.PREVIEW_OFFERED)
        request = exchange.request
        answer = self._answers.error(
            self._authority(request.provider.identifier),
            ErrorCode.AUTHORIZATION,
            "a preview by the user is needed",
            now,
            specification=request.specification,
            request_id=request.request_id,
            requester=request.requester,
            preview=PreviewOffer(location, PREVIEW_DESCRIPTIONS, self._visited_by(request)),
        )
        self._replies.send(unit, arrival.exchange_id, exchange, answer, (), deadline)
        unit.keep(Kept(arrival.exchange_id, state, expires, exchange), token)

    def _visited_by(self, request: EvidenceRequest) -> str | None:
        """The HTTP method of the visit, where the version of the request has it named."""
        return "GET" if self._profiles[request.specification].preview_method else None

    # --- round trip 2 ---

    def _second(
        self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, visit: PreviewVisit, now: datetime
    ) -> None:
        kept, preview = self._previewed(unit, arrival, request, visit)
        if kept.state == ProviderState.LINK_LAPSED:
            self._lapse(unit, kept, request.request_id, now)
            return
        if kept.state != ProviderState.PREVIEW_OFFERED:
            raise MessageError("the preview link has been used already")
        decide_until = arrival.opened.header.timestamp + self._limits.decide
        preview = replace(
            preview,
            second_request_id=request.request_id,
            asked_by=arrival.opened.certificate.public_bytes(Encoding.PEM).decode(),
            return_location=self._way_back(arrival, request, visit),
            decide_until=decide_until,
        )
        state = next_provider_state(ProviderState(kept.state), Event.SECOND_REQUEST)
        deadline = decide_until if preview.opened_at else min(preview.link_expires, decide_until)
        unit.keep(Kept(kept.exchange_id, state, deadline, replace(kept.record, preview=preview)))

    def _way_back(self, arrival: Arrival, request: EvidenceRequest, visit: PreviewVisit) -> str:
        """Where the person returns to; EDM 1.x has it in the preview location and no rule of its own for it."""
        hosts = self._access_point.partners[arrival.opened.signer.party_id].return_hosts
        if visit.return_location is None or not is_location_on(visit.return_location, hosts):
            rule = "R-EDM-REQ-C120" if self._profiles[request.specification].return_slot else None
            raise MessageError("ReturnLocation is not on a host of this requester", rule=rule)
        return visit.return_location

    def _offered(
        self, unit: ProviderUnit, opened: OpenedMessage, request: EvidenceRequest
    ) -> Kept[ProviderExchange] | None:
        """The exchange whose preview link the request names, if it was offered to the same requester."""
        if request.preview is None:
            return None
        kept = unit.find_by_token(request.preview.location.rpartition("/")[2])
        return kept if kept and kept.record.party_id == opened.signer.party_id else None

    def _previewed(
        self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, visit: PreviewVisit
    ) -> tuple[Kept[ProviderExchange], Preview]:
        """The exchange whose preview link request 2 names, if it is the one of its header and request 2 says the same.

        The header of EDM 1.x names none: the link alone tells.
        """
        kept = self._offered(unit, arrival.opened, request)
        preview = kept.record.preview if kept and kept.exchange_id == arrival.exchange_id else None
        if kept is None or preview is None or preview.location != visit.location:
            raise MessageError("the preview link is not known in this exchange", rule="R-EDM-REQ-C005")
        if kept.record.conversation_id != arrival.opened.header.conversation_id:
            raise MessageError("request 2 has another ConversationId than request 1", rule="R-EDM-ebMS-017")
        self._expect_repetition(unit, kept, arrival)
        return kept, preview

    def _expect_repetition(self, unit: ProviderUnit, kept: Kept[ProviderExchange], arrival: Arrival) -> None:
        """Raises MessageError unless request 2 says what request 1 said, and follows the preview that was offered."""
        first = unit.request_document(kept.exchange_id, kept.record.request.request_id)
        offer = unit.offer_document(kept.exchange_id)
        if first is None or offer is None:
            raise MessageError("nothing was offered that request 2 could follow")
        second_repeats_first(arrival.opened.document, first, offer)

    def _lapse(self, unit: ProviderUnit, kept: Kept[ProviderExchange], request_id: str, now: datetime) -> None:
        """Answer 0005 instead of evidence: the preview has expired without a decision."""
        refusal = Refusal(ErrorCode.TIMEOUT, "the preview expired without a decision")
        answer = self._failure(kept, request_id, refusal, now)
        self._conclude(unit, kept, Event.TIME_UP, answer, (), now, self._second_deadline(kept, now))

    def _second_deadline(self, kept: Kept[ProviderExchange], now: datetime) -> datetime:
        """For as long as the requester waits for the answer to request 2: T3 and its grace (TDD 4.4.3)."""
        until = kept.record.preview.decide_until if kept.record.preview else None
        return (until or now + self._limits.first_round_trip) + self._limits.grace

    def answer_decision(
        self, unit: ProviderUnit, kept: Kept[ProviderExchange], chosen: tuple[HeldPackage, ...], now: datetime
    ) -> None:
        """Send all and only the packages that the person accepted, perhaps none, as the answer to request 2."""
        preview, request = kept.record.preview, kept.record.request
        second = preview.second_request_id if preview else None
        packages = tuple(held.package for held in chosen)
        authority = self._authority(request.provider.identifier)
        answer = self._answers.response(authority, request, second or request.request_id, now, packages)
        happened = Event.EVIDENCE if chosen else Event.NOTHING
        self._conclude(unit, kept, happened, answer, chosen, now, self._second_deadline(kept, now))

    def withhold(self, unit: ProviderUnit, kept: Kept[ProviderExchange], now: datetime) -> None:
        """Answer request 2 with an error instead of what was accepted: the requester is not believed any more."""
        second = kept.record.preview.second_request_id if kept.record.preview else None
        refusal = Refusal(ErrorCode.AUTHORIZATION, "the certificate of the requester is not believed any more")
        failure = self._failure(kept, second, refusal, now)
        self._conclude(unit, kept, Event.REFUSAL, failure, (), now, self._second_deadline(kept, now))

    def believes_asker(self, kept: Kept[ProviderExchange]) -> bool:
        """Whether the certificate that signed request 2 is believed now: it may have been revoked while the person
        looked. Raises UnsettledError where nobody can say."""
        try:
            self._access_point.expect_believed(kept.record.preview.asked_by if kept.record.preview else "")
        except UnsettledError:
            raise
        except UntrustedError as doubt:
            _LOG.warning("evidence is withheld from %s: %s", kept.record.party_id, doubt)
            return False
        return True

    # --- answers out ---

    def _conclude(
        self,
        unit: ProviderUnit,
        kept: Kept[ProviderExchange],
        happened: Event,
        answer: Answer,
        chosen: tuple[HeldPackage, ...],
        now: datetime,
        deadline: datetime,
    ) -> None:
        state = next_provider_state(ProviderState(kept.state), happened)
        try:
            message_id = self._replies.send(unit, kept.exchange_id, kept.record, answer, chosen, deadline)
        except UnsendableError as fault:
            failure = self._failure(kept, answer.request_id, self._unsendable(fault), now)
            message_id = self._replies.send(unit, kept.exchange_id, kept.record, failure, (), deadline)
        record = replace(kept.record, answer_message_id=message_id)
        unit.keep(replace(kept, state=state, deadline=None, record=record))

    def _failure(
        self, kept: Kept[ProviderExchange], request_id: str | None, refusal: Refusal, now: datetime
    ) -> EvidenceError:
        request = kept.record.request
        return self._answers.error(
            self._authority(request.provider.identifier),
            refusal.code,
            refusal.detail,
            now,
            specification=request.specification,
            request_id=request_id,
            requester=request.requester,
        )

    def _refuse(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        request: EvidenceRequest,
        refusal: Refusal,
        now: datetime,
    ) -> None:
        """Answer a request that was read with an EDM exception; an exchange that is under way stays as it is."""
        answer = self._answers.error(
            self._authority(request.provider.identifier),
            refusal.code,
            refusal.detail,
            now,
            specification=request.specification,
            request_id=request.request_id,
            requester=request.requester,
        )
        deadline = self._first_deadline(arrival)
        message_id = self._replies.refuse(unit, arrival, answer, request, deadline)
        if unit.find(arrival.exchange_id) is None:
            exchange = replace(_exchange(arrival, request), answer_message_id=message_id)
            state = next_provider_state(ProviderState.NEW, Event.REFUSAL)
            unit.keep(Kept(arrival.exchange_id, state, None, exchange))

    def _refuse_unread(self, unit: ProviderUnit, arrival: Arrival, broken: MessageError, now: datetime) -> None:
        """Answer a request that could not be read: 0003 with the rule, and its id where that can be told."""
        self._record_arrival(unit, arrival, None, now, broken.detail)
        specification = version_of(arrival.opened)
        always_named = self._profiles[specification].requester_always_named
        authority = self._authority(arrival.opened.header.final_recipient)
        answer = self._answers.error(
            authority,
            ErrorCode.INVALID_REQUEST,
            broken.detail,
            now,
            specification=specification,
            request_id=request_id_of(arrival.opened.document),
            requester=_as_sender(arrival) if always_named else None,
        )
        self._replies.refuse(unit, arrival, answer, None, self._first_deadline(arrival))

    # --- what becomes of answers and deadlines ---

    def _expect_believed_still(self, kept: Kept[ProviderExchange]) -> None:
        """Evidence goes once more only to whom it would be given now; only where there was a preview is it known by
        which certificate it was asked for."""
        try:
            believed = kept.record.preview is None or self.believes_asker(kept)
        except UnsettledError:
            raise NotAgainError("nobody can say at present whether the requester is believed; try again") from None
        if not believed:
            raise NotAgainError("the certificate of the requester is not believed any more")

    def receipted(self, unit: ProviderUnit, waiting: Waiting) -> None:
        """After the receipt for a final answer the provider keeps no evidence."""
        if kept := self._answered(unit, waiting):
            state = next_provider_state(ProviderState(kept.state), Event.RECEIPT)
            self._forget_evidence(unit, replace(kept, state=state))

    def undeliverable(self, unit: ProviderUnit, waiting: Waiting, why: str) -> None:
        """Evidence is kept for as long as somebody may want the answer to be sent again."""
        if kept := self._answered(unit, waiting):
            state = next_provider_state(ProviderState(kept.state), Event.UNDELIVERABLE)
            unit.keep(replace(kept, state=state, deadline=self._clock.now() + self._limits.decide))

    def _answered(self, unit: ProviderUnit, waiting: Waiting) -> Kept[ProviderExchange] | None:
        """The exchange of which this is the final answer: an offer, or a refusal under the same ExchangeId, is none."""
        kept = unit.find(waiting.exchange_id)
        return kept if kept and kept.record.answer_message_id == waiting.message_id else None

    def again(self, unit: ProviderUnit, waiting: Waiting, now: datetime) -> None:
        """Send an answer that could not be delivered in a new message, while the requester would still take it."""
        line = unit.sent(waiting.exchange_id, waiting.message_id)
        if line is None or line.at + self._limits.longest_delivery < now:
            raise NotAgainError("the answer is too old: the requester has given up")
        kept = self._answered(unit, waiting)
        held = {part.content_id: part for part in kept.record.parts} if kept else {}
        if not held.keys() >= {part.content_id for part in line.evidence}:
            raise NotAgainError("the evidence has been deleted; the person must ask anew")
        if kept is not None and line.evidence:
            self._expect_believed_still(kept)
        parts = [self._replies.part(unit, held[part.content_id]) for part in line.evidence]
        deadline = now + self._limits.first_round_trip
        message_id = self._access_point.post_again(unit, line, parts, deadline)
        if kept is not None:
            state = next_provider_state(ProviderState(kept.state), Event.ANSWER_AGAIN)
            record = replace(kept.record, answer_message_id=message_id)
            unit.keep(replace(kept, state=state, deadline=None, record=record))

    def _forget_evidence(self, unit: ProviderUnit, kept: Kept[ProviderExchange]) -> None:
        if kept.record.packages:
            unit.journal(
                JournalEntry(
                    self._clock.now(),
                    Entry.EVIDENCE_DELETED,
                    exchange_id=kept.exchange_id,
                    conversation_id=kept.record.conversation_id,
                    evidence=evidence_parts(kept.record.packages),
                )
            )
        unit.keep(replace(kept, deadline=None, record=replace(kept.record, packages=())))

    def expire(self, unit: ProviderUnit, exchange_id: str, now: datetime) -> None:
        """A link that nobody followed lapses at T2, a preview without a decision at T3; what could not be delivered is
        given up for good."""
        kept = unit.find(exchange_id)
        if kept is None or kept.deadline is None or kept.deadline > now:
            return
        if kept.state == ProviderState.UNDELIVERABLE:
            self._forget_evidence(unit, kept)
        else:
            self._time_up(unit, kept, now)

    def _time_up(self, unit: ProviderUnit, kept: Kept[ProviderExchange], now: datetime) -> None:
        preview = kept.record.preview
        unit.journal(
            JournalEntry(
                now,
                Entry.TIME_UP,
                exchange_id=kept.exchange_id,
                conversation_id=kept.record.conversation_id,
                detail="no decision in time" if preview and preview.opened_at else "nobody followed the link in time",
            )
        )
        if preview is None or preview.second_request_id is None:
            state = next_provider_state(ProviderState(kept.state), Event.LINK_LAPSED)
            self._forget_evidence(unit, replace(kept, state=state))
        else:
            self._lapse(unit, kept, preview.second_request_id, now)

    def _record_arrival(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        request: EvidenceRequest | None,
        now: datetime,
        detail: str | None,
    ) -> None:
        readable = request is not None
        line = of_received(Entry.REQUEST_RECEIVED, arrival.opened, arrival.exchange_id, now, schema_valid=readable)
        line = about_request(line, request) if request else line
        unit.journal(replace(line, detail=detail, notes=arrival.notes))


def _exchange(arrival: Arrival, request: EvidenceRequest) -> ProviderExchange:
    """A new exchange with this request as its first."""
    header = arrival.opened.header
    return ProviderExchange(
        conversation_id=header.conversation_id,
        party_id=arrival.opened.signer.party_id,
        original_sender=header.original_sender,
        final_recipient=header.final_recipient,
        request=request,
    )


def _as_sender(arrival: Arrival) -> Agent:
    """The requester of a request that could not be read: the access point, for nothing else that it says is sure."""
    party = arrival.opened.header.sender
    return Agent(party, (Text("EN", party.value),))


def _new(arrival: Arrival, exchange: ProviderExchange) -> Kept[ProviderExchange]:
    return Kept(arrival.exchange_id, ProviderState.NEW, None, exchange)
