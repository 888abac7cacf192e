"""The journal's chain: each entry carries a keyed hash over the entry before it and over all that it says itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from oots.exchange.dictionary import PackingVault
from oots.exchange.journal import JournalEntry, written
from oots.exchange.schema import JOURNAL, JOURNAL_HEAD, JOURNAL_KEY, place
from oots.model.clock import iso
from oots.model.errors import ConfigurationError
from oots.trust.files import write_whole
from oots.trust.vault import Vault

BEGINNING = "0" * 64
"""What stands in the place of a link before the first entry."""

_PURPOSE = "journal chain"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as its link covers it: every readable column, and the content in clear."""

    number: int
    at: str
    entry: str
    exchange_id: str | None
    message_id: str | None
    purged_through: int | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a journal: number and link of the last entry, 0 and BEGINNING before there is one."""

    number: int
    link: str


@dataclass(frozen=True, slots=True)
class SealedHead:
    """A head with the keyed hash that says that it was the end."""

    head: Head
    seal: str


class Chain:
    """The keys of a journal's links, by the first number for which each counts (HMAC-SHA256).

    Links and seals tell nothing of what they cover, and nobody without the keys can make one.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._keys = sorted(keys.items(), reverse=True)

    def link(self, previous: str, row: Row) -> str:
        """The link of `row`, hexadecimal, after an entry with the link `previous`."""
        digest = hashlib.sha256(row.content).hexdigest()
        said = (row.at, row.entry, row.exchange_id, row.message_id, row.purged_through, digest)
        return self._hashed(row.number, "entry", previous, *said)

    def sealed(self, head: Head) -> SealedHead:
        return SealedHead(head, self._hashed(head.number, "head", head.link))

    def is_genuine(self, sealed: SealedHead) -> bool:
        """Whether this was the end of the journal once."""
        return hmac.compare_digest(self.sealed(sealed.head).seal, sealed.seal)

    def _hashed(self, number: int, *said: str | int | None) -> str:
        key = next((key for first, key in self._keys if first <= number), self._keys[-1][1])
        return hmac.new(key, json.dumps([number, *said], default=repr).encode(), hashlib.sha256).hexdigest()


def start_chain(connection: Connection, vault: Vault) -> Chain:
    """The chain of a journal without entries."""
    _add_key(connection, vault, 0)
    chain = open_chain(connection, vault)
    connection.execute(insert(JOURNAL_HEAD).values(_as_row(chain.sealed(Head(0, BEGINNING)))))
    return chain


def open_chain(connection: Connection, vault: Vault) -> Chain:
    """Raises ConfigurationError where the keys of the links are missing or do not open with this vault."""
    apart = vault.apart(_PURPOSE)
    rows = connection.execute(select(JOURNAL_KEY)).all()
    keys = {first: apart.open(sealed, place(JOURNAL_KEY, first)) for first, sealed in rows}
    if not keys:
        raise ConfigurationError("the journal has lost the keys of its chain")
    return Chain(keys)


def renew_key(connection: Connection, vault: Vault) -> bool:
    """A new key for the links of all entries to come, unless there is one already under the newest key of the vault;
    returns whether it was made."""
    newest = connection.execute(select(JOURNAL_KEY.c.sealed).order_by(JOURNAL_KEY.c.first.desc())).scalars().first()
    if newest is None or vault.apart(_PURPOSE).is_current(newest):
        return False
    _, number = _end(connection.execute(_WHERE_IT_ENDS).one())
    _add_key(connection, vault, number)
    return True


def reseal_keys(connection: Connection, vault: Vault) -> None:
    """Seal the keys of the links under the newest key of the vault."""
    apart = vault.apart(_PURPOSE)
    for first, sealed in connection.execute(select(JOURNAL_KEY)).all():
        connection.execute(update(JOURNAL_KEY).where(JOURNAL_KEY.c.first == first).values(sealed=apart.reseal(sealed)))


