"""The portal's access point as a stage for forged answers, and its outbox as one for forged receipts; no sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_RESPONSE,
    PARTY_TYPE,
    REGREP,
    UserMessage,
)
from oots.edelivery.message import Part, SealedMessage, seal_message
from oots.edelivery.signal import SignalKind, read_signal
from oots.exchange.conversation import RequesterState
from oots.exchange.journal import Entry, TimelineEvent
from oots.exchange.limits import SendingLimits
from oots.model.clock import RandomIds
from oots.model.content import whole
from oots.model.errors import MessageError
from oots.model.evidence import EvidenceDocument, EvidencePackage, MainMetadata
from oots.model.identifiers import Identifier
from oots.model.response import Answer, ErrorCode, EvidenceError, EvidenceResponse, PreviewOffer
from oots.provider.answers import Answers
from oots.provider.first_round import PREVIEW_DESCRIPTIONS
from oots.provider.record import ProviderExchange
from oots.requester.cases import CASES
from oots.trust.keys import KeyPair
from oots.wire import answer as answers
from tests.support.attacks import Refused, caught_by
from tests.support.doors import specimen_key, specimen_keys
from tests.support.moments import set_back
from tests.support.two_sides import AARHUS, DOCUMENT, FINDING, READABLE, SOLVEJ, VILNIUS, TwoSides, two_sides

IDS = RandomIds()
PATIENT = SendingLimits(failures=1000)
"""With a partner who does not take what is kept waiting here."""
RECEIPT_ALONE = "a receipt alone"
"""What a partner is told of an answer that the portal takes no notice of: that it has arrived."""


@dataclass
class Portal:
    """A portal that waits for answers of a municipality, which is its lawful partner and turns hostile here.

    `asked` waits for the answer to request 1, `offered` for the person to follow the preview link, `previewing` for
    the answer to request 2; in `declined` the person has said no. Each of `spares` waits as `asked` does.
    """

    town: TwoSides
    asked: str
    offered: str
    previewing: str
    declined: str
    spares: list[str]
    caught: list[BaseException] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.town.clock.now()

    @property
    def key(self) -> KeyPair:
        """The municipality's."""
        return specimen_key("ap-dk-01")

    # --- what a stage must be able to do ---

    def control(self) -> None:
        """Evidence that the person accepted arrives as it was shown."""
        exchange_id = self.town.ask()
        token = self.town.to_preview(exchange_id)
        assert self.town.space.admit(token, SOLVEJ)
        self.town.space.decide(token, [0])
        self.town.run()
        received = [whole(self.town.requester.evidence(exchange_id, number)[1]) for number in range(2)]
        assert received == [DOCUMENT, READABLE]

    def released(self) -> object:
        """No exchange has moved, and no evidence has been kept that nobody accepted."""
        with self.town.requester_store.begin() as unit:
            waiting = [unit.find(each) for each in (self.asked, self.offered, self.previewing, self.declined)]
        return waiting, self.town.requester_store.files.names()

    def anew(self) -> Self:
        self.caught.clear()
        return self

    # --- honest answers, to be changed ---

    def held(self, exchange_id: str) -> ProviderExchange:
        """What the municipality holds for an exchange."""
        with self.town.provider_store.begin() as unit:
            kept = unit.find(exchange_id)
        assert kept is not None
        return kept.record

    def request_id(self, exchange_id: str) -> str:
        """The request of the exchange that is open."""
        with self.town.requester_store.begin() as unit:
            kept = unit.find(exchange_id)
        assert kept is not None
        return kept.record.second_request_id or kept.record.request.request_id

    def package(self) -> EvidencePackage:
        """The package that is held for `previewing`."""
        (held,) = self.held(self.previewing).packages
        return held.package

    def response(self, package: EvidencePackage | None = None, **changes: object) -> EvidenceResponse:
        """The answer that would deliver the evidence held for `previewing`."""
        request = self.held(self.previewing).request
        plain = Answers((), IDS).response(
            AARHUS, request, self.request_id(self.previewing), self.now, (package or self.package(),)
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    def offer(self, location: str) -> EvidenceError:
        """The error that would offer a preview there, as the answer to request 1 of `asked`."""
        request = self.town.requester.progress(self.asked).request
        return Answers((), IDS).error(
            AARHUS,
            ErrorCode.AUTHORIZATION,
            "a preview by the user is needed",
            self.now,
            specification=request.specification,
            request_id=request.request_id,
            requester=request.requester,
            preview=PreviewOffer(location, PREVIEW_DESCRIPTIONS),
        )

    def evidence(self) -> tuple[Part, ...]:
        """The evidence that is held for `previewing`, as parts."""
        files = self.town.provider_store.files
        return tuple(
            Part(part.content_id, part.media_type, files.get(part.stored))
            for held in self.held(self.previewing).packages
            for part in held.parts
        )

    def header(self, exchange_id: str, answer: Answer | None = None, **changes: object) -> UserMessage:
        plain = UserMessage(
            message_id=f"{IDS.uuid()}@ap-dk-01.oots.example",
            timestamp=self.now,
            sender=Identifier(PARTY_TYPE, "AP_DK_01"),
            receiver=Identifier(PARTY_TYPE, "AP_LT_01"),
            action=EXCEPTION_RESPONSE if isinstance(answer, EvidenceError) else EXECUTE_QUERY_RESPONSE,
            conversation_id=self.town.requester.progress(exchange_id).conversation_id,
            original_sender=FINDING.access_service.publisher.identifier,
            final_recipient=VILNIUS.identifier,
            exchange_id=exchange_id,
            specification="oots-edm:v2.0",
            parts=(),
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    def sealed(
        self,
        exchange_id: str,
        answer: Answer,
        evidence: tuple[Part, ...] = (),
        key: KeyPair | None = None,
        change: Callable[[bytes], bytes] = bytes,
        **header: object,
    ) -> SealedMessage:
        """An answer in the exchange, its document changed before everything is signed."""
        document = Part(f"{IDS.uuid().replace('-', '')}@ap-dk-01.oots.example", REGREP, change(answers.encode(answer)))
        return seal_message(self.header(exchange_id, answer, **header), (document, *evidence), key or self.key)

    def delivery(
        self,
        package: EvidencePackage | None = None,
        evidence: tuple[Part, ...] | None = None,
        change: Callable[[bytes], bytes] = bytes,
    ) -> SealedMessage:
        """The answer that delivers the evidence held for `previewing`, changed before it is signed."""
        parts = self.evidence() if evidence is None else evidence
        return self.sealed(self.previewing, self.response(package), parts, change=change)

    # --- how it refuses ---

    def ignored(self, message: SealedMessage) -> Refused:
        """Post it: a receipt, a line that it was ignored, and no other trace."""
        before, caught = len(self._log()), len(self.caught)
        reply = self.town.requester_point.receive(message.content_type, message.body)
        assert read_signal(reply).kind is SignalKind.RECEIPT
        (line,) = [told.entry for told in self._log()[before:]]
        assert line.entry is Entry.ANSWER_IGNORED, "the answer was acted on"
        (fault,) = self.caught[caught:]
        rule = fault.rule if isinstance(fault, MessageError) else None
        return Refused(RECEIPT_ALONE, rule or caught_by(fault), str(line.detail))

    def shown_to_nobody(self, location: str) -> Refused:
        """Offer a preview there: the exchange ends, and there is no link that a person could follow."""
        exchange_id = self.spares.pop()
        request = self.town.requester.progress(exchange_id).request
        offer = replace(self.offer(location), request_id=request.request_id)
        message = self.sealed(exchange_id, offer)
        reply = self.town.requester_point.receive(message.content_type, message.body)
        assert read_signal(reply).kind is SignalKind.RECEIPT
        progress = self.town.requester.progress(exchange_id)
        assert progress.offer is None, "people are sent there"
        assert progress.state is RequesterState.REFUSED
        return Refused(RECEIPT_ALONE, "R-EDM-ERR-C019", str(progress.error_detail))

    def _log(self) -> list[TimelineEvent]:
        with self.town.requester_store.begin() as unit:
            lines = [*unit.refusals(), *(line for each in unit.exchange_ids(99) for line in unit.timeline(each))]
        return sorted(lines, key=lambda line: line.number)


def held_back(town: TwoSides) -> str:
    """An exchange whose request 1 does not get through, so that no honest answer comes."""
    town.wire.bend = lambda _request: httpx.Response(503)
    exchange_id = town.requester.ask(CASES[0], FINDING, SOLVEJ, IDS.uuid())
    town.requester_point.tick()
    town.wire.bend = None
    return exchange_id


@contextmanager
def portal_door(folder: Path, spares: int = 0) -> Iterator[Portal]:
    """The portal's access point, with an exchange at each step, and `spares` more that wait for an answer."""
    town = two_sides(folder, specimen_keys(), specimens=True, sending=PATIENT)
    offered, previewing, declined = town.ask(), town.ask(), town.ask()
    town.to_preview(previewing)
    token = town.to_preview(declined)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [])
    town.run()
    waiting = [held_back(town) for _ in range(spares)]
    portal = Portal(town, held_back(town), offered, previewing, declined, waiting)
    for step in ("_expected", "_act"):
        answers = town.requester._answers
        setattr(answers, step, _heard(getattr(answers, step), portal.caught))
    try:
        yield portal
    finally:
        town.provider_store.close()
        town.requester_store.close()


same_portal_door = set_back(portal_door)


def _heard(step: Callable[..., Any], caught: list[BaseException]) -> Callable[..., Any]:
    """`step`, noting what it raises."""

    def heard(*arguments: Any) -> Any:
        try:
            return step(*arguments)
        except Exception as fault:
            caught.append(fault)
            raise

    return heard


# --- changes to what is delivered ---


def main_document(package: EvidencePackage, **changes: object) -> EvidencePackage:
    """The package with something else said of its main evidence."""
    first, *rest = package.documents
    return replace(package, documents=(replace(first, **changes), *rest))  # type: ignore[arg-type]


def main_metadata(package: EvidencePackage, **changes: object) -> EvidencePackage:
    """The package with something else in the metadata of its main evidence."""
    return main_document(package, main=replace(metadata_of(package.documents[0]), **changes))  # type: ignore[arg-type]


def metadata_of(document: EvidenceDocument) -> MainMetadata:
    assert document.main is not None
    return document.main


# --- the outbox ---


@dataclass
class Sender:
    """A portal that waits for the receipt of a request, on a wire where somebody answers in the municipality's place.

    `misled` are the exchanges in which a false answer was believed or ended the delivery.
    """

    town: TwoSides
    misled: list[str] = field(default_factory=list)
    caught: list[BaseException] = field(default_factory=list)

    def control(self) -> None:
        """A request is receipted, and the exchange goes on."""
        exchange_id = self.town.ask()
        assert self._entries(exchange_id).count(Entry.RECEIPT_RECEIVED) == 1
        assert self.town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED

    def released(self) -> object:
        """The exchanges that were misled."""
        return tuple(self.misled)

    def answered(self, forge: Callable[[bytes, httpx.Request], httpx.Response]) -> Refused:
        """Answer a request with what is forged from the genuine receipt: it is sent again, and then receipted."""
        exchange_id = self.town.requester.ask(CASES[0], FINDING, SOLVEJ, IDS.uuid())

        def bend(request: httpx.Request) -> httpx.Response:
            genuine = self.town.provider_point.receive(request.headers["content-type"], request.read())
            return forge(genuine, request)

        self.town.wire.bend = bend
        caught = len(self.caught)
        self.town.requester_point.tick()
        self.town.wire.bend = None
        if {Entry.RECEIPT_RECEIVED, Entry.DELIVERY_FAILED} & set(self._entries(exchange_id)):
            self.misled.append(exchange_id)
        (fault,) = self.caught[caught:]
        self.town.pass_time(timedelta(seconds=2))
        assert self.misled or self._entries(exchange_id).count(Entry.RECEIPT_RECEIVED) == 1
        return Refused("the same message again", caught_by(fault), str(fault))

    def _entries(self, exchange_id: str) -> list[Entry]:
        return [line.entry for line in self.town.requester_log(exchange_id)]


@contextmanager
def sender(folder: Path) -> Iterator[Sender]:
    """A portal that sends."""
    town = two_sides(folder, specimen_keys(), specimens=True, sending=PATIENT)
    stage = Sender(town)
    point: Any = town.requester_point
    outbox = point._worker._outbox
    outbox._obtain_receipt = _heard(outbox._obtain_receipt, stage.caught)
    try:
        yield stage
    finally:
        town.provider_store.close()
        town.requester_store.close()
