"""One message of a dossier, judged out of its bytes: signature, digests, seals, receipt."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Final

from cryptography.hazmat.primitives import hashes

from oots.dossier.container import Fault
from oots.edelivery import compression, mime, soap
from oots.edelivery.encryption import OVERHEAD, LockedError
from oots.edelivery.encryption_profile import ENCRYPTED_KEY
from oots.edelivery.header import CID, PartInfo, UserMessage, decode, part_uris
from oots.edelivery.limits import Limits
from oots.edelivery.message import open_message
from oots.edelivery.profile import examine
from oots.edelivery.receipt import check_receipt
from oots.edelivery.shape import ProfileError
from oots.edelivery.signature import SignedDigest, Verified, verify
from oots.model.content import sha256_of, whole
from oots.model.errors import TransportError
from oots.trust.anchors import Trust
from oots.trust.certificates import UntrustedError
from oots.trust.evidence_seal import check_seal
from oots.trust.kept_answers import Look
from oots.trust.seal_report import SealReport

_HEADERS_END: Final = b"\r\n\r\n"
_CONTENT_TYPE: Final = b"content-type:"
_UNSEALED: Final = ("the document carries no seal", "no seal is known")


class Answer(StrEnum):
    """To one of the three questions. `WITHHELD`: not to be said of a dossier from which the part was taken out;
    `UNANCHORED`: nor by somebody who was given no anchor, though all agrees."""

    YES = "yes"
    NO = "no"
    WITHHELD = "withheld"
    UNANCHORED = "unanchored"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file about a message: its name in the dossier, the digest (hexadecimal) of its octets, and these octets where
    they are there; `withheld` says that they were taken out, not deleted before."""

    path: str
    sha256: str
    octets: bytes | None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What a dossier has of one message; `evidence` by content id."""

    number: int
    envelope: Piece
    document: Piece
    evidence: Mapping[str, Piece]
    message: Piece | None = None
    receipt: Piece | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A piece of evidence and the verdict on its seal; `unsealed` where it bears none. `content_sha256` is that of the
    content, which may have travelled compressed; None where the octets are not there and were compressed."""

    path: str
    content_id: str
    media_type: str
    content_sha256: str | None
    report: SealReport | None
    unsealed: bool = False


@dataclass(slots=True)
class MessageVerdict:
    """What one message is worth. `covered` are the digests (hexadecimal) that its sender signed, by URI; `looks` is
    what answers about revocation were asked."""

    number: int
    header: UserMessage | None = None
    certificate_sha256: str | None = None
    covered: dict[str, str] = field(default_factory=dict)
    seals: list[Sealed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    travelled: Answer = Answer.NO
    sent: Answer = Answer.NO
    received: Answer = Answer.NO
    deleted: int = 0
    looks: tuple[Look, ...] = ()


def split_message(data: bytes) -> tuple[str, bytes]:
    """Content-Type and body of a message in a file; raises ValueError for what is none."""
    head, blank, body = data.partition(_HEADERS_END)
    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(_CONTENT_TYPE)]
    if not blank or len(lines) != 1:
        raise ValueError("no Content-Type header line and empty line before the body")
    return lines[0][len(_CONTENT_TYPE) :].strip().decode("latin-1"), body


def joined_message(content_type: str, body: bytes) -> bytes:
    """A message as a file: `MIME-Version` and `Content-Type` lines, an empty line, and the HTTP body (RFC 2045)."""
    return b"MIME-Version: 1.0\r\nContent-Type: " + content_type.encode() + _HEADERS_END + body


