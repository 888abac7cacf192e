"""Large evidence goes through an intermediary as files, and a process that dies leaves no half a step."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from oots.exchange import outgoing, queue
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.intermediary.service import Intermediary
from oots.intermediary.states import PassageState
from oots.model.content import CHUNK, whole
from oots.trust.sealed_file import SealedFile
from tests.support.three_sides import ThreeSides
from tests.support.two_sides import DOCUMENT, SOLVEJ, issued

LARGE = b"%PDF-1.7" + hashlib.shake_256(b"a scan").digest(30 * CHUNK)


class Killed(BaseException):
    """Stands for a process that dies: nothing catches it."""


@pytest.fixture
def large(town: ThreeSides) -> ThreeSides:
    piece = issued()
    main, readable = piece.documents
    town.source.issue_result = (replace(piece, documents=(main, replace(readable, content=LARGE))),)
    return town


def decided(town: ThreeSides) -> str:
    """An exchange whose evidence was accepted and waits in the provider's outbox."""
    exchange_id = town.ask()
    town.run()
    token = town.to_preview(exchange_id)
    town.run()
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    return exchange_id


def test_the_files_that_arrive_are_the_ones_that_go_on_and_are_deleted_with_the_receipt(large: ThreeSides) -> None:
    exchange_id = decided(large)
    large.points["dk"].tick()
    store = large.stores["nat"]
    parts = large.passage().record.parts
    with store.look() as unit:
        (waiting,) = queue.waiting(unit.connection)
        pieces = outgoing.opened(waiting.outgoing or b"", waiting.message_id, waiting.party_id, store.vault, unit.files)
    assert [piece.stored for piece in pieces if isinstance(piece, SealedFile)] == [part.held.stored for part in parts]
    assert len(waiting.outgoing or b"") < CHUNK
    assert store.files.names() == {part.held.file for part in parts}
    large.run()
    assert [whole(large.requester.evidence(exchange_id, number)[1]) for number in range(2)] == [DOCUMENT, LARGE]
    assert not store.files.names()
    assert not large.stores["dk"].files.names()


@pytest.mark.parametrize("step", ["_take_request", "_take_answer"])
def test_an_intermediary_that_dies_before_its_commit_leaves_nothing_and_takes_the_message_when_it_comes_again(
    large: ThreeSides, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(Intermediary, step)

    def dies(*arguments: object) -> None:
        real(*arguments)
        raise Killed

    def away(request: httpx.Request) -> httpx.Response | None:
        """Nobody sees how it died but its partner, whose connection is closed."""
        if request.url.host != "nat":
            return None
        try:
            return httpx.Response(
                200, content=large.points["nat"].receive(request.headers["content-type"], request.read())
            )
        except Killed:
            raise httpx.RemoteProtocolError("closed", request=request) from None

    exchange_id = decided(large) if step == "_take_answer" else large.ask()
    lines = len(large.entries("nat"))
    large.wire.bend = away
    monkeypatch.setattr(Intermediary, step, dies)
    large.points["dk" if step == "_take_answer" else "lt"].tick()
    assert len(large.entries("nat")) == lines
    orphans = large.stores["nat"].files.names()  # nobody names them: they are swept after an hour
    monkeypatch.setattr(Intermediary, step, real)
    large.restart_the_intermediary()
    large.pass_time(timedelta(seconds=2))
    if step == "_take_request":
        assert large.passage().state == PassageState.PREVIEW_PASSED_ON
        assert large.entries("nat").count(Entry.REQUEST_RECEIVED) == 1
    else:
        assert large.requester.progress(exchange_id).state is RequesterState.DELIVERED
        assert large.entries("nat").count(Entry.RESPONSE_RECEIVED) == 1
    assert large.stores["nat"].files.names() == orphans
