"""Each kept file is refused by `oots verify` for the reason that its attack declares, beside a good control."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app
from oots.exchange.verification import examine_file
from tests.attacks.catalogue import attacks
from tests.attacks.vectors import CONTROL, INDEX, LISTS, REVOKED, VECTORS, Vector, anchors, problem_of, read_index
from tests.support.two_sides import START

INDEXED = read_index(VECTORS)
NO_DOCTYPE = "a document type declaration is not accepted"  # such a file is not even looked at for a seal


def test_the_control_verifies() -> None:
    verdict = examine_file(VECTORS / CONTROL, anchors(VECTORS), START)
    assert (verdict.valid, verdict.signer) == (True, "AP_LT_01")


@pytest.mark.parametrize("vector", INDEXED, ids=lambda vector: vector.file)
def test_the_file_is_refused_for_the_reason_in_the_index(vector: Vector) -> None:
    assert problem_of(VECTORS / vector.file, anchors(VECTORS)) == vector.problem


def test_every_file_belongs_to_an_attack_and_says_what_that_attack_declares() -> None:
    declared = {each.name: each for each in attacks()}
    assert {file.name for file in VECTORS.iterdir()} == {
        CONTROL,
        INDEX,
        "trust.pem",
        *LISTS,
        *(vector.file for vector in INDEXED),
    }
    for vector in INDEXED:
        if vector.file != REVOKED:
            attack = declared[Path(vector.file).stem]
            assert (vector.area, vector.does) == (attack.area, attack.does), vector.file
            assert attack.why in vector.problem or vector.problem == NO_DOCTYPE, vector.file


def test_the_command_refuses_all_of_them_at_once() -> None:
    at = json.loads((VECTORS / INDEX).read_text())["at"]
    files = [str(VECTORS / vector.file) for vector in INDEXED]
    believing = ["--trust", str(VECTORS / "trust.pem"), "--specimens", "--at", at]
    with_lists = [argument for name in LISTS for argument in ("--crl", str(VECTORS / name))]
    done = CliRunner().invoke(app, ["verify", *files, *believing, *with_lists])
    refused = re.findall(r"^\S+: (?:.+: DOES NOT VERIFY: |not judged: )(.+)$", done.stdout, re.MULTILINE)
    assert (done.exit_code, sorted(refused)) == (Exit.UNREADABLE, sorted(vector.problem for vector in INDEXED))
    assert CliRunner().invoke(app, ["verify", str(VECTORS / CONTROL), *believing, *with_lists]).exit_code == 0
