"""Who needs a key in the demo, declared once for the town on one machine and for compose."""

from __future__ import annotations

from oots.denmark.municipality import Municipality, load_municipality, municipalities
from oots.trust.certificates import Role
from oots.trust.issuing import Participant

REQUESTER_PARTY = "AP_LT_01"
PROVIDER_PARTY = "AP_DK_01"
TLS = "tls"
DIRECTORIES = "directories"


def preview_host(municipality: Municipality) -> str:
    """The host of a municipality's preview space in this demo."""
    return f"preview.{municipality.host_label}.localhost"


def tls_hosts() -> tuple[str, ...]:
    """Every host of the demo: on one machine, and as containers; the preview space of any municipality."""
    sites = ("portal.lt.localhost", "directories.localhost", "eid.localhost", "authority.localhost")
    machine = ("127.0.0.1", "localhost", *sites)
    containers = ("requester", "provider", "directories", "eid", "authority")
    return (*machine, *containers, *(preview_host(each) for each in municipalities().values()))


def key_name(party_id: str) -> str:
    """The stem of an access point's key files."""
    return party_id.lower().replace("_", "-")


def seal_name(municipality: str) -> str:
    """The stem of a municipality's seal key files."""
    return f"seal-{municipality}"


def participants(kommunekode: str) -> tuple[Participant, ...]:
    """Everyone in the demo; `kommunekode` is that of the municipality whose seal is needed."""
    municipality = load_municipality(kommunekode)
    return (
        Participant(key_name(REQUESTER_PARTY), REQUESTER_PARTY, Role.ACCESS_POINT),
        Participant(key_name(PROVIDER_PARTY), PROVIDER_PARTY, Role.ACCESS_POINT),
        Participant(seal_name(kommunekode), municipality.cvr, Role.SEAL),
        Participant(DIRECTORIES, DIRECTORIES, Role.DIRECTORY),
        Participant(TLS, "demo-hosts", Role.TLS, tls_hosts()),
        Participant("dossier-requester", REQUESTER_PARTY, Role.DOSSIER),
        Participant("dossier-provider", PROVIDER_PARTY, Role.DOSSIER),
        Participant("reviewer", "it-architecture-council", Role.REVIEWER),
    )


def keys_of(service: str, municipality: str) -> tuple[str, ...]:
    """The key files that belong into the volume of one service, and of no other."""
    own = {
        "requester": (key_name(REQUESTER_PARTY), "dossier-requester"),
        "provider": (key_name(PROVIDER_PARTY), seal_name(municipality), "dossier-provider"),
        "directories": (DIRECTORIES,),
        "eid": (),
    }
    return (*own[service], TLS)
