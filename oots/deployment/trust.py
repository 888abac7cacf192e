"""Whom a service believes: the policies of its partner profiles, and where it asks what has been revoked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx

from oots.deployment.settings import AccessPointSettings
from oots.model.clock import Clock
from oots.model.errors import ConfigurationError
from oots.trust.anchors import PartnerTrust, TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.issuing import ORIGIN
from oots.trust.policy import DEMO, CertificatePolicy, read_policy
from oots.trust.register import REGISTER_FILE, RevocationRegister
from oots.trust.revocation import Heard, Responder, Revocation, RevocationLists, Source, unheard

MOST_BYTES = 1024 * 1024
SECONDS = 3.0
"""For each step of an answer, and from its head to its end."""
OCSP_REQUEST = "application/ocsp-request"


def read_anchors(keys: Path, *, specimens: bool = False) -> TrustAnchors:
    """`trust.pem` of a key folder under the built-in policy, without a look at revocation.

    Raises ConfigurationError where there is none.
    """
    return TrustAnchors.from_pem(_read(keys / TRUST_FILE), allow_specimens=specimens)


def trust_of(
    settings: AccessPointSettings, client: httpx.Client, clock: Clock, heard: Heard | None = None, *, specimens: bool
) -> PartnerTrust:
    """Every partner by the policy that the settings name for it, everybody else by the built-in one.

    `heard` is told of each answer about revocation that is believed. Raises ConfigurationError for policies and anchors
    that are missing or broken.
    """
    names = {DEMO, *(partner.policy for partner in settings.partners.values())}
    register = RevocationRegister(settings.keys / REGISTER_FILE)
    ask = _Network(client, settings.authority_internal)

    def anchors(name: str) -> TrustAnchors:
        policy = read_policy(name, settings.keys)
        pem = b"".join(_read(settings.keys / file) for file in policy.anchors)
        revocations = Revocation(register, _sources(policy, ask, clock, heard or unheard))
        return TrustAnchors.from_pem(pem, policy=policy, revocations=revocations, allow_specimens=specimens)

    by_policy = {name: anchors(name) for name in names}
    partners = {party_id: by_policy[partner.policy] for party_id, partner in settings.partners.items()}
    return PartnerTrust(by_policy[DEMO], partners)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise ConfigurationError(f"{file} is missing or unreadable; `oots keys init` creates trust.pem") from None


def _sources(policy: CertificatePolicy, ask: _Network, clock: Clock, heard: Heard) -> list[Source]:
    wanted = policy.revocation
    sources: dict[str, Callable[[], Source]] = {
        "crl": lambda: RevocationLists(wanted.lists, ask.get, clock, heard),
        "ocsp": lambda: Responder(lambda request: ask.post(wanted.responder or "", request), clock, heard),
    }
    return [sources[method]() for method in wanted.methods]


class _Network:
    """Asks at the addresses of policies; the demo authority's lawful origin is found where the settings say.

    Who was silent is left in peace for as long as he was waited for: one question asks at several addresses of a host.
    """

    def __init__(self, client: httpx.Client, authority: str) -> None:
        self._client = client
        self._authority = authority
        self._silent: dict[str, float] = {}

    def get(self, address: str) -> bytes:
        """Raises OSError for whatever is no answer."""
        return self._answer("GET", address, None, {})

    def post(self, address: str, request: bytes) -> bytes:
        """Raises OSError for whatever is no answer."""
        return self._answer("POST", address, request, {"Content-Type": OCSP_REQUEST})

    def _answer(self, method: str, address: str, content: bytes | None, headers: dict[str, str]) -> bytes:
        found = self._authority + address.removeprefix(ORIGIN) if address.startswith(f"{ORIGIN}/") else address
        headers |= {"Accept-Encoding": "identity"}
        host = urlsplit(found).netloc
        if host in self._silent and monotonic() < self._silent[host]:
            raise OSError(f"{host} was silent a moment ago")
        try:
            with self._client.stream(
                method, found, content=content, headers=headers, timeout=SECONDS, follow_redirects=False
            ) as response:
                response.raise_for_status()
                return _capped(response)
        except httpx.TimeoutException as silence:
            self._silent[host] = monotonic() + SECONDS
            raise OSError(f"{host} is silent") from silence
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise OSError(f"no answer from {address} ({type(fault).__name__})") from fault


def _capped(response: httpx.Response) -> bytes:
    answer = bytearray()
    latest = monotonic() + SECONDS
    for chunk in response.iter_raw():
        if monotonic() > latest:
            raise OSError("the answer takes too long")
        answer += chunk
        if len(answer) > MOST_BYTES:
            raise OSError("the answer is larger than any list of revocations should be")
    return bytes(answer)
