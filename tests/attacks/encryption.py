"""Attacks on encrypted parts: by somebody between two access points, who has an envelope that is truly signed and may
put any key and any part under it; and by partners who do otherwise than was agreed."""

from __future__ import annotations

import gzip
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import wraps

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from oots.edelivery import mime, soap
from oots.edelivery.compression import GZIP
from oots.edelivery.encryption import encrypted
from oots.edelivery.encryption_profile import ENCRYPTED_DATA, ENCRYPTED_KEY, XENC11, xenc
from oots.edelivery.header import CID, PartInfo, encode
from oots.edelivery.message import Part, SealedMessage, seal_message
from oots.edelivery.signature import sign
from oots.edelivery.soap import SECURITY, add
from oots.model.content import whole
from tests.support.attacks import Area, Refused, attack
from tests.support.changes import DECOMPRESSION_FAILURE, FAILED_AUTHENTICATION, one
from tests.support.doors import (
    Door,
    Sent,
    altered,
    attachments_of,
    repackaged,
    same_encrypting_door,
    same_provider_door,
)

POLICY_NONCOMPLIANCE = "EBMS:0103"
UNDECRYPTED, UNSIGNED = "a part does not decrypt", "InvalidDigest"
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_XENC_1_0 = "http://www.w3.org/2001/04/xmlenc#"

TreeChange = Callable[[etree._Element, Door], object]
PartChange = Callable[[bytes], bytes]


def _declared(told: str, why: str, send: Callable[[Door], Sent], run: Callable[..., object]) -> None:
    """What is encrypted is never twice the same, so that none of it is kept as a file."""

    @attack(Area.ENCRYPTION, same_encrypting_door, told=told, why=why)
    @wraps(run)
    def tried(door: Door) -> Refused:
        return replace(door.refused(*send(door)), sent=None)


def in_the_header(why: str) -> Callable[[TreeChange], TreeChange]:
    """The change is made to what stands before the signature."""

    def declare(change: TreeChange) -> TreeChange:
        def send(door: Door) -> Sent:
            return altered(small(door), lambda root: change(root, door))

        _declared(FAILED_AUTHENTICATION, why, send, change)
        return change

    return declare


def in_the_part(why: str) -> Callable[[PartChange], PartChange]:
    """The change is made to the encrypted evidence of the message."""

    def send(door: Door, change: PartChange) -> Sent:
        message = small(door)
        document, evidence = attachments_of(message)
        changed = replace(evidence, content=change(whole(evidence.content)))
        assert changed != evidence, "nothing was changed"
        return repackaged(message, message.soap, [document, changed])

    def declare(change: PartChange) -> PartChange:
        _declared(FAILED_AUTHENTICATION, why, lambda door: send(door, change), change)
        return change

    return declare


def in_whole(told: str, why: str) -> Callable[[Callable[[Door], Sent]], Callable[[Door], Sent]]:
    """The function makes all that is sent."""

    def declare(send: Callable[[Door], Sent]) -> Callable[[Door], Sent]:
        _declared(told, why, send, send)
        return send

    return declare


def small(door: Door) -> SealedMessage:
    return door.small(Part("letter@ap-lt-01.oots.example", "application/pdf", b"%PDF-1.7"))


# --- the parts ---


@in_the_part(UNDECRYPTED)
def a_bit_of_an_encrypted_part(part: bytes) -> bytes:
    """Flips one bit of the ciphertext, which would flip the same bit of the evidence."""
    return part[:14] + bytes([part[14] ^ 1]) + part[15:]


@in_the_part(UNDECRYPTED)
def a_bit_of_the_tag_of_a_part(part: bytes) -> bytes:
    """Flips one bit of the tag, for a receiver that uses what it decrypts before it has looked at that."""
    return part[:-1] + bytes([part[-1] ^ 1])


@in_the_part(UNDECRYPTED)
def an_encrypted_part_without_a_tag(part: bytes) -> bytes:
    """Cuts the tag off, for a receiver that checks none where there is none."""
    return part[:-16]


@in_the_part(UNDECRYPTED)
def nothing_in_an_encrypted_part(_part: bytes) -> bytes:
    """Sends nothing where an encrypted part should be."""
    return b""


@in_whole(FAILED_AUTHENTICATION, UNSIGNED)
def two_encrypted_parts_swapped(door: Door) -> Sent:
    """Swaps two parts, both of which are encrypted with the key of the message and have good tags."""
    message = small(door)
    one_part, other = attachments_of(message)
    swapped = [replace(one_part, content=other.content), replace(other, content=one_part.content)]
    return repackaged(message, message.soap, swapped)


@in_whole(FAILED_AUTHENTICATION, UNSIGNED)
def another_part_under_another_key(door: Door) -> Sent:
    """Puts other evidence under the signed envelope, encrypted for the receiver with a key of the attacker's own."""
    message = small(door)
    document, evidence = (PartInfo(info.content_id, info.media_type) for info in message.header.parts)
    parts = [
        Part(document.content_id, document.media_type, b"<evil></evil>"),
        Part(evidence.content_id, evidence.media_type, b"%PDF-1.7 evil"),
    ]
    assert door.recipient is not None
    elements, attachments = encrypted(parts, door.recipient)

    def exchange(root: etree._Element) -> None:
        security = one(root, SECURITY)
        for each in list(security)[: len(elements)]:
            security.remove(each)
        for each in reversed(elements):
            security.insert(0, each)

    root = etree.fromstring(message.soap)
    exchange(root)
    return repackaged(message, soap_of(root), attachments)


def soap_of(root: etree._Element) -> bytes:
    return etree.tostring(root, method="c14n", exclusive=True)


