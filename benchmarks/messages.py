"""Our rules beside the official ones in Saxon, and our reading of evidence messages beside that of pyRegRep."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from statistics import median
from typing import Any, Final

from lxml import etree
from pyRegRep4.RIMParsing import Parsing
from saxonche import PySaxonProcessor

from benchmarks.documents import EVIDENCE, FIRST, SHARED, Document, captured, published, specimens, specimens_of_1_0
from benchmarks.record import Bar, Measured, NotMeasuredError, Record
from benchmarks.rounds import Duel, duel
from benchmarks.saxon import TOOL, OfficialRules
from oots.model.errors import MessageError
from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.rule import Finding
from oots.wire.profile import V1_0
from oots.wire.xml import parse

TITLE: Final = "Rules beside Saxon, and reading beside pyRegRep"
LEAST_RULES: Final = 5.0
LEAST_READING: Final = 1.0
_DECLARATIONS: Final = 10_000
"""Namespace declarations that rules are held against: the published examples repeat them."""

Results = Mapping[str, list[tuple[Document, Duel]]]


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Both sides in turn on the same messages, parsing included."""
    del full
    if not (TOOL.is_file() and FIRST.is_dir()):
        raise NotMeasuredError(f"../{SHARED.name} is absent: without the official rules there is nothing beside ours")
    logging.getLogger("pyRegRep4").setLevel(logging.CRITICAL + 1)  # its lines to stderr would cost it time
    with PySaxonProcessor(license=False) as processor:
        rules = _rules(processor, rounds)
    read = [*(found for found in published() if found.kind in EVIDENCE), *specimens_of_1_0(), *captured(), *specimens()]
    return Measured(
        (
            *_records("rules of 1.0", rules, "Saxon", LEAST_RULES),
            *_records("slots read", _reading(read, rounds, leaves=False), "pyRegRep", None),
            *_records("all read", _reading(read, rounds, leaves=True), "pyRegRep", LEAST_READING),
        ),
        notes=(_refusals(read),),
    )


def _records(what: str, results: Results, beside: str, least: float | None) -> Iterator[Record]:
    """One message of each in a group, on average; the last record is of all groups."""
    found = {f"  {group}": [measured for _, measured in each] for group, each in results.items()}
    together = [measured for each in found.values() for measured in each]
    for group, measured in ({f"{what}, all together": together} | found).items():
        total, number = reduce(Duel.together, measured), len(measured)
        ours = [milliseconds / number for milliseconds in total.ours]
        bar = Bar(least=least, on_ratio=True) if least and measured is together else None
        yield Record(group, median(ours), "ms per message", (min(ours), max(ours)), bar, total.ratio, beside)


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


def _refusals(documents: Sequence[Document]) -> str:
    """What each validates: how many copies with one element dropped are refused."""
    copies = [(document, spoilt) for document in documents for spoilt in _spoilt(document.data)]
    ours = sum(_refuses(document, spoilt) for document, spoilt in copies)
    theirs = sum(not _reads(spoilt) for _, spoilt in copies)
    return (
        f"Of {len(copies):,} copies of these messages that lack one element each, our reading refuses {ours:,} and "
        f"pyRegRep {theirs:,}."
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
