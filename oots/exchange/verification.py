"""Verifies any signed file of an exchange: AS4 message, receipt, sealed XML, sealed PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from oots.edelivery.encryption import Decryption, LockedError
from oots.edelivery.limits import Limits
from oots.edelivery.message import OpenedMessage, open_message
from oots.edelivery.receipt import VerifiedReceipt, open_receipt
from oots.edelivery.soap import S12
from oots.model.errors import MessageError, TransportError
from oots.trust.anchors import TrustAnchors
from oots.trust.keys import KeyPair
from oots.trust.pades import check_pdf_seal
from oots.trust.revocation import UnsettledError
from oots.trust.seal_report import SealReport
from oots.trust.xades import check_xml_seal
from oots.wire.namespaces import QUERY
from oots.wire.xml import parse

_CONTENT_TYPE = b"content-type:"


class UnreadableError(Exception):
    """The file is nothing that could carry a signature of this exchange."""


class UnsignedError(Exception):
    """The file is a document that carries no signature of its own, so there is nothing to verify."""


class UndecryptedError(Exception):
    """The message is signed by somebody who is believed, but what the signature covers is encrypted for another key
    than those that were given."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Something that a signature covers: its reference, and its SHA-256 in base64, as XML Signature writes it."""

    reference: str
    sha256_base64: str


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """Who signed a file, and what the signature covers.

    `kind` is `AS4 message`, `AS4 receipt`, `XAdES` or `PAdES`; `certificate_sha256` a hexadecimal fingerprint.
    """

    file: str
    kind: str
    valid: bool
    signer: str | None = None
    role: str | None = None
    certificate_sha256: str | None = None
    signed_at: str | None = None
    covered: tuple[Covered, ...] = ()
    problem: str | None = None


def examine_file(
    file: Path, anchors: TrustAnchors, at: datetime, decryption_keys: Sequence[KeyPair] = ()
) -> FileVerdict:
    """The verdict on one file at the moment `at`; raises UnreadableError, UnsignedError, UndecryptedError, OSError."""
    data = file.read_bytes()
    if data.startswith(b"%PDF-"):
        return _sealed(file, check_pdf_seal(data, anchors, at))
    if data.lower().startswith((b"mime-version:", _CONTENT_TYPE)):
        return _message(file, data, anchors, at, Decryption(tuple(decryption_keys)))
    return _xml(file, data, anchors, at)


def _message(file: Path, data: bytes, anchors: TrustAnchors, at: datetime, decryption: Decryption) -> FileVerdict:
    head, blank, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(_CONTENT_TYPE)]
    if not blank or len(lines) != 1:
        raise UnreadableError("no Content-Type header line and empty line before the body")
    content_type = lines[0][len(_CONTENT_TYPE) :].strip().decode("latin-1")
    try:
        opened = open_message(content_type, body, anchors, at, limits=Limits(), decryption=decryption)
    except LockedError:
        raise UndecryptedError(
            "its envelope is signed by an access point that is believed, but the parts are encrypted, and can be "
            "compared with what was signed only with the key of their receiver (--decryption-key)"
        ) from None
    except TransportError as refusal:
        return FileVerdict(str(file), "AS4 message", False, problem=f"{refusal.ebms} {refusal.short}: {refusal.why}")
    except UnsettledError as unsettled:
        return FileVerdict(str(file), "AS4 message", False, problem=str(unsettled))
    return _believed(file, opened)


def _believed(file: Path, opened: OpenedMessage) -> FileVerdict:
    return FileVerdict(
        str(file),
        "AS4 message",
        True,
        opened.signer.party_id,
        opened.signer.role,
        opened.certificate.fingerprint(hashes.SHA256()).hex(),
        opened.header.timestamp.isoformat(),
        tuple(Covered(digest.uri, digest.value) for digest in opened.digests),
    )


def _xml(file: Path, data: bytes, anchors: TrustAnchors, at: datetime) -> FileVerdict:
    try:
        root = parse(data)
    except MessageError as error:
        raise UnreadableError(error.why) from None
    if root.tag == f"{{{S12}}}Envelope":
        return _receipt(file, data, anchors, at)
    if str(root.tag).startswith(f"{{{QUERY}}}"):
        raise UnsignedError("a RegRep document carries no signature of its own; verify the .mime that carried it")
    return _sealed(file, check_xml_seal(data, anchors, at))


def _receipt(file: Path, data: bytes, anchors: TrustAnchors, at: datetime) -> FileVerdict:
    try:
        receipt: VerifiedReceipt = open_receipt(data, anchors, at)
    except TransportError as refusal:
        return FileVerdict(str(file), "AS4 receipt", False, problem=refusal.why)
    except UnsettledError as unsettled:
        return FileVerdict(str(file), "AS4 receipt", False, problem=str(unsettled))
    return FileVerdict(
        str(file),
        "AS4 receipt",
        True,
        receipt.signer.party_id,
        receipt.signer.role,
        receipt.certificate.fingerprint(hashes.SHA256()).hex(),
        covered=tuple(Covered(digest.uri, digest.value) for digest in receipt.received),
    )


def _sealed(file: Path, report: SealReport) -> FileVerdict:
    return FileVerdict(
        str(file),
        report.kind,
        report.valid,
        report.signer,
        "seal" if report.signer else None,
        report.certificate_sha256,
        report.signed_at.isoformat() if report.signed_at else None,
        problem=report.problem,
    )