def append(
    connection: Connection, chain: Chain, vault: Vault | PackingVault, entries: Sequence[JournalEntry]
) -> SealedHead:
    """Add entries to the journal, in this order; returns the new head. Whoever else appends waits until the end of the
    transaction."""
    link, number = _locked_end(connection)
    return _append(connection, chain, vault, link, _numbered(entries, number))


def append_row(connection: Connection, chain: Chain, vault: Vault | PackingVault, row: Row) -> SealedHead:
    """Add what is an entry already, with a number of its own."""
    link, _ = _locked_end(connection)
    return _append(connection, chain, vault, link, (row,))


_ADD = insert(JOURNAL)
_MOVE_HEAD = update(JOURNAL_HEAD)
_LAST = select(func.max(JOURNAL.c.number)).scalar_subquery()
_WHERE_IT_ENDS = select(JOURNAL_HEAD.c.link, JOURNAL_HEAD.c.number, _LAST.label("last"))
_LOCKED_END = _WHERE_IT_ENDS.with_for_update(of=JOURNAL_HEAD)


def hold_end(connection: Connection) -> None:
    """Let nobody append before the transaction ends: what is read of the journal by several statements is of one
    moment."""
    connection.execute(_LOCKED_END).all()


def _locked_end(connection: Connection) -> tuple[str, int]:
    """The link of the last entry and the number of the next, which nobody else gets before the transaction ends."""
    return _end(connection.execute(_LOCKED_END).one())


def _end(found: Any) -> tuple[str, int]:
    """The next number is after every entry that is or was there."""
    return found.link, 1 + max(found.last or 0, found.number)


def _numbered(entries: Sequence[JournalEntry], first: int) -> Iterator[Row]:
    for number, entry in enumerate(entries, first):
        yield Row(
            number=number,
            at=iso(entry.at),
            entry=entry.entry.value,
            exchange_id=entry.exchange_id,
            message_id=entry.message_id,
            purged_through=entry.purge.last if entry.purge else None,
            content=written(entry),
        )


def _append(
    connection: Connection, chain: Chain, vault: Vault | PackingVault, link: str, rows: Iterable[Row]
) -> SealedHead:
    added = []
    for row in rows:
        link = chain.link(link, row)
        content = vault.seal(row.content, place(JOURNAL, row.number))
        added.append(asdict(row) | {"content": content, "link": link})
    connection.execute(_ADD, added)
    sealed = chain.sealed(Head(row.number, link))
    _move_head(connection, sealed)
    return sealed


def sealed_head(connection: Connection) -> SealedHead | None:
    """Where the journal ends, as its own table says."""
    row = connection.execute(select(JOURNAL_HEAD)).first()
    if row is None or not isinstance(row.number, int):
        return None
    return SealedHead(Head(row.number, str(row.link)), str(row.seal))


def _add_key(connection: Connection, vault: Vault, first: int) -> None:
    sealed = vault.apart(_PURPOSE).seal(secrets.token_bytes(32), place(JOURNAL_KEY, first))
    connection.execute(insert(JOURNAL_KEY).values(first=first, sealed=sealed))


def _move_head(connection: Connection, sealed: SealedHead) -> None:
    connection.execute(_MOVE_HEAD, _as_row(sealed))


def _as_row(sealed: SealedHead) -> dict[str, object]:
    return {"number": sealed.head.number, "link": sealed.head.link, "seal": sealed.seal}


class HeadFile:
    """The head once more, outside the database: who puts an older database in its place is noticed.

    It is written about once a second and at the end of a service; it stays behind by what a killed process had
    committed last, and is never ahead.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "journal.head"

    def read(self) -> SealedHead | None:
        """None where there is none; what cannot be read is a head that nobody has sealed."""
        if not self.path.exists():
            return None
        try:
            number, link, seal = self.path.read_text(encoding="ascii").split()
            return SealedHead(Head(int(number), link), seal)
        except ValueError:
            return SealedHead(Head(0, BEGINNING), "")

    def write(self, sealed: SealedHead) -> None:
        line = f"{sealed.head.number} {sealed.head.link} {sealed.seal}\n"
        write_whole(self.path, line.encode(), mode=0o600)
