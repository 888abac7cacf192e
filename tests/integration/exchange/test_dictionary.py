"""What a store packs with stays in it: rows of an earlier skeleton, of another process and of other hands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete, select, update

from oots.exchange import packing, store
from oots.exchange.dictionary import Dictionary
from oots.exchange.journal_report import examine_journal
from oots.exchange.schema import DICTIONARY, INBOX, JOURNAL, place
from oots.exchange.store import Store
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.trust.keys import load_key_pair
from tests.support.two_sides import TwoSides, two_sides

PLACE = "row 1"
TEXT = b'{"says":"the same as ever, and as ever the same"}'


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store[ProviderExchange]]:
    opened = Store(tmp_path / "store", ProviderExchange)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> TwoSides:
    town = two_sides(tmp_path_factory.mktemp("asked"), demo_keys)
    town.ask()
    return town


def sealed_in(opened: Store[ProviderExchange], text: bytes = TEXT) -> bytes:
    with opened.database.begin() as connection:
        return opened.packing(connection).seal(text, PLACE)


def opened_in(opened: Store[ProviderExchange], sealed: bytes) -> bytes:
    with opened.database.look() as connection:
        return opened.packing(connection).open(sealed, PLACE)


def test_a_later_version_with_another_skeleton_reads_what_an_earlier_one_has_packed(tmp_path: Path) -> None:
    earlier = Store(tmp_path, ProviderExchange)
    sealed = sealed_in(earlier)
    earlier.close()
    with patch.object(packing, "skeleton", lambda: b"another"), patch.object(store, "skeleton", lambda: b"another"):
        later = Store(tmp_path, ProviderExchange)
        anew = sealed_in(later)
        assert opened_in(later, sealed) == opened_in(later, anew) == TEXT
        later.close()
    again = Store(tmp_path, ProviderExchange)
    assert opened_in(again, anew) == TEXT
    again.close()


def test_what_another_process_packs_with_a_certificate_that_it_has_just_met_is_read(
    kept: Store[ProviderExchange], demo_keys: Path
) -> None:
    text = quoted(demo_keys)
    with kept.database.look() as connection:
        other = Dictionary.opened(connection, kept.vault)
    kept.acquaint(load_key_pair(demo_keys, "ap-dk-01").certificate)
    sealed = sealed_in(kept, text)
    assert len(sealed) < 300 < len(text)
    with kept.database.look() as connection:
        assert other.packing(connection, kept.vault).open(sealed, PLACE) == text
        assert len(other.pack(text)) > 300, "what was met but not learned is not packed with"


def quoted(demo_keys: Path) -> bytes:
    """A text that is a certificate, as a record quotes it."""
    certificate = load_key_pair(demo_keys, "ap-dk-01").certificate
    return certificate.public_bytes(Encoding.PEM).strip().replace(b"\n", rb"\n")


def test_a_certificate_is_kept_once_however_often_it_is_met(kept: Store[ProviderExchange], demo_keys: Path) -> None:
    for _ in range(2):
        kept.acquaint(load_key_pair(demo_keys, "ap-dk-01").certificate)
    with kept.database.look() as connection:
        assert len(connection.execute(select(DICTIONARY)).all()) == 2
    text = quoted(demo_keys)
    assert len(sealed_in(kept, text)) < 300 < len(text)


def test_a_piece_that_another_hand_has_put_there_opens_nothing(tmp_path: Path) -> None:
    opened = Store(tmp_path, ProviderExchange)
    sealed = sealed_in(opened)
    assert opened_in(opened, sealed) == TEXT
    with opened.database.begin() as connection:
        forged = opened.vault.seal(b"forged", place(DICTIONARY, "of another name"))
        connection.execute(update(DICTIONARY).values(sealed=forged))
    opened.close()
    with pytest.raises(ConfigurationError, match="not in the place"):
        Store(tmp_path, ProviderExchange)


def test_without_its_dictionary_a_journal_is_not_readable_and_its_store_says_which_piece_is_lost(
    asked: TwoSides,
) -> None:
    directory, database = asked.provider_store._directory, asked.provider_store.database
    assert examine_journal(directory).faults == ()
    with database.look() as connection:
        pieces = connection.execute(select(DICTIONARY.c.name, DICTIONARY.c.sealed)).all()
    with database.begin() as connection:
        connection.execute(delete(DICTIONARY))
    assert {fault.says for fault in examine_journal(directory).faults} == {
        "entries 1 to 4 are not readable with the keys at hand"
    }
    vault = asked.provider_store.vault
    with database.look() as connection:
        number, content = connection.execute(select(JOURNAL.c.number, JOURNAL.c.content).limit(1)).one()
        emptied = Dictionary.opened(connection, vault).packing(connection, vault)
        with pytest.raises(ConfigurationError, match="has lost the piece"):
            emptied.open(content, place(JOURNAL, number))
    with database.begin() as connection:
        connection.execute(DICTIONARY.insert(), [row._asdict() for row in pieces])
    assert examine_journal(directory).faults == ()


def test_a_receipt_is_packed_and_handed_out_as_it_was_signed(asked: TwoSides) -> None:
    opened = asked.provider_store
    with opened.database.look() as connection:
        party, message, packed = connection.execute(select(INBOX.c.party_id, INBOX.c.message_id, INBOX.c.receipt)).one()
    with opened.look() as unit:
        received = unit.received(party, message)
    assert received is not None
    assert received.receipt.startswith(b"<S12:Envelope")
    assert len(packed) < len(received.receipt) / 6
