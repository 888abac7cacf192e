"""The evidence provider: takes requests, and hands each to the round trip that it belongs to."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.edelivery.message import OpenedMessage
from oots.exchange.access_point import CLOCKS_DIFFER, AccessPoint
from oots.exchange.entries import about_request, exchange_named, of_received
from oots.exchange.envelope import Read, UnsendableError, open_request
from oots.exchange.journal import Entry
from oots.exchange.limits import TimeLimits
from oots.exchange.queue import Waiting
from oots.exchange.unit import Noted
from oots.model.agent import Agent
from oots.model.clock import Clock, Ids
from oots.model.errors import MessageError
from oots.model.request import EvidenceRequest
from oots.model.response import ErrorCode
from oots.provider import checks
from oots.provider.aftermath import Aftermath
from oots.provider.answers import Answers
from oots.provider.arrival import Arrival
from oots.provider.authorities import Authorities
from oots.provider.checks import Refusal
from oots.provider.endings import Endings, record_arrival, unsendable
from oots.provider.first_round import FirstRound
from oots.provider.record import ProviderExchange
from oots.provider.replies import ProviderUnit, Replies
from oots.provider.second_round import SecondRound
from oots.provider.source import EvidenceSources
from oots.wire.profile import PROFILES, Profiles

_LOG = logging.getLogger(__name__)


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
        self._limits = limits
        self._clock = clock
        self._ids = ids
        self._profiles = profiles
        self.authorities = Authorities(sources)
        answers = Answers(intermediaries, ids, profiles)
        replies = Replies(access_point, ids, profiles)
        self._endings = Endings(self.authorities, answers, replies, limits, profiles)
        self._first_round = FirstRound(
            authorities=self.authorities,
            answers=answers,
            replies=replies,
            endings=self._endings,
            preview_base=preview_base,
            limits=limits,
            ids=ids,
            profiles=profiles,
            content_id=access_point.content_id,
        )
        self.second_round = SecondRound(
            access_point=access_point,
            authorities=self.authorities,
            answers=answers,
            endings=self._endings,
            limits=limits,
            profiles=profiles,
        )
        self._aftermath = Aftermath(
            access_point=access_point,
            replies=replies,
            second_round=self.second_round,
            limits=limits,
            clock=clock,
        )

    @property
    def sources(self) -> EvidenceSources:
        return self.authorities.sources

    @sources.setter
    def sources(self, sources: EvidenceSources) -> None:
        self.authorities.sources = sources

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
            self._endings.refuse_unread(unit, arrival, broken, now)
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
            self._endings.refuse(unit, arrival, request, Refusal(ErrorCode.INVALID_REQUEST, broken.detail), now)
        except Refusal as refusal:
            self._endings.refuse(unit, arrival, request, refusal, now)
        except UnsendableError as fault:
            self._endings.refuse(unit, arrival, request, unsendable(fault), now)

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

    def _exchange_of(self, unit: ProviderUnit, opened: OpenedMessage, request: EvidenceRequest) -> str:
        """The exchange that the header names; in EDM 1.x the one whose preview link is named, else a new one."""
        if opened.header.exchange_id:
            return opened.header.exchange_id
        offered = self.second_round.offered(unit, opened, request)
        return offered.exchange_id if offered else self._ids.uuid()

    def _proceed(self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, now: datetime) -> None:
        record_arrival(unit, arrival, request, now, None)
        checks.issued_lately(request, now, self._limits.longest_delivery + CLOCKS_DIFFER, CLOCKS_DIFFER)
        if request.preview is None:
            self._first_round.take(unit, arrival, request, now)
        else:
            self.second_round.take(unit, arrival, request, request.preview, now)

    # --- what becomes of answers and deadlines ---

    def receipted(self, unit: ProviderUnit, waiting: Waiting) -> None:
        self._aftermath.receipted(unit, waiting)

    def undeliverable(self, unit: ProviderUnit, waiting: Waiting, why: str) -> None:
        self._aftermath.undeliverable(unit, waiting)

    def again(self, unit: ProviderUnit, waiting: Waiting, now: datetime) -> None:
        """Send an answer that could not be delivered in a new message; raises NotAgainError."""
        self._aftermath.again(unit, waiting, now)

    def expire(self, unit: ProviderUnit, exchange_id: str, now: datetime) -> None:
        self._aftermath.expire(unit, exchange_id, now)
