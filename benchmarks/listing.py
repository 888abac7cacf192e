"""The inspector's list: a page of it, filtered, where the journals of both sides tell of ten thousand exchanges."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Final

from benchmarks.growth import RECORDS, specimens
from benchmarks.record import Bar, Measured, Record, Series
from oots.exchange.journal import JournalEntry
from oots.exchange.store import Store
from tests.support.inspector import READER, Browser, inspector_over, inspector_settings

TITLE: Final = "The inspector's list of exchanges"
EXCHANGES: Final = 10_000
MOST_MILLISECONDS: Final = 200.0
_AT_ONCE: Final = 200
_LOOKS: Final = 5
_PAGES: Final = {
    "the newest": "/exchanges",
    "filtered": "/exchanges?outcome=delivered&procedure=V1",
    "searched": "/exchanges?q=aarhus+adresse",
    "the last page": f"/exchanges?page={EXCHANGES // 50}",
}
_NOTE: Final = (
    "CPU of the inspector for one page, the client of the measurement included. Read: all lines of both journals, "
    "unsealed and joined, as when the service starts."
)


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Two journals are written and read once; each round looks at every page a few times."""
    del full
    with tempfile.TemporaryDirectory(prefix="oots-bench-") as name:
        folder = Path(name)
        lines = _write(folder)
        browser = Browser(inspector_over(inspector_settings(folder)))
        browser.sign_in(READER)
        read = _seconds(browser, "/exchanges")
        pages = {page: Series() for page in _PAGES}
        for _ in range(rounds):
            for page, series in pages.items():
                series.add(min(_seconds(browser, _PAGES[page]) for _ in range(_LOOKS)) * 1000)
    bar = Bar(most=MOST_MILLISECONDS)
    return Measured(
        (
            *(series.record(f"{EXCHANGES:,} exchanges: {page}", "ms", bar=bar) for page, series in pages.items()),
            Record(f"{lines:,} lines read", read, "s of CPU"),
        ),
        notes=(_NOTE,),
    )


def _seconds(browser: Browser, page: str) -> float:
    began = process_time()
    answer = browser.get(page)
    took = process_time() - began
    if answer.status_code != 200:
        raise LookupError(f"HTTP {answer.status_code} for {page}")
    return took


def _write(folder: Path) -> int:
    """The lines of one exchange on both sides, copied under new names; returns how many there are."""
    number = 0
    for service, specimen in specimens().items():
        with closing(Store(folder / service, RECORDS[service])) as store:
            for first in range(0, EXCHANGES, _AT_ONCE):
                copies = range(first, first + _AT_ONCE)
                entries = [entry for copy in copies for entry in _copied(specimen.journal, copy)]
                number += len(entries)
                with store.begin() as unit:
                    unit.journal(*entries)
    return number


def _copied(journal: Sequence[JournalEntry], copy: int) -> Iterator[JournalEntry]:
    later = timedelta(minutes=copy)
    names: Mapping[str, str] = {each: _renamed(each, copy) for entry in journal for each in _names(entry)}
    for entry in journal:
        yield replace(
            entry,
            at=entry.at + later,
            exchange_id=entry.exchange_id and names[entry.exchange_id],
            message_id=entry.message_id and names[entry.message_id],
        )


def _names(entry: JournalEntry) -> Iterator[str]:
    yield from filter(None, (entry.exchange_id, entry.message_id))


def _renamed(name: str, copy: int) -> str:
    """The same for both sides."""
    left, at, right = name.partition("@")
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{left} {copy}")) + at + right