# --- the key ---


def wrapped_anew(root: etree._Element, wrap: Callable[[bytes], bytes]) -> None:
    (value,) = one(root, ENCRYPTED_KEY).iter(xenc("CipherValue"))
    value.text = b64encode(wrap(b64decode(value.text or ""))).decode()


@in_the_header(UNDECRYPTED)
def a_wrapped_key_that_was_altered(root: etree._Element, _door: Door) -> None:
    """Alters the wrapped key and listens whether the answer tells that it did not unwrap (Manger 2001)."""
    wrapped_anew(root, lambda key: bytes([key[0] ^ 1]) + key[1:])


@in_the_header(UNDECRYPTED)
def a_key_of_the_wrong_length(root: etree._Element, door: Door) -> None:
    """Wraps a key of 256 bits for the receiver, and listens whether the answer tells that it was too long."""
    public = door.recipient.public_key() if door.recipient else None
    assert isinstance(public, rsa.RSAPublicKey)
    wrapped_anew(root, lambda _key: public.encrypt(os.urandom(32), _OAEP))


@in_the_header("one key and what is encrypted with it")
def two_encrypted_keys(root: etree._Element, _door: Door) -> None:
    """Puts a second key before the first, for a receiver that takes the one and a checker that looks at the other."""
    second = deepcopy(one(root, ENCRYPTED_KEY))
    second.set("Id", "second")
    one(root, SECURITY).insert(0, second)


@in_the_header("is not of the profile in Algorithm")
def an_old_key_transport(root: etree._Element, _door: Door) -> None:
    """Says that the key is wrapped with RSA PKCS#1 v1.5, whose padding answers questions (Bleichenbacher 1998)."""
    method = one(root, ENCRYPTED_KEY)[0]
    method.set("Algorithm", _XENC_1_0 + "rsa-1_5")


@in_the_header("is not of the profile in Algorithm")
def a_key_transport_with_sha_1(root: etree._Element, _door: Door) -> None:
    """Says that the mask of the wrapped key is made with SHA-1."""
    one(root, f"{{{XENC11}}}MGF").set("Algorithm", XENC11 + "mgf1sha1")


@in_the_header("is not of the profile in Algorithm")
def a_cipher_without_a_tag(root: etree._Element, _door: Door) -> None:
    """Says that a part is encrypted with AES-CBC, whose padding answers questions (Jager, Somorovsky 2011)."""
    next(root.iter(ENCRYPTED_DATA))[0].set("Algorithm", _XENC_1_0 + "aes128-cbc")


# --- what is said of the parts ---


@in_the_header("not exactly every part")
def a_part_of_which_nothing_is_said(root: etree._Element, _door: Door) -> None:
    """Takes out what is said of one part, so that it would be taken as it travels."""
    data = next(root.iter(ENCRYPTED_DATA))
    (listed,) = one(root, ENCRYPTED_KEY).iter(xenc("ReferenceList"))
    listed.remove(listed[0])
    one(root, SECURITY).remove(data)


@in_the_header("not exactly every part")
def a_part_that_is_not_there(root: etree._Element, _door: Door) -> None:
    """Speaks of one more encrypted part than the message has."""
    data = deepcopy(next(root.iter(ENCRYPTED_DATA)))
    data.set("Id", "more")
    next(data.iter(xenc("CipherReference"))).set("URI", "cid:nobody@ap-lt-01.oots.example")
    one(root, SECURITY).insert(1, data)
    (listed,) = one(root, ENCRYPTED_KEY).iter(xenc("ReferenceList"))
    add(listed, xenc("DataReference"), attributes={"URI": "#more"})


@in_the_header("unexpected content in Security")
def encryption_after_the_signature(root: etree._Element, _door: Door) -> None:
    """Moves what is said of encryption behind the signature, as if the ciphertext had been signed."""
    security = one(root, SECURITY)
    for each in list(security)[:3]:
        security.append(each)


# --- by a partner ---


@in_whole(DECOMPRESSION_FAILURE, "grows beyond")
def a_bomb_that_is_encrypted(door: Door) -> Sent:
    """A partner signs and encrypts a compressed part that grows a thousandfold."""
    packed = Part("bomb@ap-lt-01.oots.example", GZIP, gzip.compress(b"\0" * 3_000_000, mtime=0))
    first = door.part()
    infos = (
        PartInfo(first.content_id, first.media_type),
        PartInfo(packed.content_id, "application/pdf", compressed=True),
    )
    assert door.recipient is not None
    elements, attachments = encrypted([first, packed], door.recipient)
    header = door.header(parts=infos)
    octets = {CID + part.content_id: part.content for part in (first, packed)}
    envelope, _digests = sign(soap.build([encode(header)]), octets, door.key(), elements)
    return mime.write(envelope, attachments, header.message_id)


@in_whole(POLICY_NONCOMPLIANCE, "are not encrypted")
def evidence_in_the_clear(door: Door) -> Sent:
    """A partner that has agreed on encryption sends in the clear, or somebody makes it do so."""
    message = seal_message(door.header(), (door.part(),), door.key())
    return message.content_type, message.body


@attack(
    Area.ENCRYPTION,
    same_provider_door,
    told=POLICY_NONCOMPLIANCE,
    why="nothing of the kind was agreed",
)
def encryption_that_nobody_agreed_on(door: Door) -> Refused:
    """A partner that has agreed on no encryption encrypts its parts, so that whoever filters them sees nothing."""
    recipient = door.key("decrypt-ap-dk-01").certificate
    message = seal_message(door.header(), (door.part(),), door.key(), recipient)
    return replace(door.refused(message.content_type, message.body), sent=None)
