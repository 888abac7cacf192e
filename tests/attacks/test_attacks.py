"""Every attack is refused as declared, with an accepted control before and after, and the table tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.attacks.catalogue import DOCUMENT, attacks, row
from tests.attacks.vectors import VECTORS, read_index, vector_of
from tests.support.attacks import Attack, try_out

KEPT = {Path(vector.file).stem for vector in read_index(VECTORS)}


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_the_attack_is_refused(attack: Attack[object], tmp_path: Path) -> None:
    refused = try_out(attack, tmp_path)
    assert row(attack, refused) in DOCUMENT.read_text().splitlines(), "docs/attacks.md is stale: make attacks"
    assert (vector_of(attack, refused) is not None) == (attack.name in KEPT), "the vectors are stale: make attacks"


def test_the_table_has_every_attack_and_no_other() -> None:
    told = re.findall(r"^\| ([a-z][^|]*) \| .*` \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert told == [each.name.replace("_", " ") for each in attacks()]
