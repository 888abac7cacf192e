"""Signatures of messages and receipts are verified as signxml verifies them, in what is kept and in other spellings."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from oots.edelivery import soap
from oots.edelivery.header import part_uris
from oots.edelivery.limits import Limits
from oots.edelivery.message import seal_message
from oots.edelivery.mime import Arriving
from oots.edelivery.profile import EXCLUSIVE_C14N, SecurityHeader, examine
from oots.edelivery.shape import ProfileError, ds
from oots.edelivery.signature import verify
from oots.edelivery.soap import BODY, MESSAGING, S12, WSSE, WSU_ID, Envelope
from oots.model.errors import TransportError
from oots.trust.certificates import Party, Role
from oots.wire.xml import canonical
from tests.support.edelivery import DENMARK, NOW, PARTS, a_header, altered, domain, rsa_key

SAMPLES = Path(__file__).parents[3] / "evidence_samples"
MESSAGE = seal_message(a_header(), PARTS, domain().keys[DENMARK])
HASH = DigestAlgorithm.SHA256
PREFIXES = f"{{{EXCLUSIVE_C14N}}}InclusiveNamespaces"


class Everybody:
    """Believes every certificate: here the signature alone is looked at."""

    def party_of(self, _certificate: object, _intermediates: object, _at: datetime, role: Role) -> Party:
        return Party("anybody", role)

    def path_of(
        self, certificate: x509.Certificate, _intermediates: Sequence[x509.Certificate], _at: datetime
    ) -> list[x509.Certificate]:
        return [certificate]


class AttachmentsAside(XMLVerifier):
    """Takes the digests that are stated of attachments, as `verify` does, whose caller compares them."""

    def _get_digest(self, data: bytes, algorithm: DigestAlgorithm) -> bytes:
        if data.startswith(b"stated:"):
            return bytes.fromhex(data.removeprefix(b"stated:").decode())
        digest: bytes = super()._get_digest(data, algorithm)
        return digest


def envelope_of(file: Path) -> bytes | None:
    """The SOAP part of a message, or a receipt; nothing where the package does not get that far."""
    if file.suffix == ".xml":
        return file.read_bytes()
    head, _, body = file.read_bytes().partition(b"\r\n\r\n")
    with suppress(TransportError):
        content_type = head.decode("latin-1").partition("Content-Type: ")[2].partition("\r\n")[0]
        return Arriving(content_type, BytesIO(body), Limits()).soap()
    return None


def examined(octets: bytes | None) -> tuple[Envelope, SecurityHeader] | None:
    """What both would verify, if the header is of the profile."""
    with suppress(TransportError, ProfileError):
        if octets is not None:
            envelope = soap.read(octets)
            return envelope, examine(envelope, part_uris(envelope.messaging))
    return None


def first_opinion(envelope: Envelope) -> bytes | None:
    """What may be read of the header, or nothing."""
    try:
        return canonical(verify(envelope, part_uris(envelope.messaging), Everybody(), NOW).messaging)
    except TransportError:
        return None


def second_opinion(octets: bytes, header: SecurityHeader) -> bytes | None:
    """The same as signxml sees it."""
    stated = {each.uri: b"stated:" + b64decode(each.value).hex().encode() for each in header.digests}
    try:
        certificate = x509.load_der_x509_certificate(header.certificate)
        results = AttachmentsAside().verify(
            octets,
            x509_cert=certificate,
            uri_resolver=stated.get,
            validate_schema=False,
            expect_config=SignatureConfiguration(
                location=f"./{{{S12}}}Header/{{{WSSE}}}Security/",
                expect_references=len(header.digests),
                signature_methods=frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256}),
                digest_algorithms=frozenset({HASH}),
                verification_time=certificate.not_valid_before_utc,
            ),
        )
    except (SignXMLException, ValueError, etree.LxmlError):
        return None
    return signed_header(results if isinstance(results, list) else [results])


def signed_header(results: Collection[VerifyResult]) -> bytes:
    (messaging,) = (
        each.signed_xml for each in results if each.signed_xml is not None and each.signed_xml.tag == MESSAGING
    )
    return canonical(messaging)


def kept() -> Iterator[Path]:
    yield from sorted(SAMPLES.rglob("*.mime"))
    yield from sorted(SAMPLES.rglob("*receipt*.xml"))


def test_both_say_the_same_of_every_kept_message_and_receipt() -> None:
    said: list[bool] = []
    for file in kept():
        octets = envelope_of(file)
        shaped = examined(octets)
        if octets is not None and shaped is not None:
            envelope, header = shaped
            first = first_opinion(envelope)
            assert first == second_opinion(octets, header), file
            said.append(first is not None)
    assert min(said.count(True), said.count(False)) > 10, said


def octets_of(element: etree._Element, prefixes: str) -> bytes:
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes.split())


def with_prefixes(prefixes: str) -> bytes:
    """The message with a list of prefixes for SignedInfo, header and body each, signed anew."""

    def change(root: etree._Element) -> None:
        for element in (next(root.iter(MESSAGING)), next(root.iter(BODY))):
            (reference,) = (each for each in root.iter(ds("Reference")) if each.get("URI") == f"#{element.get(WSU_ID)}")
            transforms, _method, value = reference
            etree.SubElement(transforms[0], PREFIXES, PrefixList=prefixes)
            value.text = b64encode(hashlib.sha256(octets_of(element, prefixes)).digest()).decode()
        (signed_info,) = root.iter(ds("SignedInfo"))
        etree.SubElement(signed_info[0], PREFIXES, PrefixList=prefixes)
        (value,) = root.iter(ds("SignatureValue"))
        signature = rsa_key(DENMARK).sign(octets_of(signed_info, prefixes), padding.PKCS1v15(), hashes.SHA256())
        value.text = b64encode(signature).decode()

    return altered(MESSAGE.soap, change)


@pytest.mark.parametrize("prefixes", ["S12 eb wsu", "#default ds", "unknown", "wsse", ""])
def test_both_read_lists_of_prefixes_alike(prefixes: str) -> None:
    octets = with_prefixes(prefixes)
    shaped = examined(octets)
    assert shaped is not None
    envelope, header = shaped
    assert first_opinion(envelope) == second_opinion(octets, header) == canonical(envelope.messaging)
    spoilt = octets.replace(f'PrefixList="{prefixes}"'.encode(), b'PrefixList="S12 ds"', 1)
    other = examined(spoilt)
    assert other is not None
    assert first_opinion(other[0]) is None
    assert second_opinion(spoilt, other[1]) is None
