"""Everything that reads bytes from strangers, as targets: a function of bytes that may raise what it declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from oots.edelivery import compression, mime, soap
from oots.edelivery.encryption import OCTETS, Decryption
from oots.edelivery.header import CID, EXECUTE_QUERY_RESPONSE, PARTY_TYPE, PartInfo, UserMessage, decode, encode
from oots.edelivery.limits import Limits
from oots.edelivery.message import Part, SealedMessage, open_message, seal_message
from oots.edelivery.mime import MimePart, Package
from oots.edelivery.profile import examine
from oots.edelivery.receipt import open_receipt, seal_receipt
from oots.edelivery.shape import ProfileError
from oots.edelivery.signal import read_signal
from oots.edelivery.signature import sign
from oots.exchange.envelope import open_answer, open_request
from oots.model.agent import Address
from oots.model.catalogue import (
    AccessService,
    DataService,
    EvidenceTypeList,
    EvidenceTypesOfRequirement,
    Publisher,
    ReferenceFramework,
    Requirement,
    RequirementOfProcedures,
)
from oots.model.clock import SequentialIds
from oots.model.content import whole
from oots.model.errors import MessageError, TransportError
from oots.model.evidence import Distribution, EvidenceType
from oots.model.identifiers import EAS, Identifier
from oots.model.person import LevelOfAssurance
from oots.model.text import Text
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Role, UntrustedError
from oots.trust.evidence_seal import check_seal
from oots.trust.issuing import Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair
from oots.trust.pades import seal_pdf
from oots.wire import answer, catalogue, request
from oots.wire.catalogue import DirectoryError
from oots.wire.xml import canonical, parse

NOW: Final = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
FOUND: Final = Path(__file__).parent / "found"
"""Inputs by target that once made a reader stumble, or that took it somewhere new."""

_SAMPLES: Final = Path(__file__).parents[2] / "evidence_samples"
_EXCHANGE: Final = _SAMPLES / "bopaelsattest"
_SMALL: Final = Limits(message=1 << 20, part=1 << 20)
BETWEEN_PARTS: Final = b"\n\0\n"
AHEAD: Final = b"<!ahead>"
_OPENED: Final = f'<S12:Envelope xmlns:S12="{soap.S12}" xmlns:ds="{soap.DS}" xmlns:wsse="{soap.WSSE}">'.encode()
_CLOSED: Final = b"</S12:Envelope>"
"""Around what is said of encryption, so that it is XML by itself."""
_MESSAGE_ID: Final = "00000000-0000-4000-8000-000000000001@ap-dk-01.oots.example"
_UUID: Final = "00000000-0000-4000-8000-000000000002"
_NAMES: Final = (Text("EN", "Evidence"),)
_OBJECTS: Final = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
)


@dataclass(frozen=True)
class Target:
    """One reader. Any exception but those in `declared` is a defect; `seeds` are inputs that it accepts.

    `is_xml` says that an input is XML, up to what stands between parts.
    """

    read: Callable[[bytes], object]
    declared: tuple[type[Exception], ...]
    seeds: Callable[[], list[bytes]]
    is_xml: bool = True

    def survives(self, data: bytes) -> bool:
        """Whether the input was accepted; an exception that nobody declared escapes."""
        try:
            self.read(data)
        except self.declared:
            return False
        return True


# --- who is believed ---


@dataclass(frozen=True)
class _Authority:
    anchors: TrustAnchors
    access_points: dict[str, KeyPair]
    municipality: KeyPair


@cache
def _authority() -> _Authority:
    """One of this process's own, on P-256, whose members can sign whatever the fuzzer thinks up."""
    terms = Terms(NOW - timedelta(days=1))
    key = ec.generate_private_key(ec.SECP256R1())
    root = KeyPair(key, authority_certificate(key, "root CA", terms, None), ())

    def certify(name: str, party: str, role: Role) -> KeyPair:
        own = ec.generate_private_key(ec.SECP256R1())
        return KeyPair(own, leaf_certificate(own, Participant(name, party, role), terms, root), ())

    return _Authority(
        TrustAnchors([root.certificate]),
        {party: certify(party.lower(), party, Role.ACCESS_POINT) for party in ("AP_DK_01", "AP_LT_01")},
        certify("seal-0751", "0751", Role.SEAL),
    )


