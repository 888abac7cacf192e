"""Messages made to cost their receiver time before it can know who sent them, one or more of every class."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from oots.edelivery import mime, soap
from oots.edelivery.compression import compress
from oots.edelivery.header import CID, EXECUTE_QUERY_RESPONSE, PARTY_TYPE, REGREP, PartInfo, UserMessage, encode
from oots.edelivery.limits import Limits
from oots.edelivery.mime import MimePart
from oots.edelivery.parts import MOST_LOOSE_BYTES, MOST_LOOSE_MARKUP
from oots.edelivery.signature import sign
from oots.edelivery.soap import MOST_MARKUP
from oots.model.content import whole
from oots.model.identifiers import EAS, Identifier
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import Role
from oots.trust.issuing import Participant, Terms, authority_certificate, leaf_certificate
from oots.trust.keys import KeyPair

MEBIBYTE: Final = 1024 * 1024
NOW: Final = datetime(2026, 8, 6, 10, 0, tzinfo=UTC)
SENDER: Final = "AP_DK_01"
RECEIVER: Final = "AP_LT_01"

_LIMITS: Final = Limits()
_ENVELOPE: Final = _LIMITS.soap - 8 * 1024
"""Room for junk in an envelope that is just small enough."""
_BODY: Final = _LIMITS.message - MEBIBYTE
"""A body that is just small enough, whatever else goes with it."""
_USER_MESSAGE: Final = b"<eb:UserMessage>"
_METHOD: Final = b'<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
_BOUNDARY: Final = "b" * 70
_CONTENT_TYPE: Final = 'multipart/related; type="application/soap+xml"; boundary='
_PART_HEADERS: Final = b"Content-Type: text/plain\r\nContent-ID: <%d@ap.example>\r\nContent-Transfer-Encoding: binary"
_FIRST_LINE: Final = b"--" + _BOUNDARY.encode() + b"\r\n"


@dataclass(frozen=True, slots=True)
class Hostile:
    """One hostile message: `make` gives its Content-Type and body."""

    group: str
    name: str
    make: Callable[[], tuple[str, bytes]]


@dataclass(frozen=True)
class Domain:
    """Whom the receiver believes, the key of a believed sender, and that of a stranger with a certificate of its own
    making."""

    anchors: TrustAnchors
    root: KeyPair
    believed: KeyPair
    stranger: KeyPair


@cache
def domain() -> Domain:
    """One authority and its access point, on P-256, made once."""
    terms = Terms(NOW - timedelta(days=1))
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = KeyPair(root_key, authority_certificate(root_key, "root CA", terms, None), ())
    key = ec.generate_private_key(ec.SECP256R1())
    participant = Participant("ap-dk-01", SENDER, Role.ACCESS_POINT)
    believed = KeyPair(key, leaf_certificate(key, participant, terms, root), ())
    own = ec.generate_private_key(ec.SECP256R1())
    stranger = KeyPair(own, authority_certificate(own, "root CA", terms, None), ())
    return Domain(TrustAnchors([root.certificate]), root, believed, stranger)


def header(parts: Sequence[MimePart] = ()) -> UserMessage:
    """A lawful header for these parts."""
    return UserMessage(
        message_id="00000000-0000-4000-8000-000000000001@ap-dk-01.oots.example",
        timestamp=NOW,
        sender=Identifier(PARTY_TYPE, SENDER),
        receiver=Identifier(PARTY_TYPE, RECEIVER),
        action=EXECUTE_QUERY_RESPONSE,
        conversation_id="00000000-0000-4000-8000-000000000002",
        original_sender=Identifier(EAS + "0096", "1058"),
        final_recipient=Identifier(EAS + "0204", "LT-301"),
        exchange_id="00000000-0000-4000-8000-000000000003",
        specification="oots-edm:v2.0",
        parts=tuple(PartInfo(part.content_id, part.media_type) for part in parts),
    )


def envelope(parts: Sequence[MimePart] = (), *, key: KeyPair | None = None, digested: bytes | None = None) -> bytes:
    """A signed envelope for these parts, by default of the believed sender; `digested` stands in for every part."""
    octets = {CID + part.content_id: whole(part.content) if digested is None else digested for part in parts}
    signed, _digests = sign(soap.build([encode(header(parts))]), octets, key or domain().believed)
    return signed


def packaged(signed: bytes, parts: Sequence[MimePart] = ()) -> tuple[str, bytes]:
    """The package of an envelope and its parts."""
    return mime.write(signed, parts, header().message_id)


def forged(signed: bytes) -> bytes:
    """The envelope with a signature value that is none: whoever has seen a certificate can send this."""
    start = signed.index(b"<ds:SignatureValue>") + len(b"<ds:SignatureValue>")
    end = signed.index(b"</ds:SignatureValue>")
    return signed[:start] + b64encode(bytes(64)) + signed[end:]


def with_header_junk(junk: bytes, *, attributes: bytes = b"") -> tuple[str, bytes]:
    """A forged message of a believed sender with `junk` where the header may hold anything."""
    start = _USER_MESSAGE[:-1] + attributes + b">"
    return packaged(forged(envelope()).replace(_USER_MESSAGE, start + junk, 1))


def filled(piece: bytes, size: int) -> bytes:
    """As many pieces as fit into `size` bytes."""
    return piece * (size // len(piece))


def numbered(template: bytes, size: int) -> bytes:
    """Pieces with a number in each (`%d`), as many as fit into `size` bytes."""
    return b"".join(template % number for number in range(size // (len(template) + 4)))


def in_security(old: bytes, new: bytes) -> tuple[str, bytes]:
    """A forged message whose security header has one thing changed."""
    signed = forged(envelope())
    if old not in signed:
        raise ValueError("nothing to change")
    return packaged(signed.replace(old, new, 1))


def prefix_list(names: bytes) -> tuple[str, bytes]:
    """Namespaces that exclusive canonicalisation is to look up for each element of a signature over 25 parts."""
    parts = small_parts(_LIMITS.parts)
    inclusive = b'<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="%s"/>' % names
    return packaged(forged(envelope(parts)).replace(_METHOD, _METHOD + inclusive, 1), parts)


def small_parts(number: int, content: bytes = b"0") -> list[MimePart]:
    """Attachments without meaning."""
    return [MimePart(f"part{each}@ap.example", "application/octet-stream", content) for each in range(number)]


def xml_parts(number: int, content: bytes) -> list[MimePart]:
    """Attachments in XML."""
    return [MimePart(f"part{each}@ap.example", REGREP, content) for each in range(number)]


def certified(certificate: x509.Certificate) -> tuple[str, bytes]:
    """A message that bears this certificate."""
    return tokened(certificate.public_bytes(Encoding.DER))


def tokened(der: bytes) -> tuple[str, bytes]:
    """A message that bears these bytes as its certificate."""
    signed = forged(envelope())
    own = b64encode(domain().believed.certificate.public_bytes(Encoding.DER))
    if own not in signed:
        raise ValueError("nothing to change")
    return packaged(signed.replace(own, b64encode(der), 1))


def self_made(
    *,
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    key: rsa.RSAPublicKey | None = None,
) -> x509.Certificate:
    """A certificate of one's own making, over `key` if there is one."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = subject or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a stranger")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(key or private.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(private, hashes.SHA256())


