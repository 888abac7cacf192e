"""Parts that are encrypted for their receiver: written as WSS4J writes them, opened in any lawful form, and refused
with one and the same answer whatever was done to them."""

from __future__ import annotations

import gzip
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from itertools import chain

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from oots.edelivery import mime
from oots.edelivery.compression import GZIP
from oots.edelivery.encryption import OVERHEAD, Decryption, Encrypted, LockedError, encrypted
from oots.edelivery.encryption_profile import (
    ENCRYPTED_DATA,
    ENCRYPTED_KEY,
    XENC,
    encryption_elements,
    subject_key_id,
    xenc,
)
from oots.edelivery.header import CID, PartInfo, encode
from oots.edelivery.limits import Limits
from oots.edelivery.message import OpenedMessage, SealedMessage, open_message, seal_message
from oots.edelivery.mime import MimePart
from oots.edelivery.parts import Part
from oots.edelivery.receipt import check_receipt, seal_receipt
from oots.edelivery.shape import BASE64, REFERENCE_TO_TOKEN, TOKEN, TOKEN_REFERENCE, X509_V3, ds
from oots.edelivery.signal import error_signal
from oots.edelivery.signature import sign
from oots.edelivery.soap import SECURITY, WSSE, WSU_ID, add, build
from oots.model.content import CHUNK, chunks, whole
from oots.model.errors import TransportError
from tests.support.contents import Counted, Elsewhere
from tests.support.edelivery import (
    DENMARK,
    DOCUMENT,
    EVIDENCE,
    LITHUANIA,
    NOW,
    PARTS,
    PDF,
    a_header,
    altered,
    domain,
)
from tests.unit.edelivery.test_as4_streams import Files

OURS = domain().keys["decryption"]
ANOTHERS = domain().keys["another's decryption"]
LARGE = b"%PDF-1.7" + hashlib.shake_256(b"a scan").digest(20 * CHUNK)
CLEAR = seal_message(a_header(), PARTS, domain().keys[DENMARK])
MESSAGE = seal_message(a_header(), PARTS, domain().keys[DENMARK], OURS.certificate)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
Change = Callable[[etree._Element], None]
Parts = dict[str, bytes]


def opened(
    content_type: str, body: bytes | Counted, decryption: Decryption | None = None, **more: object
) -> OpenedMessage:
    decryption = decryption or Decryption((OURS,))
    return open_message(content_type, body, domain().anchors, NOW, decryption=decryption, **more)  # type: ignore[arg-type]


def refused(content_type: str, body: bytes | Counted, **more: object) -> TransportError:
    with pytest.raises(TransportError) as caught:
        opened(content_type, body, **more)  # type: ignore[arg-type]
    return caught.value


def travelling(message: SealedMessage = MESSAGE) -> Parts:
    """The parts as they are on the wire, by content id."""
    package = mime.read(message.content_type, message.body, Limits())
    return {name: whole(part.content) for name, part in package.attachments.items()}


def packaged(envelope: bytes, parts: Parts, media_type: str = "application/octet-stream") -> tuple[str, bytes]:
    attachments = [MimePart(name, media_type, content) for name, content in parts.items()]
    return mime.write(envelope, attachments, MESSAGE.message_id)


def with_envelope(change: Change) -> tuple[str, bytes]:
    return packaged(altered(MESSAGE.soap, change), travelling())


def with_parts(change: Callable[[Parts], None]) -> tuple[str, bytes]:
    parts = travelling()
    change(parts)
    return packaged(MESSAGE.soap, parts)


def key_of(root: etree._Element) -> etree._Element:
    (key,) = root.iter(ENCRYPTED_KEY)
    return key


def data_of(root: etree._Element, part: Part = DOCUMENT) -> etree._Element:
    uri = CID + part.content_id
    (reference,) = [each for each in root.iter(xenc("CipherReference")) if each.get("URI") == uri]
    return next(reference.iterancestors(ENCRYPTED_DATA))