@cache
def _specimen_anchors() -> TrustAnchors:
    return TrustAnchors.from_pem((_EXCHANGE / "trust.pem").read_bytes(), allow_specimens=True)


# --- what the specimens hold ---


def _messages() -> Iterator[tuple[str, bytes]]:
    """Content-Type and body of every message of the exchange."""
    for file in sorted(_EXCHANGE.glob("*.mime")):
        head, _, body = file.read_bytes().partition(b"\r\n\r\n")
        yield head.decode().partition("Content-Type: ")[2].strip(), body


def _packages() -> list[Package]:
    return [mime.read(content_type, body, Limits()) for content_type, body in _messages()]


def _documents(*patterns: str) -> list[bytes]:
    return [file.read_bytes() for pattern in patterns for file in sorted(_SAMPLES.glob(pattern))]


# --- MIME ---


def _read_mime(data: bytes) -> None:
    content_type, _, body = data.partition(b"\n")
    mime.read(content_type.decode("latin-1"), body, _SMALL)


def _mime_seeds() -> list[bytes]:
    parts = [MimePart("a@b", "application/pdf", b"%PDF\r\n--x"), MimePart("c@d", "text/xml", b"<a/>")]
    short = mime.write(b"<e/>", parts, _MESSAGE_ID)
    return [content_type.encode() + b"\n" + body for content_type, body in [short, *_messages()]]


# --- SOAP and the ebMS header ---


def _read_envelope(data: bytes) -> None:
    """The envelope, and then everything that looks at it, whether or not the one before was content."""
    envelope = soap.read(data)
    declared = (TransportError, ProfileError)
    with suppress(*declared):
        examine(envelope, {part.get("href", "") for part in envelope.messaging.iter("{*}PartInfo")})
    with suppress(*declared):
        read_signal(data)
    decode(envelope.messaging)


def _envelopes() -> list[bytes]:
    return [package.soap for package in _packages()] + _documents("bopaelsattest/01-receipt.xml")


def _read_receipt(data: bytes) -> None:
    open_receipt(data, _specimen_anchors(), NOW)


# --- whole messages ---


def _open_framed(data: bytes) -> None:
    """The envelope and the one part of the first request, framed again."""
    envelope, _, content = data.partition(BETWEEN_PARTS)
    _soap, part = _first_request()
    attachment = MimePart(part.content_id, part.media_type, content)
    open_message(*mime.write(envelope, [attachment], _MESSAGE_ID), _specimen_anchors(), NOW, limits=_SMALL)


@cache
def _first_request() -> tuple[bytes, MimePart]:
    package = _packages()[0]
    (part,) = package.attachments.values()
    return package.soap, part


def _framed_request() -> list[bytes]:
    envelope, part = _first_request()
    return [envelope + BETWEEN_PARTS + part.content]


# --- encrypted messages ---


@cache
def _decryption() -> Decryption:
    key = rsa.generate_private_key(65537, 2048)
    terms = Terms(NOW - timedelta(days=1))
    participant = Participant("decrypt", "AP_LT_01", Role.ENCRYPTION)
    certificate = leaf_certificate(key, participant, terms, _authority().access_points["AP_LT_01"])
    return Decryption((KeyPair(key, certificate, ()),))


def _open_encrypted(data: bytes) -> None:
    """What stands before the signature of a signed envelope, and the encrypted part, as the fuzzer wants them."""
    ahead, _, content = data.partition(BETWEEN_PARTS)
    message, envelope = _encrypted_message()
    part = MimePart(message.header.parts[0].content_id, OCTETS, content)
    changed = envelope.replace(AHEAD, ahead.removeprefix(_OPENED).removesuffix(_CLOSED))
    package = mime.write(changed, [part], message.message_id)
    open_message(*package, _authority().anchors, NOW, limits=_SMALL, decryption=_decryption())


@cache
def _encrypted_message() -> tuple[SealedMessage, bytes]:
    """A message, and its envelope with AHEAD for what is said of encryption."""
    parts = (Part("document@ap.example", "application/x-ebrs+xml", b"<document></document>"),)
    key, recipient = _authority().access_points["AP_DK_01"], _decryption().keys[0].certificate
    message = seal_message(_header(), parts, key, recipient)
    return message, message.soap.replace(_ahead_in(message.soap), AHEAD)


