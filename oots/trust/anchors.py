"""Whether a certificate is believed: a path to a trusted authority, the policy of the partner profile, revocation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import CertificatePoliciesOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Party, Role, UntrustedError, bound_party, is_specimen
from oots.trust.latest import Latest
from oots.trust.policy import Algorithm, CertificatePolicy, RolePolicy, Usage, demo_policy
from oots.trust.revocation import Revocations

MAXIMUM_INTERMEDIATES: Final = 2
ANY_POLICY: Final = CertificatePoliciesOID.ANY_POLICY.dotted_string
_USAGES: Final[Mapping[Usage, Callable[[x509.KeyUsage], bool]]] = {
    "digitalSignature": lambda usage: usage.digital_signature,
    "nonRepudiation": lambda usage: usage.content_commitment,
    "keyEncipherment": lambda usage: usage.key_encipherment,
    "dataEncipherment": lambda usage: usage.data_encipherment,
    "keyAgreement": lambda usage: usage.key_agreement,
}


class Trust(Protocol):
    """Whoever can say to which party a certificate belongs."""

    def party_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime, role: Role
    ) -> Party:
        """The party behind a certificate that is believed in `role` at `at`; raises UntrustedError."""
        ...

    def path_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
    ) -> list[x509.Certificate]:
        """The certificates from `certificate` up to an anchor; raises UntrustedError."""
        ...


@dataclass(frozen=True, slots=True)
class _Believed:
    """A party, and the path (leaf first) for which it was believed."""

    party: Party
    path: tuple[x509.Certificate, ...]

    def is_valid(self, at: datetime) -> bool:
        return all(link.not_valid_before_utc <= at <= link.not_valid_after_utc for link in self.path)


class TrustAnchors:
    """The authorities that are believed, and the policy by which a certificate is (RFC 5280 path validation).

    Marked test certificates are refused unless `allow_specimens` is set. `revocations` is asked about the whole path;
    without it revocation is not looked at, as when files are judged far from any network.
    """

    def __init__(
        self,
        anchors: Sequence[x509.Certificate],
        *,
        policy: CertificatePolicy | None = None,
        revocations: Revocations | None = None,
        allow_specimens: bool = False,
    ) -> None:
        self._anchors = tuple(anchors)
        self._store = Store(list(anchors))
        self._policy = policy or demo_policy()
        self._revocations = revocations
        self._allow_specimens = allow_specimens
        self._believed: Latest[tuple[x509.Certificate, tuple[x509.Certificate, ...], Role], _Believed] = Latest()

    @classmethod
    def from_pem(
        cls,
        pem: bytes,
        *,
        policy: CertificatePolicy | None = None,
        revocations: Revocations | None = None,
        allow_specimens: bool = False,
    ) -> TrustAnchors:
        """Raises ConfigurationError when `pem` holds no certificates."""
        try:
            anchors = x509.load_pem_x509_certificates(pem)
        except ValueError:
            raise ConfigurationError("the trust file holds no certificates") from None
        return cls(anchors, policy=policy, revocations=revocations, allow_specimens=allow_specimens)

    def asking(self, revocations: Revocations) -> TrustAnchors:
        """The same authorities and policy; `revocations` is asked about every path."""
        return TrustAnchors(
            self._anchors, policy=self._policy, revocations=revocations, allow_specimens=self._allow_specimens
        )

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

        In this order: the keys on the way and the role, a path to an anchor with every certificate valid at `at`, what
        the policy wants of the certificate, and last whether any of the path has been revoked. Raises UntrustedError.
        """
        asked = (certificate, tuple(intermediates), role)
        believed = self._believed.recall(asked)
        if believed is None or not believed.is_valid(at):
            believed = self._believed.keep(asked, self._judged(certificate, intermediates, at, role))
        if self._revocations is not None:
            self._revocations.expect_good(believed.path, self._anchors, at)
        return believed.party

    def _judged(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime, role: Role
    ) -> _Believed:
        """All that neither time nor revocation changes."""
        self._expect_strong_keys([certificate, *intermediates])
        party = bound_party(certificate)
        if party.role is not role:
            raise UntrustedError(f"the certificate is for {party.role}, not for {role}")
        path = self.path_of(certificate, intermediates, at)
        self._expect_strong_keys(path)
        if not self._allow_specimens and any(is_specimen(link) for link in path):
            raise UntrustedError("the certificate is a specimen, good for tests only")
        self._expect_of_policy(path, role)
        return _Believed(party, tuple(path))

    def path_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
    ) -> list[x509.Certificate]:
        """The certificates from `certificate` up to an anchor, all valid at `at`; raises UntrustedError.

        It says nothing of party, role, policy or revocation: for those ask `party_of`.
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
            why = str(problem).partition(" (encountered processing")[0]
            raise UntrustedError(f"no valid path to a trusted authority: {why}") from problem

    def _expect_strong_keys(self, path: Sequence[x509.Certificate]) -> None:
        """Before any signature of the path is computed, and of the anchors after it was found: a verification takes as
        long as the key is large, and path validation does not look at the leaf's key."""
        for link in path:
            if not self._is_strong(link):
                raise UntrustedError("a key on the path has not the kind and size that the policy wants")

    def _is_strong(self, link: x509.Certificate) -> bool:
        wanted = self._policy.keys
        try:
            key = link.public_key()
        except (UnsupportedAlgorithm, ValueError):
            return False
        if isinstance(key, rsa.RSAPublicKey):
            return wanted.smallest_rsa_bits <= key.key_size <= wanted.largest_rsa_bits
        if isinstance(key, ec.EllipticCurvePublicKey):
            return key.curve.name in wanted.curves
        return isinstance(key, ed25519.Ed25519PublicKey)

    def _expect_of_policy(self, path: Sequence[x509.Certificate], role: Role) -> None:
        certificate, *above = path
        wanted = self._policy.roles.get(role)
        if wanted is None:
            raise UntrustedError(f"the policy believes nobody in the role {role}")
        if not _algorithms_of(certificate.public_key()) & wanted.algorithms:
            raise UntrustedError(f"the policy has no such key for the role {role}")
        _expect_usages(certificate, wanted)
        _expect_purpose(certificate, wanted)
        believed = self._policy.policies
        if believed and not believed & _policies_of(certificate):
            raise UntrustedError("the certificate was not issued under a policy that is believed")
        if believed and not all((believed | {ANY_POLICY}) & _policies_of(each) for each in above[:-1]):
            raise UntrustedError("an authority on the path may not issue under a policy that is believed")


