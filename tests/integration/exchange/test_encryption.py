"""Two sides that have agreed on encryption, from the request to the dossier; and sides that have not agreed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest
from cryptography import x509

from oots.edelivery import mime, soap
from oots.edelivery.encryption import Encrypted
from oots.edelivery.encryption_profile import ENCRYPTED_KEY
from oots.edelivery.limits import Limits
from oots.edelivery.signal import read_signal
from oots.exchange import outgoing, queue
from oots.exchange.conversation import RequesterState
from oots.exchange.envelope import UnsendableError
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.recheck import Recheck, recheck
from oots.model.clock import RandomIds
from oots.model.content import CHUNK, whole
from oots.model.errors import UnavailableError
from oots.model.issuing import Issue, Order
from oots.provider.source import OnlySource
from oots.requester.cases import CASES
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import UntrustedError
from oots.trust.revocation import UnsettledError
from tests.support.contents import Counted
from tests.support.two_sides import FINDING, SOLVEJ, FakeSource, TwoSides, two_sides

LARGE = b"%PDF-1.7" + hashlib.shake_256(b"a scan").digest(30 * CHUNK)


@dataclass
class Large(FakeSource):
    """A source whose readable version is large."""

    def open(self) -> BinaryIO:
        return Counted(LARGE)

    def issue(self, order: Order) -> Issue:
        issue = super().issue(order)
        assert isinstance(issue, tuple)
        main, readable = issue[0].documents
        return (replace(issue[0], documents=(main, replace(readable, content=self))),)


@pytest.fixture
def agreed(tmp_path: Path, demo_keys: Path) -> TwoSides:
    return two_sides(tmp_path, demo_keys, encrypted=(True, True))


def to_the_end(town: TwoSides) -> str:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    return exchange_id


def received(town: TwoSides, exchange_id: str, entry: Entry = Entry.RESPONSE_RECEIVED) -> JournalEntry:
    return next(line for line in town.requester_log(exchange_id) if line.entry is entry)


def is_encrypted(envelope: bytes | None) -> bool:
    return soap.read(envelope or b"").security.find(ENCRYPTED_KEY) is not None


def test_an_exchange_goes_its_way_with_every_part_of_every_message_encrypted(agreed: TwoSides) -> None:
    agreed.provider.sources = OnlySource(Large())
    exchange_id = to_the_end(agreed)
    assert agreed.requester.progress(exchange_id).state is RequesterState.DELIVERED
    packages = [mime.read(content_type, body, Limits()) for _, content_type, body in agreed.wire.heard]
    assert len(packages) == 4
    assert all(is_encrypted(package.soap) for package in packages)
    assert {part.media_type for package in packages for part in package.attachments.values()} == {
        "application/octet-stream"
    }
    response = received(agreed, exchange_id)
    assert response.document is not None
    assert response.document not in packages[-1].attachments.values()
    assert len(LARGE) in [part.length for part in response.evidence]


def test_the_journals_prove_encrypted_messages_as_they_prove_others(agreed: TwoSides) -> None:
    exchange_id = to_the_end(agreed)
    agreed.requester.finish(exchange_id)
    response = received(agreed, exchange_id)
    assert is_encrypted(response.soap)
    assert recheck(response, agreed.anchors) == Recheck(True, recomputed=3, recalled=2)
    assert response.document is not None
    changed = replace(response, document=response.document + b" ")
    verdict = recheck(changed, agreed.anchors)
    assert (verdict is not None, verdict and verdict.valid) == (True, False)
    for log in (agreed.requester_log(exchange_id), agreed.provider_log(exchange_id)):
        verdicts = [verdict for line in log if (verdict := recheck(line, agreed.anchors)) is not None]
        assert [verdict.valid for verdict in verdicts] == [True] * 4


def test_what_is_sent_again_is_the_same_though_it_is_encrypted_when_it_is_sent(agreed: TwoSides) -> None:
    agreed.provider.sources = OnlySource(Large())
    exchange_id = agreed.ask()
    token = agreed.to_preview(exchange_id)
    assert agreed.space.admit(token, SOLVEJ)
    agreed.space.decide(token, [0])
    with agreed.provider_store.begin() as unit:
        (waiting,) = queue.waiting(unit.connection)
    pieces = outgoing.opened(
        waiting.outgoing or b"",
        waiting.message_id,
        waiting.party_id,
        agreed.provider_store.vault,
        agreed.provider_store.files,
    )
    assert LARGE in [whole(piece.content) for piece in pieces if isinstance(piece, Encrypted)]
    lost: list[bytes] = []

    def lose_the_first_answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != "lt" or lost:
            return None
        lost.append(request.read())
        agreed.requester_point.receive(request.headers["content-type"], lost[0])
        raise httpx.ReadTimeout("the answer was lost", request=request)

    agreed.wire.bend = lose_the_first_answer
    agreed.provider_point.tick()
    agreed.pass_time(timedelta(seconds=2))
    assert [body for host, _, body in agreed.wire.heard if host == "lt"][-1] == lost[0]
    log = [line.entry for line in agreed.requester_log(exchange_id)]
    assert (log.count(Entry.RESPONSE_RECEIVED), log.count(Entry.DUPLICATE_RECEIVED)) == (1, 1)


@pytest.mark.parametrize("encrypted", [(True, False), (False, True)], ids=["encrypted", "clear"])
def test_whoever_sends_otherwise_than_was_agreed_is_told_so(
    tmp_path: Path, demo_keys: Path, encrypted: tuple[bool, bool]
) -> None:
    town = two_sides(tmp_path, demo_keys, encrypted=encrypted)
    heard: list[bytes] = []

    def listen(request: httpx.Request) -> httpx.Response:
        answer = town.wire.endpoints[request.url.host].receive(request.headers["content-type"], request.read())
        heard.append(answer)
        return httpx.Response(200, content=answer)

    town.wire.bend = listen
    exchange_id = town.ask()
    assert read_signal(heard[0]).codes == ("EBMS:0103",)
    assert town.requester.progress(exchange_id).state is RequesterState.UNDELIVERABLE
    with town.provider_store.begin() as unit:
        (refusal,) = unit.refusals()
    assert "EBMS:0103 PolicyNoncompliance: the parts from AP_LT_01 are" in (refusal.entry.detail or "")
    assert not town.provider_store.files.names()


class Doubtful:
    """Believes everybody but whom it is encrypted for."""

    def __init__(self, trust: TrustAnchors, doubt: UntrustedError) -> None:
        self._trust = trust
        self._doubt = doubt

    def party_of(self, certificate: x509.Certificate, *how: object) -> object:
        if certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment:
            raise self._doubt
        return self._trust.party_of(certificate, *how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("doubt", "told"),
    [(UntrustedError("it was revoked"), UnsendableError), (UnsettledError("nobody answers"), UnavailableError)],
)
def test_nothing_is_sent_where_nobody_is_believed_for_whom_it_could_be_encrypted(
    agreed: TwoSides, doubt: UntrustedError, told: type[Exception]
) -> None:
    agreed.ask()
    said = len(agreed.wire.heard)
    agreed.requester_point._trust = Doubtful(agreed.anchors, doubt)  # type: ignore[assignment]
    with pytest.raises(told, match=str(doubt)):
        agreed.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    agreed.run()
    assert len(agreed.wire.heard) == said


def test_the_certificate_of_another_party_is_not_encrypted_for(agreed: TwoSides) -> None:
    own = agreed.provider_point._recipients["AP_LT_01"]
    agreed.requester_point._recipients = {"AP_DK_01": own}
    with pytest.raises(UnsendableError, match="that of AP_LT_01"):
        agreed.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    agreed.requester_point._recipients = {}
    with pytest.raises(UnsendableError, match="no certificate for that"):
        agreed.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
