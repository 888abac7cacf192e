"""Certificates as the demo authority issues them: who they are for, how long they last, where they can be withdrawn."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from oots.trust.certificates import SPECIMEN_URN, Party, Role, party_uri
from oots.trust.keys import KeyPair, PrivateKey

ORGANISATION = "OOTS-DK demo"
ROOT = "root-ca"
ISSUING = "issuing-ca"
ORIGIN = "https://authority.localhost"
"""Where certificates say that their authority answers; services ask at an address from their settings."""
DEMO_POLICY = x509.ObjectIdentifier("2.25.306462487160921354810416389912387456173")
"""The certificate policy under which the demo authority issues: an OID out of a UUID, registered with nobody."""
AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=825)
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How much earlier than now a certificate begins, for those whose clocks are behind."""
SPECIMEN_ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
SPECIMEN_LIFE = timedelta(days=3652)
MESSAGE_KEY_BITS = 3072
UB_COMMON_NAME = 64


@dataclass(frozen=True)
class Participant:
    """Someone who needs a key; `name` is the stem of the files, `dns_names` the hosts or IP addresses for TLS."""

    name: str
    party_id: str
    role: Role
    dns_names: tuple[str, ...] = ()

    @property
    def party(self) -> Party:
        return Party(self.party_id, self.role)


@dataclass(frozen=True)
class Terms:
    """How an authority dates and marks what it issues; `issued` is an aware datetime."""

    issued: datetime
    authority_life: timedelta = AUTHORITY_LIFE
    leaf_life: timedelta = LEAF_LIFE
    specimen: bool = False


SPECIMEN_TERMS = Terms(SPECIMEN_ISSUED, SPECIMEN_LIFE, SPECIMEN_LIFE, specimen=True)


def new_key(role: Role) -> PrivateKey:
    """RSA 3072 for signing and encrypting messages, as eDelivery AS4 wants it; P-256 for everything else."""
    if role in (Role.ACCESS_POINT, Role.ENCRYPTION):
        return rsa.generate_private_key(public_exponent=65537, key_size=MESSAGE_KEY_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def authority_certificate(key: PrivateKey, title: str, terms: Terms, issuer: KeyPair | None) -> x509.Certificate:
    """A certificate that may issue others; `issuer` is None for the root, which signs itself and one level below."""
    subject = _name(f"{ORGANISATION} {title}", "authority", terms)
    builder = (
        _builder(key, subject, terms, terms.authority_life, issuer)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1 if issuer is None else 0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )
    if issuer is not None:
        builder = _under_policy(builder, ROOT)
    if terms.specimen:
        mark = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(SPECIMEN_URN)])
        builder = builder.add_extension(mark, critical=False)
    return builder.sign(issuer.private_key if issuer else key, hashes.SHA256())


def leaf_certificate(key: PrivateKey, participant: Participant, terms: Terms, issuing: KeyPair) -> x509.Certificate:
    """A participant's certificate, bound to party and role by its SAN URI; TLS names only for the role `tls`."""
    # RFC 5280 limits a common name to 64 characters; the URI carries the party id whole.
    subject = _name(participant.party_id[:UB_COMMON_NAME], participant.role, terms)
    builder = (
        _under_policy(_builder(key, subject, terms, terms.leaf_life, issuing), ISSUING)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(encipherment=participant.role is Role.ENCRYPTION), critical=True)
        .add_extension(_alternative_names(participant, terms), critical=False)
    )
    if participant.role is Role.TLS:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(issuing.private_key, hashes.SHA256())


def names_policy(certificate: x509.Certificate) -> bool:
    """Whether the certificate was issued under the demo's policy."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return False
    return any(policy.policy_identifier == DEMO_POLICY for policy in policies)


def revocation_list_url(authority: str) -> str:
    """Where the list of the authority with this file name (`issuing-ca`) stands, as its certificates say it."""
    return f"{ORIGIN}/crl/{authority}.crl"


def _builder(
    key: PrivateKey, subject: x509.Name, terms: Terms, life: timedelta, issuer: KeyPair | None
) -> x509.CertificateBuilder:
    issuing_key = issuer.private_key if issuer else key
    end = terms.issued + life
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(terms.issued)
        .not_valid_after(min(end, issuer.certificate.not_valid_after_utc) if issuer else end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key.public_key()), critical=False)
    )


def _under_policy(builder: x509.CertificateBuilder, issuer: str) -> x509.CertificateBuilder:
    """Policy, list of revoked certificates (RFC 5280 4.2.1.13) and OCSP responder (4.2.2.1) of whatever is issued."""
    list_place = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(revocation_list_url(issuer))],
        relative_name=None,
        reasons=None,
        crl_issuer=None,
    )
    responder = x509.AccessDescription(
        AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"{ORIGIN}/ocsp")
    )
    return (
        builder.add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, policy_qualifiers=None)]), critical=False
        )
        .add_extension(x509.CRLDistributionPoints([list_place]), critical=False)
        .add_extension(x509.AuthorityInformationAccess([responder]), critical=False)
    )


def _name(common_name: str, unit: str, terms: Terms) -> x509.Name:
    units = [unit, "SPECIMEN"] if terms.specimen else [unit]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DK"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, each) for each in units),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, authority: bool = False, encipherment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not (authority or encipherment),
        content_commitment=False,
        key_encipherment=encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(participant: Participant, terms: Terms) -> x509.SubjectAlternativeName:
    uris = [party_uri(participant.party)] + ([SPECIMEN_URN] if terms.specimen else [])
    hosts = [_host(name) for name in participant.dns_names]
    return x509.SubjectAlternativeName([*(x509.UniformResourceIdentifier(uri) for uri in uris), *hosts])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
