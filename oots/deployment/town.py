"""The town: requester, provider, directories, eIDAS node and authority on one machine, and how they are joined."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oots.denmark.municipality import load_municipality
from oots.deployment.participants import PROVIDER_PARTY, REQUESTER_PARTY, preview_host
from oots.deployment.settings import PREFIX
from oots.model.errors import ConfigurationError
from oots.trust.issuing import ORIGIN

AUTHORITY_SERVICE = "authority"
SERVICES = (AUTHORITY_SERVICE, "directories", "eid", "provider", "requester")
"""In the order of their start: the authority is asked by others."""
PORTAL = "portal.lt.localhost"
DIRECTORIES = "directories.localhost"
EID = "eid.localhost"
AUTHORITY = ORIGIN.removeprefix("https://")
LOOPBACK = "127.0.0.1"
CALLBACK = "/signin/callback"


@dataclass(frozen=True)
class Ports:
    """The TCP port of each service."""

    requester: int
    provider: int
    directories: int
    eid: int
    authority: int

    @classmethod
    def from_first(cls, first: int) -> Ports:
        """The portal's port and the next four."""
        return cls(first, first + 1, first + 2, first + 3, first + 4)

    def taken(self) -> tuple[int, ...]:
        """Those on which something listens already."""
        return tuple(port for port in vars(self).values() if not _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


@dataclass(frozen=True)
class Town:
    """Where the town lives and how its services find each other; `edm` is the only version the portal may speak."""

    state: Path
    ports: Ports
    tls: bool = False
    municipality: str = "0751"
    edm: str | None = None
    secrets: Mapping[str, str] = field(
        default_factory=lambda: {"portal": secrets.token_urlsafe(24), "preview": secrets.token_urlsafe(24)},
        repr=False,
    )

    @property
    def preview(self) -> str:
        """The host of the municipality's preview space."""
        return preview_host(load_municipality(self.municipality))

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def origins(self) -> dict[str, str]:
        """Each lawful origin with the address at which a browser on this machine finds it."""
        return {
            f"https://{PORTAL}": self._browser(PORTAL, self.ports.requester),
            f"https://{self.preview}": self._browser(self.preview, self.ports.provider),
            f"https://{DIRECTORIES}": self._browser(DIRECTORIES, self.ports.directories),
            f"https://{EID}": self._browser(EID, self.ports.eid),
            ORIGIN: self._browser(AUTHORITY, self.ports.authority),
        }

    def _browser(self, host: str, port: int) -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{port}"

    def _internal(self, port: int) -> str:
        return self._browser(LOOPBACK, port)

    def values(self, service: str) -> dict[str, object]:
        """The settings of one service, by the names that `deployment.settings` knows."""
        own = {
            AUTHORITY_SERVICE: dict,
            "directories": self._directories,
            "eid": self._eid,
            "provider": self._provider,
            "requester": self._requester,
        }
        common = {
            "port": getattr(self.ports, service),
            "keys": self.keys,
            "tls": self.tls,
            "origins": self.origins,
        }
        return common | own[service]()

    def environment(self, service: str) -> dict[str, str]:
        """The same as variables for a process of its own."""
        return {PREFIX + name.upper(): _written(value) for name, value in self.values(service).items()}

    def _directories(self) -> dict[str, object]:
        return {"municipality": self.municipality}

    def _eid(self) -> dict[str, object]:
        return {
            "clients": {
                "portal": self._client("portal", PORTAL, "LT", "Procedureportal (Litauen)"),
                "preview": self._client("preview", self.preview, "DK", "Forhåndsvisning (Danmark)"),
            }
        }

    def _client(self, client_id: str, host: str, country: str, name: str) -> dict[str, object]:
        callback = f"{self.origins[f'https://{host}']}{CALLBACK}"
        return {"secret": self.secrets[client_id], "redirect_uris": [callback], "country": country, "name": name}

    def _requester(self) -> dict[str, object]:
        partner: dict[str, object] = {
            "party_id": PROVIDER_PARTY,
            "endpoint": f"{self._internal(self.ports.provider)}/as4",
            "preview_hosts": [self.preview],
        }
        return self._exchanging("requester", REQUESTER_PARTY, partner) | {
            "client_secret": self.secrets["portal"],
            "directories": self._internal(self.ports.directories),
            **({"edm": [self.edm]} if self.edm else {}),
        }

    def _provider(self) -> dict[str, object]:
        partner: dict[str, object] = {
            "party_id": REQUESTER_PARTY,
            "endpoint": f"{self._internal(self.ports.requester)}/as4",
            "return_hosts": [PORTAL],
        }
        return self._exchanging("provider", PROVIDER_PARTY, partner) | {
            "client_secret": self.secrets["preview"],
            "municipality": self.municipality,
            "preview_origin": f"https://{self.preview}",
        }

    def _exchanging(self, service: str, party_id: str, partner: dict[str, object]) -> dict[str, object]:
        return {
            "state": self.state / service,
            "party_id": party_id,
            "partners": {partner["party_id"]: partner},
            "eid_internal": self._internal(self.ports.eid),
            "authority_internal": self._internal(self.ports.authority),
            "insight": True,
            "metrics": True,
        }


def _written(value: object) -> str:
    if isinstance(value, dict | list | tuple | bool):
        return json.dumps(value)
    return str(value)


def refuse_taken(ports: Ports) -> None:
    """Raises ConfigurationError, naming each port that another program holds and the way out."""
    taken = ports.taken()
    if taken:
        held = f"port {taken[0]} is" if len(taken) == 1 else f"ports {', '.join(map(str, taken))} are"
        raise ConfigurationError(f"{held} taken by another program; choose others with --port N (N to N+4)")
