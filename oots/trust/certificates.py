"""What a certificate says: the party and role that it is bound to, and whether it is a specimen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from cryptography import x509

PARTY_URN = "urn:oots-dk:party:"
SPECIMEN_URN = "urn:oots-dk:specimen"


class Role(StrEnum):
    """What a certificate may be used for."""

    ACCESS_POINT = "access-point"
    ENCRYPTION = "encryption"
    """For whom messages to an access point are encrypted; it signs nothing."""
    SEAL = "seal"
    DIRECTORY = "directory"
    TLS = "tls"
    DOSSIER = "dossier"
    REVIEWER = "reviewer"


@dataclass(frozen=True)
class Party:
    """The holder of a certificate; the `party_id` of an access point, and of its encryption, is the value of its
    `eb:PartyId`."""

    party_id: str
    role: Role


class UntrustedError(Exception):
    """A certificate that is not believed; the text is for the journal, never for the peer."""


def party_uri(party: Party) -> str:
    """The SAN URI that binds a certificate to a party: `urn:oots-dk:party:<role>:<party id, percent-encoded>`."""
    return f"{PARTY_URN}{party.role}:{quote(party.party_id, safe=':')}"


def bound_party(certificate: x509.Certificate) -> Party:
    """The party that the certificate names, unverified; raises UntrustedError unless it names exactly one."""
    named = [uri.removeprefix(PARTY_URN) for uri in _uris(certificate) if uri.startswith(PARTY_URN)]
    if len(named) != 1:
        raise UntrustedError(f"the certificate names {len(named)} parties instead of one")
    role, _, party_id = named[0].partition(":")
    if role not in set(Role) or not party_id:
        raise UntrustedError("the certificate names a party in an unknown form")
    return Party(unquote(party_id), Role(role))


def is_specimen(certificate: x509.Certificate) -> bool:
    """Whether the certificate is marked as made for tests and specimens."""
    return SPECIMEN_URN in _uris(certificate)


def _uris(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as problem:
        raise UntrustedError(f"the certificate's extensions cannot be read: {type(problem).__name__}") from problem
    return names.get_values_for_type(x509.UniformResourceIdentifier)