def security_of(root: etree._Element) -> etree._Element:
    (security,) = root.iter(SECURITY)
    return security


# --- what travels ---


def test_an_encrypted_message_opens_to_what_was_signed() -> None:
    message = opened(MESSAGE.content_type, MESSAGE.body)
    assert message.parts == PARTS
    assert (message.digests, message.document) == (CLEAR.digests, DOCUMENT.content)


def test_no_part_travels_in_the_clear_and_the_header_does() -> None:
    package = mime.read(MESSAGE.content_type, MESSAGE.body, Limits())
    assert {part.media_type for part in package.attachments.values()} == {"application/octet-stream"}
    assert all(part.content not in MESSAGE.body for part in PARTS)
    assert all(part.content in CLEAR.body for part in PARTS)
    assert a_header().conversation_id.encode() in MESSAGE.soap


def test_a_message_for_nobody_in_particular_is_not_changed_by_a_bit() -> None:
    assert b"http://www.w3.org/2001/04/xmlenc#Encrypted" not in CLEAR.soap
    assert XENC.encode() + b'"' not in CLEAR.soap
    assert opened(CLEAR.content_type, CLEAR.body).parts == PARTS


def test_each_part_is_encrypted_with_one_new_key_and_a_vector_of_its_own() -> None:
    again = seal_message(a_header(), PARTS, domain().keys[DENMARK], OURS.certificate)
    vectors = [content[:12] for message in (MESSAGE, again) for content in travelling(message).values()]
    wrapped = {key_of(etree.fromstring(each.soap)).findtext(f".//{xenc('CipherValue')}") for each in (MESSAGE, again)}
    assert (len(set(vectors)), len(wrapped)) == (2 * len(PARTS), 2)


def test_the_header_says_so_as_wss4j_does() -> None:
    root = etree.fromstring(MESSAGE.soap)
    names = [etree.QName(each).localname for each in security_of(root)]
    assert names == ["EncryptedKey", *["EncryptedData"] * 3, "BinarySecurityToken", "Signature"]
    key, data = key_of(root), data_of(root)
    for value in key.iter(xenc("CipherValue"), f"{{{WSSE}}}KeyIdentifier"):
        value.text = "..."
    xmldsig, enc = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', f'xmlns:xenc="{XENC}"'
    enc11 = "http://www.w3.org/2009/xmlenc11#"
    wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
    swa = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"
    wsse = f'xmlns:wsse="{WSSE}"'
    assert canonical_alone(key) == (
        f'<xenc:EncryptedKey {enc} Id="encrypted-key"><xenc:EncryptionMethod Algorithm="{enc11}rsa-oaep">'
        f'<ds:DigestMethod {xmldsig} Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
        f'<xenc11:MGF xmlns:xenc11="{enc11}" Algorithm="{enc11}mgf1sha256"></xenc11:MGF></xenc:EncryptionMethod>'
        f"<ds:KeyInfo {xmldsig}><wsse:SecurityTokenReference {wsse}>"
        f'<wsse:KeyIdentifier EncodingType="{wss}-soap-message-security-1.0#Base64Binary" '
        f'ValueType="{wss}-x509-token-profile-1.0#X509SubjectKeyIdentifier">...</wsse:KeyIdentifier>'
        "</wsse:SecurityTokenReference></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>...</xenc:CipherValue>"
        '</xenc:CipherData><xenc:ReferenceList><xenc:DataReference URI="#encrypted-1"></xenc:DataReference>'
        '<xenc:DataReference URI="#encrypted-2"></xenc:DataReference>'
        '<xenc:DataReference URI="#encrypted-3"></xenc:DataReference></xenc:ReferenceList></xenc:EncryptedKey>'
    )
    assert canonical_alone(data) == (
        f'<xenc:EncryptedData {enc} Id="encrypted-1" MimeType="application/x-ebrs+xml" '
        f'Type="{swa}Attachment-Content-Only"><xenc:EncryptionMethod Algorithm="{enc11}aes128-gcm">'
        f"</xenc:EncryptionMethod><ds:KeyInfo {xmldsig}><wsse:SecurityTokenReference {wsse} "
        'xmlns:wsse11="http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd" wsse11:TokenType='
        '"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey">'
        '<wsse:Reference URI="#encrypted-key"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>'
        f'<xenc:CipherData><xenc:CipherReference URI="{CID}{DOCUMENT.content_id}"><xenc:Transforms>'
        f'<ds:Transform {xmldsig} Algorithm="{swa}Attachment-Ciphertext-Transform"></ds:Transform></xenc:Transforms>'
        "</xenc:CipherReference></xenc:CipherData></xenc:EncryptedData>"
    )


