"""What the journal of a service tells, read beside it while it runs."""

from __future__ import annotations

from oots.exchange.journal import Entry
from oots.exchange.journals import JournalOf, Journals, Line
from tests.support.demo import wait_until


def lines(journal: JournalOf, exchange_id: str) -> tuple[Line, ...]:
    """What it tells of an exchange, oldest first."""
    return Journals([journal]).of_exchange(exchange_id).lines


def told(journal: JournalOf, exchange_id: str) -> list[Entry]:
    """The kinds of these lines."""
    return [line.entry.entry for line in lines(journal, exchange_id)]


def wait_until_told(journal: JournalOf, exchange_id: str, *entries: Entry) -> None:
    """Until each of the entries stands in the journal, as often as it is named."""

    def stand() -> bool:
        log = told(journal, exchange_id)
        return all(log.count(entry) >= entries.count(entry) for entry in entries)

    wait_until(stand, f"{', '.join(entries)} in the journal of {journal.service}")
