"""What a service keeps, as a whole: deleted when its time is over, sealed under a new key."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from oots.exchange.journal import Purge
from oots.exchange.purge import purge
from oots.exchange.rotation import rotate
from oots.exchange.store import VAULT_KEY, Store
from oots.model.clock import Clock
from oots.web.sessions import SessionStore, make_table, web_session

_LOG = logging.getLogger(__name__)
_DAY_SECONDS = 24 * 60 * 60.0


class Retention:
    """Purges a service's store and sessions: when it starts, and every day while it runs."""

    def __init__(self, store: Store[Any], sessions: SessionStore, clock: Clock) -> None:
        self._store = store
        self._sessions = sessions
        self._clock = clock

    def purge(self) -> None:
        """What cannot be deleted today keeps no service from its work, and is tried again tomorrow."""
        try:
            done = purge(self._store, self._clock.now())
            self._sessions.sweep()
        except Exception as fault:
            _LOG.error("nothing is purged today: %s", type(fault).__name__)
        else:
            if done:
                _LOG.info("journal entries %d to %d are purged", done.first, done.last)

    def work(self, stop: threading.Event) -> None:
        """Purge once a day until `stop` is set."""
        while not stop.wait(_DAY_SECONDS):
            self.purge()


def purge_folder(
    folder: Path, key_file: Path | None, clock: Clock, before: datetime | None, database_url: str | None = None
) -> Purge | None:
    """Purge the store of a service that does not run; raises ConfigurationError while it does."""
    with _opened(folder, key_file, clock, database_url) as store:
        SessionStore(store.database, store.vault, clock, timedelta()).sweep()
        return purge(store, clock.now(), before)


def rotate_folder(folder: Path, key_file: Path | None, clock: Clock, database_url: str | None = None) -> int:
    """Put a new vault key in the place of the old one, for a service that does not run; raises ConfigurationError while
    it does. Returns how many rows and files were sealed anew."""
    with _opened(folder, key_file, clock, database_url) as store:
        make_table(store.database)
        return rotate(store, key_file or folder / VAULT_KEY, ((web_session, web_session.c.payload),))


@contextlib.contextmanager
def _opened(folder: Path, key_file: Path | None, clock: Clock, database_url: str | None) -> Iterator[Store[Any]]:
    with contextlib.closing(Store(folder, object, vault_key=key_file, clock=clock, database_url=database_url)) as store:
        yield store
