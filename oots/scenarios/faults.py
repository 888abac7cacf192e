"""What a scenario makes go wrong, each as a block during which it is wrong."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import httpx
from cryptography.x509 import ReasonFlags

from oots.deployment.apps import PEER_SECONDS, REGISTER_SWITCH, Exchanging
from oots.deployment.keys import revoke_keys
from oots.deployment.participants import key_name
from oots.edelivery.client import deliver
from oots.edelivery.header import EXECUTE_QUERY_REQUEST, REGREP
from oots.edelivery.message import OpenedMessage, Part, open_message, seal_message
from oots.exchange.envelope import Read, open_request, version_of
from oots.model.clock import RandomIds, iso
from oots.model.request import EvidenceRequest
from oots.provider import service as provider_service
from oots.requester.service import EvidenceRequester
from oots.scenario_files.scenario import Trouble
from oots.scenarios.live_town import LiveTown
from oots.scenarios.wiretap import Meddler, Send
from oots.trust.certificates import Role
from oots.trust.issuing import ISSUING, LEAF_LIFE, Participant, Terms, leaf_certificate
from oots.trust.keys import load_key_pair
from oots.wire.profile import Profiles

Wrong = Callable[[LiveTown, EvidenceRequester], AbstractContextManager[None]]
"""Takes the town and the portal that asks."""

NEEDS_OWN_TOWN = frozenset({Trouble.CERTIFICATE_REVOKED})
"""What cannot be put right again in a running town."""


def wrong(what: Trouble, live: LiveTown, requester: EvidenceRequester) -> AbstractContextManager[None]:
    """The block during which it is so."""
    return _WRONGS[what](live, requester)


_ISSUED = re.compile(rb'(name="IssueDateTime">.*?<rim:Value[^>]*>)[^<]+', flags=re.DOTALL)


# --- on the wire ---


class _Once:
    """Does something to the first message, and lets the others pass."""

    def __init__(self, deed: Meddler) -> None:
        self._deed = deed
        self._done = threading.Event()
        self._turn = threading.Lock()

    def __call__(self, request: httpx.Request, onward: Send) -> httpx.Response:
        with self._turn:
            first = not self._done.is_set()
            self._done.set()
        return self._deed(request, onward) if first else onward(request)


def _receipt_lost(live: LiveTown, _requester: EvidenceRequester) -> AbstractContextManager[None]:
    def lose(request: httpx.Request, onward: Send) -> httpx.Response:
        onward(request)
        raise httpx.ReadError("the story loses the receipt", request=request)

    return live.tap.meddling(_Once(lose))


def _message_repeated(live: LiveTown, _requester: EvidenceRequester) -> AbstractContextManager[None]:
    def repeat(request: httpx.Request, onward: Send) -> httpx.Response:
        onward(request)
        return onward(request)

    return live.tap.meddling(_Once(repeat))


def _message_altered(live: LiveTown, _requester: EvidenceRequester) -> AbstractContextManager[None]:
    def alter(request: httpx.Request, onward: Send) -> httpx.Response:
        return onward(_with_body(request, _with_one_other_letter(request.content)))

    return live.tap.meddling(alter)


def _with_one_other_letter(body: bytes) -> bytes:
    """One letter of the base64 in the signature's value is another one."""
    place = body.index(b"SignatureValue>") + len(b"SignatureValue>")
    return body[:place] + (b"A" if body[place : place + 1] != b"A" else b"B") + body[place + 1 :]


def _with_body(request: httpx.Request, body: bytes) -> httpx.Request:
    return httpx.Request(
        request.method, request.url, headers=request.headers, content=body, extensions=request.extensions
    )


def _access_point_down(live: LiveTown, _requester: EvidenceRequester) -> AbstractContextManager[None]:
    def nobody(request: httpx.Request, _onward: Send) -> httpx.Response:
        raise httpx.ConnectError("the story has nobody answer", request=request)

    return live.tap.meddling(nobody)


# --- at the portal ---


def _asking_otherwise(
    requester: EvidenceRequester, otherwise: Callable[[EvidenceRequest], EvidenceRequest]
) -> AbstractContextManager[Any]:
    ask = requester.request_for

    def asked(*what: Any, **how: Any) -> EvidenceRequest:
        return otherwise(ask(*what, **how))

    return patch.object(requester, "request_for", asked)


def _format_unknown(_live: LiveTown, requester: EvidenceRequester) -> AbstractContextManager[None]:
    def in_json(request: EvidenceRequest) -> EvidenceRequest:
        wanted = replace(request.evidence.distributions[0], format="application/json", conforms_to=None)
        return replace(request, evidence=replace(request.evidence, distributions=(wanted,)))

    return _asking_otherwise(requester, in_json)


