"""How a provider's answers leave: written, sealed, queued and recorded in the transaction that decided them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from oots.edelivery.header import EXCEPTION_RESPONSE, EXECUTE_QUERY_RESPONSE, REGREP, UserMessage
from oots.edelivery.message import Part
from oots.exchange.access_point import AccessPoint
from oots.exchange.correlation import answer_fits, evidence_is_as_described
from oots.exchange.entries import about_answer, about_request, of_sealed
from oots.exchange.envelope import replying_to, sendable, write_answer
from oots.exchange.held_part import HeldPart
from oots.exchange.journal import Entry, EvidencePart
from oots.exchange.unit import Unit
from oots.model.clock import Ids
from oots.model.fields import FieldTold, Standing
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError, EvidenceResponse
from oots.provider.arrival import Arrival
from oots.provider.record import HeldPackage, ProviderExchange
from oots.wire.profile import PROFILES, Profiles

ProviderUnit = Unit[ProviderExchange]


class Replies:
    """Sends responses and errors through the access point."""

    def __init__(
        self,
        access_point: AccessPoint[ProviderExchange],
        ids: Ids,
        profiles: Profiles = PROFILES,
    ) -> None:
        self._access_point = access_point
        self._ids = ids
        self._profiles = profiles

    def send(
        self,
        unit: ProviderUnit,
        exchange_id: str,
        exchange: ProviderExchange,
        answer: Answer,
        chosen: tuple[HeldPackage, ...],
        deadline: datetime,
    ) -> str:
        """Queue the answer to a request of `exchange`, with the bytes of the chosen packages as they were shown.

        Returns its message id, as `refuse` does.
        """
        header = self._access_point.header(
            exchange.party_id,
            answer.specification,
            exchange_id,
            action=EXECUTE_QUERY_RESPONSE if isinstance(answer, EvidenceResponse) else EXCEPTION_RESPONSE,
            conversation_id=exchange.conversation_id,
            original_sender=exchange.final_recipient,
            final_recipient=exchange.original_sender,
        )
        fields = fields_released(chosen) if chosen else _fields_offered(exchange, answer)
        return self._post(unit, header, exchange_id, answer, chosen, exchange.request, deadline, fields)

    def refuse(
        self,
        unit: ProviderUnit,
        arrival: Arrival,
        answer: EvidenceError,
        request: EvidenceRequest | None,
        deadline: datetime,
    ) -> str:
        """Queue the error that answers a message; `request` is what it asked, if that could be read."""
        fields = replying_to(arrival.opened.header, answer.error_provider.identifier, self._ids)
        header = self._access_point.header(
            arrival.opened.signer.party_id,
            answer.specification,
            arrival.exchange_id,
            action=EXCEPTION_RESPONSE,
            **fields,
        )
        return self._post(unit, header, arrival.exchange_id, answer, (), request, deadline)

    def _post(
        self,
        unit: ProviderUnit,
        header: UserMessage,
        exchange_id: str,
        answer: Answer,
        chosen: tuple[HeldPackage, ...],
        request: EvidenceRequest | None,
        deadline: datetime,
        fields: tuple[FieldTold, ...] = (),
    ) -> str:
        document = write_answer(answer, self._profiles)
        parts = [Part(self._access_point.content_id(), REGREP, document)]
        parts += [self.part(unit, part) for held in chosen for part in held.parts]
        self._expect_fitting(unit, exchange_id, answer, document, parts)
        sealed = self._access_point.post(unit, header, exchange_id, parts, deadline)
        entry = Entry.EXCEPTION_SENT if isinstance(answer, EvidenceError) else Entry.RESPONSE_SENT
        line = of_sealed(entry, sealed, exchange_id, document)
        line = about_answer(about_request(line, request) if request else line, answer)
        unit.journal(replace(line, evidence=evidence_parts(chosen), fields=fields))
        return sealed.message_id

    def part(self, unit: ProviderUnit, held: HeldPart) -> Part:
        """What is held, as it goes out: the bytes that were shown."""
        return Part(held.content_id, held.media_type, unit.files.get(held.stored))

    def _expect_fitting(
        self, unit: ProviderUnit, exchange_id: str, answer: Answer, document: bytes, parts: Sequence[Part]
    ) -> None:
        """Raises UnsendableError for an answer that does not fit its request or its evidence."""
        asked = unit.request_document(exchange_id, answer.request_id) if answer.request_id else None
        if asked is not None:
            sendable(lambda: answer_fits(document, asked))
        sendable(lambda: evidence_is_as_described(document, parts[1:], self._access_point.signer_of))


def fields_released(packages: Sequence[HeldPackage]) -> tuple[FieldTold, ...]:
    """The fields of these packages once they are sent: what stands in them is released."""
    return tuple(
        replace(field, standing=Standing.RELEASED) if field.standing is Standing.AVAILABLE else field
        for held in packages
        for field in held.fields
    )


def _fields_offered(exchange: ProviderExchange, answer: Answer) -> tuple[FieldTold, ...]:
    """The fields of what a preview is offered of."""
    if not isinstance(answer, EvidenceError) or answer.preview is None:
        return ()
    return tuple(field for held in exchange.packages for field in held.fields)


def evidence_parts(packages: Sequence[HeldPackage]) -> tuple[EvidencePart, ...]:
    """What the journal keeps of these packages for good."""
    return tuple(
        EvidencePart(document.evidence_id, part.content_id, part.media_type, part.sha256, part.length)
        for held in packages
        for document, part in zip(held.package.documents, held.parts, strict=True)
    )
