"""Round trip 1: who is meant, what is held, and whether that is offered for a preview or answered at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from oots.exchange.conversation import Event, ProviderState, next_provider_state
from oots.exchange.entries import about_request, of_header
from oots.exchange.journal import Entry
from oots.exchange.limits import TimeLimits
from oots.exchange.unit import Kept
from oots.model.clock import Ids
from oots.model.errors import MessageError
from oots.model.issuing import Applicant, ByHand, Issue, Issued, Matched, NotYet, Order
from oots.model.request import EvidenceRequest
from oots.model.response import ErrorCode, PreviewOffer
from oots.model.text import Text
from oots.provider import asking, checks
from oots.provider.answers import Answers
from oots.provider.arrival import Arrival
from oots.provider.authorities import Authorities
from oots.provider.casework import HandCases
from oots.provider.checks import Refusal
from oots.provider.endings import Endings, new_exchange
from oots.provider.record import Preview, ProviderExchange
from oots.provider.replies import ProviderUnit, Replies
from oots.provider.source import EvidenceSource
from oots.wire.profile import Profiles

PREVIEW_DESCRIPTIONS = (
    Text("DA", "Se og godkend din dokumentation, før den sendes"),
    Text("EN", "Check and approve your evidence before it is sent"),
)


class FirstRound:
    """Answers first requests. `content_id` makes one for each document that may be sent."""

    def __init__(
        self,
        *,
        authorities: Authorities,
        answers: Answers,
        replies: Replies,
        endings: Endings,
        preview_base: str,
        limits: TimeLimits,
        ids: Ids,
        profiles: Profiles,
        content_id: Callable[[], str],
    ) -> None:
        self._authorities = authorities
        self._answers = answers
        self._replies = replies
        self._endings = endings
        self._preview_base = preview_base
        self._limits = limits
        self._ids = ids
        self._hand_cases = HandCases(ids)
        self._profiles = profiles
        self._content_id = content_id

    def take(self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, now: datetime) -> None:
        """Answer a first request; raises Refusal, or MessageError for a used ExchangeId."""
        if unit.find(arrival.exchange_id) is not None:
            raise MessageError("the ExchangeId has been used before", rule="R-EDM-ebMS-037")
        checks.in_time(arrival.opened.header.timestamp, now, self._limits)
        source = checks.served_authority(self._authorities.source_of(request))
        offer = checks.known_evidence_type(request, self._authorities.offer(request))
        checks.issued_here(offer)
        wanted = checks.offered_distribution(request, offer)
        checks.lawful_ground(request, offer)
        matched = self._matched(unit, arrival, request, source, checks.assured_applicant(request, offer), now)
        order = Order(
            matched.person_key,
            offer.evidence_type.classification,
            wanted,
            now,
            self._case_number(now),
            tuple(requirement.identifier for requirement in request.requirements),
            request.provider_classification,
            request.procedure,
        )
        unit.subjects.note(arrival.exchange_id, order.person_key)
        exchange = replace(new_exchange(arrival, request), person_key=order.person_key)
        kept = Kept(arrival.exchange_id, ProviderState.NEW.value, None, exchange)
        issue = asking.issue(source, order)
        if isinstance(issue, ByHand):
            issue = self._hand_cases.settled(unit, kept, source, order, issue)
        self._answer(unit, arrival, kept, issue, now)

    def _matched(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        request: EvidenceRequest,
        source: EvidenceSource,
        applicant: Applicant,
        now: datetime,
    ) -> Matched:
        match = asking.match(source, applicant)
        matched = isinstance(match, Matched)
        entry = Entry.IDENTITY_MATCHED if matched else Entry.IDENTITY_NOT_MATCHED
        line = about_request(of_header(entry, arrival.opened.header, arrival.exchange_id, now), request)
        detail = None if isinstance(match, Matched) else f"{match.outcome}, {match.candidates} candidates"
        unit.journal(replace(line, detail=detail))
        if not isinstance(match, Matched):
            raise Refusal(ErrorCode.NOT_FOUND, "the person could not be matched uniquely")
        return match

    def _case_number(self, now: datetime) -> str:
        return f"{now:%Y}-{self._ids.uuid()[-8:].upper()}"

    def _answer(
        self, unit: ProviderUnit, arrival: Arrival, kept: Kept[ProviderExchange], issue: Issue, now: datetime
    ) -> None:
        if isinstance(issue, tuple):
            self._answer_with(unit, arrival, kept, issue, now)
            return
        request = kept.record.request
        authority = self._authorities.answering(request.provider.identifier)
        available = issue.available_from if isinstance(issue, NotYet) else None
        happened = Event.DEFERRAL if available else Event.NOTHING
        answer = self._answers.response(authority, request, request.request_id, now, (), available)
        deadline = self._endings.first_deadline(arrival)
        self._endings.conclude(unit, kept, happened, answer, (), now, deadline)

    def _answer_with(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        kept: Kept[ProviderExchange],
        pieces: tuple[Issued, ...],
        now: datetime,
    ) -> None:
        """Hold the pieces and offer a preview of them, or send them at once where none is possible."""
        request = kept.record.request
        checks.payable(pieces, request)
        authority = self._authorities.answering(request.provider.identifier)
        held = self._answers.hold(unit, authority, pieces, request, self._content_id)
        kept = replace(kept, record=replace(kept.record, packages=held))
        deadline = self._endings.first_deadline(arrival)
        if request.possibility_for_preview:
            self._offer_preview(unit, kept, now, deadline)
            return
        packages = tuple(each.package for each in held)
        answer = self._answers.response(authority, request, request.request_id, now, packages)
        self._endings.conclude(unit, kept, Event.EVIDENCE, answer, held, now, deadline)

    def _offer_preview(
        self, unit: ProviderUnit, kept: Kept[ProviderExchange], now: datetime, deadline: datetime
    ) -> None:
        token = self._ids.token()
        location = f"{self._preview_base}/p/{token}"
        expires = now + self._limits.follow_link
        exchange = replace(kept.record, preview=Preview(location, expires))
        state = next_provider_state(ProviderState(kept.state), Event.PREVIEW_OFFERED)
        request = exchange.request
        answer = self._answers.error(
            self._authorities.answering(request.provider.identifier),
            ErrorCode.AUTHORIZATION,
            "a preview by the user is needed",
            now,
            specification=request.specification,
            request_id=request.request_id,
            requester=request.requester,
            preview=PreviewOffer(location, PREVIEW_DESCRIPTIONS, self._visited_by(request)),
        )
        self._replies.send(unit, kept.exchange_id, exchange, answer, (), deadline)
        unit.keep(Kept(kept.exchange_id, state, expires, exchange), token)

    def _visited_by(self, request: EvidenceRequest) -> str | None:
        """The HTTP method of the visit, where the version of the request has it named."""
        return "GET" if self._profiles[request.specification].preview_method else None
