"""The municipality's seal on XML evidence: XAdES baseline B, enveloped (ETSI EN 319 132-1; (EU) 2015/1506).

Every reference is canonicalised exclusively and says so, so that the seal does not depend on the namespaces around it
and survives the canonical form in which XML travels.
"""

from __future__ import annotations

import hashlib
import logging
from base64 import b64decode, b64encode
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.xades.xades import (
    XAdESDataObjectFormat,
    XAdESSignatureConfiguration,
    XAdESSigner,
    XAdESVerifier,
    XAdESVerifyResult,
)

from oots.trust.anchors import Trust
from oots.trust.certificates import Role, UntrustedError
from oots.trust.keys import DeterministicKey, KeyPair
from oots.trust.latest import Latest
from oots.trust.seal_report import SealBrokenError, SealReport, WholeSeal, expect_plausible_time
from oots.wire.namespaces import XSI
from oots.wire.xml import canonical, parse

KIND = "XAdES"
_WHOLE: Latest[bytes, WholeSeal] = Latest()
"""By the SHA-256 of the document. Who is believed may change, and is asked each time."""
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_REFERENCES = 3  # the document, the signed properties, and the key info
_ENVELOPED = SignatureConstructionMethod.enveloped.value
_TYPE = f"{{{XSI}}}type"
_SIGNATURE = f"{{{DS}}}Signature"
_KEY_INFO = f"{{{DS}}}KeyInfo"
_PROPERTIES = f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties/{{{XADES}}}SignedProperties"
_FRAME = (
    f'<ds:Signature xmlns:ds="{DS}" Id="{{id}}"><ds:SignedInfo></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>'
    f'<ds:KeyInfo></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#{{id}}">'
    "<xades:SignedProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>"
)

logging.getLogger("signxml").setLevel(logging.INFO)  # at DEBUG it prints the documents


class _Signer(XAdESSigner):
    """signxml's signer with a given time, repeatable ids, and references that name their canonicalisation."""

    def __init__(self, at: datetime, seed: bytes) -> None:
        super().__init__(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.ECDSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=_EXCLUSIVE,
            data_object_format=XAdESDataObjectFormat(Description="Evidence", MimeType="application/xml"),
        )
        self._at = at
        self._seed = seed
        self._tokens = 0

    def add_signing_time(
        self, signed_signature_properties: etree._Element, sig_root: etree._Element, signing_settings: Any
    ) -> None:
        moment = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SigningTime")
        moment.text = self._at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def _get_token(self, length: int = 4) -> str:
        self._tokens += 1
        return hashlib.sha256(self._seed + bytes([self._tokens])).hexdigest()[: 2 * length].upper()

    def _add_reference_to_signed_info(
        self, sig_root: etree._Element, node_to_reference: etree._Element, **attributes: str
    ) -> None:
        super()._add_reference_to_signed_info(  # type: ignore[no-untyped-call]  # signxml leaves it untyped
            sig_root, node_to_reference, **attributes
        )
        reference = sig_root.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")[-1]
        transforms = etree.Element(f"{{{DS}}}Transforms")
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=_EXCLUSIVE.value)
        reference.insert(0, transforms)


def seal_xml(document: bytes, key: KeyPair, at: datetime) -> bytes:
    """Seal a document and return it in canonical form; equal arguments give equal bytes (RFC 6979).

    `key` is a P-256 key with its chain, `at` the aware signing time. Raises ValueError for another kind of key or
    a root element with an `Id`, MessageError for what is no safe XML.
    """
    if not isinstance(key.private_key, ec.EllipticCurvePrivateKey):
        raise ValueError("a seal is made with a P-256 key")
    root = parse(document)
    if root.get("Id") or root.get("ID"):
        raise ValueError("a root element with an Id cannot be sealed as the whole document")
    sealed = _Signer(at, canonical(root)).sign(
        root,
        key=DeterministicKey(key.private_key),  # type: ignore[arg-type]  # shaped as signxml uses a key
        cert=[key.certificate, *key.chain],
        always_add_key_value=False,
    )
    return canonical(sealed)


def check_xml_seal(document: bytes, anchors: Trust, at: datetime) -> SealReport:
    """The verdict on the seal of an XML document at the moment `at`; it must cover the whole document."""
    try:
        return _check(document, anchors, at)
    except (UntrustedError, SealBrokenError) as problem:
        return SealReport(KIND, False, problem=str(problem))
    except Exception as problem:  # signxml raises far more than its own exceptions; all of them mean: not valid
        return SealReport(KIND, False, problem=f"the seal does not verify ({type(problem).__name__})")


