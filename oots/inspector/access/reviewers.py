"""Who may look: named reviewers, and what each of them may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from oots.model.clock import Clock
from oots.web.sessions import Session, SessionStore, session_of

SIGN_IN = "/signin"
SESSION_LIFE: Final = timedelta(hours=8)
"""A working day after being admitted, a reviewer signs in anew, however busy the session was: duties that were taken
away elsewhere end with it."""
_ADMITTED = "admitted"


class Duty(StrEnum):
    """What a reviewer may do: look at exchanges, answer for a review, sign it."""

    READ = "read"
    REVIEW = "review"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is signed in: `key` is what the accounts or the issuer call this person, `name` what people do."""

    key: str
    name: str
    duties: frozenset[Duty]


@dataclass(frozen=True, slots=True)
class Gate:
    """Kept as `app.state.gate`: the mark of the `door` by which reviewers come in today, and the sessions with their
    clock. A session from another door is nobody's."""

    door: str
    clock: Clock
    sessions: SessionStore


@dataclass(frozen=True, slots=True)
class _Admitted:
    """What a session remembers of its reviewer."""

    reviewer: Reviewer
    door: str
    at: datetime


class NotSignedInError(HTTPException):
    """HTTP 303 to the sign-in, from which the reviewer comes back to the page that was asked for."""

    def __init__(self, request: Request) -> None:
        super().__init__(303, headers={"Location": f"{SIGN_IN}?next={quote(shown_by(request), safe='/')}"})


class MissingDutyError(HTTPException):
    """HTTP 403: the reviewer lacks a duty."""

    def __init__(self, duty: Duty) -> None:
        self.duty = duty
        super().__init__(403)


_ADMISSIONS: TypeAdapter[_Admitted] = TypeAdapter(_Admitted)


def signed_in(request: Request) -> Reviewer | None:
    """The reviewer of this session; None for nobody, for whoever was admitted SESSION_LIFE ago, and for whoever came in
    by another door than today's."""
    return _reviewer_in(session_of(request), gate_of(request))


def is_still_signed_in(request: Request) -> bool:
    """Whether the session of a request that takes long, as it is kept by now, lets somebody read; asks the database."""
    name, gate = session_of(request).name, gate_of(request)
    kept = gate.sessions.load(name) if name else None
    reviewer = _reviewer_in(kept, gate) if kept is not None else None
    return reviewer is not None and Duty.READ in reviewer.duties


def _reviewer_in(session: Session, gate: Gate) -> Reviewer | None:
    kept = session.get(_ADMITTED)
    if kept is None:
        return None
    admitted = _ADMISSIONS.validate_python(kept, strict=False)
    counts = admitted.door == gate.door and gate.clock.now() < admitted.at + SESSION_LIFE
    return admitted.reviewer if counts else None


def reviewer_of(request: Request) -> Reviewer:
    """FastAPI dependency of every page of the inspector: who looks. Raises NotSignedInError, and MissingDutyError for
    somebody who may not even read."""
    reviewer = signed_in(request)
    if reviewer is None:
        raise NotSignedInError(request)
    if Duty.READ not in reviewer.duties:
        raise MissingDutyError(Duty.READ)
    return reviewer


def expect(duty: Duty) -> Callable[[Request], Reviewer]:
    """FastAPI dependency: the reviewer, who has this duty. Raises as `reviewer_of` does, and MissingDutyError."""

    def expected(request: Request) -> Reviewer:
        reviewer = reviewer_of(request)
        if duty not in reviewer.duties:
            raise MissingDutyError(duty)
        return reviewer

    return expected


def admit(request: Request, reviewer: Reviewer) -> None:
    """From here on the session is this reviewer's, under a new name; what another one unmasked is masked again."""
    session, gate = session_of(request), gate_of(request)
    session.clear()
    session[_ADMITTED] = _ADMISSIONS.dump_python(_Admitted(reviewer, gate.door, gate.clock.now()), mode="json")
    session.renew()


def gate_of(request: Request) -> Gate:
    """The gate of the inspector that was asked."""
    gate: Gate = request.app.state.gate
    return gate


def shown_by(request: Request) -> str:
    """The page that was asked for, or the one below which a form stands."""
    url = request.url
    if request.method != "GET":
        return url.path.rpartition("/")[0] or "/"
    return f"{url.path}?{url.query}" if url.query else url.path
