"""Who may look: named reviewers, what each of them may do, and that every look at an exchange is written down first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from oots.exchange.journal import Entry, JournalEntry, Look, TimelineEvent
from oots.exchange.store import Store
from oots.inspector.personal_number import may_hold_personal_number
from oots.model.clock import Clock
from oots.web.sessions import Session, SessionStore, session_of

SIGN_IN = "/signin"
LEAST_REASON = 10
"""Characters of a reason to see personal data; fewer say nothing."""
MOST_REASON = 300
LOOKS_ON_A_PAGE = 50
SESSION_LIFE: Final = timedelta(hours=8)
"""A working day after being admitted, a reviewer signs in anew, however busy the session was: duties that were taken
away elsewhere end with it."""
UNMASKED_FOR: Final = timedelta(hours=1)
"""How long a reason to see personal data counts: so long as a piece of work takes for which somebody would give one."""

_ADMITTED = "admitted"
_UNMASKED = "unmasked"
_MOST_UNMASKED = 50


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


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why an exchange is unmasked, and since when."""

    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Looking:
    """How an exchange is shown to somebody: masked, unless that person gave a reason within UNMASKED_FOR. A page that
    is told `looking` has the forms to unmask and to mask `exchange_id` at its top."""

    exchange_id: str
    masked: bool
    reason: str | None = None


class NotSignedInError(HTTPException):
    """HTTP 303 to the sign-in, from which the reviewer comes back to the page that was asked for."""

    def __init__(self, request: Request) -> None:
        super().__init__(303, headers={"Location": f"{SIGN_IN}?next={quote(shown_by(request), safe='/')}"})


class MissingDutyError(HTTPException):
    """HTTP 403: the reviewer lacks a duty."""

    def __init__(self, duty: Duty) -> None:
        self.duty = duty
        super().__init__(403)


class MaskedError(HTTPException):
    """HTTP 403: what was asked for cannot be shown masked; `exchange_id` is whose reason is wanted."""

    def __init__(self, exchange_id: str) -> None:
        self.exchange_id = exchange_id
        super().__init__(403)


_ADMISSIONS: TypeAdapter[_Admitted] = TypeAdapter(_Admitted)
_REASONS: TypeAdapter[dict[str, _Reason]] = TypeAdapter(dict[str, _Reason])


def signed_in(request: Request) -> Reviewer | None:
    """The reviewer of this session; None for nobody, for whoever was admitted SESSION_LIFE ago, and for whoever came in
    by another door than today's."""
    return _reviewer_in(session_of(request), _gate(request))


def is_still_signed_in(request: Request) -> bool:
    """Whether the session of a request that takes long, as it is kept by now, lets somebody read; asks the database."""
    name, gate = session_of(request).name, _gate(request)
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
    session, gate = session_of(request), _gate(request)
    session.clear()
    session[_ADMITTED] = _ADMISSIONS.dump_python(_Admitted(reviewer, gate.door, gate.clock.now()), mode="json")
    session.renew()


def expect_unmasked(looking: Looking) -> None:
    """For what has no masked form: exact bytes, documents. Raises MaskedError."""
    if looking.masked:
        raise MaskedError(looking.exchange_id)


class Access:
    """The looks of reviewers, in the inspector's own journal."""

    def __init__(self, store: Store[Any], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def look(self, request: Request, exchange_id: str, what: str) -> Looking:
        """Write down that the reviewer looks at `what` of an exchange ("message 3, XML"), and say how it is shown.

        Call it before anything of the exchange is shown, and with nothing personal in `what`. Raises as `reviewer_of`
        does, and UnavailableError where it cannot be written down; then nothing is to be shown.
        """
        looking = looking_at(request, exchange_id)
        self._tell(request, Entry.EXCHANGE_LOOKED_AT, exchange_id, what, looking.reason)
        return looking

    def unmask(self, request: Request, exchange_id: str, reason: str) -> None:
        """Show the exchange unmasked to this session for UNMASKED_FOR, once that has been written down.

        Raises ValueError for a reason of fewer than LEAST_REASON or more than MOST_REASON characters, and for one with
        what may be a personal number.
        """
        said = " ".join(reason.split())
        if not LEAST_REASON <= len(said) <= MOST_REASON or may_hold_personal_number(said):
            raise ValueError(f"a reason has {LEAST_REASON} to {MOST_REASON} characters and no personal number")
        self._tell(request, Entry.EXCHANGE_UNMASKED, exchange_id, "unmasked", said)
        others = list(_unmasked(request, but=exchange_id).items())
        _keep_unmasked(
            request, dict(others[1 - _MOST_UNMASKED :]) | {exchange_id: _Reason(said, _gate(request).clock.now())}
        )

    def mask(self, request: Request, exchange_id: str) -> None:
        """Show the exchange masked again."""
        _keep_unmasked(request, _unmasked(request, but=exchange_id))

    def looks(self, exchange_id: str | None, before: int) -> tuple[TimelineEvent, ...]:
        """The latest looks that were written down, at this exchange or at any, whose number is below `before`; at most
        LOOKS_ON_A_PAGE."""
        with self._store.look() as unit:
            return unit.looks(exchange_id, before, LOOKS_ON_A_PAGE)

    def _tell(self, request: Request, entry: Entry, exchange_id: str, what: str, reason: str | None) -> None:
        reviewer = reviewer_of(request)
        look = Look(reviewer.key, reviewer.name, what, reason)
        with self._store.begin() as unit:
            unit.journal(JournalEntry(self._clock.now(), entry, exchange_id=exchange_id, look=look))


def looking_at(request: Request, exchange_id: str) -> Looking:
    """How the exchange is shown in this session."""
    reason = _unmasked(request).get(exchange_id)
    return Looking(exchange_id, masked=reason is None, reason=reason.said if reason else None)


def _gate(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


def _unmasked(request: Request, *, but: str | None = None) -> dict[str, _Reason]:
    """The exchanges for which a reason counts, without this one."""
    kept = _REASONS.validate_python(session_of(request).get(_UNMASKED, {}), strict=False)
    since = _gate(request).clock.now() - UNMASKED_FOR
    return {each: reason for each, reason in kept.items() if reason.at > since and each != but}


def _keep_unmasked(request: Request, reasons: dict[str, _Reason]) -> None:
    session_of(request)[_UNMASKED] = _REASONS.dump_python(reasons, mode="json")


def shown_by(request: Request) -> str:
    """The page that was asked for, or the one below which a form stands."""
    url = request.url
    if request.method != "GET":
        return url.path.rpartition("/")[0] or "/"
    return f"{url.path}?{url.query}" if url.query else url.path
