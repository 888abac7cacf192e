"""What lies on disk tells nothing without the key, and the commands that look after it say how it stands."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app
from oots.database.sqlite import DATABASE
from oots.deployment.at_rest import Retention, purge_folder
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journal_report import examine_journal
from oots.exchange.schema import JOURNAL
from oots.exchange.store import VAULT_KEY, Store
from oots.model.clock import AdvancedClock, FrozenClock, SystemClock
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.web.sessions import SessionStore
from tests.support.at_rest import AtRest, reopened, session_of
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, START, TwoSides

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped provider's, with something purged and evidence that waits."""
    return AtRest(tmp_path).copy()


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def emptied(folder: Path) -> None:
    for file in folder.glob(f"{DATABASE}*"):
        file.unlink()
    (folder / "journal.head").unlink()
    Store(folder, ProviderExchange).close()


def test_no_byte_on_disk_tells_of_a_person_the_evidence_or_a_session(town: TwoSides, tmp_path: Path) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    store = town.provider_store
    session = session_of("Solvej")
    name = SessionStore(store.database, store.vault, town.clock, HOUR).keep(session)
    secrets = (name or "", session.csrf_token, token)
    SessionStore(store.database, store.vault, town.clock, HOUR).keep(session)
    town.space.decide(token, [0])
    town.run()

    folders = (tmp_path / "provider", tmp_path / "requester")
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and file.name != VAULT_KEY]
    assert {DATABASE, f"{DATABASE}-wal"} <= {file.name for file in files}
    stored = b"".join(file.read_bytes() for file in files)
    assert exchange_id.encode() in stored
    told = ("Prøvesen", "Solvej", "1984-06-12", "0f6b2c1dsolvej", "Åboulevarden", *secrets)
    for clear in (*(each.encode() for each in told), DOCUMENT, READABLE):
        assert len(clear) > 5
        assert clear not in stored
        assert b64encode(clear)[:-4] not in stored


# --- oots journal verify ---


def test_a_whole_journal_is_good_and_tells_of_its_purges(folder: Path) -> None:
    done = typed("journal", "verify", folder)
    assert done.exit_code == Exit.GOOD
    assert ": whole" in done.output
    assert "10 entries (1 to 10) purged at 2027-10-06" in done.output


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c%20?d"
    with closing(Store(folder, object)) as store, store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))
    assert examine_journal(folder, None).entries == 1


def test_a_journal_can_be_verified_while_its_service_runs(folder: Path) -> None:
    with reopened(folder) as store, store.begin():
        assert typed("journal", "verify", folder).exit_code == Exit.GOOD


def spoil(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
        database.execute("DROP TRIGGER journal_keeps_what_it_says")
        database.execute("UPDATE journal SET at = '2020' WHERE number = (SELECT max(number) FROM journal)")


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (lambda folder: None, Exit.GOOD, "whole"),
        (spoil, Exit.BAD, "NOT WHOLE"),
        (lambda folder: (folder / VAULT_KEY).unlink(), Exit.UNREADABLE, "is missing"),
        (lambda folder: (folder / VAULT_KEY).chmod(0o644), Exit.UNREADABLE, "must be 0600"),
        (lambda folder: (folder / VAULT_KEY).write_bytes(b"no key"), Exit.UNREADABLE, "holds no key"),
        (
            lambda folder: (folder / DATABASE).write_bytes(b"no database" * 99),
            Exit.UNREADABLE,
            "no store that can be read",
        ),
        (emptied, Exit.NOTHING_CHECKED, "no entries"),
    ],
    ids=["whole", "altered", "no key", "open key", "broken key", "broken database", "empty"],
)
def test_the_exit_code_says_how_a_journal_stands(
    folder: Path, change: Callable[[Path], object], code: Exit, says: str
) -> None:
    change(folder)
    done = typed("journal", "verify", folder)
    assert done.exit_code == code, done.output
    assert says in done.output


def test_of_several_services_the_worst_counts_and_each_is_told_of(tmp_path: Path) -> None:
    town = AtRest(tmp_path / "town")
    good, bad = town.copy(), town.copy()
    spoil(bad)
    done = typed("journal", "verify", tmp_path / "town", "--json")
    assert done.exit_code == Exit.BAD
    told = {Path(each["folder"]): each["whole"] for each in json.loads(done.output)["journals"]}
    assert told == {good: True, bad: False}