def canonical_alone(element: etree._Element) -> str:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()


def test_a_part_is_encrypted_as_xml_encryption_says() -> None:
    key = OURS.private_key.decrypt(wrapped_in(MESSAGE.soap), OAEP)  # type: ignore[union-attr]
    part = travelling()[PDF.content_id]
    assert (len(key), AESGCM(key).decrypt(part[:12], part[12:], None)) == (16, PDF.content)
    assert len(part) == len(PDF.content) + OVERHEAD


def wrapped_in(envelope: bytes) -> bytes:
    return b64decode(key_of(etree.fromstring(envelope)).findtext(f".//{xenc('CipherValue')}") or "")


def test_a_receipt_for_an_encrypted_message_is_one_for_what_was_signed() -> None:
    receipt = seal_receipt(
        opened(MESSAGE.content_type, MESSAGE.body), "r@ap-lt-01.oots.example", NOW, domain().keys[LITHUANIA]
    )
    check_receipt(
        receipt,
        message_id=MESSAGE.message_id,
        digests=CLEAR.digests,
        receiver=LITHUANIA,
        anchors=domain().anchors,
        at=NOW,
    )
    assert b"Encrypted" not in receipt


def test_compressed_evidence_is_compressed_before_it_is_signed_and_encrypted() -> None:
    xml = replace(EVIDENCE, content=b"<e>" + b"".join(b"<n>%d</n>" % each for each in range(9_000)) + b"</e>")
    message = seal_message(a_header(), (DOCUMENT, xml), domain().keys[DENMARK], OURS.certificate)
    assert data_of(etree.fromstring(message.soap), EVIDENCE).get("MimeType") == GZIP
    assert len(message.body) < len(xml.content)
    assert opened(message.content_type, message.body).parts == (DOCUMENT, xml)


def test_a_message_without_parts_has_nothing_to_encrypt() -> None:
    message = seal_message(a_header(), (), domain().keys[DENMARK], OURS.certificate)
    assert ENCRYPTED_KEY not in [each.tag for each in security_of(etree.fromstring(message.soap))]
    assert opened(message.content_type, message.body, Decryption((OURS,), lambda _: True)).parts == ()


def test_the_most_parts_that_a_message_may_have_are_encrypted() -> None:
    parts = [replace(PDF, content_id=f"p{number}@ap-dk-01.oots.example") for number in range(24)]
    message = seal_message(a_header(), (DOCUMENT, *parts), domain().keys[DENMARK], OURS.certificate)
    assert opened(message.content_type, message.body).parts == (DOCUMENT, *parts)


def test_parts_are_encrypted_for_rsa_keys_alone() -> None:
    with pytest.raises(ValueError, match="RSA keys alone"):
        seal_message(a_header(), PARTS, domain().keys[DENMARK], domain().keys["P-256"].certificate)


# --- the other lawful forms ---


def by_token(root: etree._Element) -> None:
    """As phase4 has it: the certificate itself, ahead of the key."""
    token = etree.Element(TOKEN, {"EncodingType": BASE64, "ValueType": X509_V3, WSU_ID: "G1"})
    token.text = b64encode(OURS.certificate.public_bytes(Encoding.DER)).decode()
    security_of(root).insert(0, token)
    reference = token_reference(root)
    reference.clear()
    add(reference, REFERENCE_TO_TOKEN, attributes={"URI": "#G1", "ValueType": X509_V3})


