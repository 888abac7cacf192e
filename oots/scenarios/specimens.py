"""Specimens: whole exchanges and one refusal per error code, made under a frozen clock with marked test keys.

`python -m oots.scenarios.specimens evidence_samples` writes them anew; the same code gives the same bytes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from oots.deployment.apps import PEER_SECONDS, Surroundings, directories_client
from oots.deployment.participants import key_name
from oots.deployment.services import PROVIDER_PARTY, REQUESTER_PARTY
from oots.deployment.settings import RequesterSettings, read
from oots.deployment.town import LOOPBACK
from oots.edelivery.client import deliver
from oots.edelivery.header import EXECUTE_QUERY_REQUEST, PARTY_TYPE, REGREP, UserMessage
from oots.edelivery.message import Part, SealedMessage, open_message, seal_message
from oots.exchange.api import PATH
from oots.model.agent import Agent
from oots.model.clock import FrozenClock, Ids, SequentialIds
from oots.model.identifiers import Identifier
from oots.model.issuing import Applicant, Issue, Match, Offer, Order
from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.model.request import EvidenceRequest
from oots.provider.service import EvidenceProvider
from oots.provider.source import EvidenceSource, OnlySource
from oots.requester.cases import CASES
from oots.requester.discovery import Discovery
from oots.requester.service import EvidenceRequester
from oots.scenarios.bopaelsattest import SCENARIO, tell
from oots.scenarios.folder import as_mime, in_order, write_folder
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision, Edm
from oots.trust.keys import load_key_pair
from oots.wire import request as request_codec
from oots.wire.namespaces import RIM
from oots.wire.xml import canonical, parse

MOMENT = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
KEYS = Path(__file__).parents[2] / "tests" / "specimen_keys"
FOLDERS = {
    "bopaelsattest": (Decision.ACCEPT, Edm.V2_0),
    "bopaelsattest-declined": (Decision.DECLINE, Edm.V2_0),
    "bopaelsattest-lapsed": (Decision.NONE, Edm.V2_0),
    "bopaelsattest-v1.0": (Decision.ACCEPT, Edm.V1_0),
    "bopaelsattest-v1.2": (Decision.ACCEPT, Edm.V1_2),
}
"""Whole runs: what the person decides, and in which version."""
_SERIES = {"requester": 1, "provider": 2, "directories": 3, "eid": 4, "authority": 5}
_REFUSED_SERIES = 9

SOLVEJ = NaturalPerson(
    "Prøvesen", "Solvej", date(1984, 6, 12), LevelOfAssurance.HIGH, identifier="DK/LT/7c1f0a52e94b4d0f8a3b"
)


def write_specimens(target: Path) -> None:
    """Write every specimen below `target`, replacing those of before; its README stays."""
    for name, (decision, edm) in FOLDERS.items():
        _fresh(target / name)
        with _town(edm) as live:
            story = tell(live, decision, _silently)
            messages = in_order(live.tap.overheard, live.anchors, live.clock.now())
            write_folder(target / name, SCENARIO, story, messages, live.anchors)
    _fresh(target / "refused")
    with _town() as live:
        for refused in REFUSED:
            _write_refused(live, refused, target / "refused" / refused.code)


@contextmanager
def _town(edm: str | None = None) -> Iterator[LiveTown]:
    with tempfile.TemporaryDirectory(prefix="oots-specimens-") as state, town_of_specimens(Path(state), edm) as live:
        yield live


def town_of_specimens(state: Path, edm: str | None = None) -> AbstractContextManager[LiveTown]:
    """A town in `state` that does the same each time, byte for byte."""
    return live_town(state, FrozenClock(MOMENT), ids_of=_ids_of, specimen_keys=KEYS, edm=edm)


def _ids_of(service: str) -> Ids:
    return SequentialIds(_SERIES[service])


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _silently(_line: str) -> None:
    """Specimens are made without a word."""


@dataclass(frozen=True)
class Refused:
    """A request with one thing wrong, and the code that answers it. `late` is how old its ebMS timestamp is."""

    code: str
    change: Callable[[EvidenceRequest], EvidenceRequest] = lambda request: request
    damage: Callable[[bytes], bytes] = lambda document: document
    late: timedelta = timedelta()
    register_is_down: bool = False


def _of_another_provider(request: EvidenceRequest) -> EvidenceRequest:
    other = replace(request.provider.identifier, value="35209115")
    return replace(request, provider=replace(request.provider, identifier=other))


def _in_png(request: EvidenceRequest) -> EvidenceRequest:
    wanted = replace(request.evidence.distributions[0], format="image/png", conforms_to=None)
    return replace(request, evidence=replace(request.evidence, distributions=(wanted,)))


def _undated(document: bytes) -> bytes:
    """The document without its slot IssueDateTime (R-EDM-REQ-S006)."""
    root = parse(document)
    root.remove(next(slot for slot in root.iterchildren(f"{{{RIM}}}Slot") if slot.get("name") == "IssueDateTime"))
    return canonical(root)


REFUSED = (
    Refused(
        "EDM-ERR-0001",
        change=lambda request: replace(request, subject=replace(SOLVEJ, level_of_assurance=LevelOfAssurance.LOW)),
    ),
    Refused("EDM-ERR-0002", change=lambda request: replace(request, possibility_for_preview=False)),
    Refused("EDM-ERR-0003", damage=_undated),
    Refused(
        "EDM-ERR-0004",
        change=lambda request: replace(request, subject=replace(SOLVEJ, given_name="Ingen", family_name="Kender")),
    ),
    Refused("EDM-ERR-0005", late=timedelta(minutes=6)),
    Refused("EDM-ERR-0006", change=_of_another_provider),
    Refused("EDM-ERR-0007", change=_in_png),
    Refused("EDM-ERR-0008", register_is_down=True),
)


def _write_refused(live: LiveTown, refused: Refused, folder: Path) -> None:
    provider = live.provider.service
    if not isinstance(provider, EvidenceProvider):
        raise TypeError(type(provider))
    sources = provider.sources
    if refused.register_is_down and (source := sources.of(sources.host.identifier)):
        provider.sources = OnlySource(_Down(source))
    heard = len(live.tap.overheard)
    _send(live, refused)
    live.wait_for_messages(heard + 2)
    provider.sources = sources
    folder.mkdir()
    for name, overheard in zip(("01-request", "02-error"), live.tap.overheard[heard:], strict=True):
        opened = open_message(overheard.content_type, overheard.body, live.anchors, live.clock.now())
        (folder / f"{name}.xml").write_bytes(opened.document)
        (folder / f"{name}.mime").write_bytes(as_mime(overheard))
        (folder / f"{name.partition('-')[0]}-receipt.xml").write_bytes(overheard.answer)


def _send(live: LiveTown, refused: Refused) -> None:
    """Send a request as the portal would, with what is wrong about it."""
    ids = SequentialIds(_REFUSED_SERIES + REFUSED.index(refused))
    request = refused.change(_lawful(live, ids))
    sealed = _sealed(live, refused.damage(request_codec.encode(request)), request, ids, refused.late)
    endpoint = f"http://{LOOPBACK}:{live.town.ports['provider']}{PATH}"
    with httpx.Client(transport=live.tap.transport(), timeout=PEER_SECONDS) as client:
        deliver(client, endpoint, sealed.content_type, sealed.pieces)


def _lawful(live: LiveTown, ids: Ids) -> EvidenceRequest:
    """The request that the portal makes for the first case."""
    requester = live.requester.service
    if not isinstance(requester, EvidenceRequester):
        raise TypeError(type(requester))
    settings = read(RequesterSettings, live.town.values("requester"))
    with httpx.Client(timeout=PEER_SECONDS, trust_env=False) as client:
        directories = directories_client(settings, Surroundings(live.clock, ids, client, live.specimens))
        findings = Discovery(directories, "LT", settings.versions).find(CASES[0], "DK")
    request = requester.request_for(CASES[0], findings[0], SOLVEJ, live.clock.now())
    return replace(request, request_id=ids.uuid())


def _sealed(live: LiveTown, document: bytes, request: EvidenceRequest, ids: Ids, late: timedelta) -> SealedMessage:
    header = UserMessage(
        message_id=f"{ids.uuid()}@ap-lt-01.oots.example",
        timestamp=live.clock.now() - late,
        sender=Identifier(PARTY_TYPE, REQUESTER_PARTY),
        receiver=Identifier(PARTY_TYPE, PROVIDER_PARTY),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=ids.uuid(),
        original_sender=request.requester.identifier,
        final_recipient=request.provider.identifier,
        exchange_id=ids.uuid(),
        specification=request.specification,
        parts=(),
    )
    part = Part(f"{ids.uuid()}@ap-lt-01.oots.example", REGREP, document)
    return seal_message(header, (part,), load_key_pair(live.town.keys, key_name(REQUESTER_PARTY)))


class _Down:
    """A register that breaks down when it is asked about a person."""

    def __init__(self, source: EvidenceSource) -> None:
        self._source = source

    @property
    def authority(self) -> Agent:
        return self._source.authority

    def offer(self, classification: str) -> Offer | None:
        return self._source.offer(classification)

    def match(self, applicant: Applicant) -> Match:
        raise ConnectionError("the register is down")

    def issue(self, order: Order) -> Issue:
        raise ConnectionError("the register is down")


if __name__ == "__main__":
    write_specimens(Path(sys.argv[1]))
