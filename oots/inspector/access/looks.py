"""Every look at an exchange is written down first, and shows no person without a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from oots.exchange.journal import Entry, JournalEntry, Look, TimelineEvent
from oots.exchange.store import Store
from oots.inspector.access.reviewers import gate_of, reviewer_of
from oots.inspector.personal_number import may_hold_personal_number
from oots.model.clock import Clock
from oots.web.sessions import session_of

LEAST_REASON = 10
"""Characters of a reason to see personal data; fewer say nothing."""
MOST_REASON = 300
LOOKS_ON_A_PAGE = 50
UNMASKED_FOR: Final = timedelta(hours=1)
"""How long a reason to see personal data counts: so long as a piece of work takes for which somebody would give one."""

_UNMASKED = "unmasked"
_MOST_UNMASKED = 50


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


class MaskedError(HTTPException):
    """HTTP 403: what was asked for cannot be shown masked; `exchange_id` is whose reason is wanted."""

    def __init__(self, exchange_id: str) -> None:
        self.exchange_id = exchange_id
        super().__init__(403)


_REASONS: TypeAdapter[dict[str, _Reason]] = TypeAdapter(dict[str, _Reason])


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
            request, dict(others[1 - _MOST_UNMASKED :]) | {exchange_id: _Reason(said, gate_of(request).clock.now())}
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


def _unmasked(request: Request, *, but: str | None = None) -> dict[str, _Reason]:
    """The exchanges for which a reason counts, without this one."""
    kept = _REASONS.validate_python(session_of(request).get(_UNMASKED, {}), strict=False)
    since = gate_of(request).clock.now() - UNMASKED_FOR
    return {each: reason for each, reason in kept.items() if reason.at > since and each != but}


def _keep_unmasked(request: Request, reasons: dict[str, _Reason]) -> None:
    session_of(request)[_UNMASKED] = _REASONS.dump_python(reasons, mode="json")
