"""The town: requesters, providers, directories, eIDAS node and authority on one machine, and how they are joined."""

from __future__ import annotations

import json
import secrets
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from oots.abroad.authorities import REGISTRIES
from oots.denmark.municipality import load_municipality
from oots.deployment.services import (
    ABROAD,
    DENMARK,
    INSPECTOR_HOST,
    WORKBENCH_HOST,
    Kind,
    Service,
    preview_host,
    services_of,
)
from oots.deployment.services import AUTHORITY as AUTHORITY
from oots.deployment.services import EID as EID
from oots.deployment.services import PORTAL as PORTAL
from oots.deployment.settings import PREFIX
from oots.deployment.topology import Topology, standard_topology
from oots.model.errors import ConfigurationError

AUTHORITY_SERVICE = "authority"
SERVICES = (AUTHORITY_SERVICE, "directories", "eid", "provider", "requester")
"""The services of the smallest town, in the order of their start."""
LOOPBACK = "127.0.0.1"
CALLBACK = "/signin/callback"
PLACES = (
    "requester",
    "provider",
    "directories",
    "eid",
    AUTHORITY_SERVICE,
    "requester-dk",
    "provider-lt",
    "intermediary",
    "workbench",
    "registers",
    "inspector",
)
"""Each has the port at its place from the first on, whether it is there or not; other services follow."""


