"""What the journal is told of an exchange at a provider, besides its messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.unit import Kept
from oots.model.issuing import Fee
from oots.provider.record import HeldPackage, ProviderExchange
from oots.provider.replies import ProviderUnit


def line_of(
    kept: Kept[ProviderExchange],
    entry: Entry,
    now: datetime,
    *,
    detail: str | None = None,
    decision: str | None = None,
) -> JournalEntry:
    """A line about an exchange, with who asked whom for what."""
    record = kept.record
    return JournalEntry(
        now,
        entry,
        exchange_id=kept.exchange_id,
        conversation_id=record.conversation_id,
        requester=str(record.original_sender),
        provider=str(record.final_recipient),
        procedure=record.request.procedure,
        evidence_type=record.request.evidence.evidence_type.classification,
        request_id=record.request.request_id,
        detail=detail,
        decision=decision,
    )


def fee_paid(kept: Kept[ProviderExchange], held: HeldPackage, now: datetime) -> JournalEntry:
    """The person has paid for a piece."""
    return line_of(kept, Entry.FEE_PAID, now, detail=_amount(held))


def fees_paid(kept: Kept[ProviderExchange]) -> dict[int, Fee]:
    """What has been paid, by piece."""
    paid = kept.record.preview.paid if kept.record.preview else ()
    return {held.piece: held.fee for held in kept.record.packages if held.fee and held.piece in paid}


def give_fees_back(
    unit: ProviderUnit, kept: Kept[ProviderExchange], sent: Collection[HeldPackage], now: datetime
) -> None:
    """What has been paid for and is not sent costs nothing."""
    paid = kept.record.preview.paid if kept.record.preview else ()
    for piece in sorted(set(paid) - {held.piece for held in sent}):
        held = next(each for each in kept.record.packages if each.piece == piece)
        unit.journal(line_of(kept, Entry.FEE_RETURNED, now, detail=_amount(held)))


def _amount(held: HeldPackage) -> str:
    fee = held.fee
    return f"{fee.amount_dkk:.2f} DKK, {fee.year}, a stand-in payment" if fee else "no fee"
