"""Who signed a message, what exactly, when, and why that is believed; and whether its receipt is for it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from oots.dossier.messages import signed_in
from oots.edelivery.coverage import Coverage, Reference, coverage_of
from oots.edelivery.header import CID
from oots.edelivery.profile import ECDSA_SHA256, EXCLUSIVE_C14N, RSA_SHA256
from oots.edelivery.receipt import check_receipt
from oots.edelivery.shape import SHA256, ProfileError
from oots.edelivery.signature import SignedDigest
from oots.exchange.journal import Entry
from oots.inspector.laid_open import Message
from oots.model.content import sha256_of
from oots.model.errors import TransportError
from oots.trust.anchors import Trust, TrustAnchors
from oots.trust.certificates import UntrustedError
from oots.trust.kept_answers import KeptAnswers, read_answer
from oots.trust.register import RevocationRegister
from oots.web.words import Words

ALGORITHMS: Final = {
    RSA_SHA256: "RSA PKCS #1 v1.5, SHA-256",
    ECDSA_SHA256: "ECDSA, SHA-256",
    SHA256: "SHA-256",
    EXCLUSIVE_C14N: "Exclusive XML Canonicalization 1.0",
}
"""What people call the algorithms of the profile."""
_RECEIVED: Final = (Entry.REQUEST_RECEIVED, Entry.RESPONSE_RECEIVED, Entry.EXCEPTION_RECEIVED, Entry.MESSAGE_REFUSED)


@dataclass(frozen=True, slots=True)
class Scope:
    """One reference with what it covers in words. `recalled`: the octets are gone, and what is compared with the signed
    digest is the one that a journal recorded (hexadecimal in the journal, base64 here)."""

    reference: Reference
    what: Words
    recalled: str | None

    @property
    def agrees(self) -> bool | None:
        if self.reference.agrees is None and self.recalled is not None:
            return self.recalled == self.reference.signed
        return self.reference.agrees


@dataclass(frozen=True, slots=True)
class Said:
    """What an authority said of a certificate when the message came, as a journal keeps it: in a list (`crl`) or to a
    question (`ocsp`), as of `begins`, to be asked again at `ends`."""

    form: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of a chain, leaf first. `said` are the answers that found it good; `revoked_at` is from when it
    is revoked, as the register has it now."""

    subject: str
    issuer: str
    serial: str
    valid_from: datetime
    valid_until: datetime
    key: str
    sha256: str
    said: tuple[Said, ...]
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """`problem` says why the receipt is none for this message; None where it is one."""

    signer: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """The verdict on one message as of `at`, the time that its sender names; `problem` says why it is not believed.

    What the journals keep of revocation is asked. `judged_then` are the verdicts of those who received it, by service,
    at the time. `receipt` is None where there is none.
    """

    coverage: Coverage
    scopes: tuple[Scope, ...]
    signer: str | None
    at: datetime
    problem: str | None
    chain: tuple[Link, ...]
    chain_problem: str | None
    judged_then: tuple[tuple[str, datetime, bool], ...]
    receipt: ReceiptReport | None

    @property
    def signature_holds(self) -> bool:
        """Whether the sender made it, whatever became since of what was signed."""
        return self.problem is None

    @property
    def is_believed(self) -> bool:
        return self.signature_holds and all(scope.agrees is not False for scope in self.scopes)


def report_on(
    message: Message, anchors: TrustAnchors, answers: Sequence[bytes], register: RevocationRegister, now: datetime
) -> SignatureReport:
    """The whole report; `answers` are lists and answers about revocation (DER) that journals keep.

    Raises MessageError for an envelope that is no XML, ConfigurationError for a register that cannot be read.
    """
    coverage = coverage_of(message.envelope, attachments_of(message))
    kept = KeptAnswers({sha256_of(answer): answer for answer in answers}, now)
    trust = anchors.asking(kept)
    signer, digests, problem = _signed(message, trust)
    said = _said(kept, {sha256_of(answer): answer for answer in answers})
    chain, chain_problem = _chain(coverage.certificate, message.header.timestamp, trust, said, register)
    return SignatureReport(
        coverage,
        tuple(_scopes(coverage, message)),
        signer,
        message.header.timestamp,
        problem,
        chain,
        chain_problem,
        tuple(_judged_then(message)),
        _receipt(message, digests, trust),
    )


