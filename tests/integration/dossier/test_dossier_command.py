"""`oots dossier` as one types it: from a run or a journal to a file, and to three answers elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from oots.cli import Exit, main
from oots.dossier.export import export
from tests.support import commands
from tests.support.doors import specimen_keys
from tests.support.dossiers import MADE, SAMPLES, flipped, members_of, sample_dossier, sample_material, with_members

TRUST = SAMPLES / "bopaelsattest" / "trust.pem"
BELIEVED = ("--trust", TRUST, "--specimens")


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


Type = Callable[..., Said]


@pytest.fixture
def oots(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    def typed(*words: str | Path) -> Said:
        monkeypatch.setattr("sys.argv", ["oots", "dossier", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return typed


@dataclass(frozen=True)
class Ran:
    out: Path
    state: Path
    exchange_id: str


def run(folder: Path, edm: str) -> Ran:
    done = commands.oots("run", "bopaelsattest", "--out", folder / "d", "--state", folder / "state", "--edm", edm)
    assert done.returncode == Exit.GOOD, done.stderr
    told = json.loads((folder / "d" / "exchange.json").read_text(encoding="utf-8"))
    return Ran(folder / "d", folder / "state", told["exchange_id"])


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("ran"), "v2.0")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "sample.zip"
    file.write_bytes(sample_dossier())
    return file


def yes_three_times(oots: Type, file: Path, trust: Path) -> dict[str, Any]:
    done = oots("verify", file, "--trust", trust, "--json")
    assert done.returncode == Exit.GOOD, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert [each["answer"] for each in told["answers"]] == ["yes", "yes", "yes"]
    assert told["faults"] == []
    return dict(told)


def test_a_run_becomes_a_dossier_that_says_yes_three_times_elsewhere(oots: Type, ran: Ran, tmp_path: Path) -> None:
    done = oots("export", ran.out, "-o", tmp_path / "d.zip")
    assert done.returncode == Exit.GOOD, done.stderr
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "d.zip", elsewhere)
    yes_three_times(oots, elsewhere / "d.zip", ran.out / "trust.pem")
    content = (tmp_path / "d.zip").read_bytes()
    assert b"PRIVATE KEY" not in content
    (tmp_path / "e.zip").write_bytes(flipped(content))
    broken = oots("verify", tmp_path / "e.zip", "--trust", ran.out / "trust.pem")
    assert broken.returncode == Exit.BAD
    assert "NOT WHOLE" in broken.stdout


@pytest.mark.parametrize(("folder", "signer"), [("", "AP_LT_01"), ("requester", "AP_LT_01"), ("provider", "AP_DK_01")])
def test_an_exchange_of_a_journal_becomes_one_and_the_journal_stays_as_it_is(
    oots: Type, ran: Ran, tmp_path: Path, folder: str, signer: str
) -> None:
    before = {file: file.read_bytes() for file in ran.state.rglob("*") if file.is_file()}
    done = oots("export", ran.exchange_id, "--state", ran.state / folder, "-o", tmp_path / "d.zip")
    assert done.returncode == Exit.GOOD, done.stderr
    after = {file: file.read_bytes() for file in ran.state.rglob("*") if file.is_file()}
    assert {file: content for file, content in after.items() if file in before} == before
    told = yes_three_times(oots, tmp_path / "d.zip", ran.out / "trust.pem")
    assert told["signer"] == signer
    assert "2 are not kept" in told["answers"][0]["en"]


def test_a_side_that_calls_the_exchange_otherwise_is_found_by_its_messages(oots: Type, tmp_path: Path) -> None:
    """In 1.0 the messages do not name the exchange, and the provider gives it an id of its own."""
    earlier = run(tmp_path, "v1.0")
    apart = oots("export", earlier.exchange_id, "--state", earlier.state / "provider", "-o", tmp_path / "apart.zip")
    assert apart.returncode == Exit.UNREADABLE
    done = oots("export", earlier.exchange_id, "--state", earlier.state, "-o", tmp_path / "d.zip")
    assert done.returncode == Exit.GOOD, done.stderr
    yes_three_times(oots, tmp_path / "d.zip", earlier.out / "trust.pem")
    members = members_of((tmp_path / "d.zip").read_bytes())
    context, preview = (json.loads(members[name]) for name in ("context.json", "preview.json"))
    assert context["sources"] == ["the journal of provider", "the journal of requester"]
    assert "put together again" in context["messages"]
    assert preview["decision"] == "accept"
    assert preview["decided_at"]


def test_another_authority_s_anchor_believes_nothing_of_it(oots: Type, ran: Ran, tmp_path: Path) -> None:
    oots("export", ran.out, "-o", tmp_path / "d.zip")
    done = oots("verify", tmp_path / "d.zip", *BELIEVED)
    assert done.returncode == Exit.BAD
    assert "no valid path to a trusted authority" in done.stdout


def test_an_exchange_that_no_journal_knows_is_not_found(oots: Type, ran: Ran, tmp_path: Path) -> None:
    done = oots("export", "nobody", "--state", ran.state, "-o", tmp_path / "d.zip")
    assert done.returncode == Exit.UNREADABLE
    assert "no journal" in done.stderr
    assert not (tmp_path / "d.zip").exists()


def test_a_run_without_its_key_becomes_no_dossier(oots: Type, tmp_path: Path) -> None:
    done = oots("export", SAMPLES / "bopaelsattest", "-o", tmp_path / "d.zip", "--specimens")
    assert done.returncode == Exit.UNREADABLE
    assert "name a folder with --keys" in done.stderr
    keys = ("--keys", specimen_keys())
    good = oots("export", SAMPLES / "bopaelsattest", "-o", tmp_path / "d.zip", "--specimens", *keys)
    assert good.returncode == Exit.GOOD, good.stderr


def test_a_file_that_is_there_is_not_written_over(oots: Type, sample: Path) -> None:
    before = sample.read_bytes()
    done = oots("export", SAMPLES / "bopaelsattest", "-o", sample)
    assert done.returncode == Exit.UNREADABLE
    assert "is there already" in done.stderr
    assert sample.read_bytes() == before


def test_what_is_neither_a_run_nor_an_id_with_a_state_is_refused(oots: Type, tmp_path: Path) -> None:
    done = oots("export", tmp_path, "-o", tmp_path / "d.zip")
    assert done.returncode == Exit.UNREADABLE
    assert "needs --state" in done.stderr


def test_without_an_anchor_it_says_so_and_exits_with_1(oots: Type, sample: Path) -> None:
    done = oots("verify", sample)
    assert done.returncode == Exit.BAD
    assert "signer not anchored" in done.stdout
    assert oots("verify", sample, *BELIEVED).returncode == Exit.GOOD


def test_revocation_that_is_expected_and_cannot_be_judged_is_named_and_exits_with_1(
    oots: Type, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "silent.zip").write_bytes(export(replace(sample_material(), answers=()), MADE))

    def typed(file: Path, *words: str) -> tuple[int, bool, bool]:
        done = oots("verify", file, *BELIEVED, "--json", *words)
        told = json.loads(done.stdout)
        return done.returncode, told["good"], told["revocation_judged"]

    assert typed(sample, "--expect-revocation") == (Exit.GOOD, True, True)
    assert typed(tmp_path / "silent.zip") == (Exit.GOOD, True, False)
    assert typed(tmp_path / "silent.zip", "--expect-revocation") == (Exit.BAD, False, False)
    said = oots("verify", tmp_path / "silent.zip", *BELIEVED, "--expect-revocation").stdout
    assert "REVOCATION NOT JUDGED: no answer in the dossier says whether the certificate " in said
    assert "REVOCATION NOT JUDGED: nobody has said" in oots("verify", sample, "--expect-revocation").stdout
    assert "NOT JUDGED" not in oots("verify", sample, *BELIEVED, "--expect-revocation").stdout


def test_a_changed_file_is_named_with_the_reason(oots: Type, sample: Path, tmp_path: Path) -> None:
    name = "messages/02/receipt.xml"
    changed = with_members(sample.read_bytes(), lambda members: members.update({name: flipped(members[name])}))
    (tmp_path / "changed.zip").write_bytes(changed)
    done = oots("verify", tmp_path / "changed.zip", *BELIEVED, "--json")
    assert done.returncode == Exit.BAD
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["file"] == name
    assert fault["why"].startswith("changed: sha256 ")


def test_what_is_no_dossier_is_unreadable(oots: Type, tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_bytes(b"no zip")
    for words in (("verify", tmp_path / "no.zip"), ("verify", tmp_path / "absent.zip"), ("verify", tmp_path)):
        done = oots(*words)
        assert done.returncode == Exit.UNREADABLE
        assert len(done.stderr.splitlines()) == 1


def test_diff_names_what_differs_and_exits_with_1(oots: Type, sample: Path, tmp_path: Path) -> None:
    (tmp_path / "redacted.zip").write_bytes(sample_dossier(redaction="council"))
    assert oots("diff", sample, sample).returncode == Exit.GOOD
    done = oots("diff", sample, tmp_path / "redacted.zip")
    assert done.returncode == Exit.BAD
    assert "evidence/04-02.pdf: present in the first, withheld in the second, the same digest" in done.stdout
    (tmp_path / "broken.zip").write_bytes(flipped(sample.read_bytes()))
    assert oots("diff", sample, tmp_path / "broken.zip").returncode == Exit.UNREADABLE
