"""Data at rest: somebody writes to the folder of a service, or puts an older state there, without having its key."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from oots.database.sqlite import DATABASE
from oots.exchange.store import FILES, VAULT_KEY
from oots.trust.vault import Vault
from tests.support.at_rest import NOTHING_SHOWN, SIGNED_OUT, AtRest, at_rest, pristine, reopened
from tests.support.attacks import Area, Refused, attack

NOT_WHOLE = "exit 1"
CANNOT_BE_READ = "exit 2"
APPEND_ONLY = "the journal is append-only"

journal = partial(attack, Area.AT_REST, at_rest, told=NOT_WHOLE)
sealed = partial(attack, Area.AT_REST, at_rest, told=NOTHING_SHOWN)


def middle() -> int:
    """The number of an entry that is neither the first nor the last."""
    return pristine().last - 3


def rewritten(stage: AtRest, *statements: str) -> Refused:
    """Run them in the database, with `:n` for an entry in the middle and `:last` for the last one."""

    def change(database: sqlite3.Connection) -> None:
        for statement in statements:
            done = database.execute(statement, {"n": middle(), "last": pristine().last})
            assert done.rowcount, f"nothing was changed by {statement}"

    return stage.noticed(stage.changed(change))


# --- entries ---


@journal(why="not as written")
def the_kind_of_an_entry_changed(stage: AtRest) -> Refused:
    """Drops the triggers and writes into an entry that the preview was refused instead of opened."""
    return rewritten(stage, "UPDATE journal SET entry = 'preview-refused' WHERE number = :n")


@journal(why="not as written")
def an_entry_moved_to_another_exchange(stage: AtRest) -> Refused:
    """Writes the id of another exchange into an entry."""
    return rewritten(stage, "UPDATE journal SET exchange_id = '0f8fad5b-d9cb-469f-a165-70867728950e' WHERE number = :n")


@journal(why="not as written")
def the_time_of_an_entry_moved(stage: AtRest) -> Refused:
    """Dates an entry back by a year, to have it purged."""
    return rewritten(stage, "UPDATE journal SET at = '2026' || substr(at, 5) WHERE number = :n")


@journal(why="not readable with the keys at hand")
def the_content_of_an_entry_changed(stage: AtRest) -> Refused:
    """Flips a byte in the sealed content of an entry."""

    def change(database: sqlite3.Connection) -> None:
        (content,) = database.execute("SELECT content FROM journal WHERE number = ?", (middle(),)).fetchone()
        flipped = content[:99] + bytes([content[99] ^ 1]) + content[100:]
        database.execute("UPDATE journal SET content = ? WHERE number = ?", (flipped, middle()))

    return stage.noticed(stage.changed(change))


@journal(why="not as written")
def the_content_of_another_entry(stage: AtRest) -> Refused:
    """Puts the genuine content of another entry into the place of one."""
    return rewritten(
        stage, "UPDATE journal SET content = (SELECT content FROM journal WHERE number = :n - 1) WHERE number = :n"
    )


@journal(why="missing")
def an_entry_removed_in_the_middle(stage: AtRest) -> Refused:
    """Drops the triggers and deletes an entry."""
    return rewritten(stage, "DELETE FROM journal WHERE number = :n")


@journal(why="not as written")
def an_entry_removed_and_the_others_numbered_anew(stage: AtRest) -> Refused:
    """Deletes an entry and closes the gap."""
    return rewritten(
        stage,
        "DELETE FROM journal WHERE number = :n",
        "UPDATE journal SET number = number - 1 WHERE number > :n",
    )


@journal(why="stands what was")
def two_entries_swapped(stage: AtRest) -> Refused:
    """Swaps two entries whole, links and all."""
    return rewritten(
        stage,
        "UPDATE journal SET number = -1 WHERE number = :n",
        "UPDATE journal SET number = :n WHERE number = :n + 1",
        "UPDATE journal SET number = :n + 1 WHERE number = -1",
    )


@journal(why="cut off at the end, as the head in the database says")
def the_last_entry_cut_off(stage: AtRest) -> Refused:
    """Deletes the last entry."""
    return rewritten(stage, "DELETE FROM journal WHERE number = :last")


@journal(why="cut off at the end, as the file journal.head says")
def the_last_entries_cut_off_with_the_head(stage: AtRest) -> Refused:
    """Cuts off the last entries and puts the head there that an older copy of the database had."""

    def change(database: sqlite3.Connection) -> None:
        database.execute("ATTACH ? AS earlier", (str(pristine().earlier / DATABASE),))
        database.execute("DELETE FROM journal WHERE number > (SELECT number FROM earlier.journal_head)")
        database.execute("DELETE FROM journal_head")
        database.execute("INSERT INTO journal_head SELECT * FROM earlier.journal_head")

    return stage.noticed(stage.changed(change))


@journal(why="what follows was added by another hand")
def an_entry_added_at_the_end(stage: AtRest) -> Refused:
    """Adds a copy of an entry, to have something happen twice."""
    return rewritten(
        stage,
        "INSERT INTO journal SELECT :last + 1, at, entry, exchange_id, message_id, purged_through, content, link"
        " FROM journal WHERE number = :n",
    )


@journal(why="not as written")
def an_entry_inserted_in_the_middle(stage: AtRest) -> Refused:
    """Numbers the last entry anew, and puts a copy of another one before it."""
    return rewritten(
        stage,
        "UPDATE journal SET number = :last + 1 WHERE number = :last",
        "INSERT INTO journal SELECT :last, at, entry, exchange_id, message_id, purged_through, content, link"
        " FROM journal WHERE number = :n",
    )


@journal(why="not readable with the keys at hand")
def an_entry_of_another_store(stage: AtRest) -> Refused:
    """Puts an entry of the requester's journal into the place of one of the provider's."""

    def change(database: sqlite3.Connection) -> None:
        database.execute("ATTACH ? AS other", (str(pristine().folder / "requester" / DATABASE),))
        row = database.execute(
            "SELECT at, entry, exchange_id, message_id, content, link FROM other.journal ORDER BY number LIMIT 1"
        ).fetchone()
        database.execute(
            "UPDATE journal SET at = ?, entry = ?, exchange_id = ?, message_id = ?, content = ?, link = ?"
            " WHERE number = ?",
            (*row, middle()),
        )

    return stage.noticed(stage.changed(change))


# --- links, heads and keys ---


def relinked(database: sqlite3.Connection, key: bytes) -> None:
    """Links made anew from an entry in the middle to the end, and the head with them, as well as `key` can."""
    rows = database.execute("SELECT number, content FROM journal WHERE number >= ? ORDER BY number", (middle(),))
    link = ""
    for number, content in rows.fetchall():
        link = hmac.new(key, f"{number} {link}".encode() + content, hashlib.sha256).hexdigest()
        database.execute("UPDATE journal SET link = ? WHERE number = ?", (link, number))
    seal = hmac.new(key, link.encode(), hashlib.sha256).hexdigest()
    database.execute("UPDATE journal_head SET link = ?, seal = ?", (link, seal))


@journal(why="not as written")
def links_made_anew_without_the_key(stage: AtRest) -> Refused:
    """Changes an entry and makes all links after it anew, with a key of his own."""

    def change(database: sqlite3.Connection) -> None:
        database.execute("UPDATE journal SET entry = 'preview-refused' WHERE number = ?", (middle(),))
        relinked(database, b"a key of the attacker's own")

    return stage.noticed(stage.changed(change))


@attack(Area.AT_REST, at_rest, told=CANNOT_BE_READ, why="does not open with this key")
def keys_of_the_links_of_his_own(stage: AtRest) -> Refused:
    """Makes the links anew and puts the key that he used into the table of keys, sealed under a key of his own."""
    key = b"a key of the attacker's own"

    def change(database: sqlite3.Connection) -> None:
        relinked(database, key)
        planted = Vault(Fernet.generate_key()).apart("journal chain").seal(key, "journal_key 0")
        database.execute("UPDATE journal_key SET sealed = ?", (planted,))

    return stage.noticed(stage.changed(change))


@attack(Area.AT_REST, at_rest, told=CANNOT_BE_READ, why="has lost the keys of its chain")
def the_keys_of_the_links_deleted(stage: AtRest) -> Refused:
    """Deletes the keys, so that no link can be checked."""
    return rewritten(stage, "DELETE FROM journal_key")


@journal(why="the head in the database was not sealed by this service")
def the_head_in_the_database_changed(stage: AtRest) -> Refused:
    """Writes into the head that the journal ended with the entry before."""
    return rewritten(
        stage,
        "DELETE FROM journal WHERE number = :last",
        "UPDATE journal_head SET number = :last - 1, link = (SELECT link FROM journal WHERE number = :last - 1)",
    )


@journal(why="the file journal.head is not the head of this journal")
def the_head_in_the_file_changed(stage: AtRest) -> Refused:
    """Writes another number into the file with the head."""
    folder = stage.copy()
    file = folder / "journal.head"
    number, _, rest = file.read_text().partition(" ")
    file.write_text(f"{int(number) - 1} {rest}")
    return stage.noticed(folder)


@journal(why="the file journal.head is missing")
def the_head_in_the_file_deleted(stage: AtRest) -> Refused:
    """Deletes the file with the head, so that an older database could take the place of this one."""
    folder = stage.copy()
    (folder / "journal.head").unlink()
    return stage.noticed(folder)


@attack(Area.AT_REST, at_rest, told=CANNOT_BE_READ, why="does not open with this key")
def another_key_file(stage: AtRest) -> Refused:
    """Puts a key of his own in the place of the service's."""
    folder = stage.copy()
    (folder / VAULT_KEY).write_bytes(Fernet.generate_key())
    return stage.noticed(folder)