def _check(document: bytes, anchors: Trust, at: datetime) -> SealReport:
    digest = hashlib.sha256(document).digest()
    whole = _WHOLE.recall(digest)
    if whole is not None:
        party = anchors.party_of(whole.leaf, whole.others, at, Role.SEAL)
    else:
        root = parse(document)
        leaf, *others = _certificates(_only_signature(root))
        party = anchors.party_of(leaf, others, at, Role.SEAL)
        sealed = canonical(root)
        whole = WholeSeal(leaf, tuple(others), _signing_time(_verified_properties(sealed, leaf, at)))
        _expect_the_same_types(root, parse(sealed))
        _WHOLE.keep(digest, whole)
    expect_plausible_time(whole.signed_at, whole.leaf, at)
    return SealReport(KIND, True, party.party_id, whole.signed_at, whole.leaf.fingerprint(hashes.SHA256()).hex())


def _verified_properties(document: bytes, leaf: x509.Certificate, at: datetime) -> etree._Element:
    """The signed properties as the signature covers them; raises whatever signxml raises when it does not verify."""
    results = XAdESVerifier().verify(
        document,
        x509_cert=leaf,
        expect_config=XAdESSignatureConfiguration(
            location="./",
            expect_references=_REFERENCES,
            signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}),
            digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
            verification_time=at,
        ),
    )
    return next(result.signed_properties for result in results if isinstance(result, XAdESVerifyResult))


def _only_signature(root: etree._Element) -> etree._Element:
    """The one signature, as the last child of the root: anything else could hide what was not signed."""
    signatures = list(root.iter(_SIGNATURE))
    if not signatures:
        raise SealBrokenError("the document carries no seal")
    if len(signatures) > 1 or root[-1] is not signatures[0] or signatures[0].tail:
        raise SealBrokenError("the seal does not stand alone at the end of the document")
    _expect_exact_references(signatures[0])
    _expect_nothing_unsigned(signatures[0])
    return signatures[0]


def _expect_exact_references(signature: etree._Element) -> None:
    found = [
        (reference.get("URI"), [transform.get("Algorithm") for transform in reference.iter(f"{{{DS}}}Transform")])
        for reference in signature.iterfind(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    ]
    named = [f"#{element.get('Id')}" for element in (*signature.iterfind(_PROPERTIES), *signature.iterfind(_KEY_INFO))]
    expected = [("", [_ENVELOPED, _EXCLUSIVE.value]), *((uri, [_EXCLUSIVE.value]) for uri in named)]
    if found != expected:
        raise SealBrokenError("the seal has other references or transforms than a whole document needs")


def _expect_nothing_unsigned(signature: etree._Element) -> None:
    """What the references leave out is exactly the frame around what they cover, so that no byte of it is free."""
    frame = deepcopy(signature)
    value = frame.find(f"{{{DS}}}SignatureValue")
    if value is None or value.text != b64encode(b64decode(value.text or "")).decode():
        raise SealBrokenError("the signature value is not plain base64")
    value.text = None
    for path in (f"{{{DS}}}SignedInfo", _KEY_INFO, _PROPERTIES):
        for covered in frame.iterfind(path):
            tail = covered.tail
            covered.clear()
            covered.tail = tail
    if canonical(frame) != _FRAME.format(id=signature.get("Id")).encode():
        raise SealBrokenError("something stands in the seal that it does not cover")


def _expect_the_same_types(root: etree._Element, sealed: etree._Element) -> None:
    """The prefix in an `xsi:type` means in the document what it means in the bytes that the seal covers: canonical form
    leaves out a declaration that only such a value needs, so anybody could add another one."""
    for found, meant in zip(root.iter(etree.Element), sealed.iter(etree.Element), strict=True):
        prefix = found.get(_TYPE, "").strip().rpartition(":")[0] or None
        if _TYPE in found.attrib and found.nsmap.get(prefix) != meant.nsmap.get(prefix):
            raise SealBrokenError("a type is named by a prefix that the seal does not cover")


def _certificates(signature: etree._Element) -> Sequence[x509.Certificate]:
    listed = signature.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
    certificates = [x509.load_der_x509_certificate(b64decode(element.text or "")) for element in listed]
    if not certificates:
        raise SealBrokenError("the seal names no certificate")
    return certificates


def _signing_time(signed_properties: etree._Element) -> datetime:
    return datetime.fromisoformat(signed_properties.findtext(f".//{{{XADES}}}SigningTime") or "")
