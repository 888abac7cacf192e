"""The municipality's seal on PDF evidence: PAdES baseline B (ETSI EN 319 142-1; (EU) 2015/1506), made with pyHanko."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.registry import SimpleCertificateStore

from oots.model.content import Content, opened, sha256_of
from oots.model.errors import ConfigurationError
from oots.trust.anchors import Trust
from oots.trust.certificates import Party, Role, UntrustedError
from oots.trust.keys import KeyPair
from oots.trust.latest import Latest
from oots.trust.seal_report import SealBrokenError, SealReport, WholeSeal, expect_plausible_time

KIND = "PAdES"
FIELD = "Seal"
_ROOM = 8192
_FIELD_SPEC = SigFieldSpec(
    FIELD,
    readable_field_name="Kommunens segl (the seal of the municipality)",
    # PDF/UA wants an untagged widget hidden, and a hidden one is never printed.
    invis_sig_settings=InvisSigSettings(set_hidden_flag=True, set_print_flag=False),
)

_WHOLE: Latest[str, WholeSeal] = Latest()
"""By the SHA-256 of the document. Who is believed may change, and is asked each time."""
_MEBIBYTE = 1024 * 1024
# Of a foreign PDF its tables of objects are read, entry by entry: a few KB could otherwise say a hundred million.
_DECODED = DecodeLimits(
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_output_size=_MEBIBYTE // 4),
        DecodePurpose.OBJECT_STREAM: StreamDecodeLimits(max_output_size=8 * _MEBIBYTE),
    },
    document_budget=DocumentDecodeBudget(base_allowance=2 * _MEBIBYTE, max_ratio=2),
)

for _chatty in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_chatty).setLevel(logging.CRITICAL)  # findings go into the report, never into a log


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
        super().__init__(meta, signer, new_field_spec=_FIELD_SPEC)
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

    def _update_meta(self) -> None:
        """A seal changes neither author nor text, so the metadata stay as they are, without the machine's time."""


def seal_pdf(pdf: bytes, key: KeyPair, at: datetime, reason: str, location: str) -> bytes:
    """Seal a PDF with an invisible signature field; equal arguments give equal bytes.

    `key` is a P-256 key with its chain, `at` the aware signing time; `reason` and `location` stand in the signature.
    """
    if not isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raise ValueError("a seal is made with a P-256 key")
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    signer = _DatedSigner(at, meta, _P256Signer(key.private_key, key))
    sealed = BytesIO()
    signing = signer.async_sign_pdf(_RepeatableWriter(BytesIO(pdf)), bytes_reserved=_ROOM, output=sealed)
    # pyHanko needs an event loop, and the caller's thread may be running one already.
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(asyncio.run, signing).result()
    return sealed.getvalue()


def check_pdf_seal(pdf: Content, anchors: Trust, at: datetime) -> SealReport:
    """The verdict on the seal of a PDF at the moment `at`; it must cover the whole file.

    What is kept elsewhere is read where it is needed, and never as a whole.
    """
    try:
        return _check(pdf, anchors, at)
    except ConfigurationError:  # our own file does not open, which says nothing of the seal
        raise
    except (UntrustedError, SealBrokenError) as problem:
        return SealReport(KIND, False, problem=str(problem))
    except Exception as problem:  # pyHanko raises many kinds on broken files; all of them mean: not valid
        return SealReport(KIND, False, problem=f"the seal does not verify ({type(problem).__name__})")


def _check(pdf: Content, anchors: Trust, at: datetime) -> SealReport:
    digest = sha256_of(pdf)
    whole = _WHOLE.recall(digest)
    if whole is not None:
        party = _believed(whole.leaf, whole.others, anchors, at)
    else:
        with opened(pdf) as reader:
            signature = _only_signature(reader)
            leaf = _cryptography(signature.signer_cert)
            others = tuple(_cryptography(choice.chosen) for choice in signature.signed_data["certificates"])
            party = _believed(leaf, others, anchors, at)
            whole = WholeSeal(leaf, others, _signing_time(reader, signature))
        _WHOLE.keep(digest, whole)
    expect_plausible_time(whole.signed_at, whole.leaf, at)
    return SealReport(KIND, True, party.party_id, whole.signed_at, whole.leaf.fingerprint(hashes.SHA256()).hex())


def _believed(leaf: x509.Certificate, others: Sequence[x509.Certificate], anchors: Trust, at: datetime) -> Party:
    party = anchors.party_of(leaf, others, at, Role.SEAL)
    if not set(others) <= {leaf, *anchors.path_of(leaf, others, at)}:
        raise SealBrokenError("the seal carries a certificate that does not vouch for it")
    return party


def _signing_time(pdf: BinaryIO, signature: EmbeddedPdfSignature) -> datetime:
    """As the seal states it; raises SealBrokenError unless it covers the whole file and verifies."""
    _expect_whole_file(pdf, signature)
    intact, valid = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    if not (intact and valid):
        raise SealBrokenError("the document was changed after it was sealed")
    signed_at: datetime | None = signature.self_reported_timestamp
    if signed_at is None:
        raise SealBrokenError("the seal bears no date")
    return signed_at


def _only_signature(pdf: BinaryIO) -> EmbeddedPdfSignature:
    signatures: list[EmbeddedPdfSignature] = PdfFileReader(pdf, decode_limits=_DECODED).embedded_signatures
    if len(signatures) != 1:
        raise SealBrokenError(
            "the document carries no seal" if not signatures else "the document has several signatures"
        )
    return signatures[0]


def _expect_whole_file(pdf: BinaryIO, signature: EmbeddedPdfSignature) -> None:
    """The digest covers all but one gap, and the gap holds the signature in its only form, zeros, and nothing else."""
    start, before, after, rest = signature.byte_range
    if start != 0 or after + rest != pdf.seek(0, os.SEEK_END):
        raise SealBrokenError("something was added to the document after it was sealed")
    seal = _only_form(signature).hex().upper().encode()
    pdf.seek(before)
    if after - before > _MEBIBYTE or pdf.read(after - before) != b"<" + seal.ljust(after - before - 2, b"0") + b">":
        raise SealBrokenError("the room for the signature holds something else")


def _only_form(signature: EmbeddedPdfSignature) -> bytes:
    """The CMS structure (RFC 5652) rebuilt from what is signed or bound, so that its frame leaves no byte free."""
    signer = signature.signer_info
    rebuilt = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": signature.signer_cert.issuer, "serial_number": signature.signer_cert.serial_number},
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": signer["signed_attrs"],
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signer["signature"],
        }
    )
    signed_data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": signature.signed_data["certificates"],
            "signer_infos": [rebuilt],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed_data}).dump())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _cryptography(certificate: asn1_x509.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())
