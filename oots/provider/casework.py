"""Rare cases by hand: what the register cannot decide waits for a caseworker, whose decision the next request gets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import TypeAdapter

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.papers import Paper
from oots.exchange.store import Store
from oots.exchange.unit import Kept, hashed
from oots.model.clock import Clock, Ids
from oots.model.content import sha256_of
from oots.model.identifiers import Identifier
from oots.model.issuing import Approval, ByHand, Issue, NothingHeld, NotYet, Order
from oots.model.request import EvidenceRequest
from oots.provider import asking, mailbox
from oots.provider.mailbox import Letter, LetterKind
from oots.provider.record import ProviderExchange
from oots.provider.replies import ProviderUnit
from oots.provider.source import EvidenceSource

KEPT = timedelta(days=365)
"""For how long a case waits at most."""
COUNTS = timedelta(days=30)
"""For how long a decision counts; after that a request opens a new case."""
_KIND, _ATTACHED = "hand-case", "hand-case-document"


class CaseState(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attachment:
    """The PDF that a caseworker has attached."""

    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class HandCase:
    """A request that a caseworker decides. `request` says who asks, about whom and for what, `reason` why the register
    does not; a released case is issued as the register has it, with the attachment if there is one."""

    case_id: str
    exchange_id: str
    conversation_id: str
    person_key: str
    request: EvidenceRequest
    reason: str
    opened_at: datetime
    available_from: datetime
    state: CaseState = CaseState.WAITING
    decided_at: datetime | None = None
    attachment: Attachment | None = None

    @property
    def about(self) -> str:
        """What a later request is about as well: authority, evidence type and person."""
        return _about(
            self.request.provider.identifier, self.request.evidence.evidence_type.classification, self.person_key
        )

    @property
    def until(self) -> datetime:
        """When it is deleted."""
        return self.decided_at + COUNTS if self.decided_at else self.opened_at + KEPT


class Decision(StrEnum):
    """What a caseworker can decide: that it is issued with the attached PDF, or as the register has it, or not."""

    ATTACHED = "attached"
    REGISTER = "register"
    REFUSE = "refuse"


class DecidedError(Exception):
    """The case has been decided already."""


class NothingAttachedError(Exception):
    """No PDF has been attached that could be issued."""


_CASES = TypeAdapter(HandCase)


class HandCases:
    """The cases as requests meet them."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def settled(
        self,
        unit: ProviderUnit,
        kept: Kept[ProviderExchange],
        source: EvidenceSource,
        order: Order,
        by_hand: ByHand,
    ) -> Issue:
        """What a request gets for which the register wants a caseworker: what one has decided, else a date.

        Raises Refusal where the register fails.
        """
        about = _about(source.authority.identifier, order.classification, order.person_key)
        case = next((case for case in _cases(unit.papers.about(_KIND, hashed(about))) if order.at < case.until), None)
        if case is None:
            return self._open(unit, kept, order, by_hand)
        if case.state is CaseState.REFUSED:
            return NothingHeld("a caseworker has decided that nothing is issued")
        if case.state is CaseState.RELEASED:
            issue = asking.issue(source, replace(order, approval=Approval(_attached(unit, case.case_id))))
            return NotYet(issue.available_from) if isinstance(issue, ByHand) else issue
        return self._wait(unit, case, by_hand, order.at)

    def _open(self, unit: ProviderUnit, kept: Kept[ProviderExchange], order: Order, by_hand: ByHand) -> NotYet:
        case = HandCase(
            case_id=self._ids.uuid(),
            exchange_id=kept.exchange_id,
            conversation_id=kept.record.conversation_id,
            person_key=order.person_key,
            request=kept.record.request,
            reason=by_hand.reason,
            opened_at=order.at,
            available_from=by_hand.available_from,
        )
        _file(unit, case)
        unit.journal(_line(case, Entry.CASE_OPENED, order.at))
        return NotYet(case.available_from)

    def _wait(self, unit: ProviderUnit, case: HandCase, by_hand: ByHand, now: datetime) -> NotYet:
        """The date that was told, unless it has passed without a decision."""
        if case.available_from <= now:
            case = replace(case, available_from=by_hand.available_from)
            _file(unit, case)
        return NotYet(case.available_from)


