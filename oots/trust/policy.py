"""Certificate policies: what a certificate must be to be believed, as data, one TOML file for each partner profile."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass as checked

from oots.model.errors import ConfigurationError
from oots.trust.certificates import Role

DEMO: Final = "demo"
"""The built-in policy, for everybody whom the demo authority vouches for."""

_STRICT: Final = ConfigDict(extra="forbid")
_Oid = Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")]
_Address = Annotated[str, Field(pattern=r"^https?://[^/\s]+/\S*$")]

Algorithm = Literal["rsa-sha256", "ecdsa-sha256", "ed25519", "rsa-oaep"]
Usage = Literal["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement"]


@checked(frozen=True, config=_STRICT)
class KeyStrength:
    """Sizes of RSA moduli in bits, both ends allowed, and the names of elliptic curves. It holds for the whole path:
    a modulus without an upper bound would let a certificate choose how long its verification takes."""

    smallest_rsa_bits: Annotated[int, Field(ge=2048)]
    largest_rsa_bits: Annotated[int, Field(le=16384)]
    curves: frozenset[Literal["secp256r1", "secp384r1", "secp521r1"]]


@checked(frozen=True, config=_STRICT)
class RevocationPolicy:
    """How it is found out whether a certificate has been revoked: `methods` in the order in which they are asked.

    `lists` are the addresses of the revocation lists of every issuer on the paths (RFC 5280 5), `responder` that of
    the OCSP responder (RFC 6960). No methods: revocation is not looked at.
    """

    methods: tuple[Literal["crl", "ocsp"], ...]
    lists: tuple[_Address, ...] = ()
    responder: _Address | None = None

    @model_validator(mode="after")
    def _each_method_has_an_address(self) -> Self:
        if "crl" in self.methods and not self.lists:
            raise ValueError("the method crl needs the addresses of lists")
        if "ocsp" in self.methods and self.responder is None:
            raise ValueError("the method ocsp needs the address of a responder")
        return self


@checked(frozen=True, config=_STRICT)
class RolePolicy:
    """What the holder of a certificate in one role signs or decrypts with, the key usages that it must state, and the
    purposes (extended key usages, OIDs) one of which it must have if it is limited to any."""

    algorithms: frozenset[Algorithm]
    usages: frozenset[Usage]
    purposes: frozenset[_Oid]


@checked(frozen=True, config=_STRICT)
class CertificatePolicy:
    """Whom a partner profile believes. `anchors` are PEM files in the key folder; `policies` certificate policy OIDs
    one of which must stand in the certificate, none meaning any; a role that is not named is not believed."""

    anchors: tuple[str, ...]
    policies: frozenset[_Oid]
    keys: KeyStrength
    revocation: RevocationPolicy
    roles: Mapping[Role, RolePolicy]


_POLICIES: Final = TypeAdapter(CertificatePolicy)


@cache
def demo_policy() -> CertificatePolicy:
    """The built-in policy."""
    return _read(files("oots.trust") / "policies" / "demo.toml", "the built-in policy")  # type: ignore[arg-type]


def demo_policy_text() -> bytes:
    """The file of the built-in policy, for whoever keeps it beside what was judged by it."""
    return (files("oots.trust") / "policies" / "demo.toml").read_bytes()


def read_policy(name: str, directory: Path) -> CertificatePolicy:
    """The built-in policy `demo`, or the one in the file `<name>.policy.toml` of a key folder.

    Raises ConfigurationError, naming every fault of the file, and for a file that would be taken for the built-in one.
    """
    file = directory / f"{name}.policy.toml"
    if name == DEMO and file.exists():
        raise ConfigurationError(f"{file} has the name of the built-in policy and would not be read: rename it")
    if name == DEMO:
        return demo_policy()
    if not file.is_file():
        raise ConfigurationError(f"{file} is missing; the built-in policy is called {DEMO}")
    return _read(file, str(file))


def _read(file: Path, named: str) -> CertificatePolicy:
    try:
        policy = _POLICIES.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as faults:
        raise ConfigurationError(*(_fault(named, fault) for fault in faults.errors())) from None
    except ValueError as fault:
        raise ConfigurationError(f"{named} is no TOML: {fault}") from None
    return policy


def _fault(named: str, fault: Mapping[str, object]) -> str:
    location = fault["loc"]
    assert isinstance(location, tuple)  # noqa: S101 (pydantic's own shape)
    return f"{named}: {'.'.join(map(str, location))}: {fault['msg']}"
