"""The journals of several services read together, from outside: they may run meanwhile, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Select, func, or_, select
from sqlalchemy.sql.functions import Function

from oots.database.reading import reading
from oots.exchange.answers import believed_at
from oots.exchange.dictionary import Dictionary, PackingVault
from oots.exchange.held_evidence import HeldEvidence, cases_of, held_evidence
from oots.exchange.journal import ABOUT_ITSELF, ABOUT_REVIEWERS, Entry, JournalEntry, read_again
from oots.exchange.schema import INBOX, JOURNAL, place
from oots.exchange.store import VAULT_KEY, stores_in
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault


@dataclass(frozen=True, slots=True)
class JournalOf:
    """Where the journal of one service is: its folder, and what lies elsewhere."""

    service: str
    folder: Path
    vault_key: Path | None = None
    database_url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of one service's journal; `number` orders the lines of the service."""

    service: str
    number: int
    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class Told:
    """What all journals say of one exchange, in order of time, and the receipts that were given, by message id.

    `bodies` are the digests (SHA-256, hexadecimal) of the HTTP requests in which messages came, by message id.
    """

    lines: tuple[Line, ...]
    receipts: Mapping[str, bytes]
    bodies: Mapping[str, str] = field(default_factory=dict)


def journals_in(state: Path, vault_key: Path | None = None, database_url: str | None = None) -> tuple[JournalOf, ...]:
    """The journals of the services of a town, or of the one service that `state` is the folder of.

    Raises ConfigurationError where there is no such folder, and for one key file for several services.
    """
    folders = stores_in(state, database_url)
    if vault_key is not None and len(folders) > 1:
        raise ConfigurationError("a key file belongs to one service: name the folder of that service")
    return tuple(JournalOf(folder.name, folder, vault_key, database_url) for folder in folders)


