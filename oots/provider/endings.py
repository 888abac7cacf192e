"""How exchanges end at a provider: an answer goes out, and the exchange stands where that leaves it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from oots.exchange.conversation import Event, ProviderState, next_provider_state
from oots.exchange.entries import about_request, of_received
from oots.exchange.envelope import UnsendableError, version_of
from oots.exchange.journal import Entry
from oots.exchange.limits import TimeLimits
from oots.exchange.unit import Kept
from oots.model.agent import Agent
from oots.model.errors import MessageError
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, ErrorCode, EvidenceError
from oots.model.text import Text
from oots.provider.answers import Answers
from oots.provider.arrival import Arrival
from oots.provider.authorities import Authorities
from oots.provider.checks import Refusal
from oots.provider.record import HeldPackage, ProviderExchange
from oots.provider.replies import ProviderUnit, Replies
from oots.wire.profile import Profiles
from oots.wire.request import request_id_of

_LOG = logging.getLogger(__name__)


def new_exchange(arrival: Arrival, request: EvidenceRequest) -> ProviderExchange:
    """An exchange with this request as its first."""
    header = arrival.opened.header
    return ProviderExchange(
        conversation_id=header.conversation_id,
        party_id=arrival.opened.signer.party_id,
        original_sender=header.original_sender,
        final_recipient=header.final_recipient,
        request=request,
    )


def record_arrival(
    unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest | None, now: datetime, detail: str | None
) -> None:
    """Journal a request that has come in; `request` is what it asks, if that could be read."""
    readable = request is not None
    line = of_received(Entry.REQUEST_RECEIVED, arrival.opened, arrival.exchange_id, now, schema_valid=readable)
    line = about_request(line, request) if request else line
    unit.journal(replace(line, detail=detail, notes=arrival.notes))


class Endings:
    """Sends final answers and errors, and keeps what they leave behind."""

    def __init__(
        self, authorities: Authorities, answers: Answers, replies: Replies, limits: TimeLimits, profiles: Profiles
    ) -> None:
        self._authorities = authorities
        self._answers = answers
        self._replies = replies
        self._limits = limits
        self._profiles = profiles

    def first_deadline(self, arrival: Arrival) -> datetime:
        """For as long as the requester waits for the answer to a first request: T1 and its grace (TDD 4.4.3)."""
        return arrival.opened.header.timestamp + self._limits.first_round_trip + self._limits.grace

    def conclude(
        self,
        unit: ProviderUnit,
        kept: Kept[ProviderExchange],
        happened: Event,
        answer: Answer,
        chosen: tuple[HeldPackage, ...],
        now: datetime,
        deadline: datetime,
    ) -> bool:
        """Send the final answer with the chosen packages; False for an error in its stead, where it would break a
        rule."""
        state, lawful = next_provider_state(ProviderState(kept.state), happened), True
        try:
            message_id = self._replies.send(unit, kept.exchange_id, kept.record, answer, chosen, deadline)
        except UnsendableError as fault:
            lawful = False
            failure = self.failure(kept, answer.request_id, unsendable(fault), now)
            message_id = self._replies.send(unit, kept.exchange_id, kept.record, failure, (), deadline)
        record = replace(kept.record, answer_message_id=message_id)
        unit.keep(replace(kept, state=state, deadline=None, record=record))
        return lawful

    def failure(
        self, kept: Kept[ProviderExchange], request_id: str | None, refusal: Refusal, now: datetime
    ) -> EvidenceError:
        """The error that answers a request of this exchange."""
        return self._error(kept.record.request, request_id, refusal, now)

    def refuse(
        self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, refusal: Refusal, now: datetime
    ) -> None:
        """Answer a request that was read with an EDM exception; an exchange that is under way stays as it is."""
        answer = self._error(request, request.request_id, refusal, now)
        message_id = self._replies.refuse(unit, arrival, answer, request, self.first_deadline(arrival))
        if unit.find(arrival.exchange_id) is None:
            exchange = replace(new_exchange(arrival, request), answer_message_id=message_id)
            state = next_provider_state(ProviderState.NEW, Event.REFUSAL)
            unit.keep(Kept(arrival.exchange_id, state, None, exchange))

    def _error(
        self, request: EvidenceRequest, request_id: str | None, refusal: Refusal, now: datetime
    ) -> EvidenceError:
        return self._answers.error(
            self._authorities.answering(request.provider.identifier),
            refusal.code,
            refusal.detail,
            now,
            specification=request.specification,
            request_id=request_id,
            requester=request.requester,
        )

    def refuse_unread(self, unit: ProviderUnit, arrival: Arrival, broken: MessageError, now: datetime) -> None:
        """Answer a request that could not be read: 0003 with the rule, and its id where that can be told."""
        record_arrival(unit, arrival, None, now, broken.detail)
        specification = version_of(arrival.opened)
        always_named = self._profiles[specification].requester_always_named
        answer = self._answers.error(
            self._authorities.answering(arrival.opened.header.final_recipient),
            ErrorCode.INVALID_REQUEST,
            broken.detail,
            now,
            specification=specification,
            request_id=request_id_of(arrival.opened.document),
            requester=_as_sender(arrival) if always_named else None,
        )
        self._replies.refuse(unit, arrival, answer, None, self.first_deadline(arrival))


def unsendable(fault: UnsendableError) -> Refusal:
    """The answer would break a rule: our own data are at fault."""
    _LOG.error("an answer is not sent, because it would break a rule: %s", fault)
    return Refusal(ErrorCode.QUERY, "the answer of this data service would not be lawful")


def _as_sender(arrival: Arrival) -> Agent:
    """The requester of a request that could not be read: the access point, for nothing else that it says is sure."""
    party = arrival.opened.header.sender
    return Agent(party, (Text("EN", party.value),))
