"""Real exchanges whose journals a review reads, a desk over a store, and reviewers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from oots.deployment.trust import read_anchors
from oots.exchange.journals import Journals, journals_in
from oots.exchange.store import Store
from oots.inspector.laid_open import LaidOpen, lay_open
from oots.inspector.reviews.seen import seen_in
from oots.model.clock import AdvancedClock, FrozenClock
from oots.model.issuing import MatchOutcome, NotMatched
from oots.review.desk import REVIEWER_KEY, Desk
from oots.review.record import Review
from oots.review.seen import Seen
from oots.web.words import Words
from tests.support.doors import specimen_key, specimen_keys
from tests.support.two_sides import SOLVEJ, TwoSides, two_sides

NOON = datetime(2026, 9, 2, 12, 0, tzinfo=UTC)
NAMES = {side: Words(f"{side} (da)", f"{side} (en)") for side in ("requester", "provider")}


@dataclass(frozen=True)
class Somebody:
    key: str
    name: str
    duties: frozenset[str]


READER = Somebody("leif", "Leif Læser", frozenset({"read"}))
RIGMOR = Somebody("rigmor", "Rigmor Rådgiver", frozenset({"read", "review"}))
OTHER = Somebody("otto", "Otto Anden", frozenset({"read", "review"}))
SIGNE = Somebody("signe", "Signe Signatur", frozenset({"read", "review", "sign"}))


@dataclass
class ToldStories:
    """Two sides whose journals lie in `folder`, and the exchanges that were told there, by name."""

    folder: Path
    town: TwoSides
    exchanges: dict[str, str]

    def laid_open(self, story: str) -> LaidOpen:
        found = lay_open(Journals(journals_in(self.folder)), self.exchanges[story])
        assert found is not None
        return found

    def seen(self, story: str) -> Seen:
        return seen_in(self.laid_open(story), read_anchors(specimen_keys(), specimens=True), NAMES)


@contextmanager
def told_stories(folder: Path) -> Iterator[ToldStories]:
    """Solvej's residence certificate: accepted, used and deleted; declined; nobody matched; and still to be shown."""
    town = two_sides(folder, specimen_keys(), specimens=True)
    with closing(town.requester_store), closing(town.provider_store):
        accepted, declined = _decided(town, [0]), _decided(town, [])
        town.requester.finish(accepted)
        town.source.match_result = NotMatched(MatchOutcome.NONE, 0)
        refused = town.ask()
        town.source.match_result = type(town.source)().match_result
        open_still = town.ask()
        told = {"accepted": accepted, "declined": declined, "refused": refused, "open": open_still}
        yield ToldStories(folder, town, told)


def _decided(town: TwoSides, pieces: list[int]) -> str:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, pieces)
    town.run()
    return exchange_id


@dataclass
class OpenDesk:
    """A desk over a store in `folder`."""

    folder: Path
    store: Store[Review]
    desk: Desk
    clock: AdvancedClock


@contextmanager
def open_desk(folder: Path) -> Iterator[OpenDesk]:
    clock = AdvancedClock(FrozenClock(NOON))
    store = Store(folder, Review, clock=clock)
    with closing(store):
        anchors = read_anchors(specimen_keys(), specimens=True)
        yield OpenDesk(folder, store, Desk(store, specimen_key(REVIEWER_KEY), anchors, clock), clock)
