"""A revoked certificate stops an exchange, and an authority that is away delays one: two sides and a real authority."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from fastapi import FastAPI

from oots.deployment.apps import Surroundings, authority_app
from oots.deployment.keys import export_town_keys
from oots.deployment.settings import AuthoritySettings, read
from oots.exchange import api
from oots.exchange.access_point import AccessPoint
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry
from oots.model.clock import RandomIds
from oots.requester.cases import CASES
from oots.trust.anchors import Trust
from oots.trust.register import REGISTER_FILE, revoke
from oots.trust.revocation import UnsettledError
from tests.attacks import certificate, revocation
from tests.support.attacks import ATTACKS, Area
from tests.support.changes import FAILED_AUTHENTICATION
from tests.support.doors import Door, same_provider_door, specimen_key, specimen_keys
from tests.support.fake_authority import LIFE, house_trust
from tests.support.revoking_door import revoking_door
from tests.support.two_sides import FINDING, SOLVEJ, TwoSides, two_sides
from tests.support.web import AsgiTransport

DECLARING = (certificate, revocation)
"""Whose attacks are tried below."""
PORTAL, MUNICIPALITY = "AP_LT_01", "AP_DK_01"
SECOND = timedelta(seconds=1)


@dataclass
class Pair:
    """Both sides with key folders of their own in `volumes`, as containers have them, and the authority in `state`."""

    town: TwoSides
    state: Path
    volumes: Path
    authority: FastAPI
    reachable: bool = True

    def __post_init__(self) -> None:
        sides = {"lt": self.town.requester_point, "dk": self.town.provider_point}
        ways = {host: AsgiTransport(_door(point)) for host, point in sides.items()}
        self.town.wire.bend = lambda request: ways[request.url.host].handle_request(request)

    def client(self) -> httpx.Client:
        honest = AsgiTransport(self.authority)

        def ask(request: httpx.Request) -> httpx.Response:
            if not self.reachable:
                raise httpx.ConnectError("nobody there", request=request)
            answer = honest.handle_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=iter((answer.content,)))

        return httpx.Client(transport=httpx.MockTransport(ask))

    def revoke(self, folder: Path, name: str = "ap-lt-01") -> None:
        reason, key = x509.ReasonFlags.key_compromise, specimen_key(name)
        revoke(folder, key.certificate, self.town.clock.now(), reason, party=PORTAL, name=name)

    def exchange(self) -> str:
        """From the request to the evidence; what came of it can be seen by `state_of`."""
        exchange_id = self.town.ask()
        if self.state_of(exchange_id) is RequesterState.PREVIEW_OFFERED:
            self.release(self.town.to_preview(exchange_id))
        return exchange_id

    def release(self, token: str) -> None:
        assert self.town.space.admit(token, SOLVEJ)
        self.town.space.decide(token, [0])
        self.town.run()

    def state_of(self, exchange_id: str) -> RequesterState:
        return self.town.requester.progress(exchange_id).state

    def answers(self) -> int:
        """How many times evidence has left the municipality."""
        with self.town.provider_store.begin() as unit:
            lines = [line for kept in unit.all() for line in unit.timeline(kept.exchange_id)]
            return sum(line.entry.entry is Entry.RESPONSE_SENT for line in lines)

    def refusals(self) -> list[str]:
        with self.town.provider_store.begin() as unit:
            return [str(told.entry.detail) for told in unit.refusals()]


def _door(point: object) -> FastAPI:
    app = FastAPI()
    app.include_router(api.router(point, 100_000_000))  # type: ignore[arg-type]  # either side's
    return app


def believe(point: AccessPoint[Any], trust: Trust) -> None:
    """Let an access point believe by this, of messages and of receipts."""
    point._trust = point._worker._outbox._trust = trust


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key folders of all services, handed out as for containers."""
    state, target = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("volumes")
    shutil.copytree(specimen_keys(), state / "keys")
    export_town_keys(state, target, "0751")
    return target


@pytest.fixture
def pair(tmp_path: Path, volumes: Path) -> Iterator[Pair]:
    state = tmp_path / "authority"
    shutil.copytree(specimen_keys(), state / "keys")
    town = two_sides(tmp_path, specimen_keys(), specimens=True)
    own = tmp_path / "volumes"
    for service in ("provider", "requester"):
        (own / service).mkdir(parents=True)
        (own / service / "trust.pem").write_bytes((volumes / service / "trust.pem").read_bytes())
    settings = read(AuthoritySettings, {"port": 8404, "keys": state / "keys"})
    assert settings.crl_interval == LIFE
    authority = authority_app(settings, Surroundings(town.clock, RandomIds(), httpx.Client()))
    found = Pair(town, state / "keys", own, authority)
    sides = ((town.provider_point, "provider", PORTAL), (town.requester_point, "requester", MUNICIPALITY))
    for point, service, partner in sides:
        trust = house_trust(own / service, found.client(), town.clock, {partner: "demo"}, specimens=True)
        believe(point, trust)
    yield found
    town.provider_store.close()
    town.requester_store.close()