def _ahead_in(envelope: bytes) -> bytes:
    begin = envelope.index(b"<xenc:EncryptedKey")
    return envelope[begin : envelope.index(b"<wsse:BinarySecurityToken")]


def _encrypted_seeds() -> list[bytes]:
    message, _ = _encrypted_message()
    (part,) = mime.read(message.content_type, message.body, _SMALL).attachments.values()
    return [_OPENED + _ahead_in(message.soap) + _CLOSED + BETWEEN_PARTS + whole(part.content)]


# --- messages that a believed partner signed ---


def _open_signed(data: bytes) -> None:
    """`eb:UserMessage` and parts as the fuzzer wants them, signed by a party that is believed."""
    message, *contents = data.split(BETWEEN_PARTS)
    signed = _signed(parse(message), contents)
    if signed is None:
        raise MessageError("nothing that could be signed and sent")
    opened = open_message(*signed, _authority().anchors, NOW, limits=_SMALL)
    seal_receipt(opened, _MESSAGE_ID, NOW, _key_of(opened.messaging[0]))
    for read in (open_request, open_answer):
        with suppress(MessageError):
            read(opened)


def _signed(message: etree._Element, contents: list[bytes]) -> tuple[str, bytes] | None:
    key = _key_of(message)
    try:
        infos = message.iterfind("{*}PayloadInfo/{*}PartInfo")
        parts = [
            MimePart(info.get("href", "").removeprefix(CID), _media_type(info), content)
            for info, content in zip(infos, contents, strict=True)
        ]
        octets = {CID + part.content_id: part.content for part in parts}
        envelope, _ = sign(soap.build([message]), octets, key)
        return mime.write(envelope, parts, _MESSAGE_ID)
    except (ValueError, etree.LxmlError):
        return None


def _key_of(message: etree._Element) -> KeyPair:
    known = _authority().access_points
    return known.get(message.findtext("{*}PartyInfo/{*}From/{*}PartyId") or "", known["AP_DK_01"])


def _media_type(info: etree._Element) -> str:
    properties = {each.get("name"): each.text or "" for each in info.iterfind("{*}PartProperties/{*}Property")}
    return properties.get("CompressionType") or properties.get("MimeType", "")


def _signed_seeds() -> list[bytes]:
    packed = compression.compress(b"<evidence></evidence>")
    document = PartInfo("document@ap.example", "application/x-ebrs+xml")
    evidence = PartInfo("evidence@ap.example", "application/xml", compressed=True)
    seeds = []
    for content in _documents("bopaelsattest/01-request.xml", "bopaelsattest/02-error.xml"):
        header = canonical(encode(_header(document, evidence)))
        seeds.append(BETWEEN_PARTS.join([header, content, packed]))
    return [*seeds, *map(_from_partner, _packages())]


def _from_partner(package: Package) -> bytes:
    """A message of the specimens, to be signed again."""
    (message,) = soap.read(package.soap).messaging
    return BETWEEN_PARTS.join([canonical(message), *(part.content for part in package.attachments.values())])


def _header(*parts: PartInfo) -> UserMessage:
    return UserMessage(
        message_id=_MESSAGE_ID,
        timestamp=NOW,
        sender=Identifier(PARTY_TYPE, "AP_DK_01"),
        receiver=Identifier(PARTY_TYPE, "AP_LT_01"),
        action=EXECUTE_QUERY_RESPONSE,
        conversation_id="00000000-0000-4000-8000-000000000002",
        original_sender=Identifier(EAS + "0096", "1058"),
        final_recipient=Identifier(EAS + "0204", "LT-301"),
        exchange_id="00000000-0000-4000-8000-000000000003",
        specification="oots-edm:v2.0",
        parts=parts,
    )


# --- certificates and seals ---


def _read_certificate(data: bytes) -> None:
    try:
        certificate = x509.load_der_x509_certificate(data)
    except (ValueError, x509.InvalidVersion) as fault:
        raise UntrustedError("no certificate") from fault
    _authority().anchors.party_of(certificate, (), NOW, Role.ACCESS_POINT)


