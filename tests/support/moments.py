"""Stages that are opened once and set back to their beginning for each attack: to open one takes longer than all that
is tried there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from oots.exchange.store import Store
from tests.support.attacks import OpenStage, shared
from tests.support.two_sides import TwoSides


class OfATown(Protocol):
    """A stage with both sides behind it; what it notes of an attack stands in fields of its own."""

    town: TwoSides

    def anew(self) -> Any:
        """The same place for the next attack, with nothing noted."""


class Moment:
    """What both sides hold and know: their databases, their partners, the time, and what the wire has carried."""

    def __init__(self, town: TwoSides) -> None:
        self._town = town
        self._clock = copy(town.clock)
        self._heard = len(town.wire.heard)
        self._partners = {point: point.partners for point in (town.requester_point, town.provider_point)}
        self._databases = {store: _copied(store) for store in (town.requester_store, town.provider_store)}

    def restore(self) -> None:
        """Let everything be as it was."""
        vars(self._town.clock).update(vars(self._clock))
        del self._town.wire.heard[self._heard :]
        self._town.wire.bend = None
        for point, partners in self._partners.items():
            point.partners = partners
        for store, kept in self._databases.items():
            with _database(store) as database:
                kept.backup(database)


def _copied(store: Store[Any]) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    with _database(store) as database:
        database.backup(kept)
    return kept


@contextmanager
def _database(store: Store[Any]) -> Iterator[sqlite3.Connection]:
    with closing(store.engine.raw_connection()) as connection:
        database = connection.driver_connection
        assert isinstance(database, sqlite3.Connection)
        yield database


def set_back(open_stage: OpenStage) -> OpenStage:
    """The stage, opened once for all attacks, in which each finds what the first one found."""
    opened = shared(open_stage)

    @cache
    def beginning() -> tuple[OfATown, Moment]:
        with opened(Path()) as stage:
            return stage, Moment(stage.town)

    @contextmanager
    def again(_folder: Path) -> Iterator[OfATown]:
        stage, moment = beginning()
        moment.restore()
        yield stage.anew()

    return again