# --- older states ---


def without_database(stage: AtRest) -> Path:
    folder = stage.copy()
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    return folder


@journal(why="cut off at the end, as the file journal.head says")
def an_older_database(stage: AtRest) -> Refused:
    """Puts an older copy of the whole database in its place."""
    folder = without_database(stage)
    shutil.copy(pristine().earlier / DATABASE, folder)
    return stage.noticed(folder)


@journal(why="the service found")
def an_older_database_before_a_start(stage: AtRest) -> Refused:
    """Puts an older database in its place and lets the service start, so that its heads are written anew."""
    folder = without_database(stage)
    shutil.copy(pristine().earlier / DATABASE, folder)
    with reopened(folder):
        pass
    return stage.noticed(folder)


@journal(why="the service found")
def a_journal_begun_anew(stage: AtRest) -> Refused:
    """Deletes the database and lets the service start with an empty one."""
    folder = without_database(stage)
    with reopened(folder):
        pass
    return stage.noticed(folder)


# --- purges ---


def forged_purge(database: sqlite3.Connection, through: int, at: str, content: bytes) -> None:
    """Add an entry that tells of a purge."""
    link = hashlib.sha256(content).hexdigest()
    row = (pristine().last + 1, at, "journal-purged", None, None, through, content, link)
    database.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


