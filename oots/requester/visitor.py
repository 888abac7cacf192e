"""The person who is signed in at the portal, as the session remembers her."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import Request

from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest
from oots.web.sessions import session_of

_PERSONS = TypeAdapter(NaturalPerson)


@dataclass(frozen=True, slots=True)
class Visitor:
    """`conversation_id` is a bare UUID, new with each sign-in: one user session is one conversation."""

    person: NaturalPerson
    conversation_id: str

    @property
    def name(self) -> str:
        return f"{self.person.given_name} {self.person.family_name}"

    def asked(self, request: EvidenceRequest) -> bool:
        """Whether this person made the request; persons at this portal all carry an eIDAS identifier."""
        subject = request.subject
        return isinstance(subject, NaturalPerson) and subject.identifier == self.person.identifier

    def is_as_sure(self, request: EvidenceRequest) -> bool:
        """Whether this sign-in is as sure as the one with which the request was made; what came of it demands that."""
        now, then = self.person.level_of_assurance, request.subject.level_of_assurance
        return then is None or (now is not None and now.reaches(then))


def remember(request: Request, visitor: Visitor) -> None:
    """Keep who signed in for the rest of the session."""
    session = session_of(request)
    session["person"] = _PERSONS.dump_python(visitor.person, mode="json")
    session["conversation"] = visitor.conversation_id


def visitor_of(request: Request) -> Visitor | None:
    """Who is signed in, None for nobody."""
    session = session_of(request)
    if "person" not in session:
        return None
    return Visitor(_PERSONS.validate_python(session["person"], strict=False), session["conversation"])