def test_a_key_elsewhere_is_named_by_option_or_environment(folder: Path, tmp_path: Path) -> None:
    elsewhere = (folder / VAULT_KEY).rename(tmp_path / "provider.key")
    assert typed("journal", "verify", folder).exit_code == Exit.UNREADABLE
    assert typed("journal", "verify", folder, "--key", elsewhere).exit_code == Exit.GOOD
    named = CliRunner().invoke(app, ["journal", "verify", str(folder)], env={"OOTS_VAULT_KEY": str(elsewhere)})
    assert named.exit_code == Exit.GOOD


# --- oots journal purge, and the service itself ---


def later(by: timedelta) -> AdvancedClock:
    clock = AdvancedClock(FrozenClock(START))
    clock.advance(by)
    return clock


def test_a_folder_is_purged_unless_its_service_runs(folder: Path) -> None:
    clock = later(timedelta(days=800))
    with reopened(folder), pytest.raises(ConfigurationError, match="in use by another process"):
        purge_folder(folder, None, clock, None)
    done = purge_folder(folder, None, clock, None)
    assert done is not None
    report = examine_journal(folder)
    assert report.faults == ()
    assert (report.entries, report.purges[0].what) == (1, done)


def test_the_purge_command_says_what_it_did_and_finds_nothing_in_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    done = typed("journal", "purge", folder)
    assert (done.exit_code, "nothing to purge" in done.output) == (Exit.GOOD, True)
    (tmp_path / "empty").mkdir()
    nothing = typed("journal", "purge", tmp_path / "empty")
    assert (nothing.exit_code, "no store here" in nothing.output) == (Exit.NOTHING_CHECKED, True)


def test_the_examples_of_the_purge_command_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").mkdir()
    AtRest(tmp_path / "state").copy().rename(tmp_path / "state" / "provider")
    monkeypatch.chdir(tmp_path)
    told = typed("journal", "purge", "--help").output
    assert "younger than twelve months" in " ".join(told.replace("│", " ").split())
    examples = [line.partition("oots ")[2].split() for line in told.splitlines() if "Example: " in line]
    assert len(examples) == 2
    for words in examples:
        assert typed(*words).exit_code == Exit.GOOD
    within = typed("journal", "purge", "state/provider", "--before", f"{SystemClock().now():%Y-%m-%d}")
    assert isinstance(within.exception, ConfigurationError)
    assert "kept for twelve months" in str(within.exception)


def test_a_service_purges_its_store_and_its_sessions(folder: Path) -> None:
    clock = later(timedelta(days=800))
    with closing(Store(folder, ProviderExchange, clock=clock)) as store:
        sessions = SessionStore(store.database, store.vault, clock, HOUR)
        Retention(store, sessions, clock).purge()
        with store.engine.begin() as connection:
            told = connection.execute(JOURNAL.select()).mappings().all()
            kept = connection.exec_driver_sql("SELECT count(*) FROM web_session").scalar_one()
    assert ([row["entry"] for row in told], kept) == ([Entry.JOURNAL_PURGED], 0)


def test_a_purge_that_fails_keeps_no_service_from_its_work(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = later(timedelta(days=800))
    with closing(Store(folder, ProviderExchange, clock=clock)) as store:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE inbox")
        Retention(store, SessionStore(store.database, store.vault, clock, HOUR), clock).purge()
        with store.engine.begin() as connection:
            kept = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
    assert kept > 1
    assert "nothing is purged today: UnavailableError" in caplog.text


# --- oots vault rotate ---


def test_the_rotate_command_counts_and_leaves_a_whole_journal(folder: Path) -> None:
    before = (folder / VAULT_KEY).read_bytes()
    done = typed("vault", "rotate", folder)
    assert done.exit_code == Exit.GOOD
    assert "rows and files are under a new key" in done.output
    (folder / "empty").mkdir()
    nothing = typed("vault", "rotate", folder / "empty")
    assert (nothing.exit_code, "no store here" in nothing.output) == (Exit.NOTHING_CHECKED, True)
    assert (folder / VAULT_KEY).read_bytes() != before
    assert typed("journal", "verify", folder).exit_code == Exit.GOOD
