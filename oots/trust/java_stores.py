"""Keys and certificates as Java peers keep them: PKCS#12 files with aliases as Domibus expects them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import KeySerializationEncryption, PrivateFormat, pkcs12
from cryptography.x509 import Certificate

from oots.model.errors import ConfigurationError
from oots.trust.authority import TRUST_FILE
from oots.trust.certificates import Role, bound_party
from oots.trust.files import expect_private, write_whole
from oots.trust.holdings import Holding, Status, holdings
from oots.trust.issuing import ISSUING, ROOT
from oots.trust.keys import load_key_pair, read_certificates, token_path

SHORTEST_PASSWORD = 6
"""What Java's keytool demands of a store."""
_ROUNDS = 50_000


def key_store(directory: Path, name: str, password: str) -> tuple[str, bytes]:
    """The private key called `name` with its certificate and chain as PKCS#12, and the alias under which it is there.

    AES-256 and HMAC-SHA-256 (RFC 7292, RFC 8018), which Java reads since 8u301. Raises ConfigurationError for a key
    that is missing, broken, an authority's or in a token, and for a password that is too short.
    """
    if name in (ROOT, ISSUING):
        raise ConfigurationError(f"{name} is an authority, whose key is handed to nobody")
    if token_path(directory, name).exists():
        raise ConfigurationError(f"the key of {name} is in a token, which it cannot leave")
    key = load_key_pair(directory, name)
    label = alias(key.certificate)
    protection = _protection(password)
    store = pkcs12.serialize_key_and_certificates(
        label.encode(), key.private_key, key.certificate, key.chain, protection
    )
    return label, store


def trust_store(directory: Path, password: str, now: datetime) -> tuple[tuple[str, ...], bytes]:
    """What a Java peer has to believe, as PKCS#12, and the aliases in it: the authorities of trust.pem, and the
    certificates of every access point in the folder, for signing and for encryption, that count at `now`; one that a
    rotation has replaced and that still counts has `_previous` behind its alias.

    Raises ConfigurationError for a folder that is broken, and for a password that is too short.
    """
    named = {_authority(each): each for each in read_certificates(directory / TRUST_FILE)}
    named |= {_label(each): each.certificate for each in holdings(directory) if _is_point(each, now)}
    entries = [pkcs12.PKCS12Certificate(certificate, label.encode()) for label, certificate in named.items()]
    return tuple(named), pkcs12.serialize_java_truststore(entries, _protection(password))


def alias(certificate: Certificate, *, ours: bool = True) -> str:
    """`<party id>_rsa_sign`, `_ecc_sign`, or `_rsa_decrypt` for a key and `_rsa_encrypt` for the certificate of another
    (`ours` false), as Domibus looks for them; in lower case as Java makes it anyway."""
    kind = "rsa" if isinstance(certificate.public_key(), rsa.RSAPublicKey) else "ecc"
    party = bound_party(certificate)
    if party.role is not Role.ENCRYPTION:
        return f"{party.party_id.lower()}_{kind}_sign"
    return f"{party.party_id.lower()}_{kind}_{'decrypt' if ours else 'encrypt'}"


def read_password(file: Path) -> str:
    """The first line of a file that only its owner may read; raises ConfigurationError."""
    try:
        expect_private(file)
        first, *_ = file.read_text(encoding="utf-8").splitlines() or [""]
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"{file} is no readable password ({type(problem).__name__})") from None
    return first


def write_store(target: Path, store: bytes) -> None:
    """Write `store` to `target` with mode 0600; raises ConfigurationError where there is something already."""
    if target.exists():
        raise ConfigurationError(f"{target} is there already; remove it or name another file")
    write_whole(target, store, mode=0o600)


def _authority(certificate: Certificate) -> str:
    return ROOT if certificate.issuer == certificate.subject else ISSUING


def _label(each: Holding) -> str:
    label = alias(each.certificate, ours=False)
    return f"{label}_previous" if each.is_previous else label


def _is_point(each: Holding, now: datetime) -> bool:
    counts = each.status(now) in (Status.VALID, Status.EXPIRES_SOON, Status.REPLACED)
    return counts and each.party is not None and each.party.role in (Role.ACCESS_POINT, Role.ENCRYPTION)


def _protection(password: str) -> KeySerializationEncryption:
    if len(password) < SHORTEST_PASSWORD or not password.isascii():
        raise ConfigurationError(f"a password of {SHORTEST_PASSWORD} characters or more, all of them ASCII, is needed")
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password.encode())
    )
