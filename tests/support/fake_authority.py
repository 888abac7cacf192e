"""An authority that answers about revocation in this process, as the demo's does, and can be away or lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509

from oots.deployment.settings import ProviderSettings, read
from oots.deployment.trust import trust_of
from oots.model.clock import Clock
from oots.trust.anchors import PartnerTrust
from oots.trust.keys import KeyPair
from oots.trust.register import REGISTER_FILE, RevocationRegister, revoke
from oots.trust.revocation_answers import ocsp_answer, revocation_list

LIFE = timedelta(seconds=10)
INTERNAL = "http://authority.internal"
Answer = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class FakeAuthority:
    """Answers at `INTERNAL` for `keys` by the names of their lists; `folder` has its register.

    `lists_away` and `responder_away` make requests fail; `bend` may answer in its stead. `asked` are the URLs of all
    requests, whoever they were meant for.
    """

    folder: Path
    clock: Clock
    keys: Mapping[str, KeyPair]
    issued: list[x509.Certificate] = field(default_factory=list)
    lists_away: bool = False
    responder_away: bool = False
    bend: Answer | None = None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def register(self) -> RevocationRegister:
        return RevocationRegister(self.folder / REGISTER_FILE)

    @property
    def away(self) -> bool:
        return self.lists_away and self.responder_away

    @away.setter
    def away(self, away: bool) -> None:
        self.lists_away = self.responder_away = away

    def revoke(
        self,
        certificate: x509.Certificate,
        at: datetime | None = None,
        reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
    ) -> None:
        note(self.folder, certificate, at or self.clock.now(), reason)

    def client(self, **more: bool) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer), **more)  # type: ignore[arg-type]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.bend is not None and (bent := self.bend(request)) is not None:
            return bent
        return self.honest(request)

    def honest(self, request: httpx.Request) -> httpx.Response:
        """What the authority says, unless it is away."""
        place = str(request.url).removeprefix(INTERNAL)
        name = place.removeprefix("/crl/").removesuffix(".crl")
        if place == "/ocsp" and not self.responder_away:
            return streamed(self.answer(request.read()))
        if name in self.keys and not self.lists_away:
            return streamed(self.list_of(self.keys[name]))
        raise httpx.ConnectError("nobody there", request=request)

    def list_of(self, issuer: KeyPair) -> bytes:
        return revocation_list(issuer, self.register, self.clock.now(), LIFE)

    def answer(self, request: bytes, keys: Sequence[KeyPair] | None = None) -> bytes:
        authorities = tuple(self.keys.values()) if keys is None else keys
        return ocsp_answer(request, authorities, self.register, self.issued, self.clock.now(), LIFE)


def streamed(content: bytes, status: int = 200, **headers: str) -> httpx.Response:
    """An answer that is yet to be read, as one from the network is."""
    return httpx.Response(status, headers=headers, content=iter((content,)))


def note(
    folder: Path,
    certificate: x509.Certificate,
    at: datetime,
    reason: x509.ReasonFlags = x509.ReasonFlags.key_compromise,
) -> None:
    """Into the register of a key folder."""
    revoke(folder, certificate, at, reason, party="AP_LT_01", name="ap-lt-01")


def house_settings(keys: Path, partners: Mapping[str, str] | None = None) -> ProviderSettings:
    """Settings of a service whose key folder is `keys` and whose partners (party ids) have these policies."""
    policies = partners or {"AP_LT_01": "demo"}
    return read(
        ProviderSettings,
        {
            "port": 8401,
            "keys": keys,
            "state": keys / "state",
            "party_id": "AP_DK_01",
            "partners": {
                party_id: {"party_id": party_id, "endpoint": "http://lt.test/as4", "policy": policy}
                for party_id, policy in policies.items()
            },
            "eid_internal": "http://eid.internal",
            "authority_internal": INTERNAL,
            "client_secret": "a secret of the preview space",
        },
    )


def house_trust(
    keys: Path,
    client: httpx.Client,
    clock: Clock,
    partners: Mapping[str, str] | None = None,
    *,
    specimens: bool = False,
) -> PartnerTrust:
    """Whom such a service believes."""
    return trust_of(house_settings(keys, partners), client, clock, specimens=specimens)