@contextmanager
def _request_repeated(live: LiveTown, _requester: EvidenceRequester) -> Iterator[None]:
    """The last request once more, later and in a new message, signed by the portal's access point as the first was."""
    portals = {side.access_point.party.value: side.access_point for side in live.requesters.values()}
    opened = next(
        opened
        for opened in _opened_backwards(live)
        if opened.header.action == EXECUTE_QUERY_REQUEST and opened.header.sender.value in portals
    )
    ids, now = RandomIds(), live.clock.now()
    document = _ISSUED.sub(b"\\g<1>" + iso(now).encode(), opened.document, count=1)
    content_id, domain = opened.parts[0].content_id, opened.header.message_id.partition("@")[2]
    header = replace(opened.header, message_id=f"{ids.uuid()}@{domain}", timestamp=now, parts=())
    key = load_key_pair(live.town.keys, key_name(header.sender.value))
    sealed = seal_message(header, (Part(content_id, REGREP, document),), key)
    endpoint = portals[header.sender.value].partners[header.receiver.value].endpoint
    with httpx.Client(transport=live.tap.transport(), timeout=PEER_SECONDS) as client:
        deliver(client, endpoint, sealed.content_type, sealed.pieces)
    yield


def _opened_backwards(live: LiveTown) -> Iterator[OpenedMessage]:
    for heard in reversed(live.tap.overheard):
        yield open_message(heard.content_type, heard.body, live.anchors, live.clock.now())


# --- at the authority ---


def _version_unknown(_live: LiveTown, _requester: EvidenceRequester) -> AbstractContextManager[Any]:
    """The data services read every version but that of the request, and believe that nobody asks in it."""

    def opened_in_others(opened: OpenedMessage, profiles: Profiles) -> Read[EvidenceRequest]:
        asked = version_of(opened)
        return open_request(opened, {name: profile for name, profile in profiles.items() if name != asked})

    return patch.object(provider_service, "open_request", opened_in_others)


def _registers(behaviour: str) -> Wrong:
    """The civil register behind every data service behaves so, as its switch can have it."""

    @contextmanager
    def block(live: LiveTown, _requester: EvidenceRequester) -> Iterator[None]:
        switches = [live.town.state / name / REGISTER_SWITCH for name in live.providers]
        for switch in switches:
            switch.write_text(json.dumps({"cpr": behaviour}), encoding="utf-8")
        try:
            yield
        finally:
            for switch in switches:
                switch.unlink()

    return block


# --- at the authority that issues certificates ---


@contextmanager
def _certificate_revoked(live: LiveTown, requester: EvidenceRequester) -> Iterator[None]:
    """The access point of the portal that asks; nobody takes a revocation back."""
    side = _side_of(live, requester)
    revoke_keys(live.town.state, key_name(side.access_point.party.value), ReasonFlags.key_compromise, live.clock.now())
    yield


@contextmanager
def _certificate_expired(live: LiveTown, requester: EvidenceRequester) -> Iterator[None]:
    """The access point of the portal signs with a certificate whose time was over yesterday."""
    access_point = _side_of(live, requester).access_point
    party_id = access_point.party.value
    key = load_key_pair(live.town.keys, key_name(party_id))
    participant = Participant(key_name(party_id), party_id, Role.ACCESS_POINT)
    terms = Terms(live.clock.now() - LEAF_LIFE - timedelta(days=1))
    old = leaf_certificate(key.private_key, participant, terms, load_key_pair(live.town.keys, ISSUING))
    with patch.object(access_point, "_key", replace(key, certificate=old)):
        yield


def _side_of(live: LiveTown, requester: EvidenceRequester) -> Exchanging:
    return next(side for side in live.requesters.values() if side.service is requester)


_WRONGS: dict[Trouble, Wrong] = {
    Trouble.REGISTER_FAILING: _registers("failing"),
    Trouble.REGISTER_SLOW: _registers("slow"),
    Trouble.REGISTER_SILENT: _registers("silent"),
    Trouble.RECEIPT_LOST: _receipt_lost,
    Trouble.MESSAGE_REPEATED: _message_repeated,
    Trouble.REQUEST_REPEATED: _request_repeated,
    Trouble.MESSAGE_ALTERED: _message_altered,
    Trouble.CERTIFICATE_REVOKED: _certificate_revoked,
    Trouble.VERSION_UNKNOWN: _version_unknown,
    Trouble.CERTIFICATE_EXPIRED: _certificate_expired,
    Trouble.FORMAT_UNKNOWN: _format_unknown,
    Trouble.ACCESS_POINT_DOWN: _access_point_down,
}