def attachments_of(message: Message) -> Mapping[str, bytes]:
    """The parts that are kept, by `cid:` URI: the document alone."""
    return {CID + part.content_id: message.document for part in message.header.parts[:1]}


def _signed(message: Message, trust: Trust) -> tuple[str | None, tuple[SignedDigest, ...], str | None]:
    try:
        _header, verified = signed_in(message.envelope, trust)
    except TransportError as fault:
        return None, (), fault.why
    except (UntrustedError, ProfileError) as fault:
        return None, (), str(fault)
    return verified.signer.party_id, verified.digests, None


def _scopes(coverage: Coverage, message: Message) -> Iterator[Scope]:
    recorded = {
        CID + part.content_id: b64encode(bytes.fromhex(part.sha256)).decode()
        for line in message.lines
        for part in line.entry.evidence
    }
    compressed = {CID + part.content_id for part in message.header.parts if part.compressed}
    document = next(iter(attachments_of(message)), None)
    for reference in coverage.references:
        recalled = None if reference.uri in compressed else recorded.get(reference.uri)
        yield Scope(reference, _what(reference, document), recalled)


def _what(reference: Reference, document: str | None) -> Words:
    if reference.element == "Messaging":
        return Words("Hovedet: fra hvem, til hvem, hvornår", "The header: from whom, to whom, when")
    if reference.element == "Body":
        return Words("SOAP-kroppen, som er tom", "The SOAP body, which is empty")
    if reference.uri == document:
        return Words("Dokumentet i første del", "The document in the first part")
    if reference.uri.startswith(CID):
        return Words("Et dokument i en senere del", "Evidence in a later part")
    return Words("Noget, der ikke findes entydigt", "Something that is not there, or more than once")


def _said(kept: KeptAnswers, answers: Mapping[str, bytes]) -> dict[str, tuple[Said, ...]]:
    """By the fingerprint of a certificate, what was said of it."""
    found: dict[str, dict[str, None]] = {}
    for look in kept.looks:
        found.setdefault(look.certificate_sha256, {}).update(dict.fromkeys(look.answers))
    return {certificate: tuple(_read(answers[name]) for name in names) for certificate, names in found.items()}


def _read(answer: bytes) -> Said:
    read = read_answer(answer)
    return Said(read.ending, read.begins, read.ends)


def _chain(
    certificate: x509.Certificate | None,
    at: datetime,
    trust: Trust,
    said: Mapping[str, tuple[Said, ...]],
    register: RevocationRegister,
) -> tuple[tuple[Link, ...], str | None]:
    if certificate is None:
        return (), "there is no certificate"
    try:
        path, problem = trust.path_of(certificate, (), at), None
    except UntrustedError as fault:
        path, problem = [certificate], str(fault)
    return tuple(_link(each, said, register) for each in path), problem


def _link(certificate: x509.Certificate, said: Mapping[str, tuple[Said, ...]], register: RevocationRegister) -> Link:
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    return Link(
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        f"{certificate.serial_number:x}",
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        _key(certificate),
        fingerprint,
        said.get(fingerprint, ()),
        register.revoked_at(certificate),
    )


def _key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except ValueError:
        return "?"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey").lstrip("_")


def _judged_then(message: Message) -> Iterator[tuple[str, datetime, bool]]:
    for line in message.lines:
        if line.entry.entry in _RECEIVED and line.entry.signature_valid is not None:
            yield line.service, line.entry.at, line.entry.signature_valid


def _receipt(message: Message, digests: tuple[SignedDigest, ...], trust: Trust) -> ReceiptReport | None:
    if message.receipt is None:
        return None
    header = message.header
    try:
        check_receipt(
            message.receipt,
            message_id=header.message_id,
            digests=digests,
            receiver=header.receiver.value,
            anchors=trust,
            at=header.timestamp,
        )
    except (TransportError, UntrustedError) as fault:
        return ReceiptReport(None, fault.why if isinstance(fault, TransportError) else str(fault))
    return ReceiptReport(header.receiver.value, None)