class Journals:
    """The journals of the services that took part. Every method raises ConfigurationError where one cannot be read."""

    def __init__(self, journals: Sequence[JournalOf]) -> None:
        self._journals = tuple(journals)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(each.service for each in self._journals)

    def of_exchange(self, exchange_id: str) -> Told:
        """All lines of an exchange, whatever each service calls it, and of its messages; no lines where no journal
        knows it."""
        names, ids = self._names(exchange_id)
        lines: list[Line] = []
        receipts: dict[str, bytes] = {}
        bodies: dict[str, str] = {}
        for journal in self._journals:
            with _opened(journal) as (connection, vault):
                lines += _lines(connection, vault, journal.service, names, ids)
                for message_id, receipt, body_sha256 in _received(connection, vault, ids):
                    receipts[message_id], bodies[message_id] = receipt, body_sha256
        lines.sort(key=lambda line: (line.entry.at, line.service, line.number))
        return Told(tuple(lines), receipts | dict(_receipts_taken(lines)), bodies)

    def held(self, lines: Sequence[Line]) -> tuple[HeldEvidence, ...]:
        """The evidence of the exchange of these lines that services still hold."""
        found: list[HeldEvidence] = []
        for journal in self._journals:
            if ids := _called(journal, lines):
                with _opened(journal) as (connection, vault):
                    found += held_evidence(connection, vault, journal.service, journal.folder, ids)
        return tuple(found)

    def cases(self, lines: Sequence[Line]) -> tuple[tuple[str, str | None], ...]:
        """The keys of the portals' cases to which the exchange of these lines belongs, each with that of its piece, as
        far as portals remember the exchange."""
        found: dict[tuple[str, str | None], None] = {}
        for journal in self._journals:
            if ids := _called(journal, lines):
                with _opened(journal) as (connection, vault):
                    found |= dict.fromkeys(cases_of(connection, vault, ids))
        return tuple(found)

    def answers(self, lines: Sequence[Line], moments: Collection[datetime] = ()) -> tuple[bytes, ...]:
        """What was believed about revocation when each service believed a signature, and at other `moments`: lists and
        answers (DER)."""
        found: dict[bytes, None] = {}
        for journal in self._journals:
            own = [line.entry for line in lines if line.service == journal.service]
            asked = {entry.at for entry in own if entry.signature_valid} | set(moments)
            if asked:
                with reading(journal.folder, journal.database_url) as connection:
                    found |= dict.fromkeys(believed_at(connection, asked))
        return tuple(found)

    def after(self, numbers: Mapping[str, int], most: int) -> tuple[Line, ...]:
        """The lines of each service after the number that is named for it, `most` of each at once, about messages and
        exchanges alone."""
        return tuple(line for journal in self._journals for line in _after(journal, numbers, most))

    def each(self) -> tuple[Journals, ...]:
        """Each journal alone, so that one that cannot be read hides no other."""
        return tuple(Journals([journal]) for journal in self._journals)

    def ends(self) -> dict[str, int]:
        """The number of the last line of each service, whatever it is about; 0 for an empty journal."""
        return self._numbers(func.max(JOURNAL.c.number))

    def begins(self) -> dict[str, int]:
        """The number of the first line of each service that is still there, whatever it is about: journals are purged
        from their beginning. 0 for an empty one."""
        return self._numbers(func.min(JOURNAL.c.number))

    def _numbers(self, which: Function[int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for journal in self._journals:
            with reading(journal.folder, journal.database_url) as connection:
                found[journal.service] = connection.scalar(select(which)) or 0
        return found

    def _names(self, exchange_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """What the sides call the exchange, and the ids of all its messages: a message that two sides tell of joins
        what each of them calls its exchange, and behind an intermediary the same once more."""
        names, ids = {exchange_id}, set[str]()
        while True:
            known = len(names) + len(ids)
            for journal in self._journals:
                with reading(journal.folder, journal.database_url) as connection:
                    found = connection.execute(_joined(names, ids)).all()
                names |= {name for name, _ in found if name is not None}
                ids |= {message_id for _, message_id in found if message_id is not None}
            if len(names) + len(ids) == known:
                return frozenset(names), frozenset(ids)


def _called(journal: JournalOf, lines: Sequence[Line]) -> frozenset[str]:
    """What a service calls the exchange of these lines."""
    named = {line.entry.exchange_id for line in lines if line.service == journal.service}
    return frozenset(name for name in named if name is not None)


def _joined(names: Collection[str], ids: Collection[str]) -> Select[str | None, str | None]:
    """A message that was recorded and left alone joins nothing: its sender may have named any exchange."""
    return (
        select(JOURNAL.c.exchange_id, JOURNAL.c.message_id)
        .where(or_(JOURNAL.c.exchange_id.in_(names), JOURNAL.c.message_id.in_(ids)))
        .where(JOURNAL.c.entry != Entry.ANSWER_IGNORED)
        .distinct()
    )


def _after(journal: JournalOf, numbers: Mapping[str, int], most: int) -> Iterator[Line]:
    last = numbers.get(journal.service, 0)
    later = select(JOURNAL.c.number, JOURNAL.c.content).where(
        JOURNAL.c.number > last, JOURNAL.c.entry.not_in((*ABOUT_ITSELF, *ABOUT_REVIEWERS))
    )
    with _opened(journal) as (connection, vault):
        rows = connection.execute(later.order_by(JOURNAL.c.number).limit(most))
        for number, content in rows:
            yield Line(journal.service, number, read_again(vault.open(content, place(JOURNAL, number))))


@contextmanager
def _opened(journal: JournalOf) -> Iterator[tuple[Connection, PackingVault]]:
    with reading(journal.folder, journal.database_url) as connection:
        vault = Vault.from_file(journal.vault_key or journal.folder / VAULT_KEY, create=False)
        yield connection, Dictionary.opened(connection, vault).packing(connection, vault)


def _lines(
    connection: Connection, vault: PackingVault, service: str, names: Collection[str], ids: Collection[str]
) -> Iterator[Line]:
    """Every entry of the exchange, as it is called here, and of its messages."""
    of_exchange = or_(JOURNAL.c.exchange_id.in_(names), JOURNAL.c.message_id.in_(ids))
    told = select(JOURNAL.c.number, JOURNAL.c.content).where(of_exchange, JOURNAL.c.entry.not_in(ABOUT_REVIEWERS))
    rows = connection.execute(told.order_by(JOURNAL.c.number))
    for number, content in rows:
        yield Line(service, number, read_again(vault.open(content, place(JOURNAL, number))))


def _received(connection: Connection, vault: PackingVault, ids: Collection[str]) -> Iterator[tuple[str, bytes, str]]:
    """The messages that came to this side: id, the receipt that it gave, and the digest of the HTTP request."""
    rows = connection.execute(
        select(INBOX.c.message_id, INBOX.c.receipt, INBOX.c.body_sha256).where(INBOX.c.message_id.in_(ids))
    )
    for message_id, receipt, body_sha256 in rows:
        yield message_id, vault.unpack(receipt), body_sha256


def _receipts_taken(lines: Sequence[Line]) -> Iterator[tuple[str, bytes]]:
    """The receipts that were received, as the journals keep them."""
    for entry in (line.entry for line in lines):
        if entry.message_id is not None and entry.receipt is not None:
            yield entry.message_id, entry.receipt
