"""The outbox as a queue: what waits, who has claimed it until when, and how sending to each partner goes.

Every function is one statement or two in the caller's transaction. Times by which claims count are those of the
database (`Database.now`); a claim ends by its `due` time, so that what a dead process had claimed is sent by another.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from oots.database.inserting import insert_if_new
from oots.edelivery.message import SealedMessage
from oots.exchange.limits import SendingLimits
from oots.exchange.schema import OUTBOX, PARTNER
from oots.model.clock import iso

WAITING, FAILED, AGAIN = "waiting", "failed", "again"
"""A message of the outbox waits to be sent, has failed, or is wanted again by somebody after it had failed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of the outbox that has no receipt yet; `digests` are (reference URI, base64 SHA-256) pairs, `attempts`
    counts those before this one, and `outgoing` is what is sent, sealed (see `oots.exchange.outgoing`). `why`
    is what the last attempt came to."""

    message_id: str
    exchange_id: str
    party_id: str
    content_type: str
    digests: tuple[tuple[str, str], ...]
    attempts: int
    deadline: datetime
    outgoing: bytes | None = field(default=None, repr=False)
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How the outbox stands: how many messages wait for each partner, when the first of them is due, the earliest of
    all their deadlines, and whether a failed message is wanted again."""

    lengths: Mapping[str, int]
    first_due: Mapping[str, str]
    first_deadline: str | None
    wanted_again: bool

    def parties_due(self, now: datetime) -> tuple[str, ...]:
        """Whom something could be sent to now."""
        return tuple(party_id for party_id, due in self.first_due.items() if due <= iso(now))

    def is_late(self, now: datetime) -> bool:
        """Whether the deadline of something that waits has passed."""
        return self.first_deadline is not None and self.first_deadline <= iso(now)


_SUMMARY = (
    select(
        OUTBOX.c.state,
        OUTBOX.c.party_id,
        func.count().label("number"),
        func.min(OUTBOX.c.due).label("due"),
        func.min(OUTBOX.c.deadline).label("deadline"),
    )
    .where(OUTBOX.c.state.in_((WAITING, AGAIN)))
    .group_by(OUTBOX.c.state, OUTBOX.c.party_id)
)


@dataclass(frozen=True, slots=True)
class PartnerHealth:
    """How sending to a partner goes: `failures` since the last delivery; nothing is sent before `rests_until`."""

    failures: int = 0
    rests_until: datetime | None = None


def add(
    connection: Connection, sealed: SealedMessage, exchange_id: str, outgoing: bytes, now: datetime, deadline: datetime
) -> None:
    """A sealed message, due at once and worth sending until `deadline`."""
    row = {
        "message_id": sealed.message_id,
        "exchange_id": exchange_id,
        "party_id": sealed.header.receiver.value,
        "content_type": sealed.content_type,
        "outgoing": outgoing,
        "digests": json.dumps([(digest.uri, digest.value) for digest in sealed.digests]),
        "state": WAITING,
        "attempts": 0,
        "due": iso(now),
        "deadline": iso(deadline),
    }
    connection.execute(_ADD, row)


def summary(connection: Connection) -> Summary:
    """How the outbox stands."""
    rows = connection.execute(_SUMMARY).all()
    waiting = {row.party_id: row for row in rows if row.state == WAITING}
    return Summary(
        {party_id: row.number for party_id, row in waiting.items()},
        {party_id: row.due for party_id, row in waiting.items()},
        min((row.deadline for row in waiting.values()), default=None),
        any(row.state == AGAIN for row in rows),
    )


def claim(
    connection: Connection, party_id: str, owner: str, now: datetime, until: datetime, most: int
) -> tuple[Waiting, ...]:
    """Take up to `most` messages for a partner that nobody has claimed, longest due first; ours until `until`."""
    values = {"party": party_id, "now": iso(now), "most": most, "owner": owner, "due": iso(until)}
    return tuple(map(_waiting, connection.execute(_CLAIM, values).mappings()))


def renew(connection: Connection, message_ids: Collection[str], owner: str, until: datetime) -> None:
    """Keep what is still being sent."""
    connection.execute(update(OUTBOX).where(_mine(message_ids, owner)).values(due=iso(until)))


def free(connection: Connection) -> None:
    """End every claim, where whoever made them cannot be there any more."""
    connection.execute(update(OUTBOX).where(OUTBOX.c.owner.is_not(None)).values(owner=None, due=""))


def postpone(connection: Connection, waiting: Waiting, until: datetime, why: str) -> None:
    """Give a message back, to be tried again from `until` on."""
    _change(connection, waiting, owner=None, attempts=waiting.attempts + 1, due=iso(until), why=why)


def delivered(connection: Connection, waiting: Waiting) -> bool:
    """Take a message out; False where another has done so meanwhile."""
    return connection.execute(_TAKE_OUT, {"message": waiting.message_id}).rowcount > 0


def reached(connection: Connection, party_id: str, at: datetime) -> None:
    """Note that a partner has taken a message; not for each, since a row that everybody writes is one for which
    everybody waits."""
    _health(connection, party_id, failures=0, rests_until=None, delivered_at=iso(at))


def failed(connection: Connection, waiting: Waiting, why: str) -> bool:
    """Stop trying; the message stays without what was to be sent, with the reason. False where it is not waiting any
    more."""
    done = {"state": FAILED, "owner": None, "attempts": waiting.attempts + 1, "why": why, "outgoing": None}
    return _change(connection, waiting, **done)


def _change(connection: Connection, waiting: Waiting, **values: object) -> bool:
    return connection.execute(_CHANGE, {"message": waiting.message_id} | values).rowcount > 0


