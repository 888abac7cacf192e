"""Round trip 2: the second request announces the visit, and what the person decides in the preview answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from oots.edelivery.message import OpenedMessage
from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import Event, ProviderState, next_provider_state
from oots.exchange.correlation import second_repeats_first
from oots.exchange.limits import TimeLimits
from oots.exchange.partners import is_location_on
from oots.exchange.unit import Kept
from oots.model.errors import MessageError
from oots.model.request import EvidenceRequest, PreviewVisit
from oots.model.response import ErrorCode
from oots.provider.answers import Answers
from oots.provider.arrival import Arrival
from oots.provider.authorities import Authorities
from oots.provider.checks import Refusal
from oots.provider.endings import Endings
from oots.provider.lines import give_fees_back
from oots.provider.record import HeldPackage, Preview, ProviderExchange
from oots.provider.replies import ProviderUnit
from oots.wire.profile import Profiles


class SecondRound:
    """Takes second requests, and answers them once the preview has an outcome."""

    def __init__(
        self,
        *,
        access_point: AccessPoint[ProviderExchange],
        authorities: Authorities,
        answers: Answers,
        endings: Endings,
        limits: TimeLimits,
        profiles: Profiles,
    ) -> None:
        self._access_point = access_point
        self._authorities = authorities
        self._answers = answers
        self._endings = endings
        self._limits = limits
        self._profiles = profiles

    def take(
        self, unit: ProviderUnit, arrival: Arrival, request: EvidenceRequest, visit: PreviewVisit, now: datetime
    ) -> None:
        """Open the preview for the visit that is announced; raises MessageError for a request that does not fit it."""
        kept, preview = self._previewed(unit, arrival, request, visit)
        if kept.state == ProviderState.LINK_LAPSED:
            self.lapse(unit, kept, request.request_id, now)
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

    def offered(
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
        kept = self.offered(unit, arrival.opened, request)
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

    # --- the outcome of the preview ---

    def lapse(self, unit: ProviderUnit, kept: Kept[ProviderExchange], request_id: str, now: datetime) -> None:
        """Answer 0005 instead of evidence: the preview has expired without a decision."""
        give_fees_back(unit, kept, (), now)
        refusal = Refusal(ErrorCode.TIMEOUT, "the preview expired without a decision")
        answer = self._endings.failure(kept, request_id, refusal, now)
        self._endings.conclude(unit, kept, Event.TIME_UP, answer, (), now, self._deadline(kept, now))

    def _deadline(self, kept: Kept[ProviderExchange], now: datetime) -> datetime:
        """For as long as the requester waits for the answer to request 2: T3 and its grace (TDD 4.4.3)."""
        until = kept.record.preview.decide_until if kept.record.preview else None
        return (until or now + self._limits.first_round_trip) + self._limits.grace

    def answer_decision(
        self, unit: ProviderUnit, kept: Kept[ProviderExchange], chosen: tuple[HeldPackage, ...], now: datetime
    ) -> bool:
        """Send all and only the packages that the person accepted, perhaps none, as the answer to request 2; False
        where an error goes in their stead."""
        preview, request = kept.record.preview, kept.record.request
        second = preview.second_request_id if preview else None
        packages = tuple(held.package for held in chosen)
        authority = self._authorities.answering(request.provider.identifier)
        answer = self._answers.response(authority, request, second or request.request_id, now, packages)
        happened = Event.EVIDENCE if chosen else Event.NOTHING
        return self._endings.conclude(unit, kept, happened, answer, chosen, now, self._deadline(kept, now))

    def withhold(self, unit: ProviderUnit, kept: Kept[ProviderExchange], now: datetime) -> None:
        """Answer request 2 with an error instead of what was accepted: the requester is not believed any more."""
        second = kept.record.preview.second_request_id if kept.record.preview else None
        refusal = Refusal(ErrorCode.AUTHORIZATION, "the certificate of the requester is not believed any more")
        failure = self._endings.failure(kept, second, refusal, now)
        self._endings.conclude(unit, kept, Event.REFUSAL, failure, (), now, self._deadline(kept, now))

    def believes_asker(self, kept: Kept[ProviderExchange]) -> bool:
        """Whether the certificate that signed request 2 is believed now: it may have been revoked while the person
        looked. Raises UnsettledError where nobody can say."""
        return self._access_point.believes(kept.record.preview.asked_by if kept.record.preview else "")
