"""The preview space: the person sees each piece of evidence exactly as it would be sent, and decides (TDD 4.9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from oots.exchange.conversation import ProviderState
from oots.exchange.journal import Entry
from oots.exchange.store import Store
from oots.exchange.unit import Kept
from oots.model.about import about
from oots.model.clock import Clock
from oots.model.content import Content
from oots.model.person import LegalPerson, NaturalPerson
from oots.model.request import EvidenceRequest
from oots.provider import checks, mailbox
from oots.provider.identity import same_person
from oots.provider.lines import fee_paid, fees_paid, give_fees_back, line_of
from oots.provider.mailbox import Letter, LetterKind
from oots.provider.record import HeldPackage, Preview, ProviderExchange
from oots.provider.replies import ProviderUnit, evidence_parts
from oots.provider.service import EvidenceProvider
from oots.provider.shown import Place, ShownDocument, ShownPackage, Stage, shown, titles_of


class PreviewClosedError(Exception):
    """The link opens nothing (any more); `stage` says why."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        super().__init__(stage)


class UnpaidError(Exception):
    """Something was accepted whose fee has not been paid; `numbers` are the packages."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        self.numbers = numbers
        super().__init__("a fee is to be paid first")


class PreviewSpace:
    """What the pages of the preview ask of the provider."""

    def __init__(self, store: Store[ProviderExchange], provider: EvidenceProvider, clock: Clock) -> None:
        self._store = store
        self._provider = provider
        self._clock = clock

    def place(self, token: str) -> Place:
        """What the link opens now."""
        with self._store.look() as unit:
            kept = unit.find_by_token(token)
            return self._place(kept) if kept else Place(Stage.UNKNOWN)

    def _place(self, kept: Kept[ProviderExchange]) -> Place:
        request, preview = kept.record.request, _preview(kept)
        address = request.requester.address
        host = self._provider.authorities.host_of(request.provider.identifier)
        return Place(
            self._stage(kept),
            kept.exchange_id,
            request.evidence.evidence_type.titles,
            request.requester.names,
            address.country if address else None,
            request.procedure,
            kept.deadline,
            preview.return_location,
            self._provider.authorities.answering(request.provider.identifier).names,
            request.representative is not None,
            tuple(requirement.names for requirement in request.requirements if requirement.names),
            host.names if host else (),
        )

    def _stage(self, kept: Kept[ProviderExchange]) -> Stage:
        if kept.deadline is not None and self._clock.now() >= kept.deadline:
            return Stage.LAPSED
        if kept.state == ProviderState.PREVIEW_OFFERED:
            return Stage.WAITING
        if kept.state == ProviderState.AWAITING_DECISION:
            return Stage.OPEN
        return Stage.DECIDED if _preview(kept).decided_at else Stage.LAPSED

    def admit(self, token: str, person: NaturalPerson) -> bool:
        """Whether the person who signed in, surely enough, is the one the request is about; recorded either way.

        The first admission is the visit that must come within T2; afterwards T3 alone closes the link.
        """
        now = self._clock.now()
        with self._store.begin() as unit:
            kept = self._at(unit, token, Stage.WAITING, Stage.OPEN)
            if reason := self._refusal(kept.record.request, person):
                unit.journal(line_of(kept, Entry.PREVIEW_REFUSED, now, detail=reason))
                return False
            preview = _preview(kept)
            if preview.opened_at is None:
                self._open(unit, kept, replace(preview, opened_at=now), now)
            return True

    def _refusal(self, request: EvidenceRequest, person: NaturalPerson) -> str | None:
        """Why the person may not look, for the journal alone; the evidence demands as sure a sign-in here as there."""
        actor = checks.acting(request)
        if actor is None or not same_person(actor, person):
            return "another person signed in"
        offer = self._provider.authorities.offer(request)
        return None if offer and checks.is_assured(person, offer) else "the sign-in was not sure enough"

    def _open(self, unit: ProviderUnit, kept: Kept[ProviderExchange], preview: Preview, now: datetime) -> None:
        unit.keep(
            replace(
                kept,
                deadline=preview.decide_until or kept.deadline,
                record=replace(kept.record, preview=preview),
            )
        )
        unit.journal(replace(line_of(kept, Entry.PREVIEW_OPENED, now), evidence=evidence_parts(kept.record.packages)))

    def packages(self, token: str) -> tuple[ShownPackage, ...]:
        """What is shown; raises PreviewClosedError unless the space is open."""
        with self._store.look() as unit:
            kept = self._at(unit, token, Stage.OPEN)
            paid = _preview(kept).paid
            return tuple(shown(number, held, paid) for number, held in enumerate(kept.record.packages))

    def acted_for(self, token: str) -> str | None:
        """The name of whom the visitor acts for, if not for herself; raises PreviewClosedError unless the space is
        open."""
        with self._store.look() as unit:
            request = self._at(unit, token, Stage.OPEN).record.request
        if request.representative is None:
            return None
        subject = request.subject
        return subject.legal_name if isinstance(subject, LegalPerson) else f"{subject.given_name} {subject.family_name}"

    def pay(self, token: str, piece: int) -> None:
        """Note that the fee of a piece has been paid; paying again changes nothing.

        Raises PreviewClosedError, and LookupError for a piece that has no fee to pay.
        """
        now = self._clock.now()
        with self._store.begin() as unit:
            kept = self._at(unit, token, Stage.OPEN)
            held = next((each for each in kept.record.packages if each.piece == piece and each.is_to_be_paid), None)
            if held is None:
                raise LookupError("there is no fee to pay")
            preview = _preview(kept)
            if piece not in preview.paid:
                paid = replace(preview, paid=(*preview.paid, piece))
                unit.keep(replace(kept, record=replace(kept.record, preview=paid)))
                unit.journal(fee_paid(kept, held, now))

    def file(self, token: str, package: int, number: int) -> tuple[ShownDocument, Content]:
        """One document to be saved: as `content`, and UnpaidError where its fee is to be paid first."""
        with self._store.look() as unit:
            kept = self._at(unit, token, Stage.OPEN)
            if package < len(kept.record.packages):
                self._expect_paid(kept, (package,))
        return self.content(token, package, number)

    def content(self, token: str, package: int, number: int) -> tuple[ShownDocument, Content]:
        """One document as it would be sent; raises PreviewClosedError, or LookupError for an unknown number."""
        with self._store.look() as unit:
            kept = self._at(unit, token, Stage.OPEN)
            document = shown(package, kept.record.packages[package], _preview(kept).paid).documents[number]
            return document, unit.files.get(kept.record.packages[package].parts[number].stored)

    def decide(self, token: str, accepted: Collection[int]) -> str:
        """Record the decision and answer request 2 with the accepted packages; returns the return location.

        A repeated decision changes nothing and returns the same location. Raises PreviewClosedError for a link that
        lapsed or is not open yet, and for a decision other than the one that was taken; with nothing recorded,
        UnpaidError for what must be paid first, and UnsettledError where nobody can say at present whether the
        requester is believed still.
        """
        believed = not accepted or self._believes_asker(token)
        now = self._clock.now()
        with self._store.begin() as unit:
            kept = self._at(unit, token, Stage.OPEN, Stage.DECIDED)
            if kept.state == ProviderState.AWAITING_DECISION:
                with about(exchange_id=kept.exchange_id):
                    kept = self._decide(unit, kept, tuple(sorted(set(accepted))), now, believed)
            elif tuple(sorted(set(accepted))) != _preview(kept).accepted:
                raise PreviewClosedError(Stage.DECIDED)
            return _preview(kept).return_location or ""

    def _decide(
        self,
        unit: ProviderUnit,
        kept: Kept[ProviderExchange],
        accepted: tuple[int, ...],
        now: datetime,
        believed: bool,
    ) -> Kept[ProviderExchange]:
        chosen = tuple(kept.record.packages[number] for number in accepted)
        self._expect_paid(kept, accepted)
        preview = replace(_preview(kept), decided_at=now, accepted=accepted)
        kept = replace(kept, record=replace(kept.record, preview=preview))
        line = line_of(kept, Entry.PREVIEW_DECIDED, now, decision="accept" if chosen else "decline")
        unit.journal(replace(line, evidence=evidence_parts(chosen)))
        if not believed:
            self._provider.second_round.withhold(unit, kept, now)
        sent = believed and self._provider.second_round.answer_decision(unit, kept, chosen, now)
        give_fees_back(unit, kept, chosen if sent else (), now)
        self._tell(unit, kept, chosen, now, sent=sent)
        return kept

    def _expect_paid(self, kept: Kept[ProviderExchange], accepted: tuple[int, ...]) -> None:
        paid, packages = _preview(kept).paid, kept.record.packages
        unpaid = [each for each in accepted if packages[each].is_to_be_paid and packages[each].piece not in paid]
        if unpaid:
            raise UnpaidError(tuple(unpaid))

    def _tell(
        self,
        unit: ProviderUnit,
        kept: Kept[ProviderExchange],
        chosen: tuple[HeldPackage, ...],
        now: datetime,
        *,
        sent: bool,
    ) -> None:
        """Put a receipt into the mailbox of whom it is about."""
        record = kept.record
        kind = (LetterKind.RELEASED if sent else LetterKind.NOT_SENT) if chosen else LetterKind.DECLINED
        released = chosen if sent else ()
        if record.person_key is None:
            return
        letter = Letter.about(kind, record.request, kept.exchange_id, now)
        paid = fees_paid(kept)
        kept_fees = {piece: fee for piece, fee in paid.items() if piece in {held.piece for held in released}}
        letter = replace(
            letter,
            issuer=self._provider.authorities.answering(record.request.provider.identifier).names,
            released=tuple(titles_of(held) for held in released),
            paid=tuple(kept_fees.values()),
            returned=tuple(fee for piece, fee in paid.items() if piece not in kept_fees),
        )
        mailbox.put(unit, record.person_key, letter)

    def _believes_asker(self, token: str) -> bool:
        """Outside of the transaction that decides: an authority may be asked, and others want the store meanwhile."""
        with self._store.look() as unit:
            kept = self._at(unit, token, Stage.OPEN, Stage.DECIDED)
        return kept.state != ProviderState.AWAITING_DECISION or self._provider.second_round.believes_asker(kept)

    def _at(self, unit: ProviderUnit, token: str, *stages: Stage) -> Kept[ProviderExchange]:
        kept = unit.find_by_token(token)
        stage = self._stage(kept) if kept else Stage.UNKNOWN
        if kept is None or stage not in stages:
            raise PreviewClosedError(stage)
        return kept


def _preview(kept: Kept[ProviderExchange]) -> Preview:
    preview = kept.record.preview
    if preview is None:
        raise LookupError("an exchange found by its link has a preview")
    return preview