def is_put_off_beyond(connection: Connection, latest: datetime) -> bool:
    """Whether something is put off for longer than anything ever is: then a clock was set back."""
    return connection.execute(_PUT_OFF, {"latest": iso(latest)}).first() is not None


def bring_forward(connection: Connection, latest: datetime) -> None:
    """Make due what is put off beyond `latest`, and end such rests."""
    connection.execute(
        update(OUTBOX).where(OUTBOX.c.state == WAITING, OUTBOX.c.due > iso(latest)).values(owner=None, due="")
    )
    connection.execute(update(PARTNER).where(PARTNER.c.rests_until > iso(latest)).values(rests_until=None))


def out_of_time(connection: Connection, deadline: datetime, now: datetime, most: int) -> tuple[Waiting, ...]:
    """What was worth sending until `deadline` and is not being sent `now`."""
    rows = connection.execute(_OUT_OF_TIME, {"deadline": iso(deadline), "now": iso(now), "most": most})
    return tuple(map(_waiting, rows.mappings()))


def want_again(connection: Connection, message_id: str) -> bool:
    """Ask the service to send a failed message again; False where none has failed under this id."""
    is_it = (OUTBOX.c.message_id == message_id) & (OUTBOX.c.state == FAILED)
    return connection.execute(update(OUTBOX).where(is_it).values(state=AGAIN)).rowcount > 0


def wanted_again(connection: Connection) -> tuple[Waiting, ...]:
    """Failed messages that somebody wants to be sent again."""
    rows = connection.execute(select(OUTBOX).where(OUTBOX.c.state == AGAIN))
    return tuple(map(_waiting, rows.mappings()))


def take_wanted(connection: Connection, message_id: str) -> bool:
    """Take a message that is wanted again out, for a new one in its place; False where another replica does so."""
    is_it = (OUTBOX.c.message_id == message_id) & (OUTBOX.c.state == AGAIN)
    return connection.execute(delete(OUTBOX).where(is_it)).rowcount > 0


def keep_failed(connection: Connection, message_id: str, why: str) -> None:
    """Leave a message failed although it was wanted again."""
    connection.execute(update(OUTBOX).where(OUTBOX.c.message_id == message_id).values(state=FAILED, why=why))


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """What waits to be sent or is being sent, longest due first."""
    return tuple(
        map(
            _waiting,
            connection.execute(select(OUTBOX).where(OUTBOX.c.state == WAITING).order_by(OUTBOX.c.due)).mappings(),
        )
    )


def health(connection: Connection) -> dict[str, PartnerHealth]:
    """How sending goes, for every partner of whom something is known."""
    rows = connection.execute(_HEALTH)
    return {
        party_id: PartnerHealth(failures, datetime.fromisoformat(until) if until else None)
        for party_id, failures, until in rows
    }


def unreachable(connection: Connection, party_id: str, now: datetime, limits: SendingLimits) -> None:
    """One more failure of a partner, who rests from a certain number on: shortly at first, then ever longer."""
    row = connection.execute(
        select(PARTNER.c.failures).where(PARTNER.c.party_id == party_id).with_for_update()
    ).scalar_one_or_none()
    failures = (row or 0) + 1
    rest = limits.rest_after(failures)
    _health(connection, party_id, failures=failures, rests_until=iso(now + rest) if rest else None)


def _health(connection: Connection, party_id: str, **values: object) -> None:
    if not insert_if_new(connection, PARTNER, {"party_id": party_id, "failures": 0} | values):
        connection.execute(_CHANGE_PARTNER, {"party": party_id} | values)


# What is done for every message, made once: to make a statement takes about as long as to carry it out.
_WAITS = OUTBOX.c.state == WAITING
_ADD = insert(OUTBOX)
_DUE = (
    select(OUTBOX.c.message_id)
    .where(_WAITS, OUTBOX.c.due <= bindparam("now"), OUTBOX.c.party_id == bindparam("party"))
    .order_by(OUTBOX.c.due)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due_first")
)
# Out of a subquery PostgreSQL may take more than its limit: a nested loop asks it again for every row of the outbox.
_CLAIM = update(OUTBOX).where(OUTBOX.c.message_id.in_(select(_DUE.c.message_id))).returning(OUTBOX)
_TAKE_OUT = delete(OUTBOX).where(OUTBOX.c.message_id == bindparam("message"))
_CHANGE = update(OUTBOX).where(OUTBOX.c.message_id == bindparam("message"), _WAITS)
_PUT_OFF = union_all(
    select(OUTBOX.c.message_id).where(_WAITS, OUTBOX.c.due > bindparam("latest")),
    select(PARTNER.c.party_id).where(PARTNER.c.rests_until > bindparam("latest")),
).limit(1)
_OUT_OF_TIME = (
    select(OUTBOX)
    .where(
        _WAITS,
        OUTBOX.c.deadline <= bindparam("deadline"),
        OUTBOX.c.owner.is_(None) | (OUTBOX.c.due <= bindparam("now")),
    )
    .limit(bindparam("most"))
)
_HEALTH = select(PARTNER.c.party_id, PARTNER.c.failures, PARTNER.c.rests_until)
_CHANGE_PARTNER = update(PARTNER).where(PARTNER.c.party_id == bindparam("party"))


def _mine(message_ids: Iterable[str], owner: str) -> ColumnElement[bool]:
    return OUTBOX.c.message_id.in_(tuple(message_ids)) & (OUTBOX.c.owner == owner)


def _waiting(row: RowMapping) -> Waiting:
    return Waiting(
        row["message_id"],
        row["exchange_id"],
        row["party_id"],
        row["content_type"],
        tuple((uri, value) for uri, value in json.loads(row["digests"])),
        row["attempts"],
        datetime.fromisoformat(row["deadline"]),
        row["outgoing"],
        row["why"],
    )
