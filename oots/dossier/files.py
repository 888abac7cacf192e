"""The files of a dossier, and the messages that they make up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from oots.dossier.manifest import Kind, Member, State
from oots.dossier.messages import Kept, Piece
from oots.model.content import sha256_of


@dataclass(frozen=True, slots=True)
class DossierFile:
    """A file of a dossier, with its bytes where they are there."""

    member: Member
    octets: bytes | None

    @classmethod
    def of(
        cls, path: str, kind: Kind, octets: bytes, message: int | None = None, content_id: str | None = None
    ) -> DossierFile:
        digest = sha256_of(octets)
        return cls(Member(path, kind, digest, len(octets), message=message, content_id=content_id), octets)


def kept_of(files: Sequence[DossierFile]) -> list[Kept]:
    """The messages among the files of a dossier, in order of their numbers.

    Raises LookupError for a message without an envelope or a document, ValueError for one that has something twice.
    """
    by_number: dict[int, list[DossierFile]] = {}
    for file in files:
        if file.member.message is not None:
            by_number.setdefault(file.member.message, []).append(file)
    return [_kept(number, by_number[number]) for number in sorted(by_number)]


def _kept(number: int, files: Sequence[DossierFile]) -> Kept:
    single: dict[Kind, Piece] = {}
    evidence: dict[str, Piece] = {}
    for file in files:
        member = file.member
        piece = Piece(member.path, member.sha256, file.octets, member.state is State.WITHHELD)
        if member.kind is Kind.EVIDENCE:
            if member.content_id is None or member.content_id in evidence:
                raise ValueError(member.path)
            evidence[member.content_id] = piece
        elif member.kind in single or member.kind not in _OF_A_MESSAGE:
            raise ValueError(member.path)
        else:
            single[member.kind] = piece
    if not {Kind.ENVELOPE, Kind.DOCUMENT} <= single.keys() or single[Kind.ENVELOPE].octets is None:
        raise LookupError(f"messages/{number:02d}")
    return Kept(
        number,
        single[Kind.ENVELOPE],
        single[Kind.DOCUMENT],
        evidence,
        single.get(Kind.MESSAGE),
        single.get(Kind.RECEIPT),
    )


_OF_A_MESSAGE: Final = frozenset({Kind.ENVELOPE, Kind.DOCUMENT, Kind.MESSAGE, Kind.RECEIPT})
