"""All attacks: every module of this folder that declares some, and the table that tells of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attacks.vectors import Tried, write_vectors
from tests.support.attacks import ATTACKS, Area, Attack, Refused, try_out
from tests.support.doors import provider_door

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "attacks.md"
_NO_CASES = ("catalogue", "test_attacks", "test_vectors", "vectors")

_HEAD = """# Attacks

Each row was tried against a running service: the honest message or visit is accepted, one thing is changed (and signed
again, unless the signature is the subject), that is refused as the row says, nothing was released or changed by it, and
the honest way is accepted once more. *Caught by* is the function or rule in which the refusal began, as measured.
A row's attack is the function of that name in `tests/attacks/`. `make attacks` writes this page anew.
"""

_COLUMNS = ("| attack | what the attacker does | told | caught by |", "| --- | --- | --- | --- |")


def attacks() -> list[Attack[object]]:
    """Every attack, by area and name."""
    for module in sorted(HERE.glob("*.py")):
        if module.stem not in _NO_CASES:
            import_module(f"tests.attacks.{module.stem}")
    areas = list(Area)
    return sorted(ATTACKS, key=lambda each: (areas.index(each.area), each.name))


def row(attack: Attack[object], refused: Refused) -> str:
    """The attack's line in the table."""
    title = attack.name.replace("_", " ")
    return f"| {title} | {attack.does} | `{refused.told}` | `{refused.by}` |"


def table(tried: Sequence[Tried]) -> str:
    """The page about all attacks that were tried."""
    lines = [_HEAD, f"{len(tried)} attacks."]
    for area, of_area in groupby(tried, lambda each: each[0].area):
        lines += ["", f"## {area.value}", "", *_COLUMNS, *(row(*each) for each in of_area)]
    return "\n".join(lines) + "\n"


def write(document: Path, vectors: Path) -> None:
    """Try every attack; write the table, and the files that were sent."""
    found = attacks()
    tried = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for attack, refused in zip(found, processes.map(_tried, range(len(found)), chunksize=16), strict=True):
            tried.append((attack, refused))
            sys.stderr.write(f"\r{len(tried)} of {len(found)} attacks")
    document.write_text(table(tried))
    with TemporaryDirectory() as folder, provider_door(Path(folder)) as door:
        write_vectors(vectors, door, tried)
    sys.stderr.write("\n")


def _tried(number: int) -> Refused:
    attack = attacks()[number]
    with TemporaryDirectory() as folder:
        try:
            return try_out(attack, Path(folder))
        except AssertionError as failure:
            raise AssertionError(f"{attack.name}: {failure}") from failure


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