@dataclass(frozen=True)
class Ports:
    """The TCP port of each service by its name."""

    by_service: Mapping[str, int]

    @classmethod
    def from_first(cls, first: int, services: Iterable[str] = SERVICES) -> Ports:
        """The portal's port is the first, and that of each other service the same distance from it every time."""
        named = tuple(services)
        places = (*PLACES, *(name for name in named if name not in PLACES))
        return cls({name: first + number for number, name in enumerate(places) if name in named})

    def __getitem__(self, service: str) -> int:
        return self.by_service[service]

    def taken(self) -> tuple[int, ...]:
        """Those on which something listens already."""
        return tuple(port for port in self.by_service.values() if not _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _new_secrets() -> Mapping[str, str]:
    return defaultdict(lambda: secrets.token_urlsafe(24))


@dataclass(frozen=True)
class Town:
    """Where the town lives and how its services find each other; `edm` is the only version the portals may speak.

    `municipalities` are those that answer through the access points of `topology`, `municipality` is the one whose
    name a shared preview space bears. `both_ways` adds the Danish portal and the authority abroad, `workbench` the
    page with which a demo begins, and the inspector beside it.
    """

    state: Path
    ports: Ports
    tls: bool = False
    municipality: str = "0751"
    edm: str | None = None
    municipalities: tuple[str, ...] = ()
    topology: Topology = field(default_factory=standard_topology)
    both_ways: bool = False
    workbench: bool = False
    secrets: Mapping[str, str] = field(default_factory=_new_secrets, repr=False)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """In the order of their start. Raises ConfigurationError where the topology serves none of the
        municipalities."""
        served = self.municipalities or (self.municipality,)
        found = services_of(self.topology, self.municipality, served, both_ways=self.both_ways)
        if not any(each.municipalities for each in found):
            raise ConfigurationError(f"topology {self.topology.name} serves none of {', '.join(served)}")
        beside = (Service("workbench", WORKBENCH_HOST), Service("inspector", INSPECTOR_HOST))
        return (*found, *beside) if self.workbench else found

    def service(self, name: str) -> Service:
        return next(each for each in self.services if each.name == name)

    @property
    def preview(self) -> str:
        """The host of the municipality's preview space."""
        return preview_host(load_municipality(self.municipality))

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def origins(self) -> dict[str, str]:
        """Each lawful origin with the address at which a browser on this machine finds it, the portal first."""
        placed = sorted(self.services, key=lambda each: PLACES.index(each.name) if each.name in PLACES else 99)
        return {f"https://{each.host}": self.address(each) for each in placed}

    def address(self, service: Service) -> str:
        """Where a browser on this machine finds a service."""
        return self._browser(service.host, self.ports[service.name])

    def _browser(self, host: str, port: int) -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{port}"

    def _internal(self, service: str) -> str:
        return self._browser(LOOPBACK, self.ports[service])

    def values(self, name: str) -> dict[str, object]:
        """The settings of one service, by the names that `deployment.settings` knows."""
        own = {
            Kind.AUTHORITY: lambda _service: {},
            Kind.DIRECTORIES: self._directories,
            Kind.EID: self._eid,
            Kind.INSPECTOR: self._inspector,
            Kind.INTERMEDIARY: self._intermediary,
            Kind.PROVIDER: self._provider,
            Kind.REQUESTER: self._requester,
            Kind.WORKBENCH: self._workbench,
        }
        service = self.service(name)
        common = {
            "port": self.ports[name],
            "keys": self.keys,
            "tls": self.tls,
            "origins": self.origins,
        }
        return common | own[service.kind](service)

    def environment(self, name: str) -> dict[str, str]:
        """The same as variables for a process of its own."""
        return {PREFIX + key.upper(): _written(value) for key, value in self.values(name).items()}

    def _directories(self, _service: Service) -> dict[str, object]:
        entrances = [
            {
                "party_id": self.entrance(each).party_id,
                "municipalities": each.municipalities,
                "evidence_types": each.evidence_types,
            }
            for each in self.services
            if each.municipalities
        ]
        return {
            "municipality": self.municipality,
            "municipalities": self.municipalities or (self.municipality,),
            "access_points": entrances,
        }

    def _workbench(self, service: Service) -> dict[str, object]:
        return {"state": self.state / service.name, "municipalities": self.municipalities or (self.municipality,)}

    def _inspector(self, service: Service) -> dict[str, object]:
        journals = {each.name: {"state": str(self.state / each.name)} for each in self.services if each.party_id}
        return {"state": self.state / service.name, "journals": journals, "stand_in_reviewers": True}

    def entrance(self, service: Service) -> Service:
        """The access point to which messages for this service are sent."""
        return self.service(service.behind) if service.behind else service

    def _eid(self, _service: Service) -> dict[str, object]:
        return {"clients": {each.client_id: self._client(each) for each in self.services if each.client_id}}

    def _client(self, service: Service) -> dict[str, object]:
        callback = f"{self.address(service)}{CALLBACK}"
        word = "Procedureportal" if service.kind is Kind.REQUESTER else "Forhåndsvisning"
        country = {ABROAD: "Litauen", DENMARK: "Danmark"}[service.country]
        return {
            "secret": self.secrets[service.client_id or ""],
            "redirect_uris": [callback],
            "country": service.country,
            "name": f"{word} ({country})",
        }

    def _requester(self, service: Service) -> dict[str, object]:
        danish = service.country == DENMARK
        return self._exchanging(service) | {
            "portal_origin": f"https://{service.host}",
            "country": service.country,
            "provider_country": f"{ABROAD},DE" if danish else DENMARK,
            "directories": self._internal("directories"),
            **({"municipality": service.municipality} if service.municipality else {}),
            **({"gateway": self.entrance(service).party_id} if service.behind else {}),
            **({"edm": [self.edm]} if self.edm else {}),
        }

    def _provider(self, service: Service) -> dict[str, object]:
        own = {
            "municipality": service.municipality,
            "municipalities": service.municipalities,
            "evidence_types": service.evidence_types,
        }
        return self._exchanging(service) | {
            "preview_origin": f"https://{service.host}",
            "casework": True,
            **(own if service.municipalities else {"holdings": "abroad"}),
        }

    def _exchanging(self, service: Service) -> dict[str, object]:
        return {
            **self._access_point(service),
            "client_id": service.client_id,
            "client_secret": self.secrets[service.client_id or ""],
            "eid_internal": self._internal("eid"),
            "intermediaries": [self._platform()] if service.behind else [],
        }

    def _access_point(self, service: Service) -> dict[str, object]:
        return {
            "state": self.state / service.name,
            "party_id": service.party_id,
            "partners": self._partners(service),
            "authority_internal": self._internal(AUTHORITY_SERVICE),
            "insight": True,
            "metrics": True,
        }

    def _platform(self) -> dict[str, object]:
        """The intermediary as messages name it."""
        platform = self.topology.intermediary
        if platform is None:
            raise ConfigurationError(f"topology {self.topology.name} has no intermediary")
        identifier = platform.agent.identifier
        return {
            "scheme": identifier.scheme,
            "value": identifier.value,
            "names": dict(platform.names),
            "country": DENMARK,
        }

    def _intermediary(self, service: Service) -> dict[str, object]:
        return self._access_point(service) | {
            "intermediary_origin": f"https://{service.host}",
            "agent": self._platform(),
            "routes": [*self._routes_home(service), *self._routes_abroad(service)],
        }

    def _routes_home(self, service: Service) -> Iterator[dict[str, object]]:
        """To the Danish data services behind it."""
        for each in self.services:
            if each.behind == service.name and each.kind is Kind.PROVIDER:
                served = {"municipalities": each.municipalities, "evidence_types": each.evidence_types}
                yield {"party_id": each.party_id, **served}

    def _routes_abroad(self, service: Service) -> Iterator[dict[str, object]]:
        """To the registries abroad, where a Danish portal asks it through this intermediary."""
        asks = any(each.behind == service.name and each.kind is Kind.REQUESTER for each in self.services)
        for each in self.services:
            if asks and each.kind is Kind.PROVIDER and each.country == ABROAD:
                identifiers = [str(registry.agent.identifier) for registry in REGISTRIES.values()]
                yield {"party_id": each.party_id, "authorities": identifiers}

    # --- who talks to whom ---

    def _partners(self, service: Service) -> dict[str, object]:
        """The neighbours of a service on all ways that lead through it, each with the hosts of the pages that lie
        behind it: those of preview spaces on the provider's side, those of portals on the requester's."""
        partners: dict[str, dict[str, object]] = {}
        for way in self._ways():
            if service not in way:
                continue
            place = way.index(service)
            for neighbour, hosts, host in (
                (way[place - 1] if place else None, "return_hosts", way[0].host),
                (way[place + 1] if place + 1 < len(way) else None, "preview_hosts", way[-1].host),
            ):
                if neighbour is not None and neighbour.party_id:
                    partner = partners.setdefault(neighbour.party_id, self._partner(neighbour))
                    partner[hosts] = sorted({*_hosts(partner, hosts), host})
        return dict(partners)

    def _partner(self, service: Service) -> dict[str, object]:
        return {"party_id": service.party_id, "endpoint": f"{self._internal(service.name)}/as4"}

    def _ways(self) -> tuple[tuple[Service, ...], ...]:
        """From each portal to each data service of the country that it asks, through whoever stands between them."""
        return tuple(
            self._way(requester, provider)
            for requester in self.services
            for provider in self.services
            if requester.kind is Kind.REQUESTER
            and provider.kind is Kind.PROVIDER
            and requester.country != provider.country
        )

    def _way(self, requester: Service, provider: Service) -> tuple[Service, ...]:
        between = tuple(self.service(each.behind) for each in (requester, provider) if each.behind)
        return (requester, *between, provider)


def _hosts(partner: Mapping[str, object], name: str) -> tuple[str, ...]:
    hosts = partner.get(name, ())
    return tuple(hosts) if isinstance(hosts, list) else ()


def _written(value: object) -> str:
    if isinstance(value, dict | list | tuple | bool):
        return json.dumps(value)
    return str(value)


def refuse_taken(ports: Ports) -> None:
    """Raises ConfigurationError, naming each port that another program holds and the way out."""
    taken = ports.taken()
    if taken:
        held = f"port {taken[0]} is" if len(taken) == 1 else f"ports {', '.join(map(str, taken))} are"
        span = max(ports.by_service.values()) - min(ports.by_service.values())
        others = f"others with --port N (N to N+{span})" if span else "another with --port"
        raise ConfigurationError(f"{held} taken by another program; choose {others}")
