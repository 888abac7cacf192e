"""The commands as one types them: what they print, what they write, and the exit codes by which scripts branch."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oots.cli import Exit
from tests.support.commands import oots

EXPECTED = {"accept": "delivered", "decline": "nothing", "none": "lapsed"}
KINDS = {"accept": "response", "decline": "response", "none": "error"}


def in_a_process(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "oots", *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One run of each decision, the first in a process of its own."""
    folders = {decision: tmp_path_factory.mktemp("runs") / decision for decision in EXPECTED}
    for decision, folder in folders.items():
        type_in = in_a_process if decision == "accept" else oots
        done = type_in("run", "bopaelsattest", "--out", folder, "--decision", decision)
        assert done.returncode == Exit.GOOD, done.stderr
        assert f"outcome {EXPECTED[decision]} (expected {EXPECTED[decision]})" in done.stdout
    return folders


@pytest.mark.parametrize("decision", EXPECTED)
def test_a_run_leaves_four_messages_with_receipts_and_says_what_happened(runs: dict[str, Path], decision: str) -> None:
    folder = runs[decision]
    told = json.loads((folder / "exchange.json").read_text(encoding="utf-8"))
    assert (told["scenario"], told["edm"]) == ("bopaelsattest", "oots-edm:v2.0")
    assert told["outcome"] == told["expected"] == EXPECTED[decision]
    assert [message["kind"] for message in told["messages"]] == ["request", "error", "request", KINDS[decision]]
    for message in told["messages"]:
        body = (folder / message["mime"]).read_bytes().partition(b"\r\n\r\n")[2]
        assert hashlib.sha256(body).hexdigest() == message["sha256_body"]
        assert (folder / message["xml"]).read_bytes() in body
        assert (folder / message["receipt"]).is_file()
    by_id = {message["message_id"]: message["no"] for message in told["messages"]}
    assert [by_id.get(message["ref_to"]) for message in told["messages"]] == [None, 1, None, 3]
    assert told["preview"]["opened_at"]


@pytest.mark.parametrize("edm", ["v1.0", "v1.2"])
def test_a_run_in_an_earlier_version_says_so_and_delivers_what_people_can_read(tmp_path: Path, edm: str) -> None:
    done = oots("run", "bopaelsattest", "--out", tmp_path / "run", "--edm", edm)
    assert done.returncode == Exit.GOOD, done.stderr
    told = json.loads((tmp_path / "run" / "exchange.json").read_text(encoding="utf-8"))
    assert (told["edm"], told["outcome"]) == (f"oots-edm:{edm}", "delivered")
    assert [message["kind"] for message in told["messages"]] == ["request", "error", "request", "response"]
    for message in told["messages"]:
        assert f">oots-edm:{edm}<".encode() in (tmp_path / "run" / message["xml"]).read_bytes()
    (document,) = told["evidence"]
    assert document["media_type"] == "application/pdf"
    assert document["sha256_shown"] == document["sha256_received"]


@pytest.mark.parametrize("command", [("run", "bopaelsattest", "--out", "d"), ("demo",)])
def test_an_unknown_version_is_refused_with_the_known_ones(tmp_path: Path, command: tuple[str, ...]) -> None:
    refused = oots(*command, "--edm", "v9.9", cwd=tmp_path)
    assert refused.returncode == Exit.UNREADABLE
    assert all(f"'{known}'" in refused.stderr for known in ("v1.0", "v1.2", "v2.0"))
    assert not list(tmp_path.iterdir())


