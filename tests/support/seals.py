"""A stage for attacks on seals: documents that a municipality sealed, and whoever checks them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import typst
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from oots.edelivery.shape import ds
from oots.trust import pades, xades
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import TRUST_FILE
from oots.trust.evidence_seal import check_seal
from oots.trust.issuing import SPECIMEN_TERMS, leaf_certificate
from oots.trust.keys import KeyPair
from oots.trust.pades import seal_pdf
from oots.trust.seal_report import SealReport
from oots.trust.xades import XADES, seal_xml
from oots.wire.xml import canonical
from tests.support.attacks import Refused, caught_by
from tests.support.doors import specimen_key, specimen_keys
from tests.support.trust import AARHUS, NOW, authority, p256
from tests.support.two_sides import START

XML, PDF = "application/xml", "application/pdf"
ATTEST = (
    '<b:Attest xmlns:b="urn:b" xmlns:u="urn:u" xml:lang="da"><c xmlns="urn:c" u:x="1">Åkjær</c></b:Attest>'.encode()
)
_TYPST = '#set document(title: "Attest")\n#set text(lang: "da")\n= Attest\nŁukasz Åkjær\n'.encode()
_CHECKS = {XML: xades._check, PDF: pades._check}


@cache
def letter() -> bytes:
    """A PDF that nobody has sealed yet."""
    made: bytes = typst.compile(_TYPST, format="pdf", pdf_standards=["ua-1"], timestamp=START)
    return made


def sealed(media_type: str, key: KeyPair, at: datetime = START) -> bytes:
    """The certificate or its letter, sealed."""
    return seal_xml(ATTEST, key, at) if media_type == XML else seal_pdf(letter(), key, at, "Bopælsattest", "Aarhus")


def aarhus() -> KeyPair:
    """The municipality's seal among the specimens."""
    return specimen_key("seal-0751")


@dataclass(frozen=True)
class Seals:
    """Whoever checks, at `at`, seals that the holder of `key` has made; `key` is also at the attacker's disposal."""

    key: KeyPair
    anchors: TrustAnchors
    at: datetime

    @property
    def xml(self) -> bytes:
        return sealed(XML, self.key, self.at)

    @property
    def pdf(self) -> bytes:
        return sealed(PDF, self.key, self.at)

    def control(self) -> None:
        """Both seals are valid and name the municipality."""
        for report in self.released():
            assert (report.valid, report.signer) == (True, "55133018"), report.problem

    def released(self) -> tuple[SealReport, SealReport]:
        """The verdicts on the genuine documents."""
        return check_seal(self.xml, XML, self.anchors, self.at), check_seal(self.pdf, PDF, self.anchors, self.at)

    def refused(self, document: bytes, media_type: str = XML) -> Refused:
        """Have it checked: the seal is not valid, and the verdict names no signer and no time."""
        report = check_seal(document, media_type, self.anchors, self.at)
        assert not report.valid, "the seal is believed"
        assert (report.signer, report.signed_at) == (None, None)
        vector = (media_type, document) if self.key is aarhus() else None
        return Refused("no seal", self._caught_by(document, media_type), str(report.problem), vector)

    def _caught_by(self, document: bytes, media_type: str) -> str:
        try:
            _CHECKS[media_type](document, self.anchors, self.at)
        except Exception as fault:
            return caught_by(fault)
        raise AssertionError("the seal is believed")


@contextmanager
def seals(_folder: Path) -> Iterator[Seals]:
    """A certificate in XML and its letter in PDF, sealed by Aarhus."""
    anchors = TrustAnchors.from_pem((specimen_keys() / TRUST_FILE).read_bytes(), allow_specimens=True)
    yield Seals(aarhus(), anchors, START)


@contextmanager
def seals_of_no_specimens(_folder: Path) -> Iterator[Seals]:
    """The same where specimens are not believed."""
    yield Seals(authority().issue(AARHUS), authority().anchors(), NOW)


def specimen_of_the_real_authority() -> KeyPair:
    """A key for tests, marked as such, that an authority for real ones has certified."""
    key = p256()
    certificate = leaf_certificate(key, AARHUS, SPECIMEN_TERMS, authority().issuing)
    return KeyPair(key, certificate, (authority().issuing.certificate,))


# --- changes to a seal in XML ---


def changed(document: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """The document after a change that its seal does not follow."""
    root = etree.fromstring(document)
    change(root)
    return canonical(root)


def resealed(document: bytes, change: Callable[[etree._Element], object], key: KeyPair) -> bytes:
    """The document after a change to its seal, whose digests and value are made anew as far as they can be."""
    root = etree.fromstring(document)
    change(root)
    for reference in root.iter(ds("Reference")):
        value, covered = reference.find(ds("DigestValue")), _covered(root, reference.get("URI", ""))
        if value is not None and covered is not None:
            value.text = b64encode(hashlib.sha256(canonical(covered)).digest()).decode()
    signed_info, value = one(root, ds("SignedInfo")), one(root, ds("SignatureValue"))
    assert isinstance(key.private_key, ec.EllipticCurvePrivateKey)
    numbers = decode_dss_signature(key.private_key.sign(canonical(signed_info), ec.ECDSA(hashes.SHA256())))
    value.text = b64encode(b"".join(number.to_bytes(32, "big") for number in numbers)).decode()
    return canonical(root)


def _covered(root: etree._Element, uri: str) -> etree._Element | None:
    if not uri:
        whole = deepcopy(root)
        signature = one(whole, ds("Signature"))
        signature.getparent().remove(signature)  # type: ignore[union-attr]  # the document around it
        return whole
    return next((each for each in root.iter() if each.get("Id") == uri.removeprefix("#")), None)


def one(root: etree._Element, tag: str) -> etree._Element:
    """The first element of that name."""
    return next(root.iter(tag))


def xades_name(name: str) -> str:
    return f"{{{XADES}}}{name}"