def test_the_authority_keeps_its_register_to_itself(volumes: Path) -> None:
    assert (volumes / "provider" / "ap-dk-01.key.pem").exists()
    assert not list(volumes.rglob(REGISTER_FILE))
    assert not list(volumes.rglob("issuing-ca*"))


def test_evidence_is_withheld_from_a_party_revoked_while_the_person_looks(pair: Pair) -> None:
    pair.exchange()
    assert pair.answers() == 1
    exchange_id = pair.town.ask()
    token = pair.town.to_preview(exchange_id)
    assert pair.town.space.admit(token, SOLVEJ)
    pair.revoke(pair.state)
    pair.town.clock.advance(LIFE)
    pair.town.space.decide(token, [0])
    log = pair.town.provider_log(exchange_id)
    assert pair.answers() == 1
    assert [line.decision for line in log if line.entry is Entry.PREVIEW_DECIDED] == ["accept"]
    (told,) = [
        line for line in log if line.entry is Entry.EXCEPTION_SENT and "not believed any more" in str(line.detail)
    ]
    assert told.error_code == "EDM:ERR:0002"


def test_a_party_revoked_while_the_person_looks_is_still_told_that_she_declines(pair: Pair) -> None:
    token = pair.town.to_preview(pair.town.ask())
    assert pair.town.space.admit(token, SOLVEJ)
    pair.revoke(pair.state)
    pair.town.clock.advance(LIFE)
    assert pair.town.space.decide(token, [])
    assert pair.answers() == 1


def test_nothing_is_decided_while_nobody_can_say_whether_the_requester_was_revoked(pair: Pair) -> None:
    exchange_id = pair.town.ask()
    token = pair.town.to_preview(exchange_id)
    assert pair.town.space.admit(token, SOLVEJ)
    pair.town.clock.advance(LIFE)
    pair.reachable = False
    with pytest.raises(UnsettledError):
        pair.town.space.decide(token, [0])
    assert Entry.PREVIEW_DECIDED not in [line.entry for line in pair.town.provider_log(exchange_id)]
    pair.reachable = True
    pair.town.clock.advance(LIFE)
    assert pair.town.space.decide(token, [0])
    assert pair.answers() == 1


def test_a_certificate_revoked_at_the_authority_is_refused_after_one_interval_of_its_lists(pair: Pair) -> None:
    assert pair.state_of(pair.exchange()) is RequesterState.DELIVERED
    waiting = pair.town.ask()
    token = pair.town.to_preview(waiting)
    assert pair.town.space.admit(token, SOLVEJ)
    released = pair.answers()
    assert released == 1
    pair.revoke(pair.state)
    assert not (pair.volumes / "provider" / REGISTER_FILE).exists()

    pair.town.clock.advance(LIFE - SECOND)
    assert pair.state_of(pair.town.ask()) is RequesterState.PREVIEW_OFFERED
    pair.town.clock.advance(SECOND)
    assert pair.state_of(pair.exchange()) is RequesterState.UNDELIVERABLE
    (refusal,) = pair.refusals()
    assert refusal.startswith("EBMS:0101 FailedAuthentication: ")
    assert "a certificate on the path was revoked at 2026-09-01T08:30:00+00:00" in refusal
    assert pair.answers() == released


def test_a_certificate_revoked_in_the_house_is_refused_at_once(pair: Pair) -> None:
    assert pair.state_of(pair.exchange()) is RequesterState.DELIVERED
    pair.revoke(pair.volumes / "provider")
    assert pair.state_of(pair.exchange()) is RequesterState.UNDELIVERABLE
    (refusal,) = pair.refusals()
    assert "EBMS:0101" in refusal
    assert pair.answers() == 1


def test_a_revoked_municipality_is_believed_no_more(pair: Pair) -> None:
    assert pair.state_of(pair.exchange()) is RequesterState.DELIVERED
    pair.revoke(pair.state, "ap-dk-01")
    pair.town.clock.advance(LIFE)
    exchange_id = pair.town.ask()
    assert Entry.RECEIPT_RECEIVED not in [line.entry for line in pair.town.requester_log(exchange_id)]
    assert pair.state_of(exchange_id) is RequesterState.REQUESTED


