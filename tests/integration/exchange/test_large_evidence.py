"""Large evidence between two sides: in files of its own from where it is issued to where it is used."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import dataclass, replace
from typing import BinaryIO

import pytest

from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange import outgoing, queue
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.content import CHUNK, whole
from oots.model.errors import NotArrivedError, UnavailableError
from oots.model.issuing import Issue, Order
from oots.provider.source import OnlySource
from oots.trust.sealed_file import SealedFile, Sealing
from tests.support.contents import Counted
from tests.support.two_sides import DOCUMENT, SOLVEJ, FakeSource, TwoSides

LARGE = b"%PDF-1.7" + hashlib.shake_256(b"a scan").digest(30 * CHUNK)


@dataclass
class FromElsewhere(FakeSource):
    """A source whose readable version is read from somewhere else."""

    reader: Counted | None = None

    def open(self) -> BinaryIO:
        self.reader = Counted(LARGE)
        return self.reader

    def issue(self, order: Order) -> Issue:
        issue = super().issue(order)
        assert isinstance(issue, tuple)
        main, readable = issue[0].documents
        return (replace(issue[0], documents=(main, replace(readable, content=self))),)


@pytest.fixture
def large(town: TwoSides) -> FromElsewhere:
    source = FromElsewhere()
    town.provider.sources = OnlySource(source)
    return source


def decided(town: TwoSides) -> str:
    """An exchange whose evidence was accepted and waits in the outbox."""
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    return exchange_id


def lost_answer(town: TwoSides) -> tuple[str, bytes]:
    """Content-Type and body of the answer with the evidence, which the requester has not got."""
    decided(town)
    with town.provider_store.begin() as unit:
        (waiting,) = queue.waiting(unit.connection)
    pieces = outgoing.opened(
        waiting.outgoing or b"", waiting.message_id, waiting.party_id, town.provider_store.vault, unit.files
    )
    return waiting.content_type, b"".join(map(whole, pieces))


def test_the_file_that_is_shown_is_the_one_that_is_sent_and_what_arrives_is_the_same(
    town: TwoSides, large: FromElsewhere
) -> None:
    exchange_id = decided(town)
    assert large.reader is not None
    assert (large.reader.count, large.reader.largest) == (len(LARGE), CHUNK)
    with town.provider_store.begin() as unit:
        kept = unit.find(exchange_id)
        (waiting,) = queue.waiting(unit.connection)
    assert kept is not None
    pieces = outgoing.opened(
        waiting.outgoing or b"", waiting.message_id, waiting.party_id, town.provider_store.vault, unit.files
    )
    assert [piece.stored for piece in pieces if isinstance(piece, SealedFile)] == [
        part.stored for part in kept.record.parts
    ]
    assert len(waiting.outgoing or b"") < CHUNK

    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.DELIVERED
    assert [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(2)] == [DOCUMENT, LARGE]
    assert len(town.requester_store.files.names()) == 2
    assert not town.provider_store.files.names()


def test_a_changed_byte_of_the_last_part_is_refused_and_leaves_no_file(town: TwoSides, large: FromElsewhere) -> None:
    content_type, body = lost_answer(town)
    at = body.rindex(LARGE[-100:])
    changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    assert read_signal(town.requester_point.receive(content_type, changed)).codes == ("EBMS:0101",)
    assert not town.requester_store.files.names()
    assert read_signal(town.requester_point.receive(content_type, body)).kind is SignalKind.RECEIPT
    assert len(town.requester_store.files.names()) == 2


def test_a_message_that_comes_twice_leaves_its_files_once(town: TwoSides, large: FromElsewhere) -> None:
    content_type, body = lost_answer(town)
    receipt = town.requester_point.receive(content_type, body)
    kept = town.requester_store.files.names()
    assert town.requester_point.receive(content_type, body) == receipt
    assert town.requester_store.files.names() == kept


def test_evidence_that_nobody_waits_for_is_not_kept(town: TwoSides, large: FromElsewhere) -> None:
    content_type, body = lost_answer(town)
    with town.requester_store.begin() as unit:
        for kept in unit.all():
            unit.forget(kept.exchange_id)
    assert read_signal(town.requester_point.receive(content_type, body)).kind is SignalKind.RECEIPT
    assert not town.requester_store.files.names()


def test_what_breaks_off_is_no_refusal_and_leaves_no_file(town: TwoSides, large: FromElsewhere) -> None:
    content_type, body = lost_answer(town)

    class BrokenOff(Counted):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.count > len(body) // 2:
                raise NotArrivedError("broken off")
            return super().read(size)

    with pytest.raises(NotArrivedError):
        town.requester_point.receive(content_type, BrokenOff(body))
    assert not town.requester_store.files.names()
    assert read_signal(town.requester_point.receive(content_type, body)).kind is SignalKind.RECEIPT


def test_a_full_disk_is_no_refusal_either(
    town: TwoSides, large: FromElsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_type, body = lost_answer(town)

    def full(self: Sealing, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Sealing, "write", full)
        with pytest.raises(UnavailableError, match="No space left"):
            town.requester_point.receive(content_type, body)
    assert not town.requester_store.files.names()
    assert read_signal(town.requester_point.receive(content_type, body)).kind is SignalKind.RECEIPT


def test_a_refusal_tells_how_far_the_message_was_read(town: TwoSides, large: FromElsewhere) -> None:
    content_type, body = lost_answer(town)
    source = Counted(body.replace(b"AP_LT_01", b"AP_LT_02"))
    assert read_signal(town.requester_point.receive(content_type, source)).kind is SignalKind.ERROR
    with town.requester_store.begin() as unit:
        line = unit.refusals()[-1].entry
    read = hashlib.sha256(source.getvalue()[: source.count]).hexdigest()
    assert source.count <= 2 * CHUNK
    assert line.entry is Entry.MESSAGE_REFUSED
    assert f"({source.count} bytes read, sha256 {read})" in str(line.detail)
