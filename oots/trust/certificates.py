"""Who stands behind a certificate: a path to a trusted authority, and the party and role it is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote, unquote

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from oots.model.errors import ConfigurationError

PARTY_URN = "urn:oots-dk:party:"
SPECIMEN_URN = "urn:oots-dk:specimen"
MAXIMUM_INTERMEDIATES = 2
MINIMUM_RSA_BITS = 2048
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


class Role(StrEnum):
    """What a certificate may be used for."""

    ACCESS_POINT = "access-point"
    SEAL = "seal"
    DIRECTORY = "directory"
    TLS = "tls"
    DOSSIER = "dossier"
    REVIEWER = "reviewer"


@dataclass(frozen=True)
class Party:
    """The holder of a certificate; an access point's `party_id` is the value of its `eb:PartyId`."""

    party_id: str
    role: Role


class UntrustedError(Exception):
    """A certificate that is not believed; the text is for the journal, never for the peer."""


def party_uri(party: Party) -> str:
    """The SAN URI that binds a certificate to a party: `urn:oots-dk:party:<role>:<party id, percent-encoded>`."""
    return f"{PARTY_URN}{party.role}:{quote(party.party_id, safe=':')}"


class TrustAnchors:
    """The authorities that are believed, and the rules by which a certificate is (RFC 5280 path validation).

    Marked test certificates are refused unless `allow_specimens` is set. Revocation lists will be consulted in
    `party_of`, on the path that was found.
    """

    def __init__(self, anchors: Sequence[x509.Certificate], *, allow_specimens: bool = False) -> None:
        self._anchors = tuple(anchors)
        self._store = Store(list(anchors))
        self._allow_specimens = allow_specimens

    @classmethod
    def from_pem(cls, pem: bytes, *, allow_specimens: bool = False) -> TrustAnchors:
        """Raises ConfigurationError when `pem` holds no certificates."""
        try:
            return cls(x509.load_pem_x509_certificates(pem), allow_specimens=allow_specimens)
        except ValueError:
            raise ConfigurationError("the trust file holds no certificates") from None

    @property
    def pem(self) -> bytes:
        """The anchors as PEM, one after the other."""
        return b"".join(anchor.public_bytes(serialization.Encoding.PEM) for anchor in self._anchors)

    def party_of(
        self,
        certificate: x509.Certificate,
        intermediates: Sequence[x509.Certificate],
        at: datetime,
        role: Role,
    ) -> Party:
        """The party to which `certificate` belonged at `at` (aware), if it may be used in `role`.

        Wants a path to an anchor with every certificate valid at `at`, authorities marked as such, digitalSignature
        on the leaf, RSA keys of 2048 bits, P-256 and up, or Ed25519. Raises UntrustedError.
        """
        path = self.path_of(certificate, intermediates, at)
        if not all(_is_strong(link) for link in path):
            raise UntrustedError("a key on the path is not RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519")
        if not self._allow_specimens and any(is_specimen(link) for link in path):
            raise UntrustedError("the certificate is a specimen, good for tests only")
        party = bound_party(certificate)
        if party.role is not role:
            raise UntrustedError(f"the certificate is for {party.role}, not for {role}")
        return party

    def path_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
    ) -> list[x509.Certificate]:
        """The certificates from `certificate` up to an anchor, all valid at `at`; raises UntrustedError.

        It says nothing of party, role, key strength or specimens: for those ask `party_of`.
        """
        verifier = (
            PolicyBuilder()
            .store(self._store)
            .time(at)
            .max_chain_depth(MAXIMUM_INTERMEDIATES)
            .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=_leaf_policy())
            .build_client_verifier()
        )
        try:
            return verifier.verify(certificate, list(intermediates)).chain
        except (VerificationError, ValueError) as problem:
            raise UntrustedError(f"no valid path to a trusted authority: {problem}") from problem


def _leaf_policy() -> ExtensionPolicy:
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )


def _signs(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("keyUsage lacks digitalSignature")


def _is_no_authority(
    _policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority's certificate was used as a party's")


def _is_strong(certificate: x509.Certificate) -> bool:
    # The path validation looks at the keys of authorities, but not at the leaf's.
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= MINIMUM_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in CURVES
    return isinstance(key, ed25519.Ed25519PublicKey)


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
    except ValueError as problem:
        raise UntrustedError(f"the certificate's extensions cannot be read: {type(problem).__name__}") from problem
    return names.get_values_for_type(x509.UniformResourceIdentifier)