def framed(rest: bytes, boundary: str = _BOUNDARY) -> tuple[str, bytes]:
    """A body that begins as it should."""
    return f'{_CONTENT_TYPE}"{boundary}"', _FIRST_LINE + rest


def many_parts() -> bytes:
    """As many parts as fit, each lawful."""
    between = b"\r\n\r\n\r\n" + _FIRST_LINE
    return between.join(_PART_HEADERS % number for number in range(100_000)) + between


def room(sign: bytes) -> int:
    """How often this sign may still be written into an envelope."""
    return MOST_MARKUP - forged(envelope()).count(sign)


def nested(depth: int, attributes: bytes = b"", inside: bytes = b"") -> bytes:
    """Elements in elements; `%d` in the attributes is the depth."""
    opening = [b"<a" + (attributes % level if b"%d" in attributes else attributes) + b">" for level in range(depth)]
    return b"".join(opening) + inside + b"</a>" * depth


def captured(parts: Sequence[MimePart]) -> tuple[str, bytes]:
    """A message that a believed sender signed, with other parts put in the place of its own."""
    return packaged(envelope(parts, digested=b"what was sent"), parts)


def with_forged(parts: Sequence[MimePart]) -> tuple[str, bytes]:
    """These parts under a believed sender's certificate and a signature value that is none."""
    return packaged(forged(envelope(parts, digested=b"")), parts)


def huge_key(bits: int) -> rsa.RSAPublicKey:
    """A key of that size, which nobody needs to hold."""
    return rsa.RSAPublicNumbers(65537, (1 << bits) - 1).public_key()