@journal(why="missing")
def a_purge_that_nobody_made(stage: AtRest) -> Refused:
    """Adds an entry that tells of a purge, dated so far ahead that the triggers let go of what stood before."""
    told = f'{{"purge": {{"first": 1, "last": {middle()}, "count": 1, "link": ""}}}}'.encode()

    def change(database: sqlite3.Connection) -> None:
        forged_purge(database, middle(), "2099-01-01T00:00:00.000Z", Fernet(Fernet.generate_key()).encrypt(told))
        assert database.execute("DELETE FROM journal WHERE number <= ?", (middle(),)).rowcount

    return stage.noticed(stage.changed(change, triggers=True))


@journal(why="missing")
def an_earlier_purge_told_again(stage: AtRest) -> Refused:
    """Copies the genuine entry of an earlier purge to the end, to explain why later entries are missing."""

    def change(database: sqlite3.Connection) -> None:
        (content,) = database.execute("SELECT content FROM journal WHERE purged_through IS NOT NULL").fetchone()
        database.execute("DELETE FROM journal WHERE number <= ? AND purged_through IS NULL", (middle(),))
        forged_purge(database, middle(), "2099-01-01T00:00:00.000Z", content)

    return stage.noticed(stage.changed(change))


@journal(why="not as written")
def a_purge_that_took_more(stage: AtRest) -> Refused:
    """Writes into the entry of a genuine purge that it went on for longer, and deletes the entries after it."""

    def change(database: sqlite3.Connection) -> None:
        (number,) = database.execute("SELECT number FROM journal WHERE purged_through IS NOT NULL").fetchone()
        database.execute("UPDATE journal SET purged_through = ? WHERE number = ?", (middle(), number))
        database.execute("DELETE FROM journal WHERE number > ? AND number <= ?", (number, middle()))

    return stage.noticed(stage.changed(change))


# --- with the triggers in place ---


def forbidden(stage: AtRest, statement: str, trigger: str) -> Refused:
    def change(database: sqlite3.Connection) -> None:
        database.execute(statement, {"n": middle()})

    with pytest.raises(sqlite3.IntegrityError) as refused:
        stage.changed(change, triggers=True)
    return Refused(str(refused.value), f"exchange.schema, trigger {trigger}", str(refused.value))


@attack(Area.AT_REST, at_rest, told=APPEND_ONLY, why=APPEND_ONLY)
def an_entry_changed_by_sql(stage: AtRest) -> Refused:
    """Changes an entry by SQL that was smuggled into the service."""
    return forbidden(stage, "UPDATE journal SET at = '2020' WHERE number = :n", "journal_keeps_what_it_says")


