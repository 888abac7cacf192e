"""One exchange in a town of its own, as it went over the wire, with the keys that signed it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from oots.deployment.apps import Surroundings, directories_client
from oots.deployment.participants import DIRECTORIES, decryption_name, key_name, seal_name
from oots.deployment.services import PROVIDER_PARTY, REQUESTER_PARTY
from oots.deployment.settings import RequesterSettings, read
from oots.model.clock import RandomIds, SystemClock
from oots.requester.cases import case_of
from oots.requester.discovery import Discovery
from oots.scenarios.bopaelsattest import CASE, tell
from oots.scenarios.live_town import LiveTown, live_town
from oots.scenarios.outcome import Decision
from oots.scenarios.wiretap import Overheard
from oots.trust.keys import KeyPair, load_key_pair

MESSAGES: Final = 4
"""Two requests, an error that offers the preview, and a response: each has its receipt."""


@dataclass(frozen=True)
class Captured:
    """What a whole exchange with preview sends: AS4 messages with their receipts, and the directories' answers.

    `holders` are the keys of both access points, `decrypting` is that with which the second decrypts.
    """

    messages: tuple[Overheard, ...]
    answers: tuple[bytes, ...]
    holders: tuple[KeyPair, ...]
    decrypting: KeyPair
    sealing: KeyPair
    directory: KeyPair
    trust: bytes


def capture() -> Captured:
    """Run the exchange once, in this process."""
    with (
        tempfile.TemporaryDirectory(prefix="oots-bench-") as folder,
        live_town(Path(folder), SystemClock()) as live,
    ):
        tell(live, Decision.ACCEPT, lambda _: None)
        live.wait_for_messages(MESSAGES)
        keys = live.town.keys
        return Captured(
            live.tap.overheard,
            _answers(live),
            tuple(load_key_pair(keys, key_name(party)) for party in (REQUESTER_PARTY, PROVIDER_PARTY)),
            load_key_pair(keys, decryption_name(PROVIDER_PARTY)),
            load_key_pair(keys, seal_name(live.town.municipality)),
            load_key_pair(keys, DIRECTORIES),
            live.anchors.pem,
        )


def _answers(live: LiveTown) -> tuple[bytes, ...]:
    """What the directories say when the portal looks for the case's evidence."""
    settings = read(RequesterSettings, live.town.values("requester"))
    heard: list[bytes] = []

    def hear(response: httpx.Response) -> None:
        if "oots-response-sig" in response.headers:
            heard.append(response.read())

    with httpx.Client(trust_env=False, event_hooks={"response": [hear]}) as client:
        clock = SystemClock()
        directories = directories_client(settings, Surroundings(clock, RandomIds(), client))
        case = case_of(CASE)
        if case is None:
            raise LookupError(CASE)
        Discovery(directories, settings.country, settings.versions).find(case, settings.provider_country)
    return tuple(heard)
