"""The services of a town by name: what kind each is, whom it serves, and through whom it is reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oots.denmark.municipality import Municipality, load_municipality
from oots.deployment.topology import AccessPointOf, Topology
from oots.trust.issuing import ORIGIN

DENMARK = "DK"
ABROAD = "LT"
REQUESTER_PARTY = "AP_LT_01"
PROVIDER_PARTY = "AP_DK_01"
DANISH_REQUESTER_PARTY = "AP_DK_02"
FOREIGN_PROVIDER_PARTY = "AP_LT_02"
DIRECTORIES_HOST = "directories.localhost"
EID = "eid.localhost"
AUTHORITY = ORIGIN.removeprefix("https://")
PORTAL = "portal.lt.localhost"
DANISH_PORTAL = "portal.dk.localhost"
FOREIGN_PREVIEW_HOST = "preview.lt.localhost"
INTERMEDIARY_HOST = "intermediary.localhost"
WORKBENCH_HOST = "workbench.localhost"
INSPECTOR_HOST = "inspector.localhost"


class Kind(StrEnum):
    """What a service is; the name of a service begins with it."""

    AUTHORITY = "authority"
    DIRECTORIES = "directories"
    EID = "eid"
    INSPECTOR = "inspector"
    INTERMEDIARY = "intermediary"
    PROVIDER = "provider"
    REQUESTER = "requester"
    WORKBENCH = "workbench"


def kind_of(name: str) -> Kind:
    """The kind of the service with this name: `provider` of `provider-0751`; raises ValueError."""
    return Kind(name.partition("-")[0])


@dataclass(frozen=True)
class Service:
    """One service of a town.

    `host` is where browsers find it. One with an access point has a `party_id`, the `country` in which it is, the
    `client_id` under which the eIDAS node knows it, and may be reached `behind` an intermediary. `municipalities` and
    `evidence_types` are those that a Danish data service serves, `municipality` is the one whose name it bears.
    """

    name: str
    host: str
    party_id: str | None = None
    country: str = DENMARK
    client_id: str | None = None
    behind: str | None = None
    municipality: str | None = None
    municipalities: tuple[str, ...] = ()
    evidence_types: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return kind_of(self.name)


def services_of(
    topology: Topology, municipality: str, municipalities: Sequence[str], *, both_ways: bool
) -> tuple[Service, ...]:
    """The services of a town in the order of their start: the authority, which is asked by others, is the first.

    `both_ways` adds the Danish portal that asks abroad, and the foreign authority that answers it.
    """
    return (
        Service("authority", AUTHORITY),
        Service("directories", DIRECTORIES_HOST),
        Service("eid", EID),
        *_intermediary(topology),
        *_providers(topology, municipality, municipalities),
        *_asked_abroad(both_ways),
        Service("requester", PORTAL, REQUESTER_PARTY, ABROAD, "portal"),
        *_asking_abroad(topology, municipality, both_ways),
    )


def preview_host(municipality: Municipality) -> str:
    """The host of a municipality's preview space in this demo."""
    return f"preview.{municipality.host_label}.localhost"


def _intermediary(topology: Topology) -> Iterator[Service]:
    if topology.intermediary:
        yield Service("intermediary", INTERMEDIARY_HOST, topology.intermediary.party_id)


def _providers(topology: Topology, municipality: str, municipalities: Sequence[str]) -> Iterator[Service]:
    """One for each access point of the topology that serves anybody; the only one is called `provider`."""
    behind = "intermediary" if topology.intermediary else None
    served = [
        (point, party, together)
        for point in topology.access_points
        for party, together in _apart(point, municipalities)
        if together
    ]
    for point, party_id, together in served:
        name = "provider" if len(served) == 1 else f"provider-{_suffix(point, together)}"
        bearer = municipality if municipality in together else together[0]
        host = f"preview.{point.label}.localhost" if point.label else preview_host(load_municipality(bearer))
        yield Service(
            name,
            host,
            party_id,
            client_id="preview" if name == "provider" else name,
            behind=behind,
            municipality=bearer,
            municipalities=together,
            evidence_types=point.classifications,
        )


def _apart(point: AccessPointOf, municipalities: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each access point that this table stands for, with the municipalities behind it."""
    served = tuple(code for code in municipalities if point.serves(code))
    if point.each_municipality:
        yield from ((point.party_of(code), (code,)) for code in served)
    else:
        yield point.party_id, served


def _suffix(point: AccessPointOf, together: tuple[str, ...]) -> str:
    return together[0] if point.each_municipality else point.party_id.rpartition("_")[2].lower()


def _asked_abroad(both_ways: bool) -> Iterator[Service]:
    if both_ways:
        yield Service("provider-lt", FOREIGN_PREVIEW_HOST, FOREIGN_PROVIDER_PARTY, ABROAD, "provider-lt")


def _asking_abroad(topology: Topology, municipality: str, both_ways: bool) -> Iterator[Service]:
    if both_ways:
        gateway = "intermediary" if topology.intermediary and topology.intermediary.requesters else None
        yield Service(
            "requester-dk",
            DANISH_PORTAL,
            DANISH_REQUESTER_PARTY,
            DENMARK,
            "requester-dk",
            gateway,
            municipality,
        )
