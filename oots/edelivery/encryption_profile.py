"""What a WS-Security header says of encrypted attachments, element by element: written, and examined before any of it
is computed.

One `xenc:EncryptedKey` for one receiver, and an `xenc:EncryptedData` for each attachment, before the signature that was
made first (eDelivery AS4 1.15; XML Encryption 1.1; WS-Security SwA profile 1.1, 5.3). Written as WSS4J writes it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from oots.edelivery.shape import (
    BASE64,
    REFERENCE_TO_TOKEN,
    SHA256,
    TOKEN,
    TOKEN_REFERENCE,
    X509_V3,
    ProfileError,
    children,
    decoded,
    ds,
    expect_attributes,
)
from oots.edelivery.soap import DS, WSSE, WSU_ID, add

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"

AES128_GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
RSA_OAEP = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
MGF1_SHA256 = "http://www.w3.org/2009/xmlenc11#mgf1sha256"
CONTENT_ONLY = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Content-Only"
CIPHERTEXT = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#Attachment-Ciphertext-Transform"
SUBJECT_KEY_ID = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier"
)
ENCRYPTED_KEY_TOKEN = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey"  # noqa: S105

ENCRYPTED_KEY = f"{{{XENC}}}EncryptedKey"
ENCRYPTED_DATA = f"{{{XENC}}}EncryptedData"
_TOKEN_TYPE = f"{{{WSSE11}}}TokenType"
_KEY_IDENTIFIER = f"{{{WSSE}}}KeyIdentifier"
_KEY_ID = "encrypted-key"
_NSMAP = {"xenc": XENC, "ds": DS, "wsse": WSSE}
_MEDIA_TYPE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,254}")
_MOST_NAME = 1024
"""Letters in the name of an issuer."""
_MOST_DIGITS = 60
"""Of a serial number, which has 20 bytes at most (RFC 5280, 4.1.2.2)."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """How a header names the certificate for which it is encrypted: one of the three, by the certificate itself (DER),
    by the identifier of its key, or by its issuer (RFC 4514) and serial number."""

    certificate: bytes | None = None
    subject_key_id: bytes | None = None
    issuer_serial: tuple[str, int] | None = None

    def is_named(self, certificate: x509.Certificate) -> bool:
        """Whether it is this certificate."""
        if self.certificate is not None:
            return self.certificate == certificate.public_bytes(Encoding.DER)
        if self.subject_key_id is not None:
            return self.subject_key_id == subject_key_id(certificate)
        return self.issuer_serial is not None and _is_issued(certificate, *self.issuer_serial)


@dataclass(frozen=True, slots=True)
class EncryptionHeader:
    """What is said of encrypted attachments, in the right shape and not signed: the `wrapped` key, for whom it is, and
    the media type of each attachment before it was encrypted, by `cid:` URI."""

    wrapped: bytes
    recipient: Recipient
    media_types: Mapping[str, str]


def xenc(name: str) -> str:
    """The Clark name of an element of XML Encryption."""
    return f"{{{XENC}}}{name}"


def subject_key_id(certificate: x509.Certificate) -> bytes:
    """As the certificate states it, or else as RFC 5280 (4.2.1.2) makes it."""
    try:
        stated = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        stated = x509.SubjectKeyIdentifier.from_public_key(certificate.public_key())
    return stated.digest


def _is_issued(certificate: x509.Certificate, issuer: str, serial: int) -> bool:
    if serial != certificate.serial_number:
        return False
    try:
        return x509.Name.from_rfc4514_string(issuer) == certificate.issuer
    except ValueError:
        return False


# --- written ---


def encryption_elements(
    wrapped: bytes, recipient: x509.Certificate, media_types: Mapping[str, str]
) -> list[etree._Element]:
    """The elements that say how attachments are encrypted; `media_types` by `cid:` URI, as in `EncryptionHeader`."""
    ids = {uri: f"encrypted-{number}" for number, uri in enumerate(media_types, 1)}
    data = [_encrypted_data(uri, ids[uri], media_type) for uri, media_type in media_types.items()]
    return [_encrypted_key(wrapped, recipient, ids.values()), *data]


def _encrypted_key(wrapped: bytes, recipient: x509.Certificate, ids: Collection[str]) -> etree._Element:
    key = etree.Element(ENCRYPTED_KEY, {"Id": _KEY_ID}, nsmap=_NSMAP)
    method = add(key, xenc("EncryptionMethod"), attributes={"Algorithm": RSA_OAEP})
    add(method, ds("DigestMethod"), attributes={"Algorithm": SHA256})
    etree.SubElement(method, f"{{{XENC11}}}MGF", {"Algorithm": MGF1_SHA256}, nsmap={"xenc11": XENC11})
    token_reference = add(add(key, ds("KeyInfo")), TOKEN_REFERENCE)
    identifier = b64encode(subject_key_id(recipient)).decode()
    add(token_reference, _KEY_IDENTIFIER, identifier, {"EncodingType": BASE64, "ValueType": SUBJECT_KEY_ID})
    add(add(key, xenc("CipherData")), xenc("CipherValue"), b64encode(wrapped).decode())
    references = add(key, xenc("ReferenceList"))
    for each in ids:
        add(references, xenc("DataReference"), attributes={"URI": f"#{each}"})
    return key


def _encrypted_data(uri: str, data_id: str, media_type: str) -> etree._Element:
    attributes = {"Id": data_id, "MimeType": media_type, "Type": CONTENT_ONLY}
    data = etree.Element(ENCRYPTED_DATA, attributes, nsmap=_NSMAP)
    add(data, xenc("EncryptionMethod"), attributes={"Algorithm": AES128_GCM})
    token_reference = etree.SubElement(
        add(data, ds("KeyInfo")), TOKEN_REFERENCE, {_TOKEN_TYPE: ENCRYPTED_KEY_TOKEN}, nsmap={"wsse11": WSSE11}
    )
    add(token_reference, REFERENCE_TO_TOKEN, attributes={"URI": f"#{_KEY_ID}"})
    reference = add(add(data, xenc("CipherData")), xenc("CipherReference"), attributes={"URI": uri})
    add(add(reference, xenc("Transforms")), ds("Transform"), attributes={"Algorithm": CIPHERTEXT})
    return data


# --- examined ---


def examine_encryption(ahead: Sequence[etree._Element], attachments: Collection[str]) -> EncryptionHeader:
    """Read what stands before the signature in a header with attachments of the given `cid:` URIs, all of which must be
    encrypted with one key; raises ProfileError for any deviation."""
    token = ahead[0] if ahead[0].tag == TOKEN else None
    key, *data = ahead if token is None else ahead[1:] or ahead
    if key.tag != ENCRYPTED_KEY or not data or any(each.tag != ENCRYPTED_DATA for each in data):
        raise ProfileError("before the signature stands something else than one key and what is encrypted with it")
    wrapped, recipient, references = _key(key, token)
    media_types = dict(_data(each, key.get("Id", "")) for each in data)
    if sorted(references) != sorted(f"#{each.get('Id')}" for each in data):
        raise ProfileError("the encrypted key is not for exactly what is encrypted")
    if len(media_types) != len(data) or media_types.keys() != set(attachments):
        raise ProfileError("not exactly every part is encrypted, and each once")
    return EncryptionHeader(wrapped, recipient, media_types)


def _key(key: etree._Element, token: etree._Element | None) -> tuple[bytes, Recipient, list[str]]:
    """The wrapped key, for whom it is, and the URIs of what is encrypted with it."""
    expect_attributes(key, {"Id": None})
    method, key_info, cipher, listed = children(
        key, xenc("EncryptionMethod"), ds("KeyInfo"), xenc("CipherData"), xenc("ReferenceList")
    )
    _expect_algorithm(method, RSA_OAEP)
    digest, mask = children(method, ds("DigestMethod"), f"{{{XENC11}}}MGF")
    for each, algorithm in ((digest, SHA256), (mask, MGF1_SHA256)):
        children(each)
        _expect_algorithm(each, algorithm)
    for each in (cipher, listed):
        expect_attributes(each, {})
    (value,) = children(cipher, xenc("CipherValue"))
    expect_attributes(value, {})
    return decoded(value), _recipient(key_info, token), _references(listed)


def _references(listed: etree._Element) -> list[str]:
    found = children(listed, *[xenc("DataReference")] * len(listed))
    for each in found:
        children(each)
        expect_attributes(each, {"URI": None})
    return [each.get("URI", "") for each in found]


def _recipient(key_info: etree._Element, token: etree._Element | None) -> Recipient:
    """One of the three ways in which access points name a certificate; a token stands only where it is referred to."""
    token_reference = _token_reference(key_info)
    expect_attributes(token_reference, {}, optional={WSU_ID})
    (named,) = children(token_reference, *[each.tag for each in token_reference][:1])
    if token is not None:
        return Recipient(certificate=_token(token, named))
    if named.tag == _KEY_IDENTIFIER:
        expect_attributes(named, {"EncodingType": {BASE64}, "ValueType": {SUBJECT_KEY_ID}})
        return Recipient(subject_key_id=decoded(named))
    return Recipient(issuer_serial=_issuer_serial(named))


def _token_reference(key_info: etree._Element) -> etree._Element:
    expect_attributes(key_info, {}, optional={"Id"})
    (token_reference,) = children(key_info, TOKEN_REFERENCE)
    if not len(token_reference):
        raise ProfileError("a reference to a token refers to nothing")
    return token_reference


def _token(token: etree._Element, reference: etree._Element) -> bytes:
    if reference.tag != REFERENCE_TO_TOKEN:
        raise ProfileError("there is a certificate before the encrypted key that it does not refer to")
    children(reference)
    expect_attributes(token, {"EncodingType": {BASE64}, "ValueType": {X509_V3}, WSU_ID: None})
    expect_attributes(reference, {"URI": {f"#{token.get(WSU_ID)}"}, "ValueType": {X509_V3}})
    return decoded(token)


def _issuer_serial(data: etree._Element) -> tuple[str, int]:
    if data.tag != ds("X509Data"):
        raise ProfileError("the receiver of the encrypted key is named in an unknown way")
    (pair,) = children(data, ds("X509IssuerSerial"))
    issuer, serial = children(pair, ds("X509IssuerName"), ds("X509SerialNumber"))
    for each in (data, pair, issuer, serial):
        expect_attributes(each, {})
    name, number = issuer.text or "", (serial.text or "").strip()
    if len(issuer) or len(serial) or len(name) > _MOST_NAME:
        raise ProfileError("an issuer or a serial number has not the form of one")
    if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
        raise ProfileError("a serial number is no number")
    return name.strip(), int(number)


def _data(data: etree._Element, key_id: str) -> tuple[str, str]:
    """The `cid:` URI of what is encrypted, and its media type."""
    expect_attributes(data, {"Id": None, "MimeType": None, "Type": {CONTENT_ONLY}})
    method, key_info, cipher = children(data, xenc("EncryptionMethod"), ds("KeyInfo"), xenc("CipherData"))
    children(method)
    _expect_algorithm(method, AES128_GCM)
    token_reference = _token_reference(key_info)
    expect_attributes(token_reference, {_TOKEN_TYPE: {ENCRYPTED_KEY_TOKEN}}, optional={WSU_ID})
    (key,) = children(token_reference, REFERENCE_TO_TOKEN)
    children(key)
    expect_attributes(key, {"URI": {f"#{key_id}"}}, optional={"ValueType"})
    expect_attributes(cipher, {})
    (reference,) = children(cipher, xenc("CipherReference"))
    expect_attributes(reference, {"URI": None})
    (transforms,) = children(reference, xenc("Transforms"))
    expect_attributes(transforms, {})
    (transform,) = children(transforms, ds("Transform"))
    children(transform)
    _expect_algorithm(transform, CIPHERTEXT)
    return reference.get("URI", ""), _media_type(data)


def _media_type(data: etree._Element) -> str:
    stated = data.get("MimeType", "")
    if not _MEDIA_TYPE.fullmatch(stated):
        raise ProfileError("the media type of an encrypted part is not printable ASCII of moderate length")
    return stated


def _expect_algorithm(element: etree._Element, algorithm: str) -> None:
    expect_attributes(element, {"Algorithm": {algorithm}})
