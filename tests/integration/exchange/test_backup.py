"""Backups are whole although the service goes on, and are restored wholly or not at all."""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app
from oots.database.sqlite import DATABASE
from oots.exchange import backup, restore, standstill
from oots.exchange.backup import MANIFEST, back_up
from oots.exchange.journal_report import examine_journal
from oots.exchange.restore import BrokenJournalError, Wanted
from oots.exchange.store import FILES, VAULT_KEY
from oots.model.clock import FrozenClock
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, START, TwoSides, two_sides

CLOCK = FrozenClock(START)


class KilledError(BaseException):
    """Stands for a process that dies: nothing catches it."""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> Iterator[tuple[TwoSides, Path, str, str]]:
    """Both sides in a folder while they run, with evidence that waits for its person in the provider's preview."""
    folder = tmp_path_factory.mktemp("asked")
    town = two_sides(folder, demo_keys)
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    yield town, folder, exchange_id, token
    town.provider_store.close()
    town.requester_store.close()


@pytest.fixture(scope="module")
def made(asked: tuple[TwoSides, Path, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Backups of both, made while both run."""
    folder = tmp_path_factory.mktemp("made")
    for side in ("requester", "provider"):
        back_up(asked[1] / side, folder / side, START)
    return folder


@pytest.fixture
def key(asked: tuple[TwoSides, Path, str, str]) -> Path:
    return asked[1] / "provider" / VAULT_KEY


def test_a_restored_exchange_goes_on_to_its_end(
    asked: tuple[TwoSides, Path, str, str], made: Path, tmp_path: Path, demo_keys: Path
) -> None:
    _, folder, exchange_id, token = asked
    for side in ("requester", "provider"):
        restore.restore(made / side, tmp_path / side, CLOCK, Wanted(key=folder / side / VAULT_KEY))
        assert examine_journal(tmp_path / side).faults == ()
    again = two_sides(tmp_path, demo_keys)
    try:
        assert [whole(again.space.content(token, 0, each)[1]) for each in (0, 1)] == [DOCUMENT, READABLE]
        again.space.decide(token, [0])
        again.run()
        with again.requester_store.begin() as unit:
            kept = unit.find(exchange_id)
            assert kept is not None
            assert kept.state == "delivered"
    finally:
        again.provider_store.close()
        again.requester_store.close()
    with closing(sqlite3.connect(tmp_path / "provider" / DATABASE)) as database:
        rows = database.execute("SELECT count(*) FROM journal WHERE entry = 'journal-restored'").fetchone()
    assert rows == (1,)
    assert {path.name for path in (tmp_path / "provider").iterdir()} >= {DATABASE, FILES, VAULT_KEY, "journal.head"}
    assert not (tmp_path / "provider" / ".restoring").exists()


def test_what_the_snapshot_names_is_in_the_backup_although_it_is_deleted_meanwhile(
    tmp_path: Path, demo_keys: Path
) -> None:
    town = two_sides(tmp_path, demo_keys)
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    named = names(tmp_path / "provider" / FILES)
    assert len(named) == 2
    write = standstill._write

    def write_late(*given: object) -> None:
        """The person decides, and all is delivered and deleted, before the first page is copied."""
        town.space.decide(token, [0])
        town.run()
        write(*given)  # type: ignore[arg-type]

    with patch.object(standstill, "_write", write_late):
        back_up(tmp_path / "provider", tmp_path / "backup", START)
    assert not named & names(tmp_path / "provider" / FILES)
    assert names(tmp_path / "backup" / FILES) == named
    restore.restore(
        tmp_path / "backup", tmp_path / "again" / "provider", CLOCK, Wanted(key=tmp_path / "provider" / VAULT_KEY)
    )
    town.provider_store.close()
    town.requester_store.close()
    again = two_sides(tmp_path / "again", demo_keys)
    assert whole(again.space.content(token, 0, 0)[1]) == DOCUMENT
    again.provider_store.close()
    again.requester_store.close()
    assert not (tmp_path / "provider" / standstill._PINS).exists()


def test_nobody_commits_while_the_files_are_noted(asked: tuple[TwoSides, Path, str, str], tmp_path: Path) -> None:
    provider, heard = asked[1] / "provider", []
    pinned = standstill._pinned

    def write() -> str:
        with closing(sqlite3.connect(provider / DATABASE, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as fault:
                return str(fault)
        return "free"

    def listening(*given: Path) -> Iterator[Path]:
        heard.append(write())
        return pinned(*given)

    with patch.object(standstill, "_pinned", listening):
        back_up(provider, tmp_path / "backup", START)
    assert [*heard, write()] == ["database is locked", "free"]


def changed(part: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = next(iter(sorted(folder.glob(part))))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return change


def lost(part: str) -> Callable[[Path], None]:
    return lambda folder: next(iter(sorted(folder.glob(part)))).unlink()


def renamed(path: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        said = json.loads((folder / MANIFEST).read_text())
        said["parts"][0]["path"] = path
        (folder / MANIFEST).write_text(json.dumps(said))

    return change


def of_another_form(folder: Path) -> None:
    said = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(said.replace("oots-backup-1", "oots-backup-2"))


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (changed(DATABASE), r"store\.sqlite is damaged"),
        (changed("journal.head"), r"journal\.head is damaged"),
        (changed("files/*"), r"files/\w+ is damaged"),
        (lost(DATABASE), r"store\.sqlite is missing"),
        (lost("files/*"), r"files/\w+ is missing"),
        (lost(MANIFEST), "no whole backup"),
        (lambda folder: (folder / MANIFEST).write_text("{"), r"backup\.json is damaged"),
        (of_another_form, r"backup\.json is damaged, or of a version"),
        (renamed("../../evil"), "names '../../evil', which is no part"),
        (renamed("files/../../evil"), "which is no part"),
        (renamed("/etc/passwd"), "which is no part"),
    ],
)
def test_a_damaged_backup_is_refused_by_name_and_leaves_nothing(
    made: Path, key: Path, tmp_path: Path, damage: Callable[[Path], object], names: str
) -> None:
    copy = Path(shutil.copytree(made / "provider", tmp_path / "backup"))
    restore.restore(copy, tmp_path / "control", CLOCK, Wanted(key=key))
    damage(copy)
    with pytest.raises(ConfigurationError, match=names):
        restore.restore(copy, tmp_path / "state", CLOCK, Wanted(key=key))
    assert not (tmp_path / "state").exists()


def test_a_key_that_does_not_fit_or_is_not_there_restores_nothing(
    asked: tuple[TwoSides, Path, str, str], made: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="does not open with this key"):
        restore.restore(made / "provider", tmp_path / "state", CLOCK, Wanted(key=asked[1] / "requester" / VAULT_KEY))
    with pytest.raises(ConfigurationError, match="name its file with --key"):
        restore.restore(made / "provider", tmp_path / "state", CLOCK)
    assert not (tmp_path / "state").exists()


def test_a_store_that_is_there_is_never_overwritten(made: Path, key: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    restore.restore(made / "provider", state, CLOCK, Wanted(key=key))
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    with pytest.raises(ConfigurationError, match="into an empty folder only"):
        restore.restore(made / "provider", state, CLOCK)
    assert {path: path.read_bytes() for path in state.rglob("*") if path.is_file()} == before


def test_a_folder_with_its_key_alone_is_empty_enough_and_keeps_it(made: Path, key: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    shutil.copy(key, state / VAULT_KEY)
    with pytest.raises(ConfigurationError, match="is there already"):
        restore.restore(made / "provider", state, CLOCK, Wanted(key=key))
    assert [path.name for path in state.iterdir()] == [VAULT_KEY]
    restore.restore(made / "provider", state, CLOCK)
    assert (state / VAULT_KEY).read_bytes() == key.read_bytes()


def test_a_folder_in_use_is_left_alone(asked: tuple[TwoSides, Path, str, str], made: Path, key: Path) -> None:
    with pytest.raises(ConfigurationError, match="is in use by another process"):
        restore.restore(made / "provider", asked[1] / "provider", CLOCK, Wanted(key=key))


def test_a_backup_with_its_key_needs_no_other(
    asked: tuple[TwoSides, Path, str, str], key: Path, tmp_path: Path
) -> None:
    back_up(asked[1] / "provider", tmp_path / "backup", START, key=key)
    restore.restore(tmp_path / "backup", tmp_path / "state", CLOCK)
    assert (tmp_path / "state" / VAULT_KEY).read_bytes() == key.read_bytes()
    assert (tmp_path / "state" / VAULT_KEY).stat().st_mode & 0o777 == 0o600


def test_nobody_else_may_read_a_backup(made: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in (made / "provider", *(made / "provider").rglob("*"))} == {0}


@pytest.mark.parametrize("fault", [KilledError(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_backup_that_is_broken_off_leaves_nothing_and_can_be_made_again(
    asked: tuple[TwoSides, Path, str, str], tmp_path: Path, fault: BaseException
) -> None:
    provider = asked[1] / "provider"
    with patch.object(backup, "copied", side_effect=fault), pytest.raises(type(fault)):
        back_up(provider, tmp_path / "backup", START)
    assert list(tmp_path.iterdir()) == []
    assert not (provider / standstill._PINS).exists()
    left = provider / standstill._PINS / FILES  # as a killed process leaves it
    left.mkdir(parents=True)
    (left / "gone").write_bytes(b"of another time")
    back_up(provider, tmp_path / "backup", START)
    assert not (tmp_path / "backup" / FILES / "gone").exists()
    assert not left.exists()


@pytest.mark.parametrize("where", ["_note", "_place"])
def test_a_restore_that_is_broken_off_leaves_nothing_and_can_be_made_again(
    made: Path, key: Path, tmp_path: Path, where: str
) -> None:
    with patch.object(restore, where, side_effect=KilledError), pytest.raises(KilledError):
        restore.restore(made / "provider", tmp_path / "state", CLOCK, Wanted(key=key))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "state" / ".restoring" / FILES).mkdir(parents=True)  # as a killed process leaves it
    (tmp_path / "state" / FILES).mkdir()
    (tmp_path / "state" / FILES / "gone").write_bytes(b"of another time")
    restore.restore(made / "provider", tmp_path / "state", CLOCK, Wanted(key=key))
    assert not (tmp_path / "state" / FILES / "gone").exists()
    assert examine_journal(tmp_path / "state").faults == ()


def test_a_journal_that_was_not_whole_is_restored_only_if_somebody_wants_that(
    made: Path, key: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    restore.restore(made / "provider", state, CLOCK, Wanted(key=key))
    with closing(sqlite3.connect(state / DATABASE)) as database, database:
        database.execute("DROP TRIGGER journal_keeps_twelve_months")
        database.execute("DELETE FROM journal WHERE number = 2")
    back_up(state, tmp_path / "backup", START)
    with pytest.raises(BrokenJournalError) as refusal:
        restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK, Wanted(key=key))
    assert [fault.first for fault in refusal.value.report.faults] == [2]
    assert not (tmp_path / "again").exists()
    restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK, Wanted(key=key, broken=True))
    assert [fault.first for fault in examine_journal(tmp_path / "again").faults] == [2]


def oots(*words: str | Path, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words], env={"OOTS_VAULT_KEY": None, **environment})
    if isinstance(done.exception, ConfigurationError):
        return Exit.UNREADABLE, str(done.exception)
    return done.exit_code, done.output


def test_a_town_is_backed_up_and_restored_by_commands(asked: tuple[TwoSides, Path, str, str], tmp_path: Path) -> None:
    status, said = oots("backup", asked[1], tmp_path / "b")
    assert status == Exit.GOOD
    assert f"without its key: keep {asked[1] / 'provider' / VAULT_KEY} elsewhere" in said
    assert {path.name for path in (tmp_path / "b").iterdir()} == {"requester", "provider"}
    key = asked[1] / "provider" / VAULT_KEY
    status, said = oots("restore", tmp_path / "b" / "provider", tmp_path / "state", "--key", key)
    assert status == Exit.GOOD
    assert "files restored" in said
    assert oots("journal", "verify", tmp_path / "state")[0] == Exit.GOOD


def test_commands_refuse_with_one_line(asked: tuple[TwoSides, Path, str, str], tmp_path: Path) -> None:
    provider = asked[1] / "provider"
    assert oots("backup", tmp_path, tmp_path / "b") == (Exit.UNREADABLE, f"{tmp_path} holds no store")
    assert oots("backup", provider, tmp_path)[1] == f"{tmp_path} exists already; a backup is always a new folder"
    assert "lies in the folder" in oots("backup", provider, provider / "b")[1]
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / DATABASE).write_bytes(b"no database at all")
    assert "cannot be backed up (file is not a database)" in oots("backup", tmp_path / "x", tmp_path / "b")[1]
    assert "no whole backup" in oots("restore", tmp_path / "x", tmp_path / "y")[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]


def test_a_key_that_the_service_finds_elsewhere_stays_there(
    asked: tuple[TwoSides, Path, str, str], made: Path, tmp_path: Path
) -> None:
    key = str(asked[1] / "provider" / VAULT_KEY)
    status, _ = oots("restore", made / "provider", tmp_path / "state", OOTS_VAULT_KEY=key)
    assert status == Exit.GOOD
    assert not (tmp_path / "state" / VAULT_KEY).exists()
    assert oots("journal", "verify", tmp_path / "state", OOTS_VAULT_KEY=key)[0] == Exit.GOOD
