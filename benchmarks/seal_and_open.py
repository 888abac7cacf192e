"""One message sealed, and opened, beside the package `as4` with the same key on the same document."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

from benchmarks.captured import Captured, capture
from benchmarks.record import Bar, Measured, NotMeasuredError, Record, Series
from oots.edelivery.encryption import Decryption
from oots.edelivery.message import OpenedMessage, open_message, seal_message
from oots.edelivery.receipt import seal_receipt
from oots.model.clock import SystemClock
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import pem_of, pkcs8_of

TITLE: Final = "A message sealed and opened, beside the package as4 0.2"
PYTHON: Final = Path(__file__).parents[1] / ".venv-as4" / "bin" / "python"
LEAST_OPENED: Final = 3.0
LEAST_SEALED: Final = 1.5
MOST_ENCRYPTED: Final = 1.5
_TURN_SECONDS: Final = 0.25


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Turns of both, one after the other, in two processes; processor time alone counts."""
    del full
    if not PYTHON.exists():
        raise NotMeasuredError(f"{PYTHON} is absent (make .venv-as4/as4.stamp)")
    captured = capture()
    ours = _our_works(captured)
    mine = {name: Series() for name in ours}
    theirs: dict[str, Series] = {}
    with _as4(captured) as ask:
        for _ in range(rounds):
            for name, work in ours.items():
                mine[name].add(_turn(work))
            for name in _THEIR_WORKS:
                theirs.setdefault(name, Series()).add(ask(name))
    return Measured(tuple(_records(mine, theirs)), notes=_NOTES)


_THEIR_WORKS: Final = (
    "build",
    "build encryption",
    "build envelope",
    "receive",
    "receive core",
    "receive encryption",
    "receive and answer",
)
_NOTES: Final = (
    "as4 always encrypts; what that takes is measured on its own and taken off, as is Peppol's envelope (SBDH, gzip); "
    "beside a message that we encrypt stands one of as4 with its encryption.",
    "An encrypted message takes one more operation of a private key (RSA-3072), which is most of what it costs more.",
    "Both verify a path to the same authority; neither asks for revocation, neither judges the document.",
)


def _records(mine: Mapping[str, Series], theirs: Mapping[str, Series]) -> Iterator[Record]:
    alike = Series(
        [
            whole - encryption - envelope
            for whole, encryption, envelope in zip(
                theirs["build"].values,
                theirs["build encryption"].values,
                theirs["build envelope"].values,
                strict=True,
            )
        ]
    )
    core = Series(
        [
            whole - encryption
            for whole, encryption in zip(
                theirs["receive core"].values, theirs["receive encryption"].values, strict=True
            )
        ]
    )
    yield _faster("sealed", mine["seal"], alike, "as4, signing alone", Bar(least=LEAST_SEALED, on_ratio=True))
    yield alike.record("  as4, signing alone", "ms CPU")
    yield theirs["build"].record("  as4 as it comes", "ms CPU")
    yield theirs["build encryption"].record("    of which encryption", "ms CPU")
    yield theirs["build envelope"].record("    of which Peppol's envelope", "ms CPU")
    yield _faster("opened", mine["open"], core, "as4, verifying alone", Bar(least=LEAST_OPENED, on_ratio=True))
    yield core.record("  as4, verifying alone", "ms CPU")
    yield theirs["receive"].record("  as4 as it comes", "ms CPU")
    yield theirs["receive encryption"].record("    of which decryption", "ms CPU")
    yield from _encrypted_records(mine, theirs)
    yield _faster("opened and receipted", mine["open and receipt"], theirs["receive and answer"], "as4 as it comes")
    yield theirs["receive and answer"].record("  as4 as it comes", "ms CPU")


