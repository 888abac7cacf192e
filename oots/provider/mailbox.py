"""A stand-in for Digital Post: receipts for what was decided, without the evidence itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import TypeAdapter

from oots.exchange.papers import Paper
from oots.exchange.store import Store
from oots.exchange.unit import hashed
from oots.model.issuing import Applicant, Fee, Matched
from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.model.request import EvidenceRequest
from oots.model.text import Text
from oots.own_log.log import AskedAboutMe, Reader, asked_about
from oots.provider import asking, checks
from oots.provider.authorities import Authorities
from oots.provider.record import ProviderExchange
from oots.provider.replies import ProviderUnit

KEPT = timedelta(days=365)
_KIND = "letter"


class LetterKind(StrEnum):
    """What a letter is a receipt for."""

    RELEASED = "released"
    DECLINED = "declined"
    NOT_SENT = "not-sent"
    CASE_RELEASED = "case-released"
    CASE_REFUSED = "case-refused"


@dataclass(frozen=True, slots=True)
class Letter:
    """Who asked, what for, and what was released when. `released` are the names of the pieces that were sent;
    `by_other` tells that somebody acted for the person, `issuer` names the authority whose evidence it is, `paid` are
    the fees of what was sent, `returned` those that were paid back."""

    kind: LetterKind
    at: datetime
    exchange_id: str
    evidence: tuple[Text, ...]
    requester: tuple[Text, ...]
    requester_country: str | None
    procedure: str
    by_other: bool
    released: tuple[tuple[Text, ...], ...] = ()
    requirements: tuple[tuple[Text, ...], ...] = ()
    issuer: tuple[Text, ...] = ()
    paid: tuple[Fee, ...] = ()
    returned: tuple[Fee, ...] = ()

    @classmethod
    def about(cls, kind: LetterKind, request: EvidenceRequest, exchange_id: str, now: datetime) -> Self:
        """The letter about what was decided on a request."""
        address = request.requester.address
        return cls(
            kind,
            now,
            exchange_id,
            request.evidence.evidence_type.titles,
            request.requester.names,
            address.country if address else None,
            request.procedure,
            request.representative is not None,
            requirements=tuple(requirement.names for requirement in request.requirements if requirement.names),
            issuer=request.provider.names,
        )


_LETTERS = TypeAdapter(Letter)


def put(unit: ProviderUnit, person_key: str, letter: Letter) -> None:
    """Put a letter into the mailbox of whom the register calls `person_key`; one of a kind for an exchange."""
    name, content = f"{letter.kind} {letter.exchange_id}", _LETTERS.dump_json(letter)
    unit.papers.file(Paper(name, _KIND, hashed(person_key), letter.at, letter.at + KEPT, content))


def letters(store: Store[ProviderExchange], person_key: str) -> tuple[Letter, ...]:
    """The letters of a person, latest first."""
    with store.look() as unit:
        papers = unit.papers.about(_KIND, hashed(person_key))
    return tuple(_LETTERS.validate_json(paper.content) for paper in papers)


class PostOffice:
    """What the pages of the mailbox ask of the provider."""

    def __init__(self, store: Store[ProviderExchange], authorities: Authorities) -> None:
        self._store = store
        self._authorities = authorities

    def owner(self, person: NaturalPerson) -> str | None:
        """What the host's register calls a person who has signed in; None for whom it does not know, and for a sign-in
        that is not sure enough. Raises Refusal where the register fails."""
        sources, level = self._authorities.sources, person.level_of_assurance
        source = sources.of(sources.host.identifier)
        if source is None or level is None or not level.reaches(LevelOfAssurance.SUBSTANTIAL):
            return None
        match = asking.match(source, Applicant(person))
        return match.person_key if isinstance(match, Matched) else None

    def letters(self, person_key: str) -> tuple[Letter, ...]:
        """Latest first."""
        return letters(self._store, person_key)

    def is_sure_enough(self, level: LevelOfAssurance | None, request: EvidenceRequest) -> bool:
        """Whether a sign-in at this level may see what became of a request: the evidence demands as sure a one for its
        log as for its preview, or, where it is offered no more, as sure a one as it was asked with."""
        offer, actor = self._authorities.offer(request), checks.acting(request)
        demanded = offer.minimum_assurance if offer else actor.level_of_assurance if actor else None
        return level is not None and demanded is not None and level.reaches(demanded)

    def asked_about(self, reader: Reader) -> tuple[AskedAboutMe[ProviderExchange], ...]:
        """What a person's own log tells her, the latest first."""
        return asked_about(self._store, reader)
