"""What two dossiers have in common, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from oots.dossier.manifest import Manifest, Member

_SAID = ("exchange_id", "conversation_ids", "made_at", "exporter", "redaction")


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is the name of a file, or of what the manifest says of the whole."""

    what: str
    how: str


def differences(one: Manifest, other: Manifest) -> tuple[Difference, ...]:
    """Between two dossiers whose files are those of their manifests; in order of the files."""
    return (*_said(one, other), *_files(one, other))


def _said(one: Manifest, other: Manifest) -> Iterator[Difference]:
    for name in _SAID:
        first, second = getattr(one, name), getattr(other, name)
        if first != second:
            yield Difference(name, f"{_shown(first)} in the first, {_shown(second)} in the second")


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "none")


def _files(one: Manifest, other: Manifest) -> Iterator[Difference]:
    first, second = ({member.path: member for member in each.members} for each in (one, other))
    for path in sorted(first.keys() | second.keys()):
        if how := _how(first.get(path), second.get(path)):
            yield Difference(path, how)


def _how(first: Member | None, second: Member | None) -> str | None:
    if first is None:
        return "in the second only"
    if second is None:
        return "in the first only"
    digests = "the same digest" if first.sha256 == second.sha256 else "another digest"
    if first.state is not second.state:
        return f"{first.state} in the first, {second.state} in the second, {digests}"
    return None if first.sha256 == second.sha256 else "another digest"
