"""Dossiers of the samples, and ways to meddle with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from oots.dossier.container import MANIFEST, SIGNATURE, packed, unpacked
from oots.dossier.export import export
from oots.dossier.from_run import material_of_run
from oots.dossier.manifest import Manifest, Member, State, read_manifest, sign_manifest, written
from oots.dossier.material import Material
from oots.dossier.messages import Answer
from oots.dossier.verification import Verdict, verify
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair
from tests.support.doors import specimen_key, specimen_keys

SAMPLES = Path(__file__).parents[2] / "evidence_samples"
MADE = datetime(2026, 9, 2, 12, 0, tzinfo=UTC)
Members = dict[str, bytes]


@cache
def kept_lists() -> tuple[bytes, ...]:
    """What the authorities of the samples said about revocation when these were made."""
    return tuple((SAMPLES / "attacks" / f"{name}.crl").read_bytes() for name in ("issuing-ca", "root-ca"))


def sample_material(name: str = "bopaelsattest") -> Material:
    return replace(material_of_run(SAMPLES / name, specimen_keys(), specimens=True), answers=kept_lists())


@cache
def sample_dossier(name: str = "bopaelsattest", redaction: str | None = None) -> bytes:
    return export(sample_material(name), MADE, redaction)


def members_of(data: bytes) -> Members:
    return unpacked(data)


@cache
def anchors() -> TrustAnchors:
    return TrustAnchors.from_pem((SAMPLES / "bopaelsattest" / "trust.pem").read_bytes(), allow_specimens=True)


def judged(data: bytes, *, now: datetime = MADE) -> Verdict:
    return verify(data, anchors(), now)


def why(verdict: Verdict) -> dict[str, str]:
    """What is wrong, by file."""
    said: dict[str, str] = {}
    for fault in verdict.faults:
        said[fault.file] = "; ".join(filter(None, (said.get(fault.file), fault.why)))
    return said


def answered(verdict: Verdict) -> list[Answer]:
    return [each.answer for each in verdict.answers]


def resigned(members: Mapping[str, bytes], key: KeyPair | None = None, **changes: Any) -> bytes:
    """A dossier whose manifest lists these files as they are, with what else is changed in it, signed anew."""
    manifest = read_manifest(members[MANIFEST])
    listed = {member.path: member for member in manifest.members}
    listed = {path: member for path, member in listed.items() if path in members or member.state is not State.PRESENT}
    for path, octets in members.items():
        if path in listed and listed[path].state is State.PRESENT:
            listed[path] = as_listed(listed[path], octets)
    changed = replace(manifest, **({"members": tuple(listed[path] for path in sorted(listed))} | changes))
    return signed(members, changed, key)


def signed(members: Mapping[str, bytes], manifest: Manifest, key: KeyPair | None = None) -> bytes:
    octets = written(manifest)
    signature = sign_manifest(octets, key or specimen_key("dossier-requester"), manifest.made)
    return packed({**members, MANIFEST: octets, SIGNATURE: signature})


def as_listed(member: Member, octets: bytes) -> Member:
    return replace(member, sha256=hashlib.sha256(octets).hexdigest(), size=len(octets))


def with_members(data: bytes, change: Callable[[Members], object]) -> bytes:
    """The same zip with other files, and the manifest as it was."""
    members = members_of(data)
    change(members)
    return packed(members)


def flipped(octets: bytes, position: int | None = None) -> bytes:
    position = len(octets) // 2 if position is None else position
    return octets[:position] + bytes([octets[position] ^ 1]) + octets[position + 1 :]