def by_issuer_and_serial(root: etree._Element) -> None:
    reference = token_reference(root)
    reference.clear()
    pair = add(add(reference, ds("X509Data")), ds("X509IssuerSerial"))
    add(pair, ds("X509IssuerName"), OURS.certificate.issuer.rfc4514_string())
    add(pair, ds("X509SerialNumber"), str(OURS.certificate.serial_number))


def in_another_order(root: etree._Element) -> None:
    """As WSS4J has it: what is encrypted from the last to the first."""
    security = security_of(root)
    for each in list(security.iterchildren(ENCRYPTED_DATA)):
        security.insert(1, each)


def token_reference(root: etree._Element) -> etree._Element:
    (reference,) = key_of(root).iter(TOKEN_REFERENCE)
    return reference


@pytest.mark.parametrize("form", [by_token, by_issuer_and_serial, in_another_order])
def test_a_header_in_any_form_that_other_access_points_write_is_read(form: Change) -> None:
    content_type, body = with_envelope(form)
    assert MESSAGE.soap not in body
    assert opened(content_type, body).parts == PARTS
    with pytest.raises(LockedError):
        opened(content_type, body, Decryption((ANOTHERS,)))


def test_the_previous_key_opens_what_was_encrypted_for_it() -> None:
    assert opened(MESSAGE.content_type, MESSAGE.body, Decryption((ANOTHERS, OURS))).parts == PARTS
    with pytest.raises(LockedError):
        opened(MESSAGE.content_type, MESSAGE.body, Decryption((ANOTHERS,)))


def test_a_certificate_that_names_no_key_identifier_has_the_usual_one() -> None:
    stated = subject_key_id(OURS.certificate)
    silent = (
        x509.CertificateBuilder(
            OURS.certificate.issuer,
            OURS.certificate.subject,
            OURS.certificate.public_key(),
            OURS.certificate.serial_number,
            OURS.certificate.not_valid_before_utc,
            OURS.certificate.not_valid_after_utc,
        )
    ).sign(OURS.private_key, hashes.SHA256())
    assert subject_key_id(silent) == stated == hashlib.sha1(rsa_bits(silent), usedforsecurity=False).digest()


