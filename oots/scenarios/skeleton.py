"""The skeleton that stores pack with: what specimens leave in a store.

`python -m oots.scenarios.skeleton oots/exchange/skeleton.bin` writes it anew, out of runs under the frozen clock with
marked test keys and a person whom nobody is. What was packed with an earlier one stays readable.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import TypeAdapter

from oots.exchange.journal import written
from oots.exchange.packing import compress
from oots.exchange.shortening import name_of, shorten
from oots.exchange.store import Store
from oots.provider.record import ProviderExchange
from oots.requester.record import RequesterExchange
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.outcome import Decision, Edm
from oots.scenarios.specimens import KEYS, town_of_specimens

_RUNS = (
    (Decision.NONE, Edm.V2_0),
    (Decision.DECLINE, Edm.V2_0),
    (Decision.ACCEPT, Edm.V1_0),
    (Decision.ACCEPT, Edm.V1_2),
    (Decision.ACCEPT, Edm.V2_0),
)
"""What is said the most comes last: nearer means shorter."""
_RECORDS: dict[str, type[Any]] = {"requester": RequesterExchange, "provider": ProviderExchange}
_BY_CHANCE = (
    (re.compile(rb"(?<=SignatureValue>)[A-Za-z0-9+/=]+"), b"A"),
    (re.compile(rb'(?<="file":")[0-9a-f]+'), b"0"),
)
"""What is never said twice; something as long stands in its place, since a repetition is told by its distance."""
_NEWS_BYTES = 250


def write_skeleton(target: Path) -> None:
    """Put together what says something that what is there does not."""
    certificates = {name_of(_octets(file)) for file in KEYS.glob("*.cert.pem")}
    skeleton = b""
    for content in _contents():
        text = shorten(_without_chance(content), certificates)
        if not skeleton or len(compress(text, skeleton)) > _NEWS_BYTES:
            skeleton += text
    target.write_bytes(skeleton)


def _octets(file: Path) -> bytes:
    return x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)


def _without_chance(content: bytes) -> bytes:
    for pattern, filling in _BY_CHANCE:
        content = pattern.sub(_of_length(filling), content)
    return content


def _of_length(filling: bytes) -> Callable[[re.Match[bytes]], bytes]:
    return lambda found: filling * len(found[0])


def _contents() -> Iterator[bytes]:
    for decision, edm in _RUNS:
        with tempfile.TemporaryDirectory(prefix="oots-skeleton-") as folder:
            with town_of_specimens(Path(folder), edm) as live:
                tell(live, decision, lambda _line: None)
                yield from (overheard.answer for overheard in live.tap.overheard)
            for service, record in _RECORDS.items():
                yield from _kept(Path(folder) / service, record)


def _kept(folder: Path, record: type[Any]) -> Iterator[bytes]:
    """The record and the journal of the only exchange in a store."""
    store: Store[Any] = Store(folder, record)
    with closing(store), store.begin() as unit:
        for kept in unit.all():
            yield TypeAdapter(record).dump_json(kept.record)
            yield from (written(told.entry) for told in unit.timeline(kept.exchange_id))


if __name__ == "__main__":
    write_skeleton(Path(sys.argv[1]))
