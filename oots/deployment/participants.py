"""Who needs a key in the demo, declared once for the town on one machine and for compose."""

from __future__ import annotations

from collections.abc import Sequence

from oots.abroad.authorities import REGISTRIES
from oots.denmark.municipality import load_municipality, municipalities
from oots.deployment.services import (
    ABROAD,
    AUTHORITY,
    DANISH_PORTAL,
    DIRECTORIES_HOST,
    EID,
    FOREIGN_PREVIEW_HOST,
    INSPECTOR_HOST,
    INTERMEDIARY_HOST,
    PORTAL,
    WORKBENCH_HOST,
    Kind,
    Service,
    preview_host,
    services_of,
)
from oots.deployment.topology import Topology, load_topology, standard_topology, topology_names
from oots.dossier.from_journal import dossier_key
from oots.review.desk import REVIEWER_KEY
from oots.trust.certificates import Role
from oots.trust.issuing import Participant

TLS = "tls"
DIRECTORIES = "directories"
COUNCIL = "it-architecture-council"
"""The party for which reviewers sign, and the inspector."""
INSPECTOR_KEY = "dossier-inspector"


def tls_hosts() -> tuple[str, ...]:
    """Every host of the demo: on one machine, and as containers; the preview space of any municipality."""
    sites = (PORTAL, DIRECTORIES_HOST, EID, AUTHORITY)
    more = (DANISH_PORTAL, FOREIGN_PREVIEW_HOST, INTERMEDIARY_HOST, WORKBENCH_HOST, INSPECTOR_HOST)
    machine = ("127.0.0.1", "localhost", *sites)
    containers = ("requester", "provider", "directories", "eid", "authority", "requester-dk", "provider-lt")
    return (*machine, *containers, *(preview_host(each) for each in municipalities().values()), *more, *_labelled())


def _labelled() -> tuple[str, ...]:
    """The preview spaces that bear no municipality's name."""
    points = (point for name in topology_names() for point in load_topology(name).access_points)
    return tuple(f"preview.{point.label}.localhost" for point in points if point.label)


def key_name(party_id: str) -> str:
    """The stem of an access point's key files."""
    return party_id.lower().replace("_", "-")


def decryption_name(party_id: str) -> str:
    """The stem of the files of the key with which an access point decrypts, and of the certificate for which its
    partners encrypt."""
    return f"decrypt-{key_name(party_id)}"


def seal_name(municipality: str) -> str:
    """The stem of a municipality's seal key files."""
    return f"seal-{municipality}"


def foreign_seal_name(country: str) -> str:
    """The stem of the seal key files of the registry of another country."""
    return f"seal-abroad-{country.lower()}"


def participants(
    *kommunekoder: str, topology: Topology | None = None, both_ways: bool = False
) -> tuple[Participant, ...]:
    """Everyone in the demo; `kommunekoder` are those of the municipalities whose seals are needed."""
    topology = topology or standard_topology()
    services = services_of(topology, kommunekoder[0], kommunekoder, both_ways=both_ways)
    return participants_of(services)


def participants_of(services: Sequence[Service]) -> tuple[Participant, ...]:
    """Everyone of a town with these services."""
    sealing = dict.fromkeys(code for service in services for code in service.municipalities)
    points = sorted((each for each in services if each.party_id), key=lambda each: each.kind is not Kind.REQUESTER)
    return (
        *(Participant(key_name(each.party_id), each.party_id, Role.ACCESS_POINT) for each in points if each.party_id),
        *(
            Participant(decryption_name(each.party_id), each.party_id, Role.ENCRYPTION)
            for each in points
            if each.party_id
        ),
        *(Participant(seal_name(code), load_municipality(code).cvr, Role.SEAL) for code in sealing),
        *(seal for each in services if _is_abroad(each) for seal in _foreign_seals()),
        Participant(DIRECTORIES, DIRECTORIES, Role.DIRECTORY),
        Participant(TLS, "demo-hosts", Role.TLS, tls_hosts()),
        *(Participant(dossier_key(each.party_id), each.party_id, Role.DOSSIER) for each in points if each.party_id),
        Participant(INSPECTOR_KEY, COUNCIL, Role.DOSSIER),
        Participant(REVIEWER_KEY, COUNCIL, Role.REVIEWER),
    )


def keys_of(service: Service) -> tuple[str, ...]:
    """The key files that belong into the volume of one service, and of no other."""
    own = [key_name(service.party_id), decryption_name(service.party_id)] if service.party_id else []
    own += [seal_name(code) for code in service.municipalities]
    own += [foreign_seal_name(country) for country in REGISTRIES] if _is_abroad(service) else []
    own += [dossier_key(service.party_id)] if service.party_id else []
    own += [INSPECTOR_KEY, REVIEWER_KEY] if service.kind is Kind.INSPECTOR else []
    own += [DIRECTORIES] if service.kind is Kind.DIRECTORIES else []
    return (*own, TLS)


def certificates_of(service: Service, services: Sequence[Service]) -> tuple[str, ...]:
    """The certificates of others that belong there beside them: those for which its access point encrypts."""
    others = dict.fromkeys(each.party_id for each in services if each.party_id and each.party_id != service.party_id)
    return tuple(decryption_name(party_id) for party_id in others) if service.party_id else ()


def _foreign_seals() -> tuple[Participant, ...]:
    return tuple(
        Participant(foreign_seal_name(country), registry.agent.identifier.value, Role.SEAL)
        for country, registry in REGISTRIES.items()
    )


def _is_abroad(service: Service) -> bool:
    """Whether it is the data service of the registries abroad."""
    return service.kind is Kind.PROVIDER and service.country == ABROAD