@attack(Area.AT_REST, at_rest, told=APPEND_ONLY, why=APPEND_ONLY)
def an_entry_deleted_by_sql(stage: AtRest) -> Refused:
    """Deletes an entry by SQL that was smuggled into the service."""
    return forbidden(stage, "DELETE FROM journal WHERE number = :n", "journal_keeps_twelve_months")


@attack(Area.AT_REST, at_rest, told=APPEND_ONLY, why=APPEND_ONLY)
def an_entry_replaced_by_sql(stage: AtRest) -> Refused:
    """Replaces an entry by SQL that was smuggled into the service."""
    statement = (
        "INSERT OR REPLACE INTO journal SELECT :n, at, entry, exchange_id, message_id, NULL, content, link"
        " FROM journal WHERE number = :n - 1"
    )
    return forbidden(stage, statement, "journal_only_grows")


# --- what is sealed ---


def a_file(stage: AtRest) -> tuple[str, str]:
    """The names of the same document's file in the exchange of the victim, and in the other one."""
    with reopened(stage.copy()) as store, store.begin() as unit:
        kept = [unit.find(each) for each in (pristine().waiting, pristine().other)]
        first, second = (each.record.files[0] for each in kept if each)
        return first, second


@sealed(why="does not open with its key")
def two_files_of_evidence_swapped(stage: AtRest) -> Refused:
    """Swaps the files of two persons' evidence, to see the other's."""
    first, second = a_file(stage)
    files = (folder := stage.copy()) / FILES
    (files / first).rename(files / "aside")
    (files / second).rename(files / first)
    (files / "aside").rename(files / second)
    return stage.shows_nothing(folder)


@sealed(why="does not open with its key")
def a_file_of_evidence_cut_short(stage: AtRest) -> Refused:
    """Cuts off the end of a file of evidence."""
    name, _ = a_file(stage)
    file = (folder := stage.copy()) / FILES / name
    file.write_bytes(file.read_bytes()[:-16])
    return stage.shows_nothing(folder)


@sealed(why="does not open with its key")
def a_byte_of_evidence_flipped(stage: AtRest) -> Refused:
    """Flips a bit in a file of evidence."""
    name, _ = a_file(stage)
    file = (folder := stage.copy()) / FILES / name
    content = bytearray(file.read_bytes())
    content[50] ^= 1
    file.write_bytes(content)
    return stage.shows_nothing(folder)


@sealed(why="not in the place")
def the_record_of_another_exchange(stage: AtRest) -> Refused:
    """Puts the record of somebody else's exchange into the place of his own, whose link he holds."""

    def change(database: sqlite3.Connection) -> None:
        done = database.execute(
            "UPDATE exchange SET record = (SELECT record FROM exchange WHERE exchange_id = ?) WHERE exchange_id = ?",
            (pristine().other, pristine().waiting),
        )
        assert done.rowcount == 1

    return stage.shows_nothing(stage.changed(change))


@sealed(why="not in the place")
def an_entry_in_the_place_of_a_record(stage: AtRest) -> Refused:
    """Puts the sealed content of an entry into the place of a record."""

    def change(database: sqlite3.Connection) -> None:
        done = database.execute(
            "UPDATE exchange SET record = (SELECT content FROM journal WHERE number = ?) WHERE exchange_id = ?",
            (middle(), pristine().waiting),
        )
        assert done.rowcount == 1

    return stage.shows_nothing(stage.changed(change))


@attack(Area.AT_REST, at_rest, told="nothing is sent", why="not in the place")
def a_waiting_message_for_another_partner(stage: AtRest) -> Refused:
    """Writes another partner as the addressee of evidence that waits to be sent."""

    def change(database: sqlite3.Connection) -> None:
        done = database.execute("UPDATE outbox SET party_id = 'AP_XX_09' WHERE state = 'waiting'")
        assert done.rowcount == 1

    return stage.sends_nothing(stage.changed(change))


@attack(Area.AT_REST, at_rest, told=SIGNED_OUT, why="that of None")
def the_session_of_another_person(stage: AtRest) -> Refused:
    """Puts the content of another visitor's session into his own, to be signed in as that person."""
    theirs, own = (hashlib.sha256(name.encode()).hexdigest() for name in pristine().sessions)

    def change(database: sqlite3.Connection) -> None:
        done = database.execute(
            "UPDATE web_session SET payload = (SELECT payload FROM web_session WHERE id_hash = ?) WHERE id_hash = ?",
            (theirs, own),
        )
        assert done.rowcount == 1

    return stage.knows_nobody(stage.changed(change))
