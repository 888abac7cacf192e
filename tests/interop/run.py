"""`make interop`: tries every case with phase4, and writes the table.

Exit 0: all went as agreed; 1: a case did not, and nothing was written; 3: what the peer is built of cannot be fetched;
5: the peer cannot be had for another reason, so that nothing was checked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import format_exception_only

from oots.cli import Exit
from tests.interop import peer
from tests.interop.between import between
from tests.interop.cases import CASES, Case, Stage, Try
from tests.interop.ours import our_side

DOCUMENT = Path(__file__).parents[2] / "docs" / "interoperability.md"
_BEGIN, _END = "<!-- begin of the table -->", "<!-- end of the table -->"
_HEAD = ("| case | phase4 sends, we receive | we send, phase4 receives |", "| --- | --- | --- |")


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Both access points, with keys of one authority; and the key of a stranger."""
    state, strangers = folder / "state", folder / "strangers"
    for each in (state, strangers):
        peer.oots("keys", "init", "--state", each)
    peer.export_keys(state, "ap-lt-01", folder / "phase4")
    peer.export_key(strangers, "ap-lt-01", folder / "phase4" / "stranger.p12")
    keys = state / "keys"
    with (
        peer.running(folder / "phase4") as phase4,
        between() as wire,
        our_side(folder / "ours", keys, encrypted=False) as ours,
        our_side(folder / "encrypting", keys, encrypted=True) as encrypting,
    ):
        yield Stage(phase4, ours, encrypting, wire, folder, strangers / "keys")


def tried(stage: Stage) -> Iterator[tuple[Case, str, str]]:
    """Each case with what was seen in both directions; what went wrong begins with FAILED."""
    for case in CASES:
        yield case, _seen(case.from_phase4, stage), _seen(case.from_us, stage)


def _seen(case: Try, stage: Stage) -> str:
    try:
        return case(stage)
    except Exception as fault:  # whatever goes wrong is the result of that case, and the others are tried as well
        return f"FAILED: {''.join(format_exception_only(fault)).strip()}"


def table(rows: Sequence[tuple[Case, str, str]]) -> str:
    return "\n".join((*_HEAD, *(f"| {case.name} | {theirs} | {ours} |" for case, theirs, ours in rows)))


def written(page: str, rows: str) -> str:
    """The page with these rows in place of those that it has."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{rows}\n{_END}{after}"


def main() -> Exit:
    try:
        peer.build()
        with TemporaryDirectory(prefix="oots-interop-") as folder, stage(Path(folder)) as ready:
            rows = list(tried(ready))
    except peer.UnavailablePeerError as trouble:
        sys.stderr.write(f"Nothing was tried with phase4: {trouble}\n")
        return Exit.UNREACHABLE if trouble.is_unreachable else Exit.NOTHING_CHECKED
    found = table(rows)
    sys.stdout.write(f"{found}\n")
    if "FAILED" in found:
        return Exit.BAD
    DOCUMENT.write_text(written(DOCUMENT.read_text(), found))
    return Exit.GOOD


if __name__ == "__main__":
    sys.exit(main())
