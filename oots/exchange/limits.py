"""The time limits of an exchange (TDD 4.4.3), as settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The provider's limits; a requester waits `grace` longer at each step.

    `first_round_trip` (T1) runs from the ebMS timestamp of request 1, `follow_link` (T2) from the issue of the link,
    `decide` (T3) from the ebMS timestamp of request 2.
    """

    first_round_trip: timedelta = timedelta(minutes=5)
    follow_link: timedelta = timedelta(minutes=15)
    decide: timedelta = timedelta(minutes=40)
    grace: timedelta = timedelta(minutes=1)

    @property
    def longest_delivery(self) -> timedelta:
        """For how long after its timestamp a message is sent at most, by a side with the same limits."""
        return max(self.first_round_trip, self.decide) + self.grace


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """How a replica sends.

    `in_flight` messages at a time go to one partner; `queue` may wait for it before nothing more is taken on. A claim
    holds for `lease` and is renewed while its message is being sent. After `failures` in a row a partner rests for a
    second, after the next one for two, up to `rest`, and is tried with one message in between.
    """

    in_flight: int = 4
    queue: int = 1000
    lease: timedelta = timedelta(seconds=20)
    failures: int = 5
    rest: timedelta = timedelta(seconds=60)

    def rest_after(self, failures: int) -> timedelta | None:
        """For how long a partner rests after so many failures in a row."""
        if failures < self.failures:
            return None
        return min(self.rest, timedelta(seconds=2 ** min(failures - self.failures, 10)))
