"""What a store packs with: pieces that its rows refer to by name. Each stays for good, so none is about a person."""

from __future__ import annotations

from typing import Self

from sqlalchemy import Connection, inspect, select

from oots.database.inserting import insert_if_new
from oots.exchange.packing import pack, unpack
from oots.exchange.schema import DICTIONARY, place
from oots.exchange.shortening import name_of
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault


class Dictionary:
    """The pieces of one store, sealed there: skeletons, and certificates of access points.

    Rows refer to pieces that have been committed before, so that none can be left without.
    """

    def __init__(self) -> None:
        self._pieces: dict[bytes, bytes] = {}
        self._met: dict[bytes, bytes] = {}  # to read with alone: they may not have been committed yet

    @classmethod
    def opened(cls, connection: Connection, vault: Vault) -> Self:
        """The dictionary of a store as it is there; raises ConfigurationError where a piece does not open."""
        dictionary = cls()
        if inspect(connection).has_table(DICTIONARY.name):  # else an earlier version has packed nothing there
            dictionary.load(connection, vault)
        return dictionary

    def load(self, connection: Connection, vault: Vault) -> None:
        """Pack with what has been committed by now."""
        for name, sealed in connection.execute(select(DICTIONARY.c.name, DICTIONARY.c.sealed)).all():
            self._pieces[bytes.fromhex(name)] = vault.open(sealed, place(DICTIONARY, name))

    def knows(self, piece: bytes) -> bool:
        return name_of(piece) in self._pieces

    def packing(self, connection: Connection, vault: Vault) -> PackingVault:
        """A vault for one transaction."""
        return PackingVault(connection, vault, self)

    def pack(self, data: bytes) -> bytes:
        return pack(data, self._pieces)

    def unpack(self, packed: bytes, connection: Connection, vault: Vault) -> bytes:
        """Raises ConfigurationError for what refers to a piece that is not there."""
        return unpack(packed, lambda name: self._piece(name, connection, vault))

    def _piece(self, name: bytes, connection: Connection, vault: Vault) -> bytes:
        """Of this process, or added by another meanwhile."""
        piece = self._pieces.get(name) or self._met.get(name)
        if piece is None:
            piece = self._met[name] = _read(connection, vault, name.hex())
        return piece


def _read(connection: Connection, vault: Vault, name: str) -> bytes:
    sealed = connection.execute(select(DICTIONARY.c.sealed).where(DICTIONARY.c.name == name)).scalar()
    if sealed is None:
        raise ConfigurationError(f"the store has lost the piece {name} of its dictionary")
    return vault.open(sealed, place(DICTIONARY, name))


def add_piece(connection: Connection, vault: Vault, piece: bytes) -> None:
    """Write a piece, unless it is there."""
    name = name_of(piece).hex()
    insert_if_new(connection, DICTIONARY, {"name": name, "sealed": vault.seal(piece, place(DICTIONARY, name))})


class PackingVault:
    """Packs what it seals and unpacks what it opens, within one transaction."""

    def __init__(self, connection: Connection, vault: Vault, dictionary: Dictionary) -> None:
        self._connection = connection
        self._vault = vault
        self._dictionary = dictionary

    @property
    def plain(self) -> Vault:
        """For what is read outside of a transaction."""
        return self._vault

    def seal(self, data: bytes, place: str) -> bytes:
        return self._vault.seal(self.pack(data), place)

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises ConfigurationError as `Vault.open` does, and where it does not unpack."""
        return self.unpack(self._vault.open(sealed, place))

    def open_anywhere(self, sealed: bytes) -> bytes:
        return self.unpack(self._vault.open_anywhere(sealed))

    def pack(self, data: bytes) -> bytes:
        """For what is kept readable."""
        return self._dictionary.pack(data)

    def unpack(self, packed: bytes) -> bytes:
        return self._dictionary.unpack(packed, self._connection, self._vault)
