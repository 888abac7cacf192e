"""The demo authority: root, issuing authority and every participant's certificate, declared in one place."""

from __future__ import annotations

import fcntl
import ipaddress
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from oots.model.errors import ConfigurationError
from oots.trust.certificates import SPECIMEN_URN, Party, Role, bound_party, is_specimen, party_uri
from oots.trust.files import write_whole
from oots.trust.keys import (
    KeyPair,
    PrivateKey,
    certificate_path,
    key_path,
    load_key_pair,
    read_certificates,
    read_private_key,
)

ORGANISATION = "OOTS-DK demo"
TRUST_FILE = "trust.pem"
ROOT = "root-ca"
ISSUING = "issuing-ca"
AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=825)
SPECIMEN_ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
SPECIMEN_LIFE = timedelta(days=3652)
CLOCK_TOLERANCE = timedelta(minutes=5)
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


def init_keys(directory: Path, participants: Sequence[Participant], now: datetime) -> None:
    """Create what is missing in `directory` (mode 0700): authority, participants' keys (0600) and `trust.pem`.

    Message keys are RSA 3072, all others P-256; a participant's certificate ends after 825 days. What exists is kept
    and not renewed. Each file appears whole or not at all, the key before its certificate, so the next run completes
    an interrupted one. Raises ConfigurationError for broken files, or a key that is bound to another party.
    """
    _init(directory, participants, Terms(now - CLOCK_TOLERANCE))


def init_specimen_keys(directory: Path, participants: Sequence[Participant]) -> None:
    """As `init_keys`, but marked test keys, valid for ten years from 2026-01-01, refused by `TrustAnchors` by default.

    They are made once and kept with the tests: byte-stable specimens need the same keys ever after.
    """
    _init(directory, participants, SPECIMEN_TERMS)


def export_party(directory: Path, target: Path, names: Sequence[str]) -> None:
    """Write the keys called `names` and `trust.pem` into a party's own folder `target` (0700), and nothing else.

    Raises ConfigurationError when one is missing or broken.
    """
    _make_private(target)
    for name in names:
        load_key_pair(directory, name)
        _copy_key_pair(directory, target, name)
    _write_public(target / TRUST_FILE, _read_trust(directory))


def export_specimen_keys(directory: Path, target: Path) -> None:
    """Write all keys and `trust.pem` of a folder of specimens into `target`, with the modes that version control loses.

    Raises ConfigurationError when a certificate is not marked as a specimen.
    """
    _make_private(target)
    names = sorted(path.name.removesuffix(".key.pem") for path in directory.glob("*.key.pem"))
    for name in names:
        if not all(is_specimen(link) for link in read_certificates(certificate_path(directory, name))):
            raise ConfigurationError(f"{certificate_path(directory, name)} is no specimen")
        _copy_key_pair(directory, target, name)
    _write_public(target / TRUST_FILE, _read_trust(directory))


def _init(directory: Path, participants: Sequence[Participant], terms: Terms) -> None:
    _make_private(directory)
    with _locked(directory):
        root = _authority(directory, ROOT, "root CA", terms, issuer=None)
        issuing = _authority(directory, ISSUING, "issuing CA", terms, issuer=root)
        _write_public(directory / TRUST_FILE, _pem(root.certificate) + _pem(issuing.certificate))
        for participant in participants:
            _participant(directory, participant, issuing, terms)


def _authority(directory: Path, name: str, title: str, terms: Terms, issuer: KeyPair | None) -> KeyPair:
    if not key_path(directory, name).exists() and certificate_path(directory, name).exists():
        raise ConfigurationError(f"{key_path(directory, name)} is missing, so nothing can be issued any more")
    key = _kept_or_new_key(directory, name, Role.SEAL)
    if not certificate_path(directory, name).exists():
        certificate = authority_certificate(key, title, terms, issuer)
        _write_public(certificate_path(directory, name), _pem(certificate))
    return load_key_pair(directory, name)


def _participant(directory: Path, participant: Participant, issuing: KeyPair, terms: Terms) -> None:
    path = certificate_path(directory, participant.name)
    if not key_path(directory, participant.name).exists():
        path.unlink(missing_ok=True)
    key = _kept_or_new_key(directory, participant.name, participant.role)
    if not path.exists():
        _write_public(path, _pem(leaf_certificate(key, participant, terms, issuing)) + _pem(issuing.certificate))
    if bound_party(load_key_pair(directory, participant.name).certificate) != participant.party:
        raise ConfigurationError(f"{path} is bound to another party than {participant.party_id}")


def _kept_or_new_key(directory: Path, name: str, role: Role) -> PrivateKey:
    path = key_path(directory, name)
    if not path.exists():
        write_whole(path, _pkcs8(_new_key(role)), mode=0o600)
    return read_private_key(path)


def _new_key(role: Role) -> PrivateKey:
    if role is Role.ACCESS_POINT:
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
    if terms.specimen:
        mark = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(SPECIMEN_URN)])
        builder = builder.add_extension(mark, critical=False)
    return builder.sign(issuer.private_key if issuer else key, hashes.SHA256())


def leaf_certificate(key: PrivateKey, participant: Participant, terms: Terms, issuing: KeyPair) -> x509.Certificate:
    """A participant's certificate, bound to party and role by its SAN URI; TLS names only for the role `tls`."""
    # RFC 5280 limits a common name to 64 characters; the URI carries the party id whole.
    subject = _name(participant.party_id[:UB_COMMON_NAME], participant.role, terms)
    builder = (
        _builder(key, subject, terms, terms.leaf_life, issuing)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(_alternative_names(participant, terms), critical=False)
    )
    if participant.role is Role.TLS:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return builder.sign(issuing.private_key, hashes.SHA256())


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


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
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


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pkcs8(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read_trust(directory: Path) -> bytes:
    try:
        return (directory / TRUST_FILE).read_bytes()
    except OSError:
        raise ConfigurationError(f"{directory / TRUST_FILE} is missing or unreadable") from None


def _copy_key_pair(directory: Path, target: Path, name: str) -> None:
    write_whole(key_path(target, name), key_path(directory, name).read_bytes(), mode=0o600)
    _write_public(certificate_path(target, name), certificate_path(directory, name).read_bytes())


def _make_private(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold `directory` against other processes that issue keys; the lock dies with its process."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_public(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        write_whole(path, data, mode=0o644)
