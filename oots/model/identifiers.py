"""Identifiers of agents and access points, and the forms in which UUIDs are written (TDD 4.5, 4.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass

EAS = "urn:cef.eu:names:identifier:EAS:"
UNREGISTERED = "urn:oasis:names:tc:ebcore:partyid-type:unregistered:"
URN_UUID = "urn:uuid:"
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier within a scheme: `sdg:Identifier/@schemeID` with its value, or an `eb:PartyId` with its type."""

    scheme: str
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


def is_uuid(text: str) -> bool:
    """Whether `text` is a bare UUID in its canonical form, 8-4-4-4-12 hexadecimal digits."""
    return _UUID.fullmatch(text) is not None


def urn_uuid(bare: str) -> str:
    """The `urn:uuid:` form (RFC 4122) of a bare UUID."""
    return URN_UUID + bare


def bare_uuid(urn: str) -> str:
    """The bare UUID of a `urn:uuid:` form; raises ValueError for anything else."""
    bare = urn.removeprefix(URN_UUID)
    if bare == urn or not is_uuid(bare):
        raise ValueError(f"not urn:uuid: followed by a UUID: {urn!r}")
    return bare