def crowded(element: bytes, times: int) -> tuple[str, bytes]:
    """A security header with this element many times, where it may stand once."""
    return in_security(b"<ds:SignedInfo>", b"<ds:SignedInfo>" + element * times)


def _alternatives(form: str, number: int) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(form % each) for each in range(number)])


def _constraints(number: int) -> x509.NameConstraints:
    return x509.NameConstraints([x509.DNSName(f"{each}.example") for each in range(number)], None)


def _of_our_authority() -> x509.Certificate:
    """It says to have been issued by the authority that the receiver believes, and bears the party's name."""
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    bound = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:oots-dk:party:access-point:{SENDER}")])
    return self_made(issuer=domain().root.certificate.subject, extensions=[usage, bound])


_REFERENCE: Final = (
    b'<ds:Reference URI="#body"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    b'</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    b"<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ds:DigestValue></ds:Reference>"
)

_MIME: Final = "package"
_XML: Final = "envelope"
_SIGNATURE: Final = "signature"
_CERTIFICATE: Final = "certificate"
_PARTS: Final = "parts"

CLASSES: Final = (
    Hostile(_MIME, "one letter, over and over", lambda: (framed(b"")[0], bytes(_BODY))),
    Hostile(_MIME, "one part without end, of the boundary's letter", lambda: framed(filled(b"b", _BODY))),
    Hostile(_MIME, "boundaries that lack their last letter", lambda: framed(filled(b"\r\n--" + b"b" * 69, _BODY))),
    Hostile(_MIME, "line ends and dashes", lambda: framed(filled(b"\r\n--", _BODY))),
    Hostile(
        _MIME,
        "half a boundary of eight letters, over and over",
        lambda: (f'{_CONTENT_TYPE}"abcdabcd"', b"--abcdabcd\r\n" + filled(b"\r\n--abcdabc", _BODY)),
    ),
    Hostile(_MIME, "100,000 parts", lambda: framed(many_parts())),
    Hostile(_MIME, "a part of 4 KB of header lines", lambda: framed(filled(b"A: b\r\n", 4080) + b"\r\n")),
    Hostile(_MIME, "a part of header without end", lambda: framed(filled(b"A: b\r\n", _BODY))),
    Hostile(_MIME, "an envelope of 99 MB", lambda: packaged(filled(b"<a/>", _BODY))),
    Hostile(_MIME, "a Content-Type of comments", lambda: (framed(b"")[0] + "; a=" + "(" * 900, b"")),
    Hostile(_MIME, "a Content-Type of quoted pairs", lambda: (framed(b"")[0] + '; a="' + "\\a" * 400 + '"', b"")),
    Hostile(_MIME, "a Content-Type of encoded words", lambda: (framed(b"")[0] + "; a==?utf-8?q?" + "=20" * 280, b"")),
    Hostile(
        _MIME,
        "a Content-Type of continued parameters",
        lambda: (framed(b"")[0] + "".join(f"; a*{each}*=''%41%42" for each in range(12)), b""),
    ),
    Hostile(_XML, "tags", lambda: with_header_junk(b"<a/>" * room(b"<"))),
    Hostile(
        _XML, "attributes", lambda: with_header_junk((b"<a %s/>" % numbered(b' a%d=""', 60 * 11)) * (room(b"=") // 60))
    ),
    Hostile(
        _XML,
        "60 namespaces on one element, and many elements below it",
        lambda: with_header_junk(nested(1, numbered(b' xmlns:a%d="u"', 60 * 18), b"<b/>" * (room(b"<") - 2))),
    ),
    Hostile(
        _XML,
        "namespaces at every depth, and many elements below them",
        lambda: with_header_junk(nested(180, b' xmlns:a%d="u"', b"<b/>" * (room(b"<") - 360))),
    ),
    Hostile(_XML, "character references", lambda: with_header_junk(b"&#x10FFFF;" * room(b"&"))),
    Hostile(
        _XML,
        "character references in one attribute",
        lambda: with_header_junk(b"<a b='" + b"&#x10FFFF;" * room(b"&") + b"'/>"),
    ),
    Hostile(_XML, "one text", lambda: with_header_junk(filled(b"a", _ENVELOPE))),
    Hostile(_XML, "one text of blanks", lambda: with_header_junk(filled(b" \n", _ENVELOPE))),
    Hostile(_XML, "one attribute value", lambda: with_header_junk(b"<a b='" + filled(b" \t", _ENVELOPE) + b"'/>")),
    Hostile(_XML, "one name", lambda: with_header_junk(b"<" + filled(b"a", 49_000) + b"/>")),
    Hostile(_XML, "one tag without end", lambda: with_header_junk(b"<a " + filled(b"b ", _ENVELOPE))),
    Hostile(_XML, "elements in elements, 250 deep", lambda: with_header_junk(nested(240))),
    Hostile(_XML, "elements in elements, 900 deep", lambda: with_header_junk(nested(900))),
    Hostile(
        _XML,
        "identifiers",
        lambda: with_header_junk(b"".join(b"<a Id='%d'/>" % each for each in range(min(room(b"="), room(b"<"))))),
    ),
    Hostile(_XML, "CDATA sections", lambda: with_header_junk(b"<![CDATA[a]]>" * room(b"<"))),
    Hostile(_XML, "signs above", lambda: with_header_junk(b"]]&gt;" * room(b"&"))),
    Hostile(_XML, "no UTF-8 at the end", lambda: with_header_junk(filled(b"a", _ENVELOPE) + b"\xff")),
    Hostile(_SIGNATURE, "128 prefixes to look up", lambda: prefix_list(filled(b"a ", 255))),
    Hostile(_SIGNATURE, "200 references to one element", lambda: crowded(_REFERENCE, room(b"<") // 9)),
    Hostile(
        _SIGNATURE,
        "signed infos",
        lambda: in_security(b"<ds:SignedInfo>", b"<ds:SignedInfo/>" * room(b"<") + b"<ds:SignedInfo>"),
    ),
    Hostile(
        _SIGNATURE,
        "certificates in the key information",
        lambda: in_security(b"<ds:KeyInfo>", b"<ds:KeyInfo>" + b"<ds:X509Certificate>QUJD</ds:X509Certificate>" * 900),
    ),
    Hostile(_SIGNATURE, "a value as long as it may be", lambda: in_security(b64encode(bytes(64)), b"A" * 16_384)),
    Hostile(_CERTIFICATE, "none, as long as it may be", lambda: tokened(bytes(12_288))),
    Hostile(
        _CERTIFICATE, "names without end", lambda: certified(self_made(extensions=[_alternatives("urn:%d", 1000)]))
    ),
    Hostile(
        _CERTIFICATE,
        "parties",
        lambda: certified(self_made(extensions=[_alternatives("urn:oots-dk:party:access-point:%d", 280)])),
    ),
    Hostile(_CERTIFICATE, "name constraints", lambda: certified(self_made(extensions=[_constraints(680)]))),
    Hostile(_CERTIFICATE, "an RSA key of 16,384 bits", lambda: certified(self_made(key=huge_key(16_384)))),
    Hostile(_CERTIFICATE, "one that names our authority as its issuer", lambda: certified(_of_our_authority())),
    Hostile(_CERTIFICATE, "a believed one, and no signature", lambda: packaged(forged(envelope()))),
    Hostile(
        _PARTS,
        "25 parts of 4 MB, and no signature",
        lambda: with_forged(small_parts(25, bytes(_BODY // 25))),
    ),
    Hostile(
        _PARTS,
        "4 parts of 25 MB of XML, and no signature",
        lambda: with_forged(xml_parts(4, filled(b"<a/>", _BODY // 4))),
    ),
    Hostile(
        _PARTS,
        "25 parts that are gzipped 1,000 times smaller, and no signature",
        lambda: with_forged(small_parts(25, compress(bytes(25 * MEBIBYTE)))),
    ),
    Hostile(
        _PARTS,
        "4 parts of 25 MB in a message that was captured",
        lambda: captured(small_parts(4, bytes(_BODY // 4))),
    ),
    Hostile(
        _PARTS,
        "25 parts of 4 MB of XML in a message that was captured",
        lambda: captured(xml_parts(25, filled(b"<a/>", _BODY // 25))),
    ),
    Hostile(
        _PARTS,
        "XML with as many tags as are parsed, in a message that was captured",
        lambda: captured(xml_parts(1, b"<a>" + b"<a/>" * (MOST_LOOSE_MARKUP - 2) + b"</a>")),
    ),
    Hostile(
        _PARTS,
        "XML with as much text as is parsed, in a message that was captured",
        lambda: captured(xml_parts(1, b"<a>" + b"a" * (MOST_LOOSE_BYTES - 7) + b"</a>")),
    ),
    Hostile(
        _PARTS,
        "XML of 24 MB of text, in a message that was captured",
        lambda: captured(xml_parts(1, b"<a>" + b"a" * (24 * MEBIBYTE) + b"</a>")),
    ),
)