def parts_of(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The SOAP part of a message in a file and every other part by content id, as they travelled, encrypted or not.

    Raises ValueError or TransportError for what cannot be taken apart.
    """
    content_type, body = split_message(data)
    package = mime.read(content_type, body, Limits())
    return package.soap, {name: whole(part.content) for name, part in package.attachments.items()}


def header_in(envelope: bytes) -> UserMessage:
    """The header in an envelope, not believed yet; raises TransportError."""
    return decode(soap.read(envelope).messaging)


def stated_digests(envelope: bytes) -> dict[str, str]:
    """What the signature of an envelope states of each part and of the header, hexadecimal by URI, not verified.

    Raises TransportError or ProfileError for an envelope that no receiver would look at.
    """
    read = soap.read(envelope)
    return {digest.uri: b64decode(digest.value).hex() for digest in examine(read, part_uris(read.messaging)).digests}


def signed_in(envelope: bytes, trust: Trust) -> tuple[UserMessage, Verified]:
    """Header and signature of an envelope, at the moment that its sender names.

    Raises TransportError or UntrustedError unless an access point that `trust` knows has signed it as its sender.
    """
    read = soap.read(envelope)
    verified = verify(read, part_uris(read.messaging), trust, decode(read.messaging).timestamp)
    header = decode(verified.messaging)
    if header.sender.value != verified.signer.party_id:
        raise UntrustedError(f"signed by {verified.signer.party_id}, but sent as another party")
    return header, verified


def judge(kept: Kept, trust: Trust) -> MessageVerdict:
    """The verdict on one message, as of the time at which its sender says it was sent."""
    verdict = MessageVerdict(kept.number)
    try:
        header, verified = signed_in(kept.envelope.octets or b"", trust)
    except (TransportError, UntrustedError, ProfileError) as fault:
        verdict.faults.append(Fault(kept.envelope.path, f"the signature is not believed: {_said(fault)}"))
        return verdict
    verdict.header, verdict.sent = header, Answer.YES
    verdict.certificate_sha256 = verified.certificate.fingerprint(hashes.SHA256()).hex()
    verdict.covered = {digest.uri: b64decode(digest.value).hex() for digest in verified.digests}
    _judge_parts(kept, header, verdict, trust)
    _judge_whole(kept, header.timestamp, verdict, trust)
    _judge_receipt(kept, header, verified.digests, verdict, trust)
    return verdict


def _judge_parts(kept: Kept, header: UserMessage, verdict: MessageVerdict, trust: Trust) -> None:
    if not header.parts:
        verdict.faults.append(Fault(kept.envelope.path, "the message names no document"))
        return
    pieces = {header.parts[0].content_id: kept.document, **kept.evidence}
    faults = list(_unlike(header, pieces, kept.envelope.path, verdict.covered))
    here = {info.content_id: pieces[info.content_id] for info in header.parts if info.content_id in pieces}
    for info in header.parts[1:]:
        if info.content_id in here:
            faults += _judge_seal(here[info.content_id], info, header.timestamp, verdict, trust)
    verdict.deleted = sum(piece.octets is None and not piece.withheld for piece in here.values())
    verdict.faults += faults
    withheld = any(piece.withheld for piece in here.values())
    verdict.travelled = Answer.NO if faults else Answer.WITHHELD if withheld else Answer.YES


def _unlike(
    header: UserMessage, pieces: Mapping[str, Piece], envelope: str, covered: Mapping[str, str]
) -> Iterator[Fault]:
    named = {info.content_id for info in header.parts}
    for content_id in named - pieces.keys():
        yield Fault(envelope, f"the dossier has nothing of the part {content_id} that the message names")
    for content_id, piece in pieces.items():
        actual = piece.sha256 if piece.octets is None else sha256_of(piece.octets)
        if content_id not in named:
            yield Fault(piece.path, "no part of this message")
        elif covered.get(CID + content_id) != actual:
            yield Fault(piece.path, "not what the sender of the message signed")


def _judge_seal(piece: Piece, info: PartInfo, at: datetime, verdict: MessageVerdict, trust: Trust) -> Iterator[Fault]:
    if piece.octets is None:
        digest = None if info.compressed else piece.sha256
        verdict.seals.append(Sealed(piece.path, info.content_id, info.media_type, digest, None))
        return
    try:
        content = compression.expand(piece.octets, Limits()) if info.compressed else piece.octets
    except TransportError as fault:
        yield Fault(piece.path, f"does not expand: {fault.why}")
        return
    report = check_seal(content, info.media_type, trust, at)
    unsealed = not report.valid and (report.problem or "").startswith(_UNSEALED)
    digest = sha256_of(content)
    verdict.seals.append(Sealed(piece.path, info.content_id, info.media_type, digest, report, unsealed))
    if not report.valid and not unsealed:
        yield Fault(piece.path, f"its seal is not believed: {report.problem}")


def _judge_whole(kept: Kept, at: datetime, verdict: MessageVerdict, trust: Trust) -> None:
    """The message as it stood on the wire holds the very parts that stand beside it.

    Of one that was encrypted nobody can tell who has not its receiver's key: then the parts beside it, which have the
    digests that were signed, count alone, and it must fit them in all that can be seen.
    """
    if kept.message is None or kept.message.octets is None:
        return
    path = kept.message.path
    try:
        content_type, body = split_message(kept.message.octets)
        opened = open_message(content_type, BytesIO(body), trust, at)
        envelope, parts = parts_of(kept.message.octets)
    except LockedError:
        _judge_encrypted(kept, kept.message.octets, path, verdict)
        return
    except (TransportError, UntrustedError, ValueError) as fault:
        verdict.faults.append(Fault(path, f"the message is not believed: {_said(fault)}"))
        verdict.travelled = verdict.sent = Answer.NO
        return
    beside = {opened.header.parts[0].content_id: kept.document, **kept.evidence} if opened.header.parts else {}
    different = envelope != kept.envelope.octets or set(parts) != set(beside)
    if different or any(piece.octets not in (None, parts[name]) for name, piece in beside.items()):
        verdict.faults.append(Fault(path, "holds other parts than stand beside it"))
        verdict.travelled = Answer.NO


def _judge_encrypted(kept: Kept, message: bytes, path: str, verdict: MessageVerdict) -> None:
    envelope, parts = parts_of(message)
    header = verdict.header
    assert header is not None  # noqa: S101 (its signature was believed before)
    beside = {info.content_id: kept.evidence.get(info.content_id) for info in header.parts[1:]}
    beside |= {info.content_id: kept.document for info in header.parts[:1]}
    lengths = {
        name: len(piece.octets) + OVERHEAD
        for name, piece in beside.items()
        if piece is not None and piece.octets is not None
    }
    different = envelope != kept.envelope.octets or set(parts) != set(beside)
    if different or any(len(parts[name]) != length for name, length in lengths.items()):
        verdict.faults.append(Fault(path, "holds other parts than stand beside it"))
        verdict.travelled = Answer.NO


def is_encrypted(envelope: bytes) -> bool:
    """Whether the parts of a message with this envelope are encrypted; raises TransportError."""
    return soap.read(envelope).security.find(ENCRYPTED_KEY) is not None


def _judge_receipt(
    kept: Kept, header: UserMessage, digests: tuple[SignedDigest, ...], verdict: MessageVerdict, trust: Trust
) -> None:
    if kept.receipt is None:
        return
    if kept.receipt.octets is None:
        verdict.received = Answer.WITHHELD if kept.receipt.withheld else Answer.NO
        return
    try:
        check_receipt(
            kept.receipt.octets,
            message_id=header.message_id,
            digests=digests,
            receiver=header.receiver.value,
            anchors=trust,
            at=header.timestamp,
        )
    except (TransportError, UntrustedError) as fault:
        verdict.faults.append(Fault(kept.receipt.path, f"no receipt for this message: {_said(fault)}"))
    else:
        verdict.received = Answer.YES


def _said(fault: Exception) -> str:
    return fault.why if isinstance(fault, TransportError) else str(fault)
