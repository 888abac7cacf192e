"""The manifest: every file of a dossier with its SHA-256, also those that are not there any more, and who signs that.

It is written in one way only, as every record that is signed, and the signature stands beside it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role
from oots.trust.keys import KeyPair
from oots.trust.signed_record import RecordSignatureError, canonical_json, sign_record, signer_of

FORMAT: Final = "oots-dossier"
VERSION: Final = 1
_LARGEST: Final = 4 * 1024 * 1024
_STRICT: Final = ConfigDict(extra="forbid", strict=True)
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$")]
_Short = Annotated[str, Field(max_length=300)]


class Kind(StrEnum):
    """What a file of a dossier is. `ENVELOPE` is the signed SOAP part of a message, `DOCUMENT` its first part,
    `EVIDENCE` any other part as it travelled, `MESSAGE` the whole as it stood in the HTTP request, `REVOCATION` what an
    authority said about certificates."""

    MESSAGE = "message"
    ENVELOPE = "envelope"
    DOCUMENT = "document"
    EVIDENCE = "evidence"
    RECEIPT = "receipt"
    SUMMARY = "summary"
    RECORD = "record"
    TRUST = "trust"
    REVOCATION = "revocation"


class State(StrEnum):
    """Whether the bytes of a file are there. `WITHHELD` by whoever made the dossier, `DELETED`: not kept any more, or
    nowhere that it could be taken from, when it was made."""

    PRESENT = "present"
    WITHHELD = "withheld"
    DELETED = "deleted"


@checked(frozen=True, config=_STRICT)
class Member:
    """A file, by the digest (hexadecimal) of its bytes; `size` is None where nobody knows it any more. Parts of
    messages name the number of the message, and their content id."""

    path: _Short
    kind: Kind
    sha256: _Digest
    size: Annotated[int, Field(ge=0)] | None = None
    state: State = State.PRESENT
    reason: _Short | None = None
    message: Annotated[int, Field(ge=1)] | None = None
    content_id: _Short | None = None


@checked(frozen=True, config=_STRICT)
class Manifest:
    """What a dossier holds. `exporter` is the party whose dossier key signs it, `redaction` for whom parts were
    withheld."""

    format: Literal["oots-dossier"]
    version: Literal[1]
    exchange_id: _Short
    conversation_ids: tuple[_Short, ...]
    made_at: _Moment
    exporter: _Short
    redaction: Literal["council"] | None
    members: tuple[Member, ...]

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


class ManifestError(Exception):
    """A manifest that is not believed; the text is for people."""


_MANIFEST: Final = TypeAdapter(Manifest)


def written(manifest: Manifest) -> bytes:
    return canonical_json(asdict(manifest))


def read_manifest(data: bytes) -> Manifest:
    """Raises ManifestError for what is no manifest, or is written in another way than the one."""
    if len(data) > _LARGEST:
        raise ManifestError("larger than a manifest can be")
    try:
        manifest = _MANIFEST.validate_json(data)
        moment = manifest.made
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ManifestError(f"no manifest of a dossier: {place}: {first['msg']}") from None
    except ValueError:
        raise ManifestError("no manifest of a dossier: made_at is no moment") from None
    if written(manifest) != data or moment.tzinfo is None:
        raise ManifestError("not written in the one way in which manifests are")
    return manifest


def sign_manifest(manifest: bytes, key: KeyPair, at: datetime) -> bytes:
    """The signature beside a manifest; raises ConfigurationError for a key that cannot make one."""
    return sign_record(manifest, key, at).encode("ascii")


def check_signature(manifest: bytes, signature: bytes, trust: Trust, at: datetime) -> Party:
    """The party that signed a manifest with its dossier key, as `trust` knows it at `at`; raises ManifestError."""
    try:
        return signer_of(manifest, signature.decode("ascii"), trust, Role.DOSSIER, at).party
    except RecordSignatureError as problem:
        raise ManifestError(str(problem)) from problem
    except UnicodeDecodeError as problem:
        raise ManifestError("the signature is no detached JWS") from problem