class Casework:
    """The cases as caseworkers meet them."""

    def __init__(self, store: Store[ProviderExchange], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def cases(self) -> tuple[HandCase, ...]:
        """All that count, waiting ones first, of them the most urgent."""
        now = self._clock.now()
        with self._store.look() as unit:
            cases = [case for case in _cases(unit.papers.of_kind(_KIND)) if now < case.until]
        return tuple(sorted(cases, key=lambda case: (case.state is not CaseState.WAITING, case.available_from)))

    def case(self, case_id: str) -> HandCase:
        """Raises LookupError for an unknown one."""
        with self._store.look() as unit:
            return _case(unit, case_id)

    def attached(self, case_id: str) -> bytes | None:
        """The PDF of a case, if one has been attached; raises LookupError for an unknown case."""
        with self._store.look() as unit:
            return _attached(unit, _case(unit, case_id).case_id)

    def attach(self, case_id: str, pdf: bytes) -> None:
        """Attach a PDF in the place of an earlier one; raises LookupError and DecidedError."""
        with self._store.begin() as unit:
            case = _waiting(unit, case_id)
            case = replace(case, attachment=Attachment(sha256_of(pdf), len(pdf)))
            _file(unit, case)
            _file_attached(unit, case, pdf)

    def decide(self, case_id: str, decision: Decision) -> None:
        """Decide for good, and tell the person; raises LookupError, DecidedError and NothingAttachedError."""
        now = self._clock.now()
        with self._store.begin() as unit:
            case = _waiting(unit, case_id)
            if decision is Decision.ATTACHED:
                case = self._keep_attached(unit, replace(case, state=CaseState.RELEASED, decided_at=now))
            else:
                unit.papers.throw_away(_document_of(case_id))
                state = CaseState.REFUSED if decision is Decision.REFUSE else CaseState.RELEASED
                case = replace(case, state=state, decided_at=now, attachment=None)
            _file(unit, case)
            self._tell(unit, case, now)

    def _keep_attached(self, unit: ProviderUnit, case: HandCase) -> HandCase:
        pdf = _attached(unit, case.case_id)
        if pdf is None:
            raise NothingAttachedError
        _file_attached(unit, case, pdf)
        return case

    def _tell(self, unit: ProviderUnit, case: HandCase, now: datetime) -> None:
        released = case.state is CaseState.RELEASED
        line = _line(case, Entry.CASE_DECIDED, now)
        unit.journal(replace(line, decision="release" if released else "refuse"))
        kind = LetterKind.CASE_RELEASED if released else LetterKind.CASE_REFUSED
        mailbox.put(unit, case.person_key, Letter.about(kind, case.request, case.exchange_id, now))


def _about(authority: Identifier, classification: str, person_key: str) -> str:
    return f"{authority} {classification} {person_key}"


def _document_of(case_id: str) -> str:
    return f"{case_id}.pdf"


def _cases(papers: tuple[Paper, ...]) -> tuple[HandCase, ...]:
    return tuple(_CASES.validate_json(paper.content) for paper in papers)


def _case(unit: ProviderUnit, case_id: str) -> HandCase:
    paper = unit.papers.find(case_id)
    if paper is None or paper.kind != _KIND:
        raise LookupError("there is no such case")
    return _CASES.validate_json(paper.content)


def _waiting(unit: ProviderUnit, case_id: str) -> HandCase:
    case = _case(unit, case_id)
    if case.state is not CaseState.WAITING:
        raise DecidedError
    return case


def _attached(unit: ProviderUnit, case_id: str) -> bytes | None:
    paper = unit.papers.find(_document_of(case_id))
    return paper.content if paper else None


def _file(unit: ProviderUnit, case: HandCase) -> None:
    content = _CASES.dump_json(case)
    unit.papers.file(Paper(case.case_id, _KIND, hashed(case.about), case.opened_at, case.until, content))


def _file_attached(unit: ProviderUnit, case: HandCase, pdf: bytes) -> None:
    """Kept for as long as its case."""
    name = _document_of(case.case_id)
    unit.papers.file(Paper(name, _ATTACHED, hashed(case.about), case.opened_at, case.until, pdf))


def _line(case: HandCase, entry: Entry, now: datetime) -> JournalEntry:
    request = case.request
    return JournalEntry(
        now,
        entry,
        exchange_id=case.exchange_id,
        conversation_id=case.conversation_id,
        requester=str(request.requester.identifier),
        provider=str(request.provider.identifier),
        procedure=request.procedure,
        evidence_type=request.evidence.evidence_type.classification,
        request_id=request.request_id,
        detail=f"case {case.case_id}",
    )
