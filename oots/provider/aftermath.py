"""What becomes of answers and deadlines: receipted, undeliverable, sent again, given up, lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import Event, ProviderState, next_provider_state
from oots.exchange.handler import NotAgainError
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.limits import TimeLimits
from oots.exchange.queue import Waiting
from oots.exchange.unit import Kept
from oots.model.clock import Clock
from oots.provider.record import ProviderExchange
from oots.provider.replies import ProviderUnit, Replies, evidence_parts
from oots.provider.second_round import SecondRound
from oots.trust.revocation import UnsettledError


class Aftermath:
    """Keeps evidence for as long as somebody may want it, and no longer."""

    def __init__(
        self,
        *,
        access_point: AccessPoint[ProviderExchange],
        replies: Replies,
        second_round: SecondRound,
        limits: TimeLimits,
        clock: Clock,
    ) -> None:
        self._access_point = access_point
        self._replies = replies
        self._second_round = second_round
        self._limits = limits
        self._clock = clock

    def receipted(self, unit: ProviderUnit, waiting: Waiting) -> None:
        """After the receipt for a final answer the provider keeps no evidence."""
        if kept := self._answered(unit, waiting):
            state = next_provider_state(ProviderState(kept.state), Event.RECEIPT)
            self._forget_evidence(unit, replace(kept, state=state))

    def undeliverable(self, unit: ProviderUnit, waiting: Waiting) -> None:
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

    def _expect_believed_still(self, kept: Kept[ProviderExchange]) -> None:
        """Evidence goes once more only to whom it would be given now; only where there was a preview is it known by
        which certificate it was asked for."""
        try:
            believed = kept.record.preview is None or self._second_round.believes_asker(kept)
        except UnsettledError:
            raise NotAgainError("nobody can say at present whether the requester is believed; try again") from None
        if not believed:
            raise NotAgainError("the certificate of the requester is not believed any more")

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
            self._second_round.lapse(unit, kept, preview.second_request_id, now)

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