# --- nobody can say ---


def test_a_message_that_cannot_be_judged_is_sent_again_until_it_can(pair: Pair) -> None:
    assert pair.state_of(pair.exchange()) is RequesterState.DELIVERED
    pair.town.clock.advance(LIFE)
    pair.reachable = False
    exchange_id = pair.town.ask()
    assert pair.state_of(exchange_id) is RequesterState.REQUESTED
    assert pair.town.provider_log(exchange_id) == []
    (line,) = pair.refusals()
    assert line.startswith("put off: no revocation list of ")
    pair.town.pass_time(timedelta(seconds=20))
    assert pair.state_of(exchange_id) is RequesterState.REQUESTED
    pair.reachable = True
    pair.town.pass_time(timedelta(seconds=61))
    assert pair.state_of(exchange_id) is RequesterState.PREVIEW_OFFERED
    received = [line.entry for line in pair.town.provider_log(exchange_id)]
    assert received.count(Entry.REQUEST_RECEIVED) == 1
    pair.release(pair.town.to_preview(exchange_id))
    assert pair.state_of(exchange_id) is RequesterState.DELIVERED


def test_a_message_that_nobody_can_ever_judge_fails_at_its_deadline(pair: Pair) -> None:
    pair.reachable = False
    exchange_id = pair.town.ask()
    for _ in range(8):
        pair.town.pass_time(timedelta(seconds=50))
    assert pair.state_of(exchange_id) in (RequesterState.UNDELIVERABLE, RequesterState.LAPSED)
    (failed,) = (line for line in pair.town.requester_log(exchange_id) if line.entry is Entry.DELIVERY_FAILED)
    assert "503" in str(failed.detail)
    assert pair.answers() == 0


def test_a_receipt_that_cannot_be_judged_is_asked_for_again(pair: Pair) -> None:
    """The municipality can ask its authority, the portal cannot."""
    trust = pair.town.requester_point._trust
    away = Pair(pair.town, pair.state, pair.volumes, pair.authority, reachable=False)
    folder = pair.volumes / "requester"
    elsewhere = house_trust(folder, away.client(), pair.town.clock, {MUNICIPALITY: "demo"}, specimens=True)
    believe(pair.town.requester_point, elsewhere)
    exchange_id = pair.town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    pair.town.requester_point.tick()
    assert [line.entry for line in pair.town.provider_log(exchange_id)].count(Entry.REQUEST_RECEIVED) == 1
    assert Entry.RECEIPT_RECEIVED not in [line.entry for line in pair.town.requester_log(exchange_id)]
    believe(pair.town.requester_point, trust)
    pair.town.pass_time(timedelta(seconds=2))
    assert [line.entry for line in pair.town.requester_log(exchange_id)].count(Entry.RECEIPT_RECEIVED) == 1
    received = [line.entry for line in pair.town.provider_log(exchange_id)]
    assert (received.count(Entry.REQUEST_RECEIVED), received.count(Entry.DUPLICATE_RECEIVED)) == (1, 1)
    assert pair.state_of(exchange_id) is RequesterState.PREVIEW_OFFERED


# --- what the peer is told ---


def test_the_peer_is_told_the_same_of_every_failure_of_trust(tmp_path: Path) -> None:
    """One attack for each reason that there is."""
    stages = (same_provider_door, revoking_door)
    by_reason = {
        each.why: each
        for each in ATTACKS
        if each.area is Area.CERTIFICATE and each.stage in stages and each.told == FAILED_AUTHENTICATION
        if each.run.__module__ in {module.__name__ for module in DECLARING}
    }
    assert len(by_reason) > 20
    with revoking_door(tmp_path) as door:
        told = _heard(door)
        reasons = {attack.run(door).why for attack in by_reason.values()}
    assert len(reasons) == len(by_reason)
    refusals = [text for text in told if b"Receipt>" not in text]
    assert len(refusals) == len(by_reason)
    (text,) = set(refusals)
    assert b'errorCode="EBMS:0101"' in text
    assert b'shortDescription="FailedAuthentication"' in text
    assert not any(word in text for word in (b"ertificate", b"trust", b"revoked"))


def _heard(door: Door) -> list[bytes]:
    """What the door says from now on, apart from message id and time."""
    told: list[bytes] = []
    receive = door.point.receive

    def heard(content_type: str, body: bytes) -> bytes:
        reply = receive(content_type, body)
        told.append(re.sub(rb"<eb3?:(MessageId|Timestamp)>[^<]*<", rb"<\1><", reply))
        return reply

    door.point.receive = heard  # type: ignore[method-assign]
    return told
