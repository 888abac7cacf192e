"""Private keys with their certificates, read from files that nobody else may read, or left in a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private
from oots.trust.token_keys import read_token_key

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_SOUND: set[bytes] = set()


class DeterministicKey:
    """An EC key whose ECDSA nonces follow RFC 6979, so that the same input gives the same signature.

    Shaped as signxml and pyHanko use a key; RSA with PKCS#1 v1.5 needs nothing of the kind.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.key_size = key.key_size
        self.curve = key.curve

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        return self._key.sign(data, ec.ECDSA(signature_algorithm.algorithm, deterministic_signing=True))


@dataclass(frozen=True)
class KeyPair:
    """A private key, its certificate, and `chain`: the issuing authorities from the leaf upwards, without the root."""

    private_key: PrivateKey = field(repr=False)
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]


def key_path(directory: Path, name: str) -> Path:
    """Where the private key called `name` is kept: PKCS#8 as PEM, mode 0600."""
    return directory / f"{name}.key.pem"


def token_path(directory: Path, name: str) -> Path:
    """Where it is said which token holds the private key called `name`, in the place of `key_path`."""
    return directory / f"{name}.pkcs11.toml"


def has_key(directory: Path, name: str) -> bool:
    """Whether there is a private key called `name`, in a file or in a token."""
    return key_path(directory, name).exists() or token_path(directory, name).exists()


def certificate_path(directory: Path, name: str) -> Path:
    """Where the certificate called `name` is kept: the leaf first, then its chain, as PEM."""
    return directory / f"{name}.cert.pem"


def load_key_pair(directory: Path, name: str) -> KeyPair:
    """Read `<name>.key.pem` and `<name>.cert.pem`; where `<name>.pkcs11.toml` stands instead, the key stays in its
    token and signs there.

    Raises ConfigurationError when a file is missing or broken, when the key is readable by group or world, when there
    are two keys of that name, or when key and certificate do not belong together.
    """
    private_key = private_key_of(directory, name)
    certificate, *chain = read_certificates(certificate_path(directory, name))
    if private_key.public_key() != certificate.public_key():
        raise ConfigurationError(f"{_place_of(directory, name)} does not belong to the certificate beside it")
    return KeyPair(private_key, certificate, tuple(chain))


def private_key_of(directory: Path, name: str) -> PrivateKey:
    """The private key called `name`, wherever it is; raises ConfigurationError."""
    if not token_path(directory, name).exists():
        return read_private_key(key_path(directory, name))
    if key_path(directory, name).exists():
        raise ConfigurationError(f"{name} has a key in a file and one in a token: remove the one that does not count")
    return read_token_key(token_path(directory, name))


def _place_of(directory: Path, name: str) -> Path:
    key = key_path(directory, name)
    return key if key.exists() else token_path(directory, name)


def pem_of(*certificates: x509.Certificate) -> bytes:
    """Certificates as PEM, one after the other."""
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def pkcs8_of(key: PrivateKey) -> bytes:
    """A private key as PKCS#8 in PEM, unencrypted: for a file that only its owner may read."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_private_key(path: Path) -> PrivateKey:
    """An unencrypted PKCS#8 key that only its owner may read; raises ConfigurationError."""
    try:
        expect_private(path)
        key = _read(path.read_bytes())
    except FileNotFoundError:
        raise ConfigurationError(f"{path} is missing") from None
    except (OSError, ValueError, TypeError) as problem:
        raise ConfigurationError(f"{path} is no readable private key ({type(problem).__name__})") from None
    if not isinstance(key, PrivateKey):
        raise ConfigurationError(f"{path} is neither an RSA nor an EC key")
    return key


def _read(pem: bytes) -> PrivateKeyTypes:
    """Whether the numbers of an RSA key fit together, which takes a tenth of a second to tell, is checked once for the
    same bytes; of them nothing but a digest is remembered."""
    digest = sha256(pem).digest()
    key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=digest in _SOUND)
    _SOUND.add(digest)
    return key


def read_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file in their order, at least one; raises ConfigurationError."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except FileNotFoundError:
        raise ConfigurationError(f"{path} is missing") from None
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"{path} holds no certificates ({type(problem).__name__})") from None