def _encrypted_records(mine: Mapping[str, Series], theirs: Mapping[str, Series]) -> Iterator[Record]:
    """Signed and encrypted: beside signed alone, and beside as4, which does both."""
    sealed = Series(
        [
            whole - envelope
            for whole, envelope in zip(theirs["build"].values, theirs["build envelope"].values, strict=True)
        ]
    )
    yield _faster("encrypted and sealed", mine["seal encrypted"], sealed, "as4, encrypting and signing")
    received = theirs["receive core"]
    yield _faster("opened and decrypted", mine["open encrypted"], received, "as4, verifying and decrypting")
    clear = _sum(mine["seal"], mine["open and receipt"])
    both = _sum(mine["seal encrypted"], mine["open encrypted and receipt"])
    bar = Bar(most=MOST_ENCRYPTED, on_ratio=True)
    yield both.record("encrypted, from sealing to receipt", "ms CPU", bar=bar, beside=clear, named="in the clear")
    for name in ("seal", "open"):
        encrypted = mine[f"{name} encrypted"]
        yield encrypted.record(f"  to {name} it alone", "ms CPU", beside=mine[name], named="in the clear")
    yield clear.record("in the clear, from sealing to receipt", "ms CPU")


def _sum(one: Series, other: Series) -> Series:
    return Series([first + second for first, second in zip(one.values, other.values, strict=True)])


def _faster(name: str, ours: Series, theirs: Series, beside: str, bar: Bar | None = None) -> Record:
    """Ours, with how many times as many a second it does."""
    record = ours.record(name, "ms CPU")
    ratio = median(other / own for own, other in zip(ours.values, theirs.values, strict=True))
    return Record(name, record.value, record.unit, record.range, bar, ratio, beside)


def _our_works(captured: Captured) -> Mapping[str, Callable[[], object]]:
    anchors = TrustAnchors.from_pem(captured.trust)
    now = SystemClock().now()
    request, key = captured.messages[0], captured.holders[0]
    opened = open_message(request.content_type, request.body, anchors, now)
    recipient = captured.decrypting.certificate
    encrypted = seal_message(opened.header, opened.parts, key, recipient)
    decryption = Decryption((captured.decrypting,))

    def receipted(work: Callable[[], OpenedMessage]) -> Callable[[], bytes]:
        return lambda: seal_receipt(work(), "receipt@oots.example", now, captured.holders[1])

    open_clear = partial(open_message, request.content_type, request.body, anchors, now)
    open_encrypted = partial(open_message, encrypted.content_type, encrypted.body, anchors, now, decryption=decryption)

    return {
        "seal": partial(seal_message, opened.header, opened.parts, key),
        "open": open_clear,
        "open and receipt": receipted(open_clear),
        "seal encrypted": partial(seal_message, opened.header, opened.parts, key, recipient),
        "open encrypted": open_encrypted,
        "open encrypted and receipt": receipted(open_encrypted),
    }


def _turn(work: Callable[[], object]) -> float:
    """Milliseconds of processor time for one piece of the work."""
    times, began = 0, process_time()
    while (spent := process_time() - began) < _TURN_SECONDS:
        work()
        times += 1
    return spent * 1000 / times


@contextmanager
def _as4(captured: Captured) -> Iterator[Callable[[str], float]]:
    """The other process; what is yielded asks it for a turn."""
    with tempfile.TemporaryDirectory(prefix="oots-bench-") as name:
        folder = Path(name)
        anchors = TrustAnchors.from_pem(captured.trust)
        request = captured.messages[0]
        opened = open_message(request.content_type, request.body, anchors, SystemClock().now())
        (folder / "payload.xml").write_bytes(opened.document)
        (folder / "key.pem").write_bytes(pkcs8_of(captured.holders[0].private_key))
        (folder / "cert.pem").write_bytes(pem_of(captured.holders[0].certificate))
        (folder / "trust.pem").write_bytes(captured.trust)
        script = Path(__file__).with_name("as4_side.py")
        side = subprocess.Popen(  # noqa: S603 (a script of ours in an environment of ours)
            [PYTHON, script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with side:
            yield partial(_ask, side)


def _ask(side: subprocess.Popen[str], work: str) -> float:
    if side.stdin is None or side.stdout is None:
        raise TypeError("the other process has no pipes")
    side.stdin.write(f"{work}\n")
    side.stdin.flush()
    answer = side.stdout.readline()
    if not answer:
        raise NotMeasuredError("the process of as4 has ended")
    return float(answer)
