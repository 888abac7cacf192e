"""Our rules beside the official ones in Saxon, and our reading of evidence messages beside that of pyRegRep."""

from __future__ import annotations

import argparse
import logging
import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial, reduce
from importlib.metadata import version
from statistics import median
from typing import Any, Final

from lxml import etree
from pyRegRep4.RIMParsing import Parsing
from saxonche import PySaxonProcessor

from benchmarks.documents import EVIDENCE, FIRST, SHARED, Document, captured, published, specimens, specimens_of_1_0
from benchmarks.rounds import Duel, duel
from benchmarks.saxon import TOOL, OfficialRules
from oots.cli import Exit
from oots.model.errors import MessageError
from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.rule import Finding
from oots.wire.profile import V1_0
from oots.wire.xml import parse

FEWEST_ROUNDS: Final = 5
_ROW: Final = "  {:<44} {:>3} {:>9} {:>9} {:>8} {:>8} {:>7}"
_DECLARATIONS: Final = 10_000
"""Namespace declarations that rules are held against: the published examples repeat them."""

Results = Mapping[str, list[tuple[Document, Duel]]]


def main() -> None:
    """Measure and print; exit 5 where the official rules and examples are not there."""
    rounds = _rounds()
    if not (TOOL.is_file() and FIRST.is_dir()):
        sys.stderr.write(f"../{SHARED.name} is absent: without the official rules there is nothing to measure\n")
        raise SystemExit(Exit.NOTHING_CHECKED)
    logging.getLogger("pyRegRep4").setLevel(logging.CRITICAL + 1)  # its lines to stderr would cost it time
    sys.stdout.write(
        f"{platform.machine()}, Python {platform.python_version()}, lxml {version('lxml')}, "
        f"saxonche {version('saxonche')}, pyregrep {version('pyregrep')}; "
        f"{rounds} rounds in turn, medians, parsing included\n"
    )
    with PySaxonProcessor(license=False) as processor:
        _print("Rules of 1.0: ours / official in Saxon", _rules(processor, rounds))
    read = [*(found for found in published() if found.kind in EVIDENCE), *specimens_of_1_0(), *captured(), *specimens()]
    _print("Reading: our decode / pyRegRep's slots", _reading(read, rounds, leaves=False))
    _print("Reading: our decode / pyRegRep's slots with the elements in them", _reading(read, rounds, leaves=True))
    _print_refusals(read)


def _rounds() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.messages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help=f"rounds of each pair (at least {FEWEST_ROUNDS})")
    rounds: int = parser.parse_args().rounds
    if rounds < FEWEST_ROUNDS:
        parser.error(f"fewer than {FEWEST_ROUNDS} rounds say little")
    return rounds


def _rules(processor: Any, rounds: int) -> Results:
    """Verdicts on every message of 1.0, by kind."""
    official: dict[Kind, OfficialRules] = {}
    results: defaultdict[str, list[tuple[Document, Duel]]] = defaultdict(list)
    for document in [*published(), *specimens_of_1_0()]:
        if document.kind not in official:
            official[document.kind] = OfficialRules(processor, document.kind)
        theirs = partial(official[document.kind].report, document.data.decode())
        results[document.kind].append((document, duel(partial(_judge, document), theirs, rounds)))
    return results


def _judge(document: Document) -> tuple[Finding, ...]:
    book = rulebook(document.kind, document.version, V1_0.repository)
    return book.findings(parse(document.data, declarations=_DECLARATIONS))


def _reading(documents: Iterable[Document], rounds: int, *, leaves: bool) -> Results:
    """Evidence messages read into objects, by version and kind.

    pyRegRep reads every slot when it is made; the elements inside slots it leaves as they are, unless asked for
    everything (`leaves`), as we read it.
    """
    results: defaultdict[str, list[tuple[Document, Duel]]] = defaultdict(list)
    for document in documents:
        theirs = partial(_read_leaves if leaves else Parsing, document.data)
        found = duel(partial(document.decode, document.data), theirs, rounds)
        results[f"{document.kind} {document.version}"].append((document, found))
    return results


def _read_leaves(data: bytes) -> object:
    return Parsing(data).serialize(any_type=True)


def _print(title: str, results: Results) -> None:
    lines = ["", title, _ROW.format("", "n", "ours", "theirs", "ours", "theirs", "times"), _unit_row()]
    for group, found in results.items():
        lines.append(_row(group, [measured for _, measured in found]))
        if len(found) > 1:
            lines += [_row(f"  {document.name}", [measured]) for document, measured in found]
    lines.append(_row("all together", [measured for found in results.values() for _, measured in found]))
    sys.stdout.write("\n".join(lines) + "\n")


def _unit_row() -> str:
    return _ROW.format("", "", "msg/s", "msg/s", "ms", "ms", "as fast")


def _row(name: str, measured: Sequence[Duel]) -> str:
    """Speeds of all messages of a group, one after the other; milliseconds are for one message on average."""
    total, number = reduce(Duel.together, measured), len(measured)
    ours, theirs = median(total.ours) / number, median(total.theirs) / number
    return _ROW.format(
        name,
        number,
        f"{1000 / ours:,.0f}",
        f"{1000 / theirs:,.0f}",
        f"{ours:.3f}",
        f"{theirs:.3f}",
        f"{total.ratio:.2f}",
    )


def _print_refusals(documents: Sequence[Document]) -> None:
    """What each validates: how many copies with one element dropped are refused."""
    copies = [(document, spoilt) for document in documents for spoilt in _spoilt(document.data)]
    ours = sum(_refuses(document, spoilt) for document, spoilt in copies)
    theirs = sum(not _reads(spoilt) for _, spoilt in copies)
    sys.stdout.write(
        f"\nOf {len(copies):,} copies of these messages that lack one element each, "
        f"our decode refuses {ours:,} and pyRegRep {theirs:,}.\n"
        "  our decode  no DTD, no floods, known version; slots, children, forms and codes; names the broken rule\n"
        "  pyRegRep    well-formed XML; leaves out a slot that it cannot read\n"
    )


def _spoilt(data: bytes) -> list[bytes]:
    """Copies of the message, each without one element and what is in it."""
    root = etree.fromstring(data)
    copies = []
    for parent in list(root.iter(etree.Element)):
        for place, child in enumerate(list(parent)):
            parent.remove(child)
            copies.append(etree.tostring(root))
            parent.insert(place, child)
    return copies


def _refuses(document: Document, data: bytes) -> bool:
    try:
        document.decode(data)
    except MessageError:
        return True
    return False


def _reads(data: bytes) -> bool:
    try:
        _read_leaves(data)
    except Exception:  # whatever it raises, it has refused
        return False
    return True


if __name__ == "__main__":
    main()
