"""The municipality's seal on PDF evidence: PAdES baseline B (ETSI EN 319 142-1; (EU) 2015/1506), made with pyHanko."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from oots.trust.certificates import Role, TrustAnchors, UntrustedError
from oots.trust.keys import KeyPair
from oots.trust.seal_report import SealReport

KIND = "PAdES"
FIELD = "Seal"
_ROOM = 8192

for _chatty in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)  # findings go into the report, never into a log


class SealBrokenError(Exception):
    """The document carries no seal of this form; the text is for people."""


class _P256Signer(Signer):
    """Signs with a P-256 key and repeatable nonces (RFC 6979)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, pair: KeyPair) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(_asn1(certificate) for certificate in pair.chain)
        super().__init__(signing_cert=_asn1(pair.certificate), cert_registry=store, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError("a seal is made over SHA-256")
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


class _DatedSigner(PdfSigner):
    """pyHanko's signer with a given signing time instead of the machine's."""

    def __init__(self, at: datetime, meta: PdfSignatureMetadata, signer: Signer) -> None:
        super().__init__(meta, signer, new_field_spec=SigFieldSpec(FIELD))
        self._at = at

    def init_signing_session(self, *arguments: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._at
        return session


class _RepeatableWriter(IncrementalPdfFileWriter):
    """An incremental update whose document id follows from the document that it updates."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        first, _ = super()._handle_id(prev)  # type: ignore[no-untyped-call]
        prev.stream.seek(0)
        second = hashlib.sha256(prev.stream.read()).digest()[:16]
        return generic.ArrayObject([first, generic.ByteStringObject(second)])


def seal_pdf(pdf: bytes, key: KeyPair, at: datetime, reason: str, location: str) -> bytes:
    """Seal a PDF with an invisible signature field; equal arguments give equal bytes.

    `key` is a P-256 key with its chain, `at` the aware signing time; `reason` and `location` stand in the signature.
    """
    if not isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raise ValueError("a seal is made with a P-256 key")
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", reason=reason, location=location, subfilter=SigSeedSubFilter.PADES
    )
    signer = _DatedSigner(at, meta, _P256Signer(key.private_key, key))
    sealed = signer.sign_pdf(_RepeatableWriter(BytesIO(pdf)), bytes_reserved=_ROOM)
    return bytes(sealed.getvalue())


def check_pdf_seal(pdf: bytes, anchors: TrustAnchors, at: datetime) -> SealReport:
    """The verdict on the seal of a PDF at the moment `at`; it must cover the whole file."""
    try:
        return _check(pdf, anchors, at)
    except (UntrustedError, SealBrokenError) as problem:
        return SealReport(KIND, False, problem=str(problem))
    except Exception as problem:  # pyHanko raises many kinds on broken files; all of them mean: not valid
        return SealReport(KIND, False, problem=f"the seal does not verify ({type(problem).__name__})")


def _check(pdf: bytes, anchors: TrustAnchors, at: datetime) -> SealReport:
    signature = _only_signature(pdf)
    _expect_plain_padding(pdf, signature)
    leaf = _cryptography(signature.signer_cert)
    chain = [_cryptography(certificate) for certificate in signature.other_embedded_certs]
    party = anchors.party_of(leaf, chain, at, Role.SEAL)
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False, moment=at)
    status = validate_pdf_signature(signature, signer_validation_context=context, skip_diff=True)
    if status.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        raise SealBrokenError("something was added to the document after it was sealed")
    if not (status.intact and status.valid):
        raise SealBrokenError("the document was changed after it was sealed")
    fingerprint = leaf.fingerprint(hashes.SHA256()).hex()
    return SealReport(KIND, True, party.party_id, signature.self_reported_timestamp, fingerprint)


def _only_signature(pdf: bytes) -> EmbeddedPdfSignature:
    signatures: list[EmbeddedPdfSignature] = PdfFileReader(BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        raise SealBrokenError(
            "the document carries no seal" if not signatures else "the document has several signatures"
        )
    return signatures[0]


def _expect_plain_padding(pdf: bytes, signature: EmbeddedPdfSignature) -> None:
    """The gap that no digest covers holds the signature, zeros, and nothing else."""
    _, before, after, _ = signature.byte_range
    der = cms.ContentInfo.load(signature.pkcs7_content, strict=False).dump().hex().upper().encode()
    if pdf[before:after] != b"<" + der.ljust(after - before - 2, b"0") + b">":
        raise SealBrokenError("the room for the signature holds something else")


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _cryptography(certificate: asn1_x509.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
