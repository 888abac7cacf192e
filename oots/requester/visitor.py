"""The person who is signed in at the portal, as the session remembers her."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import Request

from oots.model.person import LevelOfAssurance, NaturalPerson, Subject, identifier_of
from oots.model.request import EvidenceRequest
from oots.requester.own_log import called, calls
from oots.requester.session_notes import forget_cases
from oots.web.sessions import session_of

_PERSONS: TypeAdapter[Subject] = TypeAdapter(Subject)


@dataclass(frozen=True, slots=True)
class Visitor:
    """`person` is whom the evidence is about; `representative` is who signed in for that person, None for herself.

    `conversation_id` is a bare UUID, new with each sign-in: one user session is one conversation.
    """

    person: Subject
    conversation_id: str
    representative: Subject | None = None

    @property
    def name(self) -> str:
        """Of whom the evidence is about."""
        return name_of(self.person)

    @property
    def acting(self) -> Subject:
        """Who sits at the screen."""
        return self.representative or self.person

    @property
    def acting_name(self) -> str:
        return name_of(self.acting)

    @property
    def level_of_assurance(self) -> LevelOfAssurance | None:
        """How surely the one who sits at the screen was identified."""
        return self.acting.level_of_assurance

    @property
    def eid_country(self) -> str:
        """The country that issued the eID of whoever sits at the screen: the first part of the eIDAS identifier."""
        return (identifier_of(self.acting) or "").partition("/")[0]

    def asked(self, request: EvidenceRequest) -> bool:
        """Whether this person made the request, for the same subject; everybody here carries an eIDAS identifier."""
        return _called(request.subject, request.representative) == _called(self.person, self.representative)

    @property
    def who(self) -> tuple[str, ...]:
        """How her own log calls whoever sits at the screen: as herself, or as who acts for somebody."""
        return tuple(calls(self.person, self.representative))[-1]

    def mark(self, file_id: str) -> str:
        """What stands for this person in one file, and in no other."""
        who = (file_id, *called(self.person), *called(self.representative))
        return hashlib.sha256("\n".join(who).encode()).hexdigest()

    def is_as_sure(self, request: EvidenceRequest) -> bool:
        """Whether this sign-in is as sure as the one with which the request was made; what came of it demands that."""
        now, then = self.level_of_assurance, (request.representative or request.subject).level_of_assurance
        return then is None or (now is not None and now.reaches(then))


def name_of(person: Subject) -> str:
    """What people call the person or company."""
    if isinstance(person, NaturalPerson):
        return f"{person.given_name} {person.family_name}"
    return person.legal_name


def remember(request: Request, visitor: Visitor) -> None:
    """Keep who signed in for the rest of the session, which forgets the cases of whoever was there before."""
    session = session_of(request)
    before = visitor_of(request)
    now = _called(visitor.person, visitor.representative)
    if before is None or _called(before.person, before.representative) != now:
        forget_cases(request)
    session["person"] = _PERSONS.dump_python(visitor.person, mode="json")
    session["representative"] = visitor.representative and _PERSONS.dump_python(visitor.representative, mode="json")
    session["conversation"] = visitor.conversation_id


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in, None for nobody."""
    session = session_of(request)
    if "person" not in session:
        return None
    acting = session.get("representative")
    return Visitor(
        _PERSONS.validate_python(session["person"], strict=False),
        session["conversation"],
        acting and _PERSONS.validate_python(acting, strict=False),
    )


def _called(subject: Subject | None, representative: Subject | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return called(subject), called(representative)