def rsa_bits(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


# --- attacks: one answer for all of them ---


def flipped(place: Callable[[bytes], int]) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        content = parts[PDF.content_id]
        at = place(content)
        parts[PDF.content_id] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return change


def swapped(parts: Parts) -> None:
    parts[EVIDENCE.content_id], parts[PDF.content_id] = parts[PDF.content_id], parts[EVIDENCE.content_id]


def cut(length: int) -> Callable[[Parts], None]:
    return lambda parts: parts.update({PDF.content_id: parts[PDF.content_id][:length]})


def in_the_clear(parts: Parts) -> None:
    parts[PDF.content_id] = PDF.content


def sealed_anew(content: bytes) -> Callable[[], tuple[str, bytes]]:
    """What anybody can do who has seen the envelope and knows our certificate: other parts, with another key."""

    def made() -> tuple[str, bytes]:
        elements, attachments = encrypted([*PARTS[:2], replace(PDF, content=content)], OURS.certificate)

        def change(root: etree._Element) -> None:
            security = security_of(root)
            for each in list(security)[:4]:
                security.remove(each)
            for each in reversed(elements):
                security.insert(0, deepcopy(each))

        return packaged(altered(MESSAGE.soap, change), {each.content_id: whole(each.content) for each in attachments})

    return made


def rewrapped(wrapped: Callable[[bytes], bytes]) -> Change:
    def change(root: etree._Element) -> None:
        (value,) = key_of(root).iter(xenc("CipherValue"))
        value.text = b64encode(wrapped(b64decode(value.text or ""))).decode()

    return change


def key_for_another(_wrapped: bytes) -> bytes:
    return ANOTHERS.certificate.public_key().encrypt(os.urandom(16), OAEP)  # type: ignore[union-attr]


def key_of_256_bits(_wrapped: bytes) -> bytes:
    return OURS.certificate.public_key().encrypt(os.urandom(32), OAEP)  # type: ignore[union-attr]


def with_sha1(_wrapped: bytes) -> bytes:
    key = OURS.private_key.decrypt(wrapped_in(MESSAGE.soap), OAEP)  # type: ignore[union-attr]
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
    return OURS.certificate.public_key().encrypt(key, oaep)  # type: ignore[union-attr]


def algorithm(path: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        found = security_of(root).findall(path)
        assert found
        for each in found:
            each.set("Algorithm", value)

    return change


def without_data(root: etree._Element) -> None:
    data = data_of(root, PDF)
    forget(root, data.get("Id", ""))
    security_of(root).remove(data)


def forget(root: etree._Element, data_id: str) -> None:
    (listed,) = key_of(root).iter(xenc("ReferenceList"))
    (found,) = [each for each in listed if each.get("URI") == f"#{data_id}"]
    listed.remove(found)


def one_more_data(root: etree._Element, uri: str = "cid:nobody@ap-dk-01.oots.example") -> None:
    data = deepcopy(data_of(root, PDF))
    data.set("Id", "encrypted-4")
    next(data.iter(xenc("CipherReference"))).set("URI", uri)
    security_of(root).insert(1, data)
    (listed,) = key_of(root).iter(xenc("ReferenceList"))
    add(listed, xenc("DataReference"), attributes={"URI": "#encrypted-4"})


def the_same_data_twice(root: etree._Element) -> None:
    one_more_data(root, CID + PDF.content_id)


def a_second_key(root: etree._Element) -> None:
    key = deepcopy(key_of(root))
    key.set("Id", "another-key")
    security_of(root).insert(0, key)


def an_unreferenced_part(root: etree._Element) -> None:
    forget(root, data_of(root, PDF).get("Id", ""))


def another_key_named(root: etree._Element) -> None:
    next(data_of(root, PDF).iter(REFERENCE_TO_TOKEN)).set("URI", "#another-key")


def after_the_signature(root: etree._Element) -> None:
    security = security_of(root)
    for each in list(security)[:4]:
        security.append(each)


def a_token_that_nobody_needs(root: etree._Element) -> None:
    by_token(root)
    by_issuer_and_serial(root)


def within_the_message(root: etree._Element) -> None:
    key_of(root).getparent().getparent()[0].append(key_of(root))  # type: ignore[union-attr]


def all_but_the_content(root: etree._Element) -> None:
    swa = "http://docs.oasis-open.org/wss/oasis-wss-SwAProfile-1.1#"
    data_of(root, PDF).set("Type", swa + "Attachment-Complete")


def another_transform(root: etree._Element) -> None:
    next(data_of(root, PDF).iter(ds("Transform"))).set("Algorithm", "http://www.w3.org/2000/09/xmldsig#base64")


_E, _E11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
_DATA_METHOD = f"{ENCRYPTED_DATA}/{xenc('EncryptionMethod')}"
_KEY_METHOD = f"{ENCRYPTED_KEY}/{xenc('EncryptionMethod')}"
_DIGEST, _MASK = f"{_KEY_METHOD}/{ds('DigestMethod')}", f"{_KEY_METHOD}/{{{_E11}}}MGF"

ATTACKS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "a bit of the vector": lambda: with_parts(flipped(lambda part: 3)),
    "a bit of the ciphertext": lambda: with_parts(flipped(lambda part: 20)),
    "a bit of the tag": lambda: with_parts(flipped(lambda part: len(part) - 1)),
    "parts swapped": lambda: with_parts(swapped),
    "a part cut off": lambda: with_parts(cut(40)),
    "a part of a vector and a tag": lambda: with_parts(cut(28)),
    "a part shorter than its tag": lambda: with_parts(cut(27)),
    "a part shorter than a vector": lambda: with_parts(cut(11)),
    "an empty part": lambda: with_parts(cut(0)),
    "a part in the clear": lambda: with_parts(in_the_clear),
    "another content under another key": sealed_anew(PDF.content + b"\n"),
    "a bit of the wrapped key": lambda: with_envelope(rewrapped(lambda key: bytes([key[0] ^ 1]) + key[1:])),
    "a key of somebody else's": lambda: with_envelope(rewrapped(key_for_another)),
    "a key of another length": lambda: with_envelope(rewrapped(key_of_256_bits)),
    "a key wrapped with SHA-1": lambda: with_envelope(rewrapped(with_sha1)),
    "a wrapped key that is too short": lambda: with_envelope(rewrapped(lambda key: key[:-1])),
    "a wrapped key that is too long": lambda: with_envelope(rewrapped(lambda key: b"\0" + key)),
    "a wrapped key beyond the modulus": lambda: with_envelope(rewrapped(lambda key: b"\xff" * len(key))),
    "a part without its data": lambda: with_envelope(without_data),
    "data for a part that is not there": lambda: with_envelope(one_more_data),
    "data for one part twice": lambda: with_envelope(the_same_data_twice),
    "two keys": lambda: with_envelope(a_second_key),
    "data that the key does not list": lambda: with_envelope(an_unreferenced_part),
    "data of another key": lambda: with_envelope(another_key_named),
    "AES-128-CBC": lambda: with_envelope(algorithm(_DATA_METHOD, _E + "aes128-cbc")),
    "AES-256-GCM": lambda: with_envelope(algorithm(_DATA_METHOD, _E11 + "aes256-gcm")),
    "RSA-1.5": lambda: with_envelope(algorithm(_KEY_METHOD, _E + "rsa-1_5")),
    "OAEP with the mask of SHA-1": lambda: with_envelope(algorithm(_KEY_METHOD, _E + "rsa-oaep-mgf1p")),
    "OAEP with the digest SHA-1": lambda: with_envelope(algorithm(_DIGEST, "http://www.w3.org/2000/09/xmldsig#sha1")),
    "OAEP with another mask": lambda: with_envelope(algorithm(_MASK, _E11 + "mgf1sha1")),
    "encrypted after the signature": lambda: with_envelope(after_the_signature),
    "a certificate that nothing refers to": lambda: with_envelope(a_token_that_nobody_needs),
    "a key in the message": lambda: with_envelope(within_the_message),
    "headers encrypted too": lambda: with_envelope(all_but_the_content),
    "another transform": lambda: with_envelope(another_transform),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_was_done_to_an_encrypted_message_is_answered_alike(attack: str) -> None:
    content_type, body = ATTACKS[attack]()
    fault = refused(content_type, body)
    signal = error_signal(fault, "e@ap-lt-01.oots.example", NOW, None)
    bad_signature = error_signal(unbelieved(), "e@ap-lt-01.oots.example", NOW, None)
    assert signal == bad_signature
    assert (fault.ebms, fault.short) == ("EBMS:0101", "FailedAuthentication")


def unbelieved() -> TransportError:
    foreign = seal_message(a_header(), PARTS, domain().keys["foreign"], OURS.certificate)
    return refused(foreign.content_type, foreign.body)


def test_what_was_signed_may_be_encrypted_anew_by_anybody() -> None:
    """The control of the attacks: put together in the same way, and nothing else than before in it."""
    assert opened(*with_envelope(lambda root: None)).parts == PARTS
    assert opened(*with_parts(lambda parts: None)).parts == PARTS
    assert opened(*sealed_anew(PDF.content)()).parts == PARTS


def test_a_message_for_another_receiver_is_answered_like_a_bad_one_and_said_in_the_journal() -> None:
    for_another = seal_message(a_header(), PARTS, domain().keys[DENMARK], ANOTHERS.certificate)
    fault = refused(for_another.content_type, for_another.body)
    assert isinstance(fault, LockedError)
    assert (fault.ebms, fault.short) == ("EBMS:0101", "FailedAuthentication")
    assert "a key that is not here" in fault.why


def test_an_encrypted_part_that_says_what_it_was_is_no_encrypted_part() -> None:
    content_type, body = packaged(MESSAGE.soap, travelling(), "application/pdf")
    assert refused(content_type, body).ebms == "EBMS:0007"


def test_nobody_can_lie_about_what_a_part_was() -> None:
    content_type, body = with_envelope(lambda root: data_of(root, PDF).set("MimeType", "text/html"))
    fault = refused(content_type, body)
    assert (fault.ebms, "the one that its PartInfo states" in fault.why) == ("EBMS:0007", True)


# --- in streams ---


def large(content: object = LARGE) -> SealedMessage:
    parts = (DOCUMENT, EVIDENCE, replace(PDF, content=content))
    return seal_message(a_header(), parts, domain().keys[DENMARK], OURS.certificate)


def test_a_part_that_is_kept_elsewhere_is_encrypted_while_it_is_sent_and_each_time_alike() -> None:
    elsewhere = Elsewhere(LARGE)
    message = large(elsewhere)
    assert elsewhere.readers == []
    pieces = [list(chunks(piece)) for piece in message.pieces]
    assert max(map(len, chain.from_iterable(pieces))) == CHUNK
    assert [reader.largest for reader in elsewhere.readers] == [CHUNK]
    body = b"".join(chain.from_iterable(pieces))
    assert (message.body, len(body)) == (body, sum(map(length, message.pieces)))
    assert opened(message.content_type, body).parts[2].content == LARGE


def test_a_sending_that_is_broken_off_leaves_nothing_open() -> None:
    elsewhere = Elsewhere(LARGE)
    (piece,) = [each for each in large(elsewhere).pieces if isinstance(each, Encrypted)]
    with piece.open() as reader:
        assert len(reader.read(CHUNK)) == CHUNK
        (inner,) = elsewhere.readers
        assert not inner.closed
    assert inner.closed


def length(piece: object) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.length  # type: ignore[attr-defined,no-any-return]


def test_a_large_part_is_decrypted_a_chunk_at_a_time() -> None:
    message, files = large(), Files()
    source = Counted(message.body)
    received = opened(message.content_type, source, new_file=files)
    assert (source.count, source.largest) == (len(message.body), CHUNK)
    assert (files.finished, files.written, files.largest <= 2 * CHUNK) == (1, len(LARGE), True)
    assert whole(received.parts[2].content) == LARGE


@pytest.mark.parametrize("size", [1, 5, 16, 1000])
def test_an_encrypted_message_opens_in_whatever_pieces_it_arrives(size: int) -> None:
    class Dripping(Counted):
        def read(self, _size: int | None = -1, /) -> bytes:
            return super().read(size)

    assert opened(MESSAGE.content_type, Dripping(MESSAGE.body)).parts == PARTS


def test_what_was_written_of_a_part_that_does_not_decrypt_is_thrown_away() -> None:
    message, files = large(), Files()
    opened(message.content_type, message.body, new_file=files)
    assert files.finished == 1
    parts = travelling(message)
    flipped(lambda part: len(part) - 1)(parts)
    content_type, body = packaged(message.soap, parts)
    files = Files()
    fault = refused(content_type, body, new_file=files)
    assert "does not decrypt" in fault.why
    assert (files.written, files.finished) == (len(LARGE), 0)


def test_that_a_key_does_not_unwrap_is_noticed_no_sooner_than_that_it_is_another() -> None:
    def seen(wrapped: Callable[[bytes], bytes]) -> tuple[str, int]:
        source = Counted(with_envelope(rewrapped(wrapped))[1])
        content_type, _ = with_envelope(rewrapped(wrapped))
        boundary = source.getvalue()[2:42].decode()
        content_type = content_type[: content_type.index("boundary=")] + f'boundary="{boundary}"'
        return refused(content_type, source).why, source.count

    broken = seen(lambda key: b"\xff" * len(key))
    another = seen(lambda key: OURS.certificate.public_key().encrypt(os.urandom(16), OAEP))  # type: ignore[union-attr]
    assert broken == another
    assert broken[0] == "a part does not decrypt with the key of its message"


def test_no_key_is_used_for_anybody_who_is_not_believed() -> None:
    class Key:
        certificate = OURS.certificate

        @property
        def private_key(self) -> object:
            raise AssertionError("a key was used")

    watched = Decryption((Key(),))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="a key was used"):
        opened(MESSAGE.content_type, MESSAGE.body, watched)
    foreign = seal_message(a_header(), PARTS, domain().keys["foreign"], OURS.certificate)
    with pytest.raises(TransportError):
        opened(foreign.content_type, foreign.body, watched)


# --- sizes ---


def test_the_limit_of_a_part_is_for_its_content() -> None:
    message = large()
    limits = Limits(part=len(LARGE))
    assert opened(message.content_type, message.body, limits=limits).parts[2].content == LARGE
    fault = refused(message.content_type, message.body, limits=Limits(part=len(LARGE) - 1))
    assert (fault.ebms, "a part is larger" in fault.why) == ("EBMS:0007", True)


@pytest.mark.parametrize("content", [b"\0" * 3_000_000, LARGE], ids=["a bomb", "control"])
def test_a_bomb_does_not_go_off_under_encryption(content: bytes) -> None:
    packed = Part(PDF.content_id, GZIP, gzip.compress(content, mtime=0))
    infos = (
        PartInfo(DOCUMENT.content_id, DOCUMENT.media_type),
        PartInfo(PDF.content_id, PDF.media_type, compressed=True),
    )
    parts, root = (DOCUMENT, packed), build([encode(a_header(parts=infos))])
    elements, attachments = encrypted(parts, OURS.certificate)
    octets = {CID + part.content_id: part.content for part in parts}
    envelope, _digests = sign(root, octets, domain().keys[DENMARK], elements)
    body = mime.write(envelope, attachments, MESSAGE.message_id)
    files = Files()
    if content is LARGE:
        assert opened(*body, new_file=files).parts[1].content == LARGE
        return
    fault = refused(*body, new_file=files)
    assert (fault.ebms, "grows beyond" in fault.why, files.finished) == ("EBMS:0303", True, 0)


# --- what was agreed ---


@pytest.mark.parametrize(("message", "agreed"), [(MESSAGE, True), (CLEAR, False)], ids=["encrypted", "clear"])
def test_what_was_not_agreed_is_refused(message: SealedMessage, agreed: bool) -> None:
    asked: list[str] = []

    def demanded(as_agreed: bool) -> Decryption:
        return Decryption((OURS,), lambda signer: asked.append(signer.party_id) or as_agreed)  # type: ignore[func-returns-value]

    assert opened(message.content_type, message.body, demanded(agreed)).parts == PARTS
    source, files = Counted(message.body), Files()
    fault = refused(message.content_type, source, decryption=demanded(not agreed), new_file=files)
    assert (fault.ebms, fault.short, files.sinks) == ("EBMS:0103", "PolicyNoncompliance", [])
    assert asked == [DENMARK, DENMARK]


def test_elements_are_written_for_the_parts_that_there_are() -> None:
    key, *data = encryption_elements(b"wrapped", OURS.certificate, {"cid:a@b": "application/pdf"})
    assert (key.tag, [each.tag for each in data]) == (ENCRYPTED_KEY, [ENCRYPTED_DATA])
