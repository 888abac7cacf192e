"""All attacks: every module of this folder that declares some, and the table that tells of them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.attacks import ATTACKS, Area, Attack, Refused, try_out

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "attacks.md"
_NO_CASES = ("catalogue", "test_attacks")

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


def write(document: Path) -> None:
    """Try every attack and write the table."""
    found = attacks()
    lines = [_HEAD, f"{len(found)} attacks."]
    with TemporaryDirectory() as folder:
        for area in Area:
            rows = [row(each, try_out(each, Path(folder) / each.name)) for each in found if each.area is area]
            if rows:
                lines += ["", f"## {area.value}", "", *_COLUMNS, *rows]
    document.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
