"""Private keys that stay in a token (PKCS#11): a smart card, a hardware security module, SoftHSM."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oots.model.errors import ConfigurationError
from oots.trust.files import expect_private


class _InToken:
    """What holds for a key of either kind: it signs over SHA-256, one signature at a time, and never leaves its token.

    cryptography's interfaces ask for more than a token gives; what it does not give raises UnsupportedAlgorithm.
    """

    def __init__(self, key: Any, turn: Lock) -> None:
        self._key = key
        self._turn = turn

    def _signed(self, data: bytes, mechanism: str) -> bytes:
        with self._turn:
            signature: bytes = self._key.sign(data, mechanism=_module().Mechanism[mechanism])
        return signature

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self

    def private_numbers(self) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a token never leaves it")

    def private_bytes(self, *_how: object, **_named: object) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a token never leaves it")


class TokenRsaKey(_InToken, rsa.RSAPrivateKey):
    """An RSA key in a token: RSASSA-PKCS1-v1_5 over SHA-256."""

    def __init__(self, key: Any, public: rsa.RSAPublicKey, turn: Lock) -> None:
        super().__init__(key, turn)
        self._public = public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        """The signature over `data`; any other padding or hash raises UnsupportedAlgorithm."""
        if not isinstance(padding, _PKCS1) or not isinstance(algorithm, hashes.SHA256):
            raise UnsupportedAlgorithm("an RSA key in a token signs with PKCS#1 v1.5 over SHA-256")
        return self._signed(bytes(data), "SHA256_RSA_PKCS")

    def decrypt(self, *_what: object, **_named: object) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a token is for signing")


class TokenEcKey(_InToken, ec.EllipticCurvePrivateKey):
    """A key on an elliptic curve in a token: ECDSA over SHA-256, with nonces of the token's own choice even where
    repeatable ones (RFC 6979) are asked for, so that equal arguments give other, equally good signatures."""

    def __init__(self, key: Any, public: ec.EllipticCurvePublicKey, turn: Lock) -> None:
        super().__init__(key, turn)
        self._public = public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: Any, signature_algorithm: Any) -> bytes:
        """The signature over `data` in DER; any other hash raises UnsupportedAlgorithm."""
        if not isinstance(signature_algorithm.algorithm, hashes.SHA256):
            raise UnsupportedAlgorithm("an EC key in a token signs over SHA-256")
        digest = hashes.Hash(hashes.SHA256())
        digest.update(bytes(data))
        numbers = self._signed(digest.finalize(), "ECDSA")
        middle = len(numbers) // 2
        return encode_dss_signature(int.from_bytes(numbers[:middle]), int.from_bytes(numbers[middle:]))

    def exchange(self, *_what: object, **_named: object) -> NoReturn:
        raise UnsupportedAlgorithm("a key in a token is for signing")


TokenKey = TokenRsaKey | TokenEcKey
_PKCS1 = padding.PKCS1v15


class _Place(BaseModel):
    """Where a key is: the module (a shared library), the labels of token and key, the file with the PIN."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: Path
    token: str = Field(min_length=1)
    key: str = Field(min_length=1)
    pin_file: Path


def read_token_key(path: Path) -> TokenKey:
    """The key that a file `<name>.pkcs11.toml` describes: `module`, `token`, `key` and `pin_file`, the latter from the
    folder of `path` on, and for its owner's eyes only.

    A process logs in to a token once. Raises ConfigurationError, naming what is missing or wrong, never the PIN.
    """
    place = _read_place(path)
    module = _module()
    session = _session(path, place)
    found = {}
    for kind in (module.ObjectClass.PRIVATE_KEY, module.ObjectClass.PUBLIC_KEY):
        word = "private" if kind is module.ObjectClass.PRIVATE_KEY else "public"
        try:
            with session.turn:
                found[word] = session.opened.get_key(object_class=kind, label=place.key)
        except module.NoSuchKey:
            raise ConfigurationError(f"{path}: token {place.token} has no {word} key called {place.key}") from None
        except module.MultipleObjectsReturned:
            raise ConfigurationError(f"{path}: token {place.token} has several keys called {place.key}") from None
    return _key(path, found["private"], found["public"], session.turn)


def _read_place(path: Path) -> _Place:
    try:
        return _Place.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as faults:
        named = (f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults.errors())
        raise ConfigurationError(*named) from None
    except ValueError as fault:
        raise ConfigurationError(f"{path} is no TOML: {fault}") from None


def _module() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise ConfigurationError(
            "a key in a token needs the package python-pkcs11: pip install python-pkcs11 (the extra `hsm`)"
        ) from None
    return pkcs11


@dataclass(frozen=True)
class _Session:
    """A session with a token, the lock for its use (it does one thing at a time), and the PIN that opened it."""

    opened: Any
    turn: Lock
    pin: str = field(repr=False)


_SESSIONS: dict[tuple[Path, str], _Session] = {}


def _session(path: Path, place: _Place) -> _Session:
    """The only session of this process with the token, since one login counts for all (PKCS#11 5.6)."""
    module = _module()
    pin = _pin(path.parent / place.pin_file)
    refused = f"{path}: token {place.token} refuses the PIN in {place.pin_file}"
    known = _SESSIONS.get((place.module, place.token))
    if known is not None:
        if known.pin != pin:
            raise ConfigurationError(refused)
        return known
    try:
        opened = module.lib(str(place.module)).get_token(token_label=place.token).open(user_pin=pin)
    except module.NoSuchToken:
        raise ConfigurationError(f"{path}: {place.module} has no token called {place.token}") from None
    except (module.PinIncorrect, module.PinInvalid, module.PinLenRange):
        raise ConfigurationError(refused) from None
    except module.PKCS11Error as fault:
        raise ConfigurationError(f"{path}: {place.module} does not serve ({type(fault).__name__}: {fault})") from None
    return _SESSIONS.setdefault((place.module, place.token), _Session(opened, Lock(), pin))


def _pin(file: Path) -> str:
    try:
        expect_private(file)
        pin = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"{file} is no readable PIN ({type(problem).__name__})") from None
    if not pin:
        raise ConfigurationError(f"{file} is empty; a PIN is expected there")
    return pin


def _key(path: Path, private: Any, public: Any, turn: Lock) -> TokenKey:
    module = _module()
    with turn:
        encoded = {
            module.KeyType.RSA: module.util.rsa.encode_rsa_public_key,
            module.KeyType.EC: module.util.ec.encode_ec_public_key,
        }
        if public.key_type not in encoded:
            raise ConfigurationError(f"{path}: the key is neither an RSA nor an EC key")
        known = load_der_public_key(encoded[public.key_type](public))
    if isinstance(known, rsa.RSAPublicKey):
        return TokenRsaKey(private, known, turn)
    assert isinstance(known, ec.EllipticCurvePublicKey)  # noqa: S101 (the other of the two kinds)
    return TokenEcKey(private, known, turn)
