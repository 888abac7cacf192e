"""Whatever happens, in whatever order: evidence leaves only after its own person accepted it, in its own exchange."""

from __future__ import annotations

import atexit
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, REGREP
from oots.edelivery.message import Part, seal_message
from oots.exchange.journal import Entry
from oots.model.content import whole
from oots.model.evidence import DocumentKind
from oots.model.issuing import Applicant, Issue, Issued, IssuedDocument, Match, Matched, Order
from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.model.request import PreviewVisit
from oots.provider.preview import PreviewClosedError, PreviewSpace
from oots.provider.second_round import SecondRound
from oots.requester.service import NotPossibleError
from oots.trust.certificates import Role
from oots.trust.keys import PrivateKey, load_key_pair
from oots.wire import request as requests
from tests.support.two_sides import (
    AARHUS,
    PDF,
    PORTAL,
    SOLVEJ,
    START,
    TYPE,
    VILNIUS,
    XML,
    FakeSource,
    TwoSides,
    make_keys,
    two_sides,
)

PEOPLE = (
    SOLVEJ,
    NaturalPerson("Testmand", "Frederik", date(1990, 1, 2), LevelOfAssurance.HIGH, identifier="DK/LT/0f6b2c1dfrederik"),
)
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 (hundreds of stores come and go)
EVIDENCE = re.compile(rb"(?:<attest>|%PDF-1.7 )evidence (\w+ \d+)")
EXCHANGE = re.compile(rb'name="ExchangeId">([0-9a-f-]{36})<')
FEW = settings(
    max_examples=10,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TALLY: Counter[str] = Counter()


@cache
def keys() -> Path:
    """Keys on P-256: most of the time would go into RSA."""
    folder = TemporaryDirectory(prefix="oots-keys-")
    atexit.register(folder.cleanup)
    with mock.patch("oots.trust.authority.new_key", new=_new_key):
        return make_keys(Path(folder.name))


def _new_key(role: Role) -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Register(FakeSource):
    """Issues to each person a document that says whose it is and was never issued before."""

    issued = 0

    def match(self, applicant: Applicant) -> Match:
        assert isinstance(applicant.subject, NaturalPerson)
        return Matched(applicant.subject.given_name)

    def issue(self, order: Order) -> Issue:
        self.issued += 1
        said = f"evidence {order.person_key} {self.issued}"
        documents = (
            IssuedDocument(DocumentKind.MAIN_EVIDENCE, "Attest", XML, f"<attest>{said}</attest>".encode()),
            IssuedDocument(DocumentKind.HUMAN_READABLE_VERSION, "PDF", PDF, f"%PDF-1.7 {said}".encode()),
        )
        return (Issued(TYPE, date(2026, 9, 1), documents),)


@dataclass
class Exchange:
    """What may be known of one from outside: whose it is, and whether that person accepted the evidence in it."""

    exchange_id: str
    owner: NaturalPerson
    accepted: bool = False


FAR = st.sampled_from([2, 2, 1, 0])
THEN = st.sampled_from([True, None, False])
NUMBER = st.integers(0, 1)
"""Of an exchange, or of a session that was admitted to one."""


class Town(RuleBasedStateMachine):
    """Two people ask; the wire loses receipts, strangers come to the links, messages come again, services restart."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="oots-town-", dir=MEMORY)
        self.register = Register()
        self.town = self._open()
        self.exchanges: list[Exchange] = []
        self.admitted: list[tuple[NaturalPerson, str, Exchange]] = []
        self.restarted = False
        self.lost = 0
        self.released: dict[bytes, bytes] = {}
        self.listened = 0

    def _open(self) -> TwoSides:
        town = two_sides(Path(self.folder.name), keys(), self.register)
        town.wire.bend = self._lose
        return town

    def teardown(self) -> None:
        self._close()
        self.folder.cleanup()

    def _close(self) -> None:
        self.town.requester_store.close()
        self.town.provider_store.close()

    def _lose(self, request: httpx.Request) -> httpx.Response | None:
        """Deliver, and lose the receipt."""
        if self.lost == 0:
            return None
        self.lost -= 1
        content_type, body = request.headers["content-type"], request.read()
        self.town.wire.heard.append((request.url.host, content_type, body))
        self.town.wire.endpoints[request.url.host].receive(content_type, body)
        raise httpx.ReadTimeout("the receipt was lost", request=request)

    def _which(self, number: int) -> Exchange:
        return self.exchanges[number % len(self.exchanges)]

    def _token(self, exchange: Exchange) -> str:
        offer = self.town.requester.progress(exchange.exchange_id).offer
        return offer.location.rpartition("/")[2] if offer else "no link yet"

    def _first_request_id(self, number: int) -> str:
        return self.town.requester.progress(self._which(number).exchange_id).request.request_id

    # --- what may happen ---

    @initialize(far=st.tuples(FAR, FAR))
    def both_ask(self, far: tuple[int, int]) -> None:
        """Each person comes as far as that: asked, on the way, or in front of the evidence."""
        for number, person in enumerate(PEOPLE):
            self.exchanges.append(Exchange(self.town.ask(person=person), person))
            if far[number] >= 1:
                self.follow_the_link(number)
            if far[number] == 2:
                self._come(number, person, None)

    @rule(number=NUMBER)
    def follow_the_link(self, number: int) -> None:
        with suppress(NotPossibleError):
            self.town.to_preview(self._which(number).exchange_id)

    @rule(number=NUMBER, then=THEN)
    def the_owner_comes(self, number: int, then: bool | None) -> None:
        self._come(number, self._which(number).owner, then)

    @rule(number=NUMBER, then=THEN)
    def somebody_else_comes(self, number: int, then: bool | None) -> None:
        self._come(number, self._which(number + 1).owner, then)

    def _come(self, number: int, person: NaturalPerson, then: bool | None) -> None:
        """A person signs in at a link, looks, and perhaps accepts or declines at once.

        Both persons have a browser, and the pages keep in a session to which links it was admitted.
        """
        exchange = self._which(number)
        admitted = (person, self._token(exchange), exchange)
        with suppress(PreviewClosedError):
            if not self.town.space.admit(admitted[1], person):
                return
            if admitted not in self.admitted:
                self.admitted.append(admitted)
            content = whole(self.town.space.content(admitted[1], 0, 0)[-1])
            assert f"evidence {person.given_name} ".encode() in content, "somebody else's evidence was shown"
            TALLY["shown"] += 1
            if then is not None:
                self.decide(self.admitted.index(admitted), then)

    @precondition(lambda self: self.admitted)
    @rule(session=NUMBER, accept=st.booleans())
    def decide(self, session: int, accept: bool) -> None:
        person, token, exchange = self.admitted[session % len(self.admitted)]
        with suppress(PreviewClosedError):
            self.town.space.decide(token, [0] if accept else [])
            exchange.accepted |= accept and person == exchange.owner
        self.town.run()

    @rule(number=NUMBER, link_of=NUMBER, id_of=st.sampled_from([None, 0, 1]))
    def second_request(self, number: int, link_of: int, id_of: int | None) -> None:
        """One that the portal did not think of: early, late, once more, with another's link or a used request id."""
        exchange = self._which(number)
        progress = self.town.requester.progress(exchange.exchange_id)
        offer = self.town.requester.progress(self._which(link_of).exchange_id).offer
        if offer is None:
            return
        used = (
            None if id_of is None else self.town.requester.progress(self._which(id_of).exchange_id).request.request_id
        )
        request = replace(
            progress.request,
            request_id=used or self.town.requester_point._ids.uuid(),
            issued=self.town.clock.now(),
            preview=PreviewVisit(offer.location, f"{PORTAL}/return/{exchange.exchange_id}"),
        )
        point = self.town.requester_point
        header = point.header(
            "AP_DK_01",
            "oots-edm:v2.0",
            exchange.exchange_id,
            action=EXECUTE_QUERY_REQUEST,
            conversation_id=progress.conversation_id,
            original_sender=VILNIUS.identifier,
            final_recipient=AARHUS.identifier,
        )
        part = Part(point.content_id(), REGREP, requests.encode(request))
        sealed = seal_message(header, [part], load_key_pair(keys(), "ap-lt-01"))
        self.town.provider_point.receive(sealed.content_type, sealed.body)
        self.town.run()

    @rule(number=st.integers(0, 40))
    def replay(self, number: int) -> None:
        heard = self.town.wire.heard
        host, content_type, body = heard[number % len(heard)]
        self.town.wire.endpoints[host].receive(content_type, body)
        self.town.run()

    @rule(minutes=st.sampled_from([41, 16, 6, 1]))
    def time_passes(self, minutes: int) -> None:
        self.town.pass_time(timedelta(minutes=minutes))

    @precondition(lambda self: self.lost == 0)
    @rule(times=st.integers(1, 2))
    def receipts_get_lost(self, times: int) -> None:
        self.lost = times

    @precondition(lambda self: not self.restarted)
    @rule()
    def both_restart(self) -> None:
        self.restarted = True
        before = self.town
        self._close()
        self.town = self._open()
        self.town.clock.advance(before.clock.now() - START)
        self.town.wire.heard = before.wire.heard
        self.town.run()

    # --- what must hold ---

    @invariant()
    def what_leaves_was_accepted(self) -> None:
        heard = self.town.wire.heard
        for host, _content_type, body in heard[self.listened :]:
            for evidence in set(EVIDENCE.findall(body)):
                self._expect_accepted(host, evidence, EXCHANGE.findall(body))
        self.listened = len(heard)

    def _expect_accepted(self, host: str, evidence: bytes, named: list[bytes]) -> None:
        (exchange,) = [each for each in self.exchanges if [each.exchange_id.encode()] == named]
        assert host == "lt"
        assert exchange.accepted, f"{evidence!r} left, and nobody had accepted it"
        assert evidence.decode().startswith(exchange.owner.given_name), "it was another person's"
        assert self.released.setdefault(evidence, named[0]) == named[0], "it left in two exchanges"
        TALLY["released"] += 1

    @invariant()
    def what_is_journaled_was_accepted(self) -> None:
        for exchange in self.exchanges:
            sent = [line for line in self.town.provider_log(exchange.exchange_id) if line.entry is Entry.RESPONSE_SENT]
            assert exchange.accepted or not any(line.evidence for line in sent)
            assert len(sent) <= 1


def test_no_sequence_of_events_releases_evidence_without_an_accept() -> None:
    TALLY.clear()
    run_state_machine_as_test(Town, settings=FEW)
    assert min(TALLY["shown"], TALLY["released"]) > 0, "nothing was released at all, so nothing was tried"


def _admit_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oots.provider.preview.same_person", lambda *_: True)


def _send_all_when_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_all(self: SecondRound, unit: object, kept: object, request_id: str, now: object) -> None:
        self.answer_decision(unit, kept, kept.record.packages, now)  # type: ignore[arg-type, attr-defined]

    monkeypatch.setattr(SecondRound, "lapse", send_all)


def _take_every_decision_for_an_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = PreviewSpace.decide
    monkeypatch.setattr(PreviewSpace, "decide", lambda self, token, accepted: honest(self, token, [0]))


@pytest.mark.parametrize("broken", [_admit_anybody, _send_all_when_time_is_up, _take_every_decision_for_an_accept])
def test_a_provider_that_releases_too_much_is_found(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)  # type: ignore[operator]
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Town, settings=settings(FEW, max_examples=40))
