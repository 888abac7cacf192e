"""What a topology costs and risks, counted from what a town of any set of municipalities is really made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from oots.common_services.entries import STANDARD_ENTRIES, load_entries
from oots.denmark.municipality import municipalities
from oots.deployment.danish_providers import Entrance, served_by_municipalities
from oots.deployment.participants import participants_of
from oots.deployment.services import DENMARK, Kind, Service
from oots.deployment.topology import Saying, Topology, load_topology, topology_names
from oots.deployment.town import Ports, Town
from oots.trust.certificates import Role

CHRISTIANSOE = "0411"
"""Has a kommunekode and is no municipality: with it there would be 99."""
_MESSAGES_EACH_HOP = 4
"""Two requests and two answers, where there is a preview; each has a receipt in its HTTP answer."""


@dataclass(frozen=True)
class JournalPlace:
    """Where journals lie, and how many."""

    place: Saying
    number: int


@dataclass(frozen=True)
class Outage:
    """What fails when one part is down: of how many municipalities no evidence comes, or only no more of some types.

    `number` is how many parts of that kind there are, any one of which may be down.
    """

    part: Saying
    number: int
    municipalities: int
    only_some_types: bool

    @property
    def fails(self) -> Saying:
        some, one = self.only_some_types, self.municipalities == 1
        kinds = Saying(da="nogle dokumenter", en="some documents") if some else Saying(da="alt", en="all")
        return Saying(
            da=f"{kinds.da} fra {self.municipalities} {'kommune' if one else 'kommuner'}",
            en=f"{kinds.en} from {self.municipalities} {'municipality' if one else 'municipalities'}",
        )


@dataclass(frozen=True)
class Counted:
    """A topology with `municipalities` of them, on the Danish side alone.

    `message_certificates` are those of access points, `seals` those of authorities, `tls_certificates` one for each
    host. `endpoints` are addresses at which AS4 messages are taken, `endpoints_abroad_knows` those that a requester in
    another country has to know and trust. `directory_entries` are the access services that the Data Service Directory
    lists. `hops` lie between a requester abroad and the authority, `messages` are sent in one exchange with a preview.
    `joints` are the pairs of Danish access points that know each other.
    """

    municipalities: int
    message_certificates: int
    seals: int
    tls_certificates: int
    endpoints: int
    endpoints_abroad_knows: int
    preview_spaces: int
    directory_entries: int
    joints: int
    hops: int
    messages: int
    journals: tuple[JournalPlace, ...]
    outages: tuple[Outage, ...]

    @property
    def certificates(self) -> int:
        """All of them together."""
        return self.message_certificates + self.seals + self.tls_certificates


@dataclass(frozen=True)
class Compared:
    """A topology by name, counted for all municipalities of the country and for those of a running town."""

    name: str
    title: Saying
    summary: Saying
    country: Counted
    running: Counted


def compare(running: Sequence[str], names: Iterable[str | Path] = ()) -> tuple[Compared, ...]:
    """The topologies of the package, or those of `names` (names and files), beside each other; `running` are the
    kommunekoder of the running town. Raises ConfigurationError."""
    everywhere = tuple(code for code in municipalities() if code != CHRISTIANSOE)
    return tuple(
        Compared(each.name, each.title, each.summary, count(each, everywhere), count(each, tuple(running)))
        for each in map(load_topology, tuple(names) or topology_names())
    )


def count(topology: Topology, kommunekoder: tuple[str, ...]) -> Counted:
    """What a town with these municipalities is made of; raises ConfigurationError where it serves none of them."""
    town = Town(Path(), Ports({}), municipality=kommunekoder[0], municipalities=kommunekoder, topology=topology)
    danish = tuple(each for each in town.services if each.party_id and each.country == DENMARK)
    providers = tuple(each for each in danish if each.kind is Kind.PROVIDER)
    behind = tuple(each for each in providers if each.behind)
    roles = [each.party.role for each in participants_of(danish)]
    hops = max(2 if each.behind else 1 for each in providers)
    return Counted(
        municipalities=len({code for each in providers for code in each.municipalities}),
        message_certificates=roles.count(Role.ACCESS_POINT),
        seals=roles.count(Role.SEAL),
        tls_certificates=len({each.host for each in danish}),
        endpoints=len(danish),
        endpoints_abroad_knows=len({town.entrance(each).party_id for each in providers}),
        preview_spaces=len({each.host for each in providers}),
        directory_entries=_directory_entries(town, providers),
        joints=len(behind),
        hops=hops,
        messages=hops * _MESSAGES_EACH_HOP,
        journals=tuple(_journals(topology, providers)),
        outages=tuple(_outages(topology, providers)),
    )


def _directory_entries(town: Town, providers: Sequence[Service]) -> int:
    entrances = [
        Entrance(each.municipalities, town.entrance(each).party_id, frozenset(each.evidence_types) or None)
        for each in providers
    ]
    entries = served_by_municipalities(load_entries(STANDARD_ENTRIES), entrances)
    return sum(
        access.publisher.jurisdiction_country == DENMARK
        for service in entries.data_services
        for access in service.access_services
    )


def _of_each_point(topology: Topology, providers: Sequence[Service]) -> list[list[Service]]:
    """The services that each table of access points has become."""
    return [
        [each for each in providers if each.party_id in {point.party_of(code) for code in each.municipalities}]
        for point in topology.access_points
    ]


def _journals(topology: Topology, providers: Sequence[Service]) -> Iterable[JournalPlace]:
    if topology.intermediary:
        yield JournalPlace(topology.intermediary.log, 1)
    for point, services in zip(topology.access_points, _of_each_point(topology, providers), strict=True):
        if services:
            yield JournalPlace(point.log, len(services))


def _outages(topology: Topology, providers: Sequence[Service]) -> Iterable[Outage]:
    everybody = len({code for each in providers for code in each.municipalities})
    if topology.intermediary:
        yield Outage(topology.intermediary.operator, 1, everybody, only_some_types=False)
    for point, services in zip(topology.access_points, _of_each_point(topology, providers), strict=True):
        if services:
            most = max(len(each.municipalities) for each in services)
            yield Outage(point.operator, len(services), most, only_some_types=point.evidence_types != "all")
    yield Outage(_DIRECTORY, 1, everybody, only_some_types=False)


_DIRECTORY = Saying(da="Data Service Directory (fælles for alle)", en="Data Service Directory (common to all)")