def test_accepted_evidence_has_the_digests_that_were_shown(runs: dict[str, Path]) -> None:
    told = json.loads((runs["accept"] / "exchange.json").read_text(encoding="utf-8"))
    assert [document["media_type"] for document in told["evidence"]] == ["application/xml", "application/pdf"]
    for document in told["evidence"]:
        content = (runs["accept"] / document["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == document["sha256_received"] == document["sha256_shown"]
    assert told["preview"]["decision"] == "accept"


@pytest.mark.parametrize(("decision", "decided"), [("decline", "decline"), ("none", None)])
def test_without_acceptance_no_evidence_arrives(runs: dict[str, Path], decision: str, decided: str | None) -> None:
    told = json.loads((runs[decision] / "exchange.json").read_text(encoding="utf-8"))
    assert told["evidence"] == []
    assert told["preview"]["decision"] == decided
    assert not (runs[decision] / "evidence").exists()
    written = [file for file in runs[decision].rglob("*") if file.is_file()]
    assert b"%PDF" not in b"".join(file.read_bytes() for file in written)


def test_a_declined_answer_is_success_with_an_empty_list_and_a_lapsed_one_is_0005(runs: dict[str, Path]) -> None:
    declined = (runs["decline"] / "04-response.xml").read_text(encoding="utf-8")
    assert "ResponseStatusType:Success" in declined
    assert re.search(r"<rim:RegistryObjectList[^>]*></rim:RegistryObjectList>", declined)
    assert 'code="EDM:ERR:0005"' in (runs["none"] / "04-error.xml").read_text(encoding="utf-8")


def test_everything_a_run_leaves_validates_and_verifies(runs: dict[str, Path]) -> None:
    for folder in runs.values():
        evidence = sorted(folder.glob("evidence/*"))
        validated = oots("validate", folder)
        assert validated.returncode == Exit.GOOD, validated.stdout
        signed = [*sorted(folder.glob("*.mime")), *sorted(folder.glob("*receipt.xml")), *evidence]
        verified = oots("verify", *signed, "--trust", folder / "trust.pem", "--json")
        assert verified.returncode == Exit.GOOD
        listed = json.loads(verified.stdout)["files"]
        assert all(file["valid"] for file in listed)
        assert {file["signer"] for file in listed} <= {"AP_LT_01", "AP_DK_01", "55133018"}


@pytest.mark.parametrize(
    "place",
    [b"<eb:ConversationId>", b"EvidenceResponseIdentifier", b"%PDF-"],
    ids=["header", "RegRep part", "PDF part"],
)
def test_a_flipped_byte_is_refused_by_verify(runs: dict[str, Path], tmp_path: Path, place: bytes) -> None:
    trust = runs["accept"] / "trust.pem"
    message = (runs["accept"] / "04-response.mime").read_bytes()
    file = tmp_path / "message.mime"
    file.write_bytes(message)
    assert oots("verify", file, "--trust", trust).returncode == Exit.GOOD
    flipped = bytearray(message)
    flipped[message.index(place) + len(place) + 2] ^= 1
    file.write_bytes(flipped)
    refused = oots("verify", file, "--trust", trust)
    assert refused.returncode == Exit.BAD
    assert "DOES NOT VERIFY" in refused.stdout


def test_a_document_without_a_signature_of_its_own_ends_with_5(runs: dict[str, Path]) -> None:
    trust = runs["accept"] / "trust.pem"
    assert oots("verify", runs["accept"] / "01-request.mime", "--trust", trust).returncode == Exit.GOOD
    unsigned = oots("verify", runs["accept"] / "01-request.xml", "--trust", trust)
    assert unsigned.returncode == Exit.NOTHING_CHECKED
    assert "no signature of its own" in unsigned.stdout


def test_another_trust_file_verifies_nothing(runs: dict[str, Path]) -> None:
    refused = oots("verify", runs["accept"] / "01-request.mime", "--trust", runs["decline"] / "trust.pem")
    assert refused.returncode == Exit.BAD


def test_specimens_verify_only_where_they_are_allowed() -> None:
    samples = Path(__file__).parents[2] / "evidence_samples" / "bopaelsattest"
    words = ("verify", samples / "01-request.mime", "--trust", samples / "trust.pem")
    assert oots(*words, "--specimens").returncode == Exit.GOOD
    refused = oots(*words)
    assert refused.returncode == Exit.BAD
    assert "specimen" in refused.stdout


def test_an_invalid_document_is_named_with_line_and_reason(runs: dict[str, Path], tmp_path: Path) -> None:
    lawful = (runs["accept"] / "01-request.xml").read_text(encoding="utf-8")
    file = tmp_path / "request.xml"
    file.write_text(lawful.replace("1984-06-12", "12 June 1984"), encoding="utf-8")
    report = oots("validate", file, "--json")
    assert report.returncode == Exit.BAD
    (document,) = json.loads(report.stdout)["files"]
    assert (document["kind"], document["version"], document["schema_valid"]) == ("request", "oots-edm:v2.0", False)
    assert (document["findings"][0]["rule"], document["findings"][0]["line"]) == ("XSD", 1)


def test_a_message_that_names_no_version_is_not_judged(runs: dict[str, Path], tmp_path: Path) -> None:
    lawful = (runs["accept"] / "01-request.xml").read_bytes()
    file = tmp_path / "request.xml"
    file.write_bytes(lawful.replace(b'name="SpecificationIdentifier"', b'name="SpecificationIdentifierX"'))
    report = oots("validate", file)
    assert report.returncode == Exit.UNREADABLE
    assert "SpecificationIdentifier says no version" in report.stdout


def test_validate_leaves_signatures_to_verify_and_says_so(runs: dict[str, Path]) -> None:
    message = oots("validate", runs["accept"] / "01-request.mime")
    assert message.returncode == Exit.GOOD
    assert "use oots verify" in message.stdout
    seal = oots("validate", runs["accept"] / "evidence" / "02.pdf")
    assert seal.returncode == Exit.UNREADABLE
    assert "oots verify" in seal.stdout


@pytest.mark.parametrize("content", [b"", b"no xml", b"<!DOCTYPE x><x/>", b"\x00\xff"], ids=repr)
def test_unreadable_files_end_with_2(runs: dict[str, Path], tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file.xml"
    file.write_bytes(content)
    trust = runs["accept"] / "trust.pem"
    assert oots("validate", file).returncode == Exit.UNREADABLE
    assert oots("verify", file, "--trust", trust).returncode == Exit.UNREADABLE
    assert oots("validate", file, runs["accept"] / "01-request.xml").returncode == Exit.UNREADABLE


def test_a_process_ends_with_the_code_and_the_words_of_its_command(tmp_path: Path) -> None:
    words = ("validate", tmp_path / "none.xml")
    alone, here = in_a_process(*words), oots(*words)
    assert (alone.returncode, alone.stdout, alone.stderr) == (here.returncode, here.stdout, here.stderr)
    assert "none.xml" in alone.stderr + alone.stdout


def test_a_missing_file_ends_with_2(runs: dict[str, Path], tmp_path: Path) -> None:
    assert oots("validate", tmp_path / "none.xml").returncode == Exit.UNREADABLE
    missing_trust = oots("verify", runs["accept"] / "01-request.mime", "--trust", tmp_path / "none.pem")
    assert missing_trust.returncode == Exit.UNREADABLE
    assert "none.pem" in missing_trust.stderr


def test_a_run_into_a_folder_that_holds_something_is_refused_and_touches_nothing(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copy(runs["accept"] / "trust.pem", tmp_path / "precious")
    refused = oots("run", "bopaelsattest", "--out", tmp_path)
    assert refused.returncode == Exit.UNREADABLE
    assert "not empty" in refused.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["precious"]


def test_keys_are_made_once_and_handed_out_singly(tmp_path: Path) -> None:
    assert oots("keys", "init", "--state", tmp_path).returncode == Exit.GOOD
    before = {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    assert oots("keys", "export", tmp_path / "out", "--state", tmp_path).returncode == Exit.GOOD
    assert {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()} == before
    private = {
        service: {key.name for key in (tmp_path / "out" / service).glob("*.key.pem")}
        for service in ("requester", "provider", "directories", "eid")
    }
    assert "seal-0751.key.pem" in private["provider"]
    assert private["requester"] & private["provider"] == {"tls.key.pem"}
    assert not any("ca" in name.split("-") for names in private.values() for name in names)


@pytest.mark.parametrize("words", [(), ("run",), ("keys",)], ids=["oots", "oots run", "oots keys"])
def test_a_command_without_words_shows_what_there_is(words: tuple[str, ...]) -> None:
    shown = oots(*words)
    assert "Usage" in shown.stdout + shown.stderr
    assert shown.returncode == Exit.UNREADABLE


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("demo",),
        ("run",),
        ("run", "bopaelsattest"),
        ("keys",),
        ("validate",),
        ("rules",),
        ("verify",),
        ("serve",),
        ("keys", "init"),
        ("keys", "export"),
    ],
    ids=lambda words: " ".join(("oots", *words)),
)
def test_each_command_explains_itself_with_an_example(words: tuple[str, ...]) -> None:
    shown = oots(*words, "--help")
    assert shown.returncode == Exit.GOOD
    assert "Example:" in shown.stdout


def test_a_command_does_not_wait_for_what_only_others_need() -> None:
    ask = "import sys; from oots.cli.commands import app; app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"

    def imported(*words: str) -> set[str]:
        done = subprocess.run([sys.executable, "-c", ask, *words], capture_output=True, text=True, check=True)
        return set(done.stdout.split()) & {"oots.validation.catalogue", "sqlalchemy", "fastapi"}

    assert imported("keys", "--help") == set()
    assert imported("rules", "R-EDM-REQ-S005") == {"oots.validation.catalogue"}