class PartnerTrust:
    """Each partner's access points by the policy of its own profile, everybody else by that of the house."""

    def __init__(self, house: TrustAnchors, partners: Mapping[str, TrustAnchors]) -> None:
        self._house = house
        self._partners = partners

    def party_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime, role: Role
    ) -> Party:
        """As `TrustAnchors.party_of`; the certificate's own word chooses the policy, which then must bear it out."""
        if role not in (Role.ACCESS_POINT, Role.ENCRYPTION):
            return self._house.party_of(certificate, intermediates, at, role)
        partner = self._partners.get(bound_party(certificate).party_id)
        if partner is None:
            raise UntrustedError("the certificate is of nobody who is a partner here")
        return partner.party_of(certificate, intermediates, at, role)

    def path_of(
        self, certificate: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
    ) -> list[x509.Certificate]:
        """As `TrustAnchors.path_of`, by the policy of the house."""
        return self._house.path_of(certificate, intermediates, at)


def _leaf_policy() -> ExtensionPolicy:
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, None)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )


def _is_no_authority(
    _policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority's certificate was used as a party's")


def _algorithms_of(key: CertificatePublicKeyTypes) -> frozenset[Algorithm]:
    """What a key of this kind signs or decrypts with: the readers of both accept SHA-256 and no other hash."""
    if isinstance(key, rsa.RSAPublicKey):
        return frozenset({"rsa-sha256", "rsa-oaep"})
    if isinstance(key, ec.EllipticCurvePublicKey):
        return frozenset({"ecdsa-sha256"})
    return frozenset({"ed25519"}) if isinstance(key, ed25519.Ed25519PublicKey) else frozenset()


def _expect_usages(certificate: x509.Certificate, wanted: RolePolicy) -> None:
    stated = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    missing = sorted(usage for usage in wanted.usages if not _USAGES[usage](stated))
    if missing:
        raise UntrustedError(f"keyUsage lacks {', '.join(missing)}")


def _expect_purpose(certificate: x509.Certificate, wanted: RolePolicy) -> None:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not {purpose.dotted_string for purpose in stated} & wanted.purposes:
        raise UntrustedError("the certificate is limited to other purposes (extended key usage)")


def _policies_of(certificate: x509.Certificate) -> set[str]:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return set()
    return {policy.policy_identifier.dotted_string for policy in stated}