def _certificates() -> list[bytes]:
    specimens = x509.load_pem_x509_certificates((_EXCHANGE / "trust.pem").read_bytes())
    believed = _authority()
    return [
        each.public_bytes(Encoding.DER)
        for each in (believed.access_points["AP_DK_01"].certificate, believed.municipality.certificate, *specimens)
    ]


def _check_xml_seal(data: bytes) -> None:
    check_seal(data, "application/xml", _specimen_anchors(), NOW)


def _check_pdf_seal(data: bytes) -> None:
    check_seal(data, "application/pdf", _authority().anchors, NOW)


def _sealed_letters() -> list[bytes]:
    """A short letter, sealed; and without seal."""
    return [seal_pdf(_letter(), _authority().municipality, NOW, "Bopælsattest", "Aarhus"), _letter()]


def _letter() -> bytes:
    """An empty page: no reader of PDF has less to read."""
    body = b"%PDF-1.7\n"
    table = b"0000000000 65535 f \n"
    for number, content in enumerate(_OBJECTS, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = len(_OBJECTS) + 1
    return body + b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(body),
    )


# --- wire ---


def _read_directory_answer(data: bytes) -> None:
    for read in (catalogue.decode_requirements, catalogue.decode_evidence_types, catalogue.decode_data_services):
        with suppress(MessageError, DirectoryError):
            read(data)


def _directory_answers() -> list[bytes]:
    framework = ReferenceFramework(_UUID, _NAMES, "R1", "DK")
    requirement = Requirement("https://sr.oots.tech.ec.europa.eu/requirements/" + _UUID, _NAMES, _NAMES)
    evidence = EvidenceType("https://sr.oots.tech.ec.europa.eu/evidencetypeclassifications/DK/" + _UUID, _NAMES)
    alternative = EvidenceTypeList(_UUID, _NAMES, (evidence,), "DK")
    party = Identifier(PARTY_TYPE, "AP_DK_01")
    publisher = Publisher(Identifier(EAS + "0184", "55133018"), _NAMES, Address("DK"), "DK", "DK042")
    access = AccessService(party, _NAMES, ("oots-edm:v2.0",), publisher)
    pdf = Distribution("application/pdf", ("DA", "EN"))
    service = DataService(_UUID, evidence, (pdf,), (access,), LevelOfAssurance.SUBSTANTIAL)
    return [
        catalogue.encode_requirements([RequirementOfProcedures(requirement, (framework,))], SequentialIds(1)),
        catalogue.encode_evidence_types(EvidenceTypesOfRequirement(requirement, (alternative,)), SequentialIds(1)),
        catalogue.encode_data_services([service], SequentialIds(1)),
        catalogue.encode_directory_error("EB:ERR:0001", "rs:ObjectNotFoundExceptionType", "nothing found", None),
    ]


def _expand(data: bytes) -> None:
    compression.expand(data, Limits(expansion=1000))


TARGETS: Final = {
    "mime": Target(_read_mime, (TransportError,), _mime_seeds, is_xml=False),
    "envelope": Target(_read_envelope, (TransportError,), _envelopes),
    "receipt": Target(_read_receipt, (TransportError,), lambda: _documents("bopaelsattest/0?-receipt.xml")),
    "verify": Target(_open_framed, (TransportError,), _framed_request),
    "encrypted": Target(_open_encrypted, (TransportError,), _encrypted_seeds),
    "signed": Target(_open_signed, (TransportError, MessageError), _signed_seeds),
    "certificate": Target(_read_certificate, (UntrustedError,), _certificates, is_xml=False),
    "request": Target(request.decode, (MessageError,), lambda: _documents("*/01-request.xml")),
    "answer": Target(answer.decode, (MessageError,), lambda: _documents("*/02-error.xml", "*/04-response.xml")),
    "directory": Target(_read_directory_answer, (), _directory_answers),
    "gzip": Target(
        _expand,
        (TransportError,),
        lambda: [compression.compress(b"<a/>" * 50), compression.compress(b"")],
        is_xml=False,
    ),
    "xml-seal": Target(_check_xml_seal, (), lambda: _documents("bopaelsattest/evidence/01.xml")),
    "pdf-seal": Target(_check_pdf_seal, (), _sealed_letters, is_xml=False),
}
